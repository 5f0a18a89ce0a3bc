"""One closed day by its files: every digest, its signature, and every sum counted anew."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import DecimalException
from typing import Any, NamedTuple

from tillgate.ledger.export import cells, rows
from tillgate.ledger.export.rows import Place
from tillgate.verifying.errors import Broken
from tillgate.verifying.keys import Keys, base64url, from_base64url
from tillgate.verifying.recount import Recount, Thing, told_proof, told_totals
from tillgate.verifying.texts import compact, parse, sha256

DAY, SIGNATURE, TOTALS = "day.json", "signature.json", "totals.json"
SALES, PEOPLE = "sales.ndjson", "people.ndjson"
NEEDED = (DAY, SIGNATURE, TOTALS, SALES, PEOPLE)
FORMAT = "tillgate-day-1"
NO_DIGEST = "0" * 64

# Files that are made of the sales: where they lie beside them, they have to be just that.
_MADE: Mapping[str, Callable[[Iterable[bytes], Place], bytes]] = {
    "lines.ndjson": rows.lines,
    "payments.ndjson": rows.payments,
    "taxes.ndjson": rows.taxes,
    "sales.csv": cells.sales,
    "lines.csv": cells.lines,
    "payments.csv": cells.payments,
    "taxes.csv": cells.taxes,
}
KNOWN = frozenset({*NEEDED, *_MADE})
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


class Files(NamedTuple):
    """The files of a document: what to call it, what a chain or folder says of it, its texts."""

    title: str
    position: int
    business_date: str
    revision: int
    texts: Mapping[str, bytes]


class Checked(NamedTuple):
    """A document that is whole, with its proof.

    Of `unchecked` parts only some values were given, and no salt.
    """

    title: str
    location: int
    business_date: str
    revision: int
    position: int
    digest: str
    previous: str
    key: str
    unchecked: int
    proof: Thing


def check_day(files: Files, keys: Keys) -> Checked:
    """The document, when all of its files are as they were signed; raises `Broken`."""
    for name in NEEDED:
        if name not in files.texts:
            raise Broken(files.title, f"{name} is missing")
    where = f"{files.title}: "
    digest, key = _check_signature(files, keys)
    told = parse(files.texts[DAY], where + DAY)
    _check_place(files, told)
    try:
        unchecked = _check_files(files, told)
        previous = told["previousDigest"]
        location, position = told["businessLocationId"], told["position"]
    except (ArithmeticError, DecimalException, LookupError, TypeError, ValueError) as error:
        raise Broken(files.title, f"does not have the form of a day ({error!r})") from error
    place = (files.title, location, files.business_date, files.revision, position)
    return Checked(*place, digest, previous, key, unchecked, told["proof"])


def _check_signature(files: Files, keys: Keys) -> tuple[str, str]:
    where = f"{files.title}: {SIGNATURE}"
    text = files.texts[SIGNATURE]
    told = parse(text, where)
    try:
        digest, key, signature = told["digest"], told["keyId"], from_base64url(told["signature"])
        exact = compact({"digest": digest, "keyId": key, "signature": base64url(signature)})
    except (KeyError, TypeError, ValueError):
        raise Broken(where, "is not readable: a byte was changed") from None
    if exact != text:
        raise Broken(where, "is not written as the gate writes it: a byte was changed")
    found = sha256(files.texts[DAY])
    if found != digest:
        raise Broken(f"{files.title}: {DAY}", f"has the digest {found}, and {digest} was signed")
    keys.check(key, signature, files.texts[DAY], files.title)
    return digest, key


def _check_place(files: Files, told: Thing) -> None:
    """Whether the document is the one that it is said to be."""
    where = f"{files.title}: {DAY}"
    if told.get("format") != FORMAT:
        raise Broken(where, f"is of the form {told.get('format')}, and {FORMAT} is known here")
    for name, expected in (
        ("position", files.position),
        ("businessDate", files.business_date),
        ("revision", files.revision),
    ):
        if told.get(name) != expected:
            raise Broken(where, f"has {name} {told.get(name)} where {expected} belongs")


def _check_files(files: Files, told: Thing) -> int:
    sales, totals = files.texts[SALES], files.texts[TOTALS]
    _check_digest(files, SALES, sales, told["sales"]["sha256"])
    _check_digest(files, TOTALS, totals, told["totals"]["sha256"])
    unchecked = _check_people(files, told["parts"])
    texts = sales.split(b"\n")[:-1]
    if len(texts) != told["sales"]["count"]:
        raise Broken(f"{files.title}: {SALES}", f"has {len(texts)} sales, not as many as signed")
    _check_sums(files, told, [parse(text, f"{files.title}: {SALES}") for text in texts])
    place = Place(told["businessLocationId"], date.fromisoformat(told["businessDate"]))
    for name, make in _MADE.items():
        if name in files.texts and make(texts, place) != files.texts[name]:
            raise Broken(f"{files.title}: {name}", "is not what the sales give: a byte was changed")
    return unchecked


def _check_digest(files: Files, name: str, text: bytes, signed: str) -> None:
    if (found := sha256(text)) != signed:
        raise Broken(f"{files.title}: {name}", f"has the digest {found}, and {signed} was signed")


def _check_people(files: Files, told: Thing) -> int:
    """Raises `Broken`; how many parts have values that nothing can be compared with."""
    where = f"{files.title}: {PEOPLE}"
    parts = [_part(line, where) for line in _lines(files.texts[PEOPLE], where)]
    for number, (part, given) in enumerate(parts):
        if part.get("part") != number:
            raise Broken(where, f"part {number} is not in its place")
        if "salt" in part and sha256(_salt(part["salt"], where) + given) != part["sha256"]:
            raise Broken(where, f"part {number} is not what was hashed: a byte was changed")
    hashes = [part["sha256"] for part, _ in parts]
    found = sha256(bytes.fromhex("".join(hashes)))
    if (len(hashes), found) != (told["count"], told["sha256"]):
        raise Broken(where, "its hashes are not those that were signed")
    return sum("values" in part and "salt" not in part for part, _ in parts)


def _part(line: bytes, where: str) -> tuple[Thing, bytes]:
    """A line, and its values byte for byte; it has to be written as the gate writes it."""
    part = parse(line, where)
    told = {name: part[name] for name in ("part", "sha256", "salt") if name in part}
    opening = compact(told)[:-1] + (b',"values":' if "values" in part else b"")
    given = line[len(opening) : -1]
    plain = isinstance(part.get("sha256"), str) and len(part["sha256"]) == 64
    if not plain or not line.startswith(opening) or (given and "values" not in part):
        raise Broken(where, "is not written as the gate writes it: a byte was changed")
    return part, given


def _salt(text: str, where: str) -> bytes:
    if not _HEX.fullmatch(text) or len(text) != 32:
        raise Broken(where, f"{text!r} is no salt")
    return bytes.fromhex(text)


def _lines(text: bytes, where: str) -> Iterator[bytes]:
    *lines, rest = text.split(b"\n")
    if rest:
        raise Broken(where, "its last line does not end")
    yield from lines


def _check_sums(files: Files, told: Thing, sales: Iterable[Thing]) -> None:
    recount = Recount(told["proof"], told["startsAt"])
    before: tuple[Any, ...] = ()
    for sale in sales:
        place = (_comparable(sale["timeOfCloseAndPaid"]), sale["accountFiscId"])
        if place < before:
            raise Broken(f"{files.title}: {SALES}", f"{place[1]} is not in its order")
        before = place
        recount.add(sale)
    totals = told_totals(parse(files.texts[TOTALS], f"{files.title}: {TOTALS}"))
    _compare(f"{files.title}: {TOTALS}", totals, recount.totals())
    _compare(f"{files.title}: proof", told_proof(told["proof"]), recount.proof())


def _comparable(time: str) -> str:
    """A time whose order as text is its order in time: all milliseconds written out."""
    seconds, _, rest = time.rstrip("Z").partition(".")
    return f"{seconds}.{rest.ljust(3, '0')}"


def _compare(where: str, told: Thing, counted: Thing) -> None:
    if set(told) != set(counted):
        raise Broken(where, f"has {sorted(told)}, and not {sorted(counted)}")
    for name in told:
        if told[name] == counted[name]:
            continue
        if isinstance(told[name], dict):
            _compare(f"{where}: {name}", told[name], counted[name])
        raise Broken(f"{where}: {name}", f"says {told[name]}, and the sales give {counted[name]}")
