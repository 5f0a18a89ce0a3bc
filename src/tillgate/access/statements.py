"""What an integration costs in a month: for each location its price by the days it was licensed.

The price of a month, times the charged days, by the days of the month, rounded half even to the
cent; the total is the sum of the lines. Days are the location's own business dates. A day is
charged on which the location could be read at some time: so not a day that lies wholly within a
suspension. The day on which a suspension begins and the one on which it is lifted are charged.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Protocol

from tillgate.foundation.money import rounded

ONE_DAY = timedelta(days=1)


class Period(Protocol):
    """When a location may be read, and what it costs; `LicencePeriod` is one."""

    location_id: int
    from_date: date
    last_date: date | None
    monthly_price: Decimal | None
    currency: str
    agreement: str


class Pause(NamedTuple):
    """A suspension by a location's dates: from the one on which it began, until it was lifted."""

    first: date
    last: date | None

    def covers(self, day: date) -> bool:
        """Whether the location could not be read for one instant of this date."""
        return self.first < day and (self.last is None or day < self.last)


class Line(NamedTuple):
    """One location at one price: so many days of the month, and what they come to."""

    location_id: int
    agreement: str
    monthly_price: Decimal
    currency: str
    first_day: date
    last_day: date
    days: int
    days_of_month: int
    amount: Decimal


class Statement(NamedTuple):
    """A month of an integration; `is_final` once the month is over at each of its locations."""

    month: date
    lines: Sequence[Line]
    is_final: bool

    @property
    def currency(self) -> str:
        """The one currency of all its lines, "" where there are none."""
        return self.lines[0].currency if self.lines else ""

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), Decimal(0))


def statement_of(
    month: date,
    periods: Iterable[Period],
    pauses: Mapping[int, Sequence[Pause]],
    today: Mapping[int, date],
) -> Statement:
    """The statement of the month that holds a date, as far as it has come at each location.

    `pauses` and `today` are by location.
    """
    first, end = month.replace(day=1), last_of_month(month)
    charged: dict[tuple[int, str, Decimal, str], list[date]] = {}
    for period in sorted(periods, key=lambda period: (period.location_id, period.from_date)):
        if period.monthly_price is None:
            continue
        key = (period.location_id, period.agreement, period.monthly_price, period.currency)
        paused = pauses.get(period.location_id, ())
        days = _each(first, min(end, today[period.location_id]))
        charged.setdefault(key, []).extend(d for d in days if is_charged(period, paused, d))
    lines = [_line(*key, days) for key, days in charged.items() if days]
    is_final = all(day > end for day in today.values())
    return Statement(first, lines, is_final)


def is_charged(period: Period, pauses: Iterable[Pause], day: date) -> bool:
    """Whether a date is charged: licensed, and not wholly suspended."""
    is_licensed = period.from_date <= day <= (period.last_date or date.max)
    return is_licensed and not any(pause.covers(day) for pause in pauses)


def amount_of(monthly_price: Decimal, days: int, days_of_month: int) -> Decimal:
    """The price of so many days of a month, rounded half even to the cent; exact until then."""
    exact = Fraction(monthly_price) * days / days_of_month * 100
    return rounded(Decimal(round(exact)) / 100, 2)


def last_of_month(month: date) -> date:
    """The last date of the month that holds a date."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def _line(
    location_id: int, agreement: str, monthly_price: Decimal, currency: str, days: list[date]
) -> Line:
    month = last_of_month(days[0]).day
    return Line(
        location_id,
        agreement,
        monthly_price,
        currency,
        days[0],
        days[-1],
        len(days),
        month,
        amount_of(monthly_price, len(days), month),
    )


def _each(first: date, last: date) -> Iterable[date]:
    return (first + ONE_DAY * number for number in range((last - first).days + 1))
