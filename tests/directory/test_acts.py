"""Locations: what may change of them, and how their days begin."""

import pytest
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import (
    LATER,
    business,
    day_closed,
    known,
    location,
    sale,
)

from tillgate.foundation.settling import Outcome
from tillgate.ledger.feed.errors import BadFile


def outcome(feed: Feed, record: dict[str, object]) -> Outcome:
    counts = feed([record]).counts[str(record["record"])]
    return next(each for each, number in counts.items() if number)


def test_a_location_says_when_its_days_begin_and_close(feed: Feed, books: Books) -> None:
    feed([business(), location(dayStart="04:00", closeAfterHours="never", franchisee="Ada Ltd")])
    row = books.rows("SELECT close_after_hours, franchisee FROM directory_businesslocation")
    assert row == [(None, "Ada Ltd")]
    feed([location(recordedAt=LATER)])
    row = books.rows("SELECT close_after_hours, franchisee FROM directory_businesslocation")
    assert row == [(None, "Ada Ltd")]
    assert books.rows("SELECT day_start::text FROM directory_dayrule") == [("04:00:00",)]


def test_a_location_says_its_last_day_and_when_we_learnt_of_it(feed: Feed, books: Books) -> None:
    look = "SELECT until::text, ended_as, until_fed_at FROM directory_businesslocation"
    feed([business(), location()])
    assert books.rows(look)[0][:2] == (None, "")
    feed([location(recordedAt=LATER, until="2026-06-30")])
    [(until, ended_as, learnt_at)] = books.rows(look)
    assert (until, ended_as) == ("2026-06-30", "closed")
    feed([location(recordedAt="2026-04-03T10:00:00Z", name="Renamed")])
    assert books.rows(look) == [("2026-06-30", "closed", learnt_at)]
    feed([location(recordedAt="2026-04-04T10:00:00Z", until="2026-05-31", endedAs="sold")])
    [(until, ended_as, learnt_again_at)] = books.rows(look)
    assert (until, ended_as) == ("2026-05-31", "sold")
    assert learnt_again_at > learnt_at


def test_a_location_does_not_end_before_it_began(feed: Feed) -> None:
    with pytest.raises(BadFile, match="until: the location began on 2026-01-01"):
        feed([business(), location(until="2025-12-31")])


def test_a_calendar_changes_from_a_business_date_on(feed: Feed, books: Books) -> None:
    feed(known())
    change = {"timezone": "Europe/Paris", "dayStart": "04:00", "calendarFrom": "2026-06-01"}
    feed([location(recordedAt=LATER, **change)])
    rules = books.rows("SELECT valid_from::text, timezone FROM directory_dayrule ORDER BY 1")
    assert rules == [("2026-01-01", "Europe/London"), ("2026-06-01", "Europe/Paris")]
    assert outcome(feed, location(recordedAt=LATER, **change)) is Outcome.UNCHANGED
    assert outcome(feed, location()) is Outcome.UNCHANGED


def test_a_calendar_may_not_move_a_day_that_has_opened(feed: Feed, books: Books) -> None:
    feed([*known(), sale()])
    for change in ({"timezone": "Europe/Paris"}, {"dayStart": "04:00"}):
        for start in ({}, {"calendarFrom": "2026-03-15"}):
            with pytest.raises(BadFile, match="calendarFrom: days up to 2026-03-14 have opened"):
                feed([location(recordedAt=LATER, **change, **start)])
    feed([location(recordedAt=LATER, dayStart="04:00", calendarFrom="2026-03-16")])
    assert books.count("directory_dayrule") == 2


def test_a_calendar_may_not_leave_a_day_without_length(feed: Feed) -> None:
    feed([business(), location(timezone="Pacific/Pago_Pago", dayStart="23:00")])
    change = {"timezone": "Pacific/Kiritimati", "dayStart": "00:00", "calendarFrom": "2026-06-01"}
    with pytest.raises(BadFile, match="dayStart: the day before the change would have no length"):
        feed([location(recordedAt=LATER, **change)])


@pytest.mark.parametrize("change", [{"currency": "EUR"}, {"businessId": 72}])
def test_a_location_keeps_its_business_and_currency(
    feed: Feed, books: Books, change: dict[str, object]
) -> None:
    feed([*known(), business(businessId=72)])
    with pytest.raises(BadFile, match="a location of its own"):
        feed([location(recordedAt=LATER, **change)])


def test_a_location_needs_its_business(feed: Feed) -> None:
    with pytest.raises(BadFile, match="line 1: businessId: business 71 is not known"):
        feed([location()])


def test_a_location_of_many_records_and_a_closed_day_stays(feed: Feed, books: Books) -> None:
    feed([*known(), sale(), day_closed()])
    before = books.everything()
    feed([*known(), sale(), day_closed()])
    assert books.everything() == before
