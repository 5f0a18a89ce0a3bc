"""Aborted orders and card payments as the API plane sends them: each is the published object."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

import msgspec
from psycopg import sql

from tillgate.foundation.postgres.pools import Pool, read
from tillgate.foundation.postgres.sessions import query
from tillgate.ledger.card_payment import CardPaymentStatus


class DateType(StrEnum):
    """Which date of a card payment a range is about."""

    CREATED = "CREATED"
    MODIFIED = "MODIFIED"


class SortDirection(StrEnum):
    """Oldest first, or newest first."""

    ASC = "ASC"
    DESC = "DESC"


class CardPaymentFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which card payments: `start` is included, `end` is not; without `statuses` every status."""

    start: datetime
    end: datetime
    date_type: DateType
    statuses: tuple[CardPaymentStatus, ...] | None = None


_ORDERS = """
SELECT staff_name, body FROM ledger_abortedorder
WHERE business_location_id = {location} AND business_date = {day}
ORDER BY aborted_at, order_id COLLATE "C"
"""

_COLUMNS = {
    DateType.CREATED: sql.Identifier("created_at"),
    DateType.MODIFIED: sql.Identifier("modified_at"),
}
_ORDER = {SortDirection.ASC: sql.SQL("ASC"), SortDirection.DESC: sql.SQL("DESC")}


async def fetch_aborted_orders(
    pool: Pool, locations: Collection[int], location: int, day: date, *, staff_names: bool
) -> list[str]:
    """The aborted orders of a business day, by their time; names only where they are agreed."""
    rows = await read(pool, locations, query(_ORDERS, location=location, day=day))
    return [_with_name(name if staff_names else None, body) for name, body in rows]


def _with_name(name: str | None, body: str) -> str:
    if name is None:
        return body
    return f'{{"staffName":{msgspec.json.encode(name).decode()},{body[1:]}'


async def fetch_card_payments(  # noqa: PLR0913  who may see, where, which, and how many
    pool: Pool,
    locations: Collection[int],
    location: int,
    wanted: CardPaymentFilter,
    *,
    direction: SortDirection,
    offset: int,
    limit: int,
) -> list[str]:
    """Card payments of a location by the date asked for, then by their id."""
    column = _COLUMNS[wanted.date_type]
    conditions = [
        query("business_location_id = {location}", location=location),
        sql.SQL("{} >= {}").format(column, query("{at}", at=wanted.start)),
        sql.SQL("{} < {}").format(column, query("{at}", at=wanted.end)),
    ]
    if wanted.statuses is not None:
        statuses = [str(status) for status in wanted.statuses]
        conditions.append(query("status = any({statuses}::text[])", statuses=statuses))
    text = sql.SQL("SELECT body FROM ledger_cardpayment WHERE {} ORDER BY {}, {} {}").format(
        sql.SQL(" AND ").join(conditions),
        sql.SQL("{} {}").format(column, _ORDER[direction]),
        sql.SQL('payment_id COLLATE "C" {}').format(_ORDER[direction]),
        query("OFFSET {offset} LIMIT {limit}", offset=offset, limit=limit),
    )
    return [body for (body,) in await read(pool, locations, text)]
