"""Whatever calendars the feed says of a location, its days follow each other: none overlap."""

from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.books import empty_books
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import LATER, LOCATION, business, location, write

from tillgate.foundation.postgres.sessions import scoped
from tillgate.ledger.calendar import ONE_DAY
from tillgate.ledger.calendars import fetch_calendars
from tillgate.ledger.feed.batch import import_file
from tillgate.ledger.feed.errors import BadFile

# Far to the west and far to the east: between them a day could begin before the one it follows.
ZONES = ["Pacific/Pago_Pago", "Europe/London", "America/St_Johns", "Pacific/Kiritimati"]
STARTS = ["00:00", "02:30", "05:30", "23:30"]
FIRST = date(2026, 1, 1)

calendars = st.fixed_dictionaries(
    {"timezone": st.sampled_from(ZONES), "dayStart": st.sampled_from(STARTS)},
    optional={"calendarFrom": st.dates(date(2026, 3, 20), date(2026, 4, 5)).map(str)},
)
told = st.lists(st.tuples(st.integers(1, 6), calendars), min_size=1, max_size=7)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=told)
def test_days_follow_each_other_without_gap_or_overlap(
    told: list[tuple[int, dict[str, str]]],
    ledger_url: str,
    owner_url: str,
    tmp_path: Path,
    books: Books,
) -> None:
    """Of any records in any order, contradictions and repetitions among them."""
    empty_books(owner_url)
    path, accepted = tmp_path / "feed.ndjson", 0
    for number, (hour, calendar) in enumerate([(0, {}), *told]):
        record = location(recordedAt=f"2026-02-01T{hour:02}:00:00Z", **calendar)
        write(path, [business(), record] if not number else [record])
        with suppress(BadFile):
            import_file(ledger_url, path)
            accepted += 1
    assert accepted
    with psycopg.connect(ledger_url) as connection, scoped(connection, [LOCATION]):
        calendar_now = fetch_calendars(connection, [LOCATION])[LOCATION]
    days = [FIRST + timedelta(days=number) for number in range(120)]
    for day, after in pairwise(days):
        assert calendar_now.start(day) < calendar_now.end(day) == calendar_now.start(after)
        assert calendar_now.day_of(calendar_now.start(day)) == day
        assert calendar_now.day_of(calendar_now.end(day) - timedelta(microseconds=1)) == day
    assert after - day == ONE_DAY


def test_two_calendars_from_the_same_day_on_are_a_contradiction(feed: Feed, books: Books) -> None:
    change = {"recordedAt": LATER, "calendarFrom": "2026-06-01"}
    feed([business(), location(), location(dayStart="04:00", **change)])
    with pytest.raises(BadFile, match="recordedAt: the same recordedAt brought other content"):
        feed([location(dayStart="05:00", **change)])
    with pytest.raises(BadFile, match="recordedAt"):
        feed([location(dayStart=start, **change | {"recordedAt": "2026-04-05T10:00:00Z"})
              for start in ("06:00", "07:00")])  # fmt: skip
    starts = "SELECT valid_from::text, day_start::text FROM directory_dayrule ORDER BY valid_from"
    assert books.rows(starts)[1:] == [("2026-06-01", "04:00:00")]


def test_a_later_record_says_the_calendar_of_a_day_anew(feed: Feed, books: Books) -> None:
    """And one in between holds until the next one begins."""
    feed([business(), location()])
    for hour, start, since in ((1, "04:00", "2026-06-01"), (2, "03:00", "2026-06-01"),
                               (3, "06:00", "2026-05-01")):  # fmt: skip
        at = f"2026-04-02T{hour:02}:00:00Z"
        feed([location(recordedAt=at, dayStart=start, calendarFrom=since)])
    starts = "SELECT valid_from::text, day_start::text FROM directory_dayrule ORDER BY valid_from"
    assert books.rows(starts)[1:] == [("2026-05-01", "06:00:00"), ("2026-06-01", "03:00:00")]
