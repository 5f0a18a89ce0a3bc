"""Sales on their way into the books: copied into a temporary table before anything is decided.

Row-level security allows no COPY into the books themselves. The temporary tables vanish with the
transaction, or with the connection if the process is killed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple

from psycopg import Connection, Copy

_TABLES = """
CREATE TEMP TABLE incoming_sale (
    origin bigint, business_location_id bigint, account_reference text, account_id text,
    business_date date, closed_at timestamptz, type text, recorded_at timestamptz, currency text,
    lenient bool, digest bytea, payments_start int, payments_end int, external_references text[],
    reference_key bigint, account_key bigint, lean text, body text
) ON COMMIT DROP;
CREATE TEMP TABLE settled_sale (
    business_location_id bigint, account_reference text, account_id text, business_date date,
    closed_at timestamptz, type text, recorded_at timestamptz, digest bytea, payments_start int,
    payments_end int, external_references text[], lean text, body text, known bool,
    known_references text[]
) ON COMMIT DROP;
CREATE TEMP TABLE incoming_day (
    business_location_id bigint, utc_date date, business_date date, starts_at timestamptz,
    ends_at timestamptz
) ON COMMIT DROP;
"""

_COPY_INCOMING = """
COPY incoming_sale (origin, business_location_id, account_reference, account_id, business_date,
    closed_at, type, recorded_at, currency, lenient, digest, payments_start, payments_end,
    external_references, reference_key, account_key, lean, body) FROM STDIN (FORMAT BINARY)
"""
_INCOMING_TYPES = (
    *("int8", "int8", "text", "text", "date", "timestamptz", "text", "timestamptz", "text"),
    *("bool", "bytea", "int4", "int4", "text[]", "int8", "int8", "text", "text"),
)

_COPY_SETTLED = """
COPY settled_sale (business_location_id, account_reference, account_id, business_date, closed_at,
    type, recorded_at, digest, payments_start, payments_end, external_references, lean, body,
    known, known_references) FROM STDIN (FORMAT BINARY)
"""
_SETTLED_TYPES = (
    *("int8", "text", "text", "date", "timestamptz", "text", "timestamptz", "bytea"),
    *("int4", "int4", "text[]", "text", "text", "bool", "text[]"),
)


class IncomingSale(NamedTuple):
    """A sale in its texts (see `models.OpenSale`); `origin` is how its giver finds it again.

    `reference_key` and `account_key` are as `lookup.key_of` makes them.

    `business_date` is None where the back office did not say, `currency` where there is no amount.
    A lenient one is a recorded answer, which knows nothing of the location's first day.
    """

    origin: int
    business_location_id: int
    account_reference: str
    account_id: str
    business_date: date | None
    closed_at: datetime
    type: str
    recorded_at: datetime
    currency: str | None
    lenient: bool
    digest: bytes
    payments_start: int
    payments_end: int
    external_references: list[str] | None
    reference_key: int
    account_key: int
    lean: str
    body: str


class SettledSale(NamedTuple):
    """What a sale has come to be; `known` when a row of it is to be replaced."""

    business_location_id: int
    account_reference: str
    account_id: str
    business_date: date
    closed_at: datetime
    type: str
    recorded_at: datetime
    digest: bytes
    payments_start: int
    payments_end: int
    external_references: list[str] | None
    lean: str
    body: str
    known: bool
    known_references: list[str] | None


class IncomingDay(NamedTuple):
    """A business day that a date of UTC touches."""

    business_location_id: int
    utc_date: date
    business_date: date
    starts_at: datetime
    ends_at: datetime


def create_stage(connection: Connection[Any]) -> None:
    """Make the temporary tables, for this transaction only."""
    connection.execute(_TABLES)


@contextmanager
def copying_sales(connection: Connection[Any]) -> Iterator[Copy]:
    """Take `IncomingSale` rows; nothing else can use the connection meanwhile."""
    with connection.cursor().copy(_COPY_INCOMING) as copy:
        copy.set_types(_INCOMING_TYPES)
        yield copy


def stage_settled(connection: Connection[Any], sales: list[SettledSale]) -> None:
    """Put sales that have been settled beside the ones that came."""
    with connection.cursor().copy(_COPY_SETTLED) as copy:
        copy.set_types(_SETTLED_TYPES)
        for sale in sales:
            copy.write_row(sale)


def stage_days(connection: Connection[Any], days: list[IncomingDay]) -> None:
    """Put the days that sales may fall on where a query can join them."""
    text = "COPY incoming_day FROM STDIN (FORMAT BINARY)"
    with connection.cursor().copy(text) as copy:
        copy.set_types(("int8", "date", "date", "timestamptz", "timestamptz"))
        for day in days:
            copy.write_row(day)
