"""Sales as V2 gives them: of a range page by page, and of a business day whole.

A day stays as it was first closed; what was corrected shows on the day of the correction.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import field

from tillgate.access.reads import Grant
from tillgate.api.books import (
    books_of,
    day_span,
    days_of,
    next_start_of_day,
    view_for,
)
from tillgate.api.call import Call
from tillgate.api.errors import BadParameters, NotOperationalYet, Problem
from tillgate.api.params import Clash, Parameters, Unusable, reading
from tillgate.api.payload import Body
from tillgate.api.plane import Plane
from tillgate.api.readers import BusinessDate, Id, Include, Instant, check_range, clamped
from tillgate.api.rendering import put_together
from tillgate.foundation import clock
from tillgate.ledger.document import instant_of, milliseconds
from tillgate.ledger.reads import LocationBooks, is_final
from tillgate.ledger.render import View
from tillgate.ledger.runs import Key, Run, split
from tillgate.ledger.spans import Asked, Span
from tillgate.ledger.update_reads import fetch_first_closing, fetch_sales_by_change

MOST_ON_A_PAGE = 100
USUAL_ON_A_PAGE = 50

_TOKEN = re.compile(r"(\d{1,13}) ([^\0]{1,100})", re.ASCII)
_ANOTHER_PAGE = "send the token that the page before gave, with the same range"


def read_token(text: str) -> Key | None:
    """The sale that the page before ended with; None for the first page."""
    if not text:
        return None
    try:
        plain = base64.b64decode(f"{text}{'=' * (-len(text) % 4)}", b"-_", validate=True).decode()
    except ValueError:
        plain = ""
    match = _TOKEN.fullmatch(plain)
    if match is None:
        raise Unusable(_ANOTHER_PAGE)
    return int(match[1]), match[2]


def token_after(key: Key) -> str:
    """The token of the page that goes on after a sale."""
    return base64.urlsafe_b64encode(f"{key[0]} {key[1]}".encode()).decode().rstrip("=")


class SalesParameters(Parameters, frozen=True):
    """Which range, which parts, and after which sale; without `to`, up to now."""

    business_location_id: Id
    from_: Instant = field(name="from")
    to: Instant | None = None
    include: Include = frozenset()
    page_size: Annotated[int, reading(clamped(MOST_ON_A_PAGE))] = USUAL_ON_A_PAGE
    next_page_token: Annotated[Key | None, reading(read_token)] = None


class SalesDailyParameters(Parameters, frozen=True):
    """Which business day, and which parts."""

    business_location_id: Id
    date: BusinessDate
    include: Include = frozenset()


async def get_sales(plane: Plane, _call: Call, grant: Grant, asked: SalesParameters) -> Body:
    """A page of the published `financial-apiSalesExportDto`."""
    location, after = asked.business_location_id, asked.next_page_token
    books = await books_of(plane, grant, location)
    await _check_earliest(plane, grant, location, books, asked.from_)
    span = _span(asked)
    view = view_for(grant, asked.include, v2=True)
    if after:
        span = Span(max(span.start, instant_of(after[0])), span.end)
    wanted = Asked(
        location=location,
        span=span,
        days=days_of(books.calendar, span),
        names=view.text == "body",
        after=after,
        limit=asked.page_size + 1,
        as_first_closed=True,
    )
    runs, _ = await fetch_sales_by_change(plane.pool, grant.locations, wanted)
    taken, further = split(runs, asked.page_size)
    tail = {"nextPageToken": token_after(taken[-1].key(-1))} if further else {}
    return await _body(taken, view, tail)


def _span(asked: SalesParameters) -> Span:
    """The range, which never goes beyond now; raises `BadParameters` where it is none."""
    start, now = asked.from_, clock.now()
    end = min(asked.to or now, now)
    token = asked.next_page_token
    if start > now:
        raise _bad("from", "write a date-time that is not in the future")
    try:
        check_range(start, end)
    except Clash as clash:
        raise _bad(clash.name, str(clash)) from clash
    if token and not milliseconds(start) <= token[0] < milliseconds(end):
        raise _bad("nextPageToken", _ANOTHER_PAGE)
    return Span(start, end)


def _bad(name: str, cure: str) -> BadParameters:
    return BadParameters([Problem(name, "", cure)])


async def _check_earliest(
    plane: Plane, grant: Grant, location: int, books: LocationBooks, start: datetime
) -> None:
    """Raises `NotOperationalYet` for what lies before the first day and before every sale."""
    begins = books.calendar.start(books.since)
    if start >= begins:
        return
    first = await fetch_first_closing(plane.pool, grant.locations, location)
    earliest = min(begins, first or begins).replace(microsecond=0)
    if start < earliest:
        local = books.calendar.local(earliest)
        raise NotOperationalYet(local.isoformat(timespec="seconds"))


async def get_sales_daily(
    plane: Plane, _call: Call, grant: Grant, asked: SalesDailyParameters
) -> Body:
    """A business day in the published `financial-apiSalesDailyExportDto`."""
    location = asked.business_location_id
    books = await books_of(plane, grant, location)
    span, day = day_span(books.calendar, asked.date)
    view = view_for(grant, asked.include, v2=True)
    wanted = Asked(
        location=location,
        span=span,
        days=(day, day),
        until=books.until,
        names=view.text == "body",
        as_first_closed=True,
    )
    runs, finality = await fetch_sales_by_change(plane.pool, grant.locations, wanted)
    # A day that was closed before its end may still see corrections of other days.
    complete = is_final(books, (day, day), finality) and span.end <= clock.now()
    tail: dict[str, object] = {
        "nextStartOfDayAsIso8601": next_start_of_day(books.calendar, span),
        "dataComplete": complete,
    }
    return await _body(runs, view, tail, final=complete)


async def _body(
    runs: Sequence[Run], view: View, tail: Mapping[str, object], *, final: bool = False
) -> Body:
    closing = b"]" + (b"," + msgspec.json.encode(tail)[1:] if tail else b"}")
    return await put_together(runs, view, b'{"sales":[', closing, final=final)
