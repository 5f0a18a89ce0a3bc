"""`journal`: a balanced entry a business day, by the business's own accounts, in four formats."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import field

from tillgate.access.reads import Grant
from tillgate.api.books import books_of
from tillgate.api.call import Call
from tillgate.api.errors import NoSuchMapping
from tillgate.api.params import Parameters, reading
from tillgate.api.payload import Payload
from tillgate.api.plane import Plane
from tillgate.api.readers import MAX_RANGE, BusinessDate, Id, Instant, check_dates, one_of, whole
from tillgate.api.summary import earlier
from tillgate.api.turns import sum_turn
from tillgate.foundation import clock
from tillgate.foundation.instants import format_instant
from tillgate.journal.entry import Entry, Posting
from tillgate.journal.formats import WRITERS
from tillgate.journal.journal import Journal
from tillgate.journal.mapping import Account, Corrections, Places
from tillgate.journal.reads import SHORT, Asked, NoSuchVersion, fetch_journal
from tillgate.journal.sources import Source
from tillgate.ledger.amounts import exact

_MOST_VERSIONS = 2**31 - 1


class Format(StrEnum):
    """How a journal is written."""

    JSON = "json"
    CSV = "csv"
    HLEDGER = "hledger"
    BEANCOUNT = "beancount"


class _Text(msgspec.Struct, frozen=True):
    """What files of a format for a program of accountants are."""

    content_type: bytes
    ending: str


_TEXTS = {
    Format.CSV: _Text(b"text/csv; charset=utf-8; header=present", "csv"),
    Format.HLEDGER: _Text(b"text/plain; charset=utf-8", "journal"),
    Format.BEANCOUNT: _Text(b"text/plain; charset=utf-8", "beancount"),
}


class JournalParameters(Parameters, frozen=True):
    """Which days, as of when, how they are written, and what the mapping says otherwise.

    One date alone is that day, none the day that runs now.
    """

    business_location_id: Id
    from_: BusinessDate | None = field(name="from", default=None)
    to: BusinessDate | None = None
    as_of: Instant | None = None
    format_: Annotated[Format, reading(one_of(Format))] = field(name="format", default=Format.JSON)
    corrections: Annotated[Corrections | None, reading(one_of(Corrections))] = None
    places: Annotated[Places | None, reading(one_of(Places))] = None
    mapping_version: Annotated[int | None, reading(whole(0, _MOST_VERSIONS))] = None

    def __post_init__(self) -> None:
        check_dates(self.from_, self.to, MAX_RANGE)


async def get_journal(
    plane: Plane, _call: Call, grant: Grant, asked: JournalParameters
) -> bytes | Payload:
    """What is booked on the days of a range: closed ones by their documents, others as they are."""
    location = asked.business_location_id
    books, now = await books_of(plane, grant, location), clock.now()
    today = books.calendar.day_of(now)
    wanted = Asked(
        location,
        asked.from_ or asked.to or today,
        asked.to or asked.from_ or today,
        now,
        earlier(asked.as_of, now),
        asked.mapping_version,
        asked.corrections,
        asked.places,
    )
    async with sum_turn(plane):
        try:
            journal = await fetch_journal(plane.pool, grant.locations, wanted)
        except NoSuchVersion as error:
            raise NoSuchMapping(error.version) from error
        return await _written(journal, wanted, asked.format_)


async def _written(journal: Journal, asked: Asked, form: Format) -> bytes | Payload:
    if form is Format.JSON:
        if len(journal.entries) <= SHORT:
            return as_json(journal, asked)
        return await asyncio.to_thread(as_json, journal, asked)
    text = _TEXTS[form]
    written = await asyncio.to_thread(WRITERS[form], journal)
    return Payload(written, text.content_type, (_named(asked, text.ending),))


def _named(asked: Asked, ending: str) -> tuple[bytes, bytes]:
    name = f"journal-{asked.location}-{asked.first}-{asked.last}.{ending}"
    return b"content-disposition", f'attachment; filename="{name}"'.encode()


def as_json(journal: Journal, asked: Asked) -> bytes:
    """The journal as the answer has it."""
    mapping = journal.mapping
    shown = _cents if mapping.places is Places.CENTS else exact
    return msgspec.json.encode(
        {
            "businessLocationId": journal.location,
            "from": asked.first,
            "to": asked.last,
            **({"asOf": format_instant(asked.as_of)} if asked.as_of else {}),
            "currency": journal.currency,
            "final": journal.final,
            "mappingVersion": mapping.version,
            "corrections": mapping.corrections,
            "places": mapping.places,
            "suspense": mapping.suspense,
            "accounts": [_account(account) for account in journal.accounts],
            "entries": [_entry(entry, shown) for entry in journal.entries],
            "unmapped": [_unmapped(source) for source in journal.unmapped],
            "daysWithoutFigures": journal.without_figures,
        }
    )


class _Shape(msgspec.Struct, rename="camel", omit_defaults=True):
    """An object of the answer; there may be thousands, and dictionaries take twice the time."""


class _Account(_Shape):
    code: str
    name: str
    kind: str
    parent: str = ""
    currency: str = ""


class _Part(_Shape):
    what: str
    key: str
    name: str
    amount: str


class _Unmapped(_Shape):
    what: str
    key: str
    name: str
    side: str
    amount: str


class _Posting(_Shape):
    account: str
    name: str
    kind: str
    what: str
    side: str
    amount: str
    parts: list[_Part]


class _Entry(_Shape):
    number: str
    business_date: date
    booked_on: date
    final: bool
    restated: bool
    reasons: Sequence[str]
    postings: list[_Posting]
    unmapped: list[_Unmapped]
    revision: int | None = None
    digest: str = ""
    follows: str = ""


def _account(account: Account) -> _Account:
    return _Account(account.code, account.name, account.kind, account.parent, account.currency)


def _entry(entry: Entry, shown: Callable[[int], str]) -> _Entry:
    return _Entry(
        entry.number,
        entry.business_date,
        entry.booked_on,
        entry.final,
        entry.restated,
        entry.reasons,
        [_posting(posting, shown) for posting in entry.postings.all],
        [_unmapped(source) for source in entry.postings.unmapped],
        entry.revision,
        entry.digest.hex(),
        entry.follows,
    )


def _posting(posting: Posting, shown: Callable[[int], str]) -> _Posting:
    account, what, amount, parts = posting
    side, told = _side(amount), shown(abs(amount))
    # Most have a single part, and writing amounts is what takes the time.
    amounts = [told] if len(parts) == 1 and shown is exact else _on_one_side(posting)
    listed = [_Part(*source.thing[:3], each) for source, each in zip(parts, amounts, strict=True)]
    return _Posting(account.code, account.name, account.kind, what, side, told, listed)


def _on_one_side(posting: Posting) -> list[str]:
    """The amounts of a posting's parts, which add up to its own."""
    sign = 1 if posting.amount > 0 else -1
    return [exact(sign * source.amount) for source in posting.parts]


def _unmapped(source: Source) -> _Unmapped:
    return _Unmapped(*source.thing[:3], _side(source.amount), exact(abs(source.amount)))


def _side(amount: int) -> str:
    return "debit" if amount > 0 else "credit"


def _cents(amount: int) -> str:
    return exact(amount)[:-4]
