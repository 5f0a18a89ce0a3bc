"""Whether what lies beside a document, unsigned, says what the document says.

Pages, sums and the feed find sales by it: columns, index lists, directories, figures, sums of
months. Nobody outside sees it, so the gate itself compares it, value by value, when it is asked to.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property
from operator import add
from typing import Any, NamedTuple

import msgspec
import zstandard

from tillgate.foundation.instants import format_instant
from tillgate.ledger import figures, pieces
from tillgate.ledger.closed_sales import OpenedDay, OpenedSale
from tillgate.ledger.document import Manifest, instant_of, milliseconds
from tillgate.ledger.export.files import StoredDay
from tillgate.ledger.lookup import key_of, short
from tillgate.ledger.month_lines import Gatherer, MonthLines, month_of, unpack
from tillgate.ledger.personal import PersonalPart, hash_of, known_of, unpack_values
from tillgate.ledger.pieces import Cut
from tillgate.ledger.public import read_public
from tillgate.ledger.totals import BLOCKS_DECODER, decode_lines

_MANIFEST = msgspec.json.Decoder(Manifest)
_UNPACK = zstandard.ZstdDecompressor
_PAYMENTS = b',"payments":'
_PART = re.compile(rb'"part":(\d+)')
_HASH = 32
# What a changed byte may make of a thing that was well-formed.
_UNREADABLE = (
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
    *(msgspec.MsgspecError, zstandard.ZstdError),
)

Pair = tuple[str, str]


class Row(NamedTuple):
    """A document's row, with what it comes to beside it; None where that is made when asked for."""

    location: int
    business_date: date
    revision: int
    position: int
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime
    first_closed_at: datetime | None
    last_closed_at: datetime | None
    sale_count: int
    strays: bool
    closed_by: str
    key_id: str
    digest: bytes
    previous_digest: bytes
    signature: bytes
    manifest: bytes
    part_hashes: bytes
    totals: bytes
    spans: bytes
    data: bytes
    reference_keys: list[int]
    account_keys: list[int]
    contents: list[int]
    closings: list[int]
    figures: bytes | None


class MonthDay(NamedTuple):
    """A day of a month, by the revision that was its newest then."""

    business_date: date
    totals: bytes
    first_closed_at: datetime | None
    last_closed_at: datetime | None


class MonthRow(NamedTuple):
    """The sums of a month that were written with a document, and what they were made of."""

    month: date
    first_closed_at: datetime
    last_closed_at: datetime
    parts: int
    lines: bytes
    days: Sequence[MonthDay]
    people: Sequence[tuple[date, int, bytes]]


class Beside:
    """A document, and what lies beside it; `parts` are the personal parts that are still there."""

    def __init__(self, row: Row, parts: Sequence[PersonalPart]) -> None:
        self._row = row
        self._parts = parts

    @cached_property
    def _manifest(self) -> Manifest:
        return _MANIFEST.decode(self._row.manifest)

    @cached_property
    def _opened(self) -> OpenedDay:
        known = known_of((part.number, part.values) for part in self._parts)
        return OpenedDay(self._row.spans, self._row.data, known)

    def references(self) -> list[Pair]:
        """External references of its sales, each with the account reference; none if unreadable."""
        try:
            return [
                (each, sale.reference)
                for sale in self._opened.sales
                for each in read_public(sale.cut.lean).external_references
            ]
        except _UNREADABLE:
            return []

    def faults(self, kept: Collection[Pair], months: Iterable[MonthRow]) -> list[str]:
        """Names of what does not fit the document; `kept` are the references that are kept."""
        checks: dict[str, Callable[[], bool]] = {
            "frames": self._frames_fit,
            "sales": self._sales_fit,
            "contents": self._contents_fit,
            "figures": self._figures_fit,
            "people": self._people_fit,
            "references": lambda: set(self.references()) <= set(kept),
            "month": lambda: all(_month_fits(self._row, each) for each in months),
        }
        columns = [name for name, fits in self._columns() if not fits]
        return [*columns, *(name for name, fits in checks.items() if not _holds(fits))]

    def _columns(self) -> Iterator[tuple[str, bool]]:
        row = self._row
        try:
            told = self._manifest
        except _UNREADABLE:
            yield "manifest", False
            return
        yield "businessLocationId", row.location == told.business_location_id
        yield "businessDate", row.business_date == told.business_date
        yield "revision", row.revision == told.revision
        yield "position", row.position == told.position
        yield "startsAt", _is_instant(row.starts_at, told.starts_at)
        yield "endsAt", _is_instant(row.ends_at, told.ends_at)
        yield "closedAt", _is_instant(row.closed_at, told.closed_at)
        yield "cause", row.closed_by == told.cause
        yield "digest", row.digest == hashlib.sha256(row.manifest).digest()
        yield "previousDigest", row.previous_digest.hex() == told.previous_digest
        yield "count", row.sale_count == told.sales["count"]

    def _frames_fit(self) -> bool:
        """Where each sale lies, whose it is, and where its pieces and payments are."""
        row = self._row
        signed = (row.location, row.business_date, row.digest, row.key_id, row.signature)
        stored = StoredDay(*signed, row.manifest, row.totals, row.spans, row.data)
        return len(stored.texts) == row.sale_count and all(
            _is_well_cut(sale.cut) for sale in self._opened.sales
        )

    def _sales_fit(self) -> bool:
        """The lists that sales are found by, and what pages know of the day as a whole."""
        row, closed = self._row, [milliseconds(each.closed_at) for each in self._opened.sales]
        bounds = [instant_of(each) for each in (min(closed), max(closed))] if closed else [None] * 2
        start, end = milliseconds(row.starts_at), milliseconds(row.ends_at)
        listed = zip(row.reference_keys, row.account_keys, row.closings, strict=True)
        return (
            [row.first_closed_at, row.last_closed_at] == bounds
            and row.strays == any(not start <= each < end for each in closed)
            and sorted(listed) == sorted(map(_entry, self._listed()))
        )

    def _listed(self) -> list[OpenedSale]:
        """The sales that the document brought or changed."""
        told, sales = self._manifest.corrects, self._opened.sales
        if told is None:
            return sales
        brought = {each["accountFiscId"] for each in told["sales"] if each["change"] != "moved"}
        return [sale for sale in sales if sale.account_id in brought]

    def _contents_fit(self) -> bool:
        """Nobody can tell it of a sale with a person that was erased."""
        row, there = self._row, set(self._opened.known.numbers)
        kept = dict(zip(row.reference_keys, row.contents, strict=True))
        return all(
            kept[key_of(sale.reference)] == short(hashlib.sha256(self._opened.body(sale)).digest())
            for sale in self._listed()
            if there.issuperset(_parts_of(sale.cut))
        )

    def _figures_fit(self) -> bool:
        if self._row.figures is None:
            return True
        blocks = BLOCKS_DECODER.decode(_UNPACK().decompress(self._row.totals))
        made = figures.figures_of(blocks, self._manifest.proof)
        return figures.unpack(self._row.figures) == made

    def _people_fit(self) -> bool:
        """Each part has its hash in the document, and is kept under the one it is about."""
        hashes, about = self._row.part_hashes, dict[int, str]()
        for sale in self._opened.sales:
            about |= _people_of(sale, self._opened)
        return all(
            hashes[part.number * _HASH :][:_HASH] == hash_of(_unpacked(part))
            and part.person == about.get(part.number, part.person)
            for part in self._parts
            # A later revision brought it.
            if part.number < len(hashes) // _HASH
        )


