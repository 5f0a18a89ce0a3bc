"""What lies beside the sales, in V2: orders that came to nothing, and card payments."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import field

from tillgate.access.reads import Grant
from tillgate.api.books import books_of
from tillgate.api.call import Call
from tillgate.api.params import Parameters, reading
from tillgate.api.plane import Plane
from tillgate.api.readers import BusinessDate, Id, Instant, check_range, clamped, one_of, whole
from tillgate.foundation import clock
from tillgate.ledger.card_payment import CardPaymentStatus
from tillgate.ledger.unbooked_reads import (
    CardPaymentFilter,
    DateType,
    SortDirection,
    fetch_aborted_orders,
    fetch_card_payments,
)

MOST_ON_A_PAGE = 100


def _statuses(text: str) -> tuple[CardPaymentStatus, ...]:
    read = one_of(CardPaymentStatus)
    return tuple(dict.fromkeys(read(word.strip()) for word in text.split(",")))


class AbortedOrdersParameters(Parameters, frozen=True):
    """Which business day."""

    business_location_id: Id
    date: BusinessDate


class CardPaymentsParameters(Parameters, frozen=True):
    """Which range of which date, in which order, from where on; without `to` until now."""

    business_location_id: Id
    from_: Instant = field(name="from")
    to: Instant | None = None
    page_size: Annotated[int, reading(clamped(MOST_ON_A_PAGE))] = 50
    offset: Annotated[int, reading(whole(0))] = 0
    sort_direction: Annotated[SortDirection, reading(one_of(SortDirection))] = SortDirection.ASC
    date_type: Annotated[DateType, reading(one_of(DateType))] = DateType.MODIFIED
    status: Annotated[tuple[CardPaymentStatus, ...], reading(_statuses, separator=",")] | None = (
        None
    )

    def __post_init__(self) -> None:
        check_range(self.from_, self.end)

    @property
    def end(self) -> datetime:
        """Where the range ends; one that begins in the future and has no end is empty."""
        return self.to or max(clock.now(), self.from_)


async def get_aborted_orders(
    plane: Plane, _call: Call, grant: Grant, asked: AbortedOrdersParameters
) -> bytes:
    """A bare array of the published `financial-apiAbortedOrderDto`."""
    await books_of(plane, grant, asked.business_location_id)
    bodies = await fetch_aborted_orders(
        plane.pool,
        grant.locations,
        asked.business_location_id,
        asked.date,
        staff_names=grant.staff,
    )
    return f"[{','.join(bodies)}]".encode()


async def get_card_payments(
    plane: Plane, _call: Call, grant: Grant, asked: CardPaymentsParameters
) -> bytes:
    """A page of the published `financial-apiLSPaymentsDto`."""
    await books_of(plane, grant, asked.business_location_id)
    wanted = CardPaymentFilter(
        start=asked.from_, end=asked.end, date_type=asked.date_type, statuses=asked.status
    )
    bodies = await fetch_card_payments(
        plane.pool,
        grant.locations,
        asked.business_location_id,
        wanted,
        direction=asked.sort_direction,
        offset=asked.offset,
        limit=asked.page_size + 1,
    )
    told = {"pageSize": asked.page_size, "offset": asked.offset}
    if len(bodies) > asked.page_size:
        told["nextOffset"] = asked.offset + asked.page_size
    entries = ",".join(bodies[: asked.page_size])
    return f'{{"payments":[{entries}],{msgspec.json.encode(told).decode()[1:]}'.encode()
