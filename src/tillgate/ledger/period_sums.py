"""What periods come to: each the exact sum of its days, beside those it is compared with."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tillgate.ledger.periods import Period, Periods
from tillgate.ledger.summary import Places, Summary, add_up
from tillgate.ledger.summary_reads import RangeFigures


class PeriodSum(NamedTuple):
    """A period with all its days added up; `closed` is how many of them are closed."""

    period: Period
    summary: Summary
    final: bool
    closed: int


class Compared(NamedTuple):
    """A period, the one before it, and the same one a year before."""

    now: PeriodSum
    before: PeriodSum
    year_before: PeriodSum


def reach(periods: Periods, first: date, last: date) -> tuple[date, date]:
    """The business dates that are needed to compare the periods which hold a day of a range."""
    earliest, latest = periods.of(first), periods.of(last)
    starts = (periods.before(earliest).first, periods.year_before(earliest).first)
    return min(starts), latest.last


def compare(periods: Periods, found: RangeFigures, first: date, last: date) -> Iterator[Compared]:
    """The periods that hold a day of a range; `found` has the days that `reach` names."""
    sums = _Sums(found)
    for period in periods.covering(first, last):
        others = (periods.before(period), periods.year_before(period))
        yield Compared(sums.of(period), *(sums.of(other) for other in others))


class _Sums:
    """Adds up each period once."""

    def __init__(self, found: RangeFigures) -> None:
        self._found = found
        self._dates = [day.business_date for day in found.days]
        self._known: dict[Period, PeriodSum] = {}
        self._places = Places()

    def of(self, period: Period) -> PeriodSum:
        if period not in self._known:
            self._known[period] = self._add_up(period)
        return self._known[period]

    def _add_up(self, period: Period) -> PeriodSum:
        start = bisect_left(self._dates, period.first)
        days = self._found.days[start : bisect_right(self._dates, period.last)]
        figures = ((day.business_date, day.figures) for day in days if day.figures)
        summary = add_up(figures, self._places)
        closed = sum(day.revision is not None for day in days)
        final = self._found._replace(days=days).is_final(period.first, period.last)
        return PeriodSum(period, summary, final, closed)
