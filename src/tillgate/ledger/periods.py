"""Accounting periods of business days: days, weeks, months, quarters and years.

A period is made of whole business days, so it begins and ends where the location's days do, across
clock changes and changes of the start hour. Quarters and years begin with the month in which the
fiscal year starts.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from tillgate.ledger.calendar import ONE_DAY

_WEEK = timedelta(days=7)
# So many days before, the weekdays are the same and the season nearly so.
_YEAR_OF_WEEKS = 52 * _WEEK


class Kind(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.YEAR: 12}


class Period(msgspec.Struct, frozen=True):
    """Business dates `first` to `last`, both included; `name` tells it from others of its kind.

    Names are as ISO 8601 has them; a fiscal year that starts in another month than January has
    both its years, such as `2025/26` or `2025/26-Q1`.
    """

    name: str
    first: date
    last: date


class Periods(msgspec.Struct, frozen=True):
    """The periods of one kind; weeks begin on Monday, years with the month `year_start` (1-12)."""

    kind: Kind
    year_start: int = 1

    def of(self, day: date) -> Period:
        """The period that holds a business date."""
        if self.kind is Kind.DAY:
            return Period(day.isoformat(), day, day)
        if self.kind is Kind.WEEK:
            monday = day - day.weekday() * ONE_DAY
            return Period(f"{monday:%G-W%V}", monday, monday + _WEEK - ONE_DAY)
        months = _MONTHS[self.kind]
        started = (day.month - self.year_start) % months
        first = _months_later(day.replace(day=1), -started)
        return Period(self._name(first), first, _months_later(first, months) - ONE_DAY)

    def _name(self, first: date) -> str:
        if self.kind is Kind.MONTH:
            return f"{first:%Y-%m}"
        begun = first.year if first.month >= self.year_start else first.year - 1
        year = str(begun) if self.year_start == 1 else f"{begun}/{(begun + 1) % 100:02}"
        if self.kind is Kind.YEAR:
            return year
        return f"{year}-Q{(first.month - self.year_start) % 12 // 3 + 1}"

    def before(self, period: Period) -> Period:
        """The period that ends where this one begins."""
        return self.of(period.first - ONE_DAY)

    def year_before(self, period: Period) -> Period:
        """The same period a year before; of a week, the one 52 weeks before.

        Of 29 February it is 28 February.
        """
        if self.kind is Kind.WEEK:
            return self.of(period.first - _YEAR_OF_WEEKS)
        first = period.first
        leaps = (first.month, first.day) == (2, 29)
        return self.of(first.replace(year=first.year - 1, day=28 if leaps else first.day))

    def covering(self, first: date, last: date) -> Iterator[Period]:
        """The periods that hold a day of a range, in order."""
        period = self.of(first)
        while period.first <= last:
            yield period
            period = self.of(period.last + ONE_DAY)


def _months_later(first: date, months: int) -> date:
    """The first of the month so many months later."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
