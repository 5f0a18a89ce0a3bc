from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillgate.ledger.calendar import ONE_DAY, Calendar, DayRule

ZONES = ["UTC", "Europe/London", "America/New_York", "America/Toronto", "Australia/Lord_Howe"]
days = st.dates(date(2000, 1, 3), date(2049, 12, 28))
starts = st.times().map(lambda t: t.replace(second=0, microsecond=0))
rules = st.builds(DayRule, valid_from=days, timezone=st.sampled_from(ZONES), day_start=starts)
calendars = (
    st.lists(rules, min_size=1, max_size=3, unique_by=lambda r: r.valid_from)
    .map(lambda found: Calendar(tuple(sorted(found))))
    .filter(Calendar.runs_forward)
)


def calendar(zone: str, start: time = time(5, 30)) -> Calendar:
    return Calendar((DayRule(date(2020, 1, 1), zone, start),))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/London", date(2026, 3, 28), 23),
        ("Europe/London", date(2026, 10, 24), 25),
        ("Europe/London", date(2026, 6, 1), 24),
        ("America/New_York", date(2026, 3, 7), 23),
        ("Australia/Lord_Howe", date(2026, 4, 4), 24.5),
    ],
)
def test_a_day_has_the_hours_the_clock_gave_it(zone, day, hours):
    its = calendar(zone)
    assert its.end(day) - its.start(day) == timedelta(hours=hours)


def test_a_start_in_the_gap_is_the_first_instant_after_it():
    its = calendar("Europe/London", time(1, 30))
    assert its.start(date(2026, 3, 29)) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_doubled_start_is_the_first_of_the_two():
    its = calendar("Europe/London", time(1, 30))
    assert its.start(date(2026, 10, 25)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_sale_after_midnight_belongs_to_the_day_before():
    its = calendar("Europe/Paris")
    assert its.day_of(datetime(2026, 6, 2, 1, 15, tzinfo=UTC)) == date(2026, 6, 1)


def test_a_new_start_hour_moves_no_earlier_day():
    its = Calendar(
        (
            DayRule(date(2020, 1, 1), "UTC", time(5, 30)),
            DayRule(date(2026, 6, 1), "UTC", time(4, 0)),
        )
    )
    assert its.start(date(2026, 5, 31)) == datetime(2026, 5, 31, 5, 30, tzinfo=UTC)
    assert its.end(date(2026, 5, 31)) == datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


@given(calendars, days, st.integers(0, 10**9))
def test_every_instant_lies_in_exactly_one_day(its, day, shift):
    length = its.end(day) - its.start(day)
    assert length > timedelta(0)
    instant = its.start(day) + length * (shift / 10**9)
    found = its.day_of(min(instant, its.end(day) - timedelta(microseconds=1)))
    assert found == day


@given(calendars, days)
def test_days_follow_each_other_without_gap(its, day):
    assert its.end(day) == its.start(day + ONE_DAY)


@given(calendars, days, st.integers(0, 20))
def test_a_range_touches_the_days_between_its_ends(its, day, count):
    end = its.start(day + count * ONE_DAY)
    assert list(its.days(its.start(day), end)) == [day + i * ONE_DAY for i in range(count)]


def test_a_change_of_zone_that_would_turn_days_around_is_noticed():
    its = Calendar(
        (
            DayRule(date(2020, 1, 1), "America/New_York", time(23, 59)),
            DayRule(date(2026, 6, 1), "Australia/Lord_Howe", time(0, 0)),
        )
    )
    assert not its.runs_forward()
