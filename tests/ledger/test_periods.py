"""Periods follow each other without gap or overlap, whatever the kind and the fiscal year."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillgate.ledger.periods import Kind, Periods

kinds = st.builds(Periods, st.sampled_from(Kind), st.integers(1, 12))
days = st.dates(date(1971, 1, 1), date(2198, 12, 31))


@given(periods=kinds, day=days, length=st.integers(0, 800))
def test_periods_cover_a_range_without_gap_or_overlap(
    periods: Periods, day: date, length: int
) -> None:
    last = day + timedelta(days=length)
    found = list(periods.covering(day, last))
    assert found[0].first <= day <= found[0].last
    assert found[-1].first <= last <= found[-1].last
    assert all(b.first - a.last == timedelta(days=1) for a, b in pairwise(found))
    assert len({each.name for each in found}) == len(found)


@given(periods=kinds, day=days)
def test_every_day_of_a_period_is_of_that_period(periods: Periods, day: date) -> None:
    period = periods.of(day)
    assert periods.of(period.first) == periods.of(period.last) == period
    before = periods.before(period)
    assert before.last == period.first - timedelta(days=1)


@given(periods=kinds, day=days)
def test_the_same_period_a_year_before(periods: Periods, day: date) -> None:
    period = periods.of(day)
    earlier = periods.year_before(period)
    distance = period.first - earlier.first
    if periods.kind is Kind.WEEK:
        assert distance == timedelta(days=364)
        assert earlier.first.weekday() == period.first.weekday() == 0
    else:
        assert distance in {timedelta(days=365), timedelta(days=366)}
        assert earlier.first.month == period.first.month


@pytest.mark.parametrize(
    ("kind", "start", "day", "name", "first", "last"),
    [
        (Kind.DAY, 1, "2024-02-29", "2024-02-29", "2024-02-29", "2024-02-29"),
        (Kind.WEEK, 1, "2027-01-02", "2026-W53", "2026-12-28", "2027-01-03"),
        (Kind.MONTH, 4, "2024-02-10", "2024-02", "2024-02-01", "2024-02-29"),
        (Kind.QUARTER, 1, "2026-06-30", "2026-Q2", "2026-04-01", "2026-06-30"),
        (Kind.QUARTER, 4, "2026-02-14", "2025/26-Q4", "2026-01-01", "2026-03-31"),
        (Kind.QUARTER, 2, "2026-01-14", "2025/26-Q4", "2025-11-01", "2026-01-31"),
        (Kind.YEAR, 1, "2026-07-01", "2026", "2026-01-01", "2026-12-31"),
        (Kind.YEAR, 7, "2026-07-01", "2026/27", "2026-07-01", "2027-06-30"),
        (Kind.YEAR, 7, "2026-06-30", "2025/26", "2025-07-01", "2026-06-30"),
        (Kind.YEAR, 10, "1999-12-01", "1999/00", "1999-10-01", "2000-09-30"),
    ],
)
def test_periods_by_name(  # noqa: PLR0917
    kind: Kind, start: int, day: str, name: str, first: str, last: str
) -> None:
    period = Periods(kind, start).of(date.fromisoformat(day))
    assert (period.name, str(period.first), str(period.last)) == (name, first, last)
    assert (
        Periods(Kind.DAY).year_before(Periods(Kind.DAY).of(date(2024, 2, 29))).name == "2023-02-28"
    )
