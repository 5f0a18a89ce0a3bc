"""Sales: of a range, page by page; of a business day, whole; and one by another's reference."""

from typing import Annotated
from urllib.parse import quote

import msgspec
from msgspec import field

from tillgate.access.reads import Grant
from tillgate.api.books import books_of, day_span, days_of, next_start_of_day, view_for
from tillgate.api.call import Call
from tillgate.api.errors import BadParameters, NotThere, Problem
from tillgate.api.params import Parameters, reading, shown
from tillgate.api.payload import Body
from tillgate.api.plane import Plane
from tillgate.api.readers import (
    BusinessDate,
    Flag,
    Id,
    Include,
    Instant,
    check_range,
    clamped,
    text_of,
)
from tillgate.api.rendering import put_together
from tillgate.ledger.parts import Part
from tillgate.ledger.reads import LocationBooks, fetch_sales, is_final
from tillgate.ledger.reference_reads import fetch_sale_by_reference
from tillgate.ledger.render import View, framed
from tillgate.ledger.runs import Run, split
from tillgate.ledger.spans import Span

MOST_ON_A_PAGE = 1000


class FinancialsParameters(Parameters, frozen=True):
    """Which range, which parts, and from which account on."""

    business_location_id: Id
    from_: Instant = field(name="from")
    to: Instant
    include: Include = frozenset()
    page_size: Annotated[int, reading(clamped(MOST_ON_A_PAGE))] = MOST_ON_A_PAGE
    next_page_token: Annotated[str, reading(text_of(0, 1000))] = ""

    def __post_init__(self) -> None:
        check_range(self.from_, self.to)


class DailyParameters(Parameters, frozen=True):
    """Which business day, and which parts."""

    business_location_id: Id
    include: Include = frozenset()
    date: BusinessDate | None = None
    include_consumers: Flag = False


class ReferenceParameters(Parameters, frozen=True):
    """Which reference of another system."""

    business_location_id: Id
    external_reference_id: Annotated[str, reading(text_of(1, 1000))]


class _Page(msgspec.Struct, frozen=True):
    span: Span
    view: View
    runs: list[Run]
    next_account: str
    complete: bool


async def get_financials(
    plane: Plane, call: Call, grant: Grant, asked: FinancialsParameters
) -> Body:
    """A page of the published `financial-apiFinancialDto`."""
    books = await books_of(plane, grant, asked.business_location_id)
    span, view = Span(asked.from_, asked.to), view_for(grant, asked.include)
    days = days_of(books.calendar, span)
    runs, finality = await fetch_sales(
        plane.pool,
        grant.locations,
        asked.business_location_id,
        span,
        days,
        text=view.text,
        until=books.until,
        first_account=asked.next_page_token,
        limit=asked.page_size + 1,
    )
    _check_token(asked.next_page_token, runs)
    taken, further = split(runs, asked.page_size)
    page = _Page(span, view, taken, further, not further and is_final(books, days, finality))
    return await _body(call, asked.business_location_id, books, page)


def _check_token(token: str, runs: list[Run]) -> None:
    """A token names the account its page begins with; no other page has it in front."""
    if token and (not runs or runs[0].key(0)[1] != token):
        cure = "send the token that the page before gave, with the same range"
        raise BadParameters([Problem("nextPageToken", shown(token), cure)])


async def get_daily_financials(
    plane: Plane, call: Call, grant: Grant, asked: DailyParameters
) -> Body:
    """A business day in the published `financial-apiFinancialDto`."""
    books = await books_of(plane, grant, asked.business_location_id)
    span, day = day_span(books.calendar, asked.date)
    consumers = frozenset({Part.CONSUMER}) if asked.include_consumers else frozenset[Part]()
    view = view_for(grant, asked.include | consumers)
    runs, finality = await fetch_sales(
        plane.pool,
        grant.locations,
        asked.business_location_id,
        span,
        (day, day),
        text=view.text,
        until=books.until,
    )
    page = _Page(span, view, runs, "", is_final(books, (day, day), finality))
    return await _body(call, asked.business_location_id, books, page)


async def get_sale_by_external_reference(
    plane: Plane, _call: Call, grant: Grant, asked: ReferenceParameters
) -> bytes:
    """One bare sale with its payments: there is no `include` here to ask for them."""
    location, reference = asked.business_location_id, asked.external_reference_id
    sale = await fetch_sale_by_reference(plane.pool, grant.locations, location, reference)
    if sale is None:
        raise NotThere(f"Sale Not found for {shown(reference)}")
    return framed(sale.texts(view_for(grant, frozenset({Part.PAYMENTS}))))


async def _body(call: Call, location: int, books: LocationBooks, page: _Page) -> Body:
    head = {
        "businessName": books.business_name,
        "nextStartOfDayAsIso8601": next_start_of_day(books.calendar, page.span),
        "businessLocationId": location,
    }
    tail: dict[str, object] = {"dataComplete": page.complete}
    links = {"self": {"href": call.url()}}
    if page.next_account:
        token = f"nextPageToken={quote(page.next_account)}"
        tail["nextPageToken"] = page.next_account
        links["nextPage"] = {"href": call.url(without="nextPageToken", then=token)}
    opening = msgspec.json.encode(head)[:-1] + b',"sales":['
    closing = b"]," + msgspec.json.encode({**tail, "_links": links})[1:]
    return await put_together(page.runs, page.view, opening, closing, final=page.complete)
