"""A period is the sum of its days, for every kind of calendar."""

from datetime import date, time, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tillgate.ledger.calendar import ONE_DAY, Calendar, DayRule
from tillgate.ledger.day_reads import DayState
from tillgate.ledger.figures import BLOCKS, ONCE, Figures, Keys
from tillgate.ledger.period_sums import compare, reach
from tillgate.ledger.periods import Kind, Periods
from tillgate.ledger.summary import Summary, add_up
from tillgate.ledger.summary_reads import DayFigures, RangeFigures

# Leap days and clock changes of both hemispheres lie between.
FIRST, LAST = date(2023, 12, 1), date(2025, 4, 30)
SINCE = date(2024, 1, 17)
NAMES = (
    st.tuples(st.none() | st.integers(1, 3), st.sampled_from("ab"), st.just("4000")),
    st.tuples(st.sampled_from("ab"), st.just("1.2"), st.booleans()),
    st.tuples(st.sampled_from(["line", "account"]), st.just(""), st.just(""), st.just("")),
    st.tuples(st.none() | st.integers(1, 2), st.just("CARD"), st.just(""), st.just("NORMAL")),
    st.tuples(st.just("UNTAXED"), st.sampled_from(["", "10.00"])),
    st.tuples(st.sampled_from(["SALE", "REFUND"]), st.booleans()),
)
millionths = st.integers(-(10**12), 10**12)


@st.composite
def figures(draw: st.DrawFn) -> Figures:
    names = [sorted(draw(st.sets(each, max_size=3)), key=repr) for each in NAMES]
    size = sum(len(found) * block.sums for found, block in zip(names, BLOCKS, strict=True))
    sums = draw(st.lists(millionths, min_size=size + len(ONCE), max_size=size + len(ONCE)))
    rests = draw(st.lists(st.tuples(st.sampled_from(["A1.1", "A1.2"]), millionths), max_size=1))
    return Figures(
        msgspec.msgpack.encode(Keys([list(each) for each in names], ["2100"])), sums, rests
    )


@st.composite
def ranges(draw: st.DrawFn) -> RangeFigures:
    """Some days with figures, closed or not; all days from the location's first one on."""
    some = draw(st.lists(figures(), min_size=1, max_size=4))
    chosen = draw(st.randoms(use_true_random=False))
    days = []
    for number in range((LAST - SINCE).days + 1):
        day, closed = SINCE + number * ONE_DAY, chosen.random() < 0.99
        state = DayState.CLOSED if closed else DayState.PROVISIONAL
        days.append(DayFigures(day, state, 1 if closed else None, b"", chosen.choice(some)))
    zone = draw(st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe"]))
    rules = [DayRule(SINCE, zone, time(5, 30)), DayRule(date(2024, 10, 20), zone, time(2, 30))]
    return RangeFigures(days, SINCE, "GBP", Calendar(tuple(rules)), frozenset())


def by_day(found: RangeFigures, first: date, last: date) -> list[DayFigures]:
    return [day for day in found.days if first <= day.business_date <= last]


@settings(max_examples=30, deadline=None)
@given(
    found=ranges(),
    periods=st.builds(Periods, st.sampled_from(Kind), st.integers(1, 12)),
    start=st.dates(FIRST, LAST),
    length=st.integers(0, 90),
)
def test_a_period_is_the_sum_of_its_days(
    found: RangeFigures, periods: Periods, start: date, length: int
) -> None:
    end = min(start + timedelta(days=length), LAST)
    earliest, latest = reach(periods, start, end)
    seen = None
    for each in compare(periods, found, start, end):
        period, days = each.now.period, by_day(found, each.now.period.first, each.now.period.last)
        assert earliest <= each.year_before.period.first
        assert earliest <= each.before.period.first
        assert period.last <= latest
        apart = [add_up([(day.business_date, day.figures)]) for day in days if day.figures]
        _check_sum(each.now.summary, apart)
        assert each.now.closed == sum(day.revision is not None for day in days)
        told = period.last <= LAST and all(day.revision is not None for day in days)
        assert each.now.final == told
        assert seen in {None, period.first}
        # Not a moment lies between two periods, whatever the clocks and the start hour do.
        ends = found.calendar.end(period.last)
        assert ends == found.calendar.start(period.last + ONE_DAY)
        seen = period.last + ONE_DAY


def _check_sum(whole: Summary, apart: list[Summary]) -> None:
    for name in ("gross", "paid", "rest", "tax_without_rate", "covers", "receipts"):
        assert getattr(whole, name) == sum(getattr(each, name) for each in apart), name
    assert list(whole.sold) == [
        sum(parts) for parts in zip(*(e.sold for e in apart), strict=True)
    ] or (not apart and not any(whole.sold))
    for group in whole.groups:
        key = group.accounting_group_id, group.name, group.code
        same = [
            one
            for each in apart
            for one in each.groups
            if (one.accounting_group_id, one.name, one.code) == key
        ]
        assert group.gross == sum(one.gross for one in same)
        assert group.lines == sum(one.lines for one in same)
    assert whole.unbalanced == sorted(one for each in apart for one in each.unbalanced)


def test_months_of_a_year_are_the_year() -> None:
    one = Figures(msgspec.msgpack.encode(Keys([[] for _ in BLOCKS], [])), [1] * len(ONCE), [])
    days = [
        DayFigures(date(2024, 1, 1) + n * ONE_DAY, DayState.CLOSED, 1, b"", one) for n in range(366)
    ]
    rules = (DayRule(date(2024, 1, 1), "Europe/London", time(5, 30)),)
    found = RangeFigures(days, date(2024, 1, 1), "GBP", Calendar(rules), frozenset())
    span = (date(2024, 1, 1), date(2024, 12, 31))
    (year,) = compare(Periods(Kind.YEAR), found, *span)
    assert (year.now.summary.receipts, year.now.final) == (366, True)
    for kind, number in ((Kind.MONTH, 12), (Kind.QUARTER, 4), (Kind.DAY, 366)):
        parts = list(compare(Periods(kind), found, *span))
        assert len(parts) == number
        assert sum(each.now.summary.receipts for each in parts) == 366
