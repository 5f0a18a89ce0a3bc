"""Closing business days: by the back office, by the clock, empty ones too, and not too soon."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import LOCATION, business, day_closed, known, location, sale

from tillgate.foundation.postgres.sessions import scoped
from tillgate.ledger.acts import close_day, close_due_days
from tillgate.ledger.calendars import fetch_calendars

HOUR = timedelta(hours=1)


def fed_at(books: Books, *, first: datetime, days: dict[str, datetime]) -> None:
    """Pretend that the location and its days were fed at these instants."""
    with psycopg.connect(books.url) as connection:
        connection.execute("UPDATE directory_businesslocation SET first_fed_at = %s", (first,))
        for day, at in days.items():
            connection.execute(
                "UPDATE ledger_businessday SET last_fed_at = %s WHERE business_date = %s", (at, day)
            )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def live(feed: Feed, books: Books) -> None:
    """A location since 12 March that was fed live: sales on the 12th and 14th, none on the 13th."""
    feed(
        [
            business(),
            location(since="2026-03-12"),
            sale(1, timeOfCloseAndPaid="2026-03-12T19:00:00Z"),
            sale(2),
        ]
    )
    days = {"2026-03-12": at("2026-03-12T19:00:40"), "2026-03-14": at("2026-03-14T19:00:40")}
    fed_at(books, first=at("2026-03-01"), days=days)


def closed(books: Books) -> list[tuple[str, str]]:
    return books.rows(  # type: ignore[return-value]
        "SELECT business_date::text, closed_by FROM ledger_closedday ORDER BY 1"
    )


def run(url: str, now: datetime) -> int:
    with psycopg.connect(url) as connection:
        return close_due_days(connection, now=now)


@pytest.mark.usefixtures("live")
def test_a_day_closes_a_day_after_its_end_whether_or_not_it_had_sales(
    books: Books, ledger_url: str
) -> None:
    assert run(ledger_url, at("2026-03-14T05:29:59")) == 0
    assert run(ledger_url, at("2026-03-14T05:30:00")) == 1
    assert closed(books) == [("2026-03-12", "clock")]
    assert run(ledger_url, at("2026-03-16T05:30:00")) == 2
    assert [day for day, _ in closed(books)] == ["2026-03-12", "2026-03-13", "2026-03-14"]
    assert run(ledger_url, at("2026-03-16T05:30:00")) == 0


@pytest.mark.usefixtures("live")
def test_a_day_that_was_fed_late_stays_open_a_day_longer(books: Books, ledger_url: str) -> None:
    fed_at(books, first=at("2026-03-01"), days={"2026-03-14": at("2026-03-16T01:00:00")})
    run(ledger_url, at("2026-03-17T00:59:00"))
    assert "2026-03-14" not in dict(closed(books))
    run(ledger_url, at("2026-03-17T01:00:00"))
    assert "2026-03-14" in dict(closed(books))


def test_a_new_locations_history_may_still_follow(
    feed: Feed, books: Books, ledger_url: str
) -> None:
    feed(known())
    fed_at(books, first=at("2026-03-20"), days={})
    assert run(ledger_url, at("2026-03-20T23:00:00")) == 0
    feed([sale()])
    fed_at(books, first=at("2026-03-20"), days={"2026-03-14": at("2026-03-20T20:00:00")})
    assert run(ledger_url, at("2026-03-21T10:00:00")) == 0
    # 1 January to 19 March: the 20th ended less than a day ago.
    assert run(ledger_url, at("2026-03-21T20:00:00")) == 31 + 28 + 19


def test_a_location_that_never_closes_by_the_clock_never_does(
    feed: Feed, books: Books, ledger_url: str
) -> None:
    feed([business(), location(closeAfterHours="never"), sale()])
    assert run(ledger_url, at("2027-03-20")) == 0


def test_a_location_may_wait_longer(feed: Feed, books: Books, ledger_url: str) -> None:
    feed([business(), location(since="2026-03-14", closeAfterHours=48), sale()])
    fed_at(books, first=at("2026-03-14"), days={"2026-03-14": at("2026-03-14T19:00:40")})
    assert run(ledger_url, at("2026-03-17T05:29:00")) == 0
    assert run(ledger_url, at("2026-03-17T05:30:00")) == 1


@pytest.mark.usefixtures("live")
def test_the_clock_leaves_an_event(books: Books, ledger_url: str) -> None:
    run(ledger_url, at("2026-03-16T05:30:00"))
    query = "SELECT actor, data FROM foundation_event WHERE subject = %s ORDER BY id DESC LIMIT 1"
    days = ["2026-03-12", "2026-03-13", "2026-03-14"]
    assert books.rows(query, f"location:{LOCATION}") == [("clock", {"business_dates": days})]


@pytest.mark.usefixtures("live")
def test_a_day_the_back_office_closed_stays_as_it_is(
    feed: Feed, books: Books, ledger_url: str
) -> None:
    feed([day_closed("2026-03-14")])
    run(ledger_url, at("2026-03-20"))
    assert ("2026-03-14", "feed") in closed(books)


@pytest.mark.usefixtures("live")
def test_close_day_closes_once(books: Books, ledger_url: str) -> None:
    day = date(2026, 3, 14)
    with psycopg.connect(ledger_url) as connection, scoped(connection, [LOCATION]):
        calendar = fetch_calendars(connection, [LOCATION])[LOCATION]
        again = [
            close_day(connection, LOCATION, day, calendar=calendar, closed_by="feed")
            for _ in range(2)
        ]
    assert again == [True, False]


def test_a_day_of_a_clock_change_has_its_own_length(feed: Feed, books: Books) -> None:
    feed([*known(), day_closed("2026-03-28", recordedAt="2026-03-29T10:00:00Z")])
    ((start, end),) = books.rows("SELECT starts_at, ends_at FROM ledger_closedday")
    assert end - start == 23 * HOUR
