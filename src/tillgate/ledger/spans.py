"""What is asked of a location's sales: a range of closing times, or a business date."""

from datetime import date, datetime

import msgspec


class Span(msgspec.Struct, frozen=True):
    """Which sales: those closed in [start, end), or else those of a business date."""

    start: datetime
    end: datetime
    business_date: date | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which sales of a location, and how much of each.

    `days` are the first and last business date that the span touches, `until` the location's last
    one, if there is one. With `names` the personal
    parts are needed too. `limit` is how many sales are needed at least; None for all.
    """

    location: int
    span: Span
    days: tuple[date, date]
    until: date | None = None
    names: bool = False
    first_account: str = ""
    after: tuple[int, str] | None = None
    limit: int | None = None
    as_first_closed: bool = False