def _holds(fits: Callable[[], bool]) -> bool:
    try:
        return fits()
    except _UNREADABLE:
        return False


def _is_instant(instant: datetime, told: str) -> bool:
    return not instant.microsecond % 1000 and format_instant(instant) == told


def _entry(sale: OpenedSale) -> tuple[int, int, int]:
    return key_of(sale.reference), key_of(sale.account_id), milliseconds(sale.closed_at)


def _unpacked(part: PersonalPart) -> PersonalPart:
    return part._replace(values=unpack_values(part.values))


def _is_well_cut(cut: Cut) -> bool:
    """Whether a sale lies in its pieces as its signed text is cut, and its payments in one."""
    start, end = cut.payments_start, cut.payments_end
    payments, rest = cut.lean[start:end], cut.lean[:start] + cut.lean[end:]
    again = pieces.cut(pieces.whole(cut), payments, lambda _, value: value)
    sale = msgspec.json.decode(cut.lean)
    paid = sale.pop("payments", None)
    told = msgspec.json.decode(payments.removeprefix(_PAYMENTS)) if payments else None
    return again == cut and paid == told and sale == msgspec.json.decode(rest)


def _parts_of(cut: Cut) -> list[int]:
    """The personal parts that a sale refers to, piece by piece."""
    told = zip(cut.tags, cut.texts, strict=True)
    found = (_PART.search(text) for tag, text in told if tag in pieces.PERSONAL)
    return [int(match[1]) for match in found if match]


def _people_of(sale: OpenedSale, day: OpenedDay) -> dict[int, str]:
    """Whom its parts are about; nothing where one of them was erased."""
    numbers, people = _parts_of(sale.cut), list[str]()
    if not set(numbers) <= set(day.known.numbers):
        return {}

    def refer(person: str, _: bytes) -> bytes:
        people.append(person)
        return b"{}"

    pieces.cut(day.body(sale), b"", refer)
    return dict(zip(numbers, people, strict=True))


def _month_fits(row: Row, kept: MonthRow) -> bool:
    gatherer = Gatherer()
    for day in kept.days:
        names = known_of(
            (number, values) for on, number, values in kept.people if on == day.business_date
        )
        totals = decode_lines(_UNPACK().decompress(day.totals))
        gatherer.add(day.business_date, totals, names)
    first = min(day.first_closed_at for day in kept.days if day.first_closed_at)
    last = max(day.last_closed_at for day in kept.days if day.last_closed_at)
    # With parts gone the names of then are not known any more.
    named = len(kept.people) == kept.parts
    made = gatherer.lines()
    return (
        kept.month == month_of(row.business_date)
        and (kept.first_closed_at, kept.last_closed_at) == (first, last)
        and len(kept.people) <= kept.parts
        and _sums(unpack(kept.lines), named=named) == _sums(made, named=named)
    )


def _sums(lines: MonthLines, *, named: bool) -> dict[Any, list[int]]:
    """The sums by who and what; by the id alone of who is not `named`."""
    columns = (lines.gross, lines.service_charges, lines.discounts, lines.taxes, lines.lines)
    sums = dict[Any, list[int]]()
    for who, what, *amounts in zip(lines.who, lines.what, *columns, strict=True):
        person = lines.people[who]
        key = (person if named else person.staff_id, lines.kinds[what])
        sums[key] = list(map(add, sums.get(key, [0] * len(columns)), amounts))
    return sums
