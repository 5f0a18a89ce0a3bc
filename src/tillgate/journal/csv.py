"""The journal as CSV: a row a posting, each with all that is known of its entry.

It is written as the files of a closed day are, with the same rules for texts and numbers. An entry
without postings has one row all the same, for it may replace one that had some.
"""

from collections.abc import Iterable, Iterator

import msgspec

from tillgate.journal.entry import Entry, Posting
from tillgate.journal.journal import Journal
from tillgate.journal.sources import Source, Thing
from tillgate.journal.texts import places_of, written
from tillgate.ledger.export.cells import quoted

COLUMNS = (
    *("businessLocationId", "number", "businessDate", "bookedOn", "final", "revision", "digest"),
    *("restated", "follows", "reasons", "mappingVersion", "corrections", "places", "currency"),
    *("account", "accountName", "accountKind", "what", "debit", "credit", "unmapped", "parts"),
)
_NO_POSTING = "," * 7


def as_csv(journal: Journal) -> bytes:
    """The whole file, in UTF-8."""
    lines = [",".join(map(quoted, COLUMNS))]
    for entry in journal.entries:
        lines += _rows(entry, journal)
    return "".join(f"{line}\r\n" for line in lines).encode()


def _rows(entry: Entry, journal: Journal) -> Iterator[str]:
    common = ",".join(_of_entry(entry, journal))
    if not entry.postings.all:
        yield f"{common},{_NO_POSTING}"
    unmapped = {source.thing for source in entry.postings.unmapped}
    for posting in entry.postings.all:
        # What rounding to cents left is a part of other postings as well.
        lost = unmapped if posting.account.code == journal.mapping.suspense else ()
        yield f"{common},{','.join(_of_posting(posting, lost))}"


def _of_entry(entry: Entry, journal: Journal) -> Iterator[str]:
    mapping = journal.mapping
    yield f"{journal.location}"
    yield from map(quoted, (entry.number, f"{entry.business_date}", f"{entry.booked_on}"))
    yield _yes_or_no(yes=entry.final)
    yield "" if entry.revision is None else f"{entry.revision}"
    yield quoted(entry.digest.hex())
    yield _yes_or_no(yes=entry.restated)
    yield quoted(entry.follows)
    yield quoted(msgspec.json.encode(list(entry.reasons)).decode())
    yield f"{mapping.version}"
    yield from map(quoted, (mapping.corrections, mapping.places, journal.currency))


def _of_posting(posting: Posting, unmapped: Iterable[Thing]) -> Iterator[str]:
    account, what, amount, parts = posting
    yield from map(quoted, (account.code, account.name, account.kind, what))
    yield _amount(amount) if amount > 0 else ""
    yield _amount(-amount) if amount < 0 else ""
    yield _yes_or_no(yes=any(part.thing in unmapped for part in parts))
    side = 1 if amount > 0 else -1
    yield quoted(msgspec.json.encode([_part(part, side) for part in parts]).decode())


def _part(part: Source, side: int) -> dict[str, str]:
    """What belongs to the row's own side is above zero, so that parts add up to its amount."""
    amount = _amount(side * part.amount)
    return {"key": part.thing.key, "name": part.thing.name, "amount": amount}


def _yes_or_no(*, yes: bool) -> str:
    return "true" if yes else "false"


def _amount(amount: int) -> str:
    return written(amount, places_of([amount]))
