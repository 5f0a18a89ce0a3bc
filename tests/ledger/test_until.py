"""A location that was closed or sold has no days after its last one, but those it was booked on."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import LOCATION, business, location, sale

from tillgate.foundation.postgres.pools import make_pool
from tillgate.ledger.acts import close_due_days
from tillgate.ledger.day_reads import fetch_days
from tillgate.ledger.reads import fetch_books, fetch_finality, is_final
from tillgate.ledger.spans import Asked, Span
from tillgate.ledger.summary_reads import Days, fetch_figures

SINCE, UNTIL, LATE = date(2026, 3, 12), date(2026, 3, 14), date(2026, 3, 20)
FIRST, LAST = date(2026, 3, 1), date(2026, 4, 30)
# Long after the feed came, by the clock of the tests.
NOW = datetime(2190, 5, 2, 12, tzinfo=UTC)
THERE = [date(2026, 3, day) for day in (12, 13, 14, 20)]


@pytest.fixture
def ended(feed: Feed) -> None:
    """Its last sale is of the 14th; one of the 20th was booked all the same."""
    feed(
        [
            business(),
            location(since=str(SINCE), until=str(UNTIL)),
            sale(1),
            sale(2, timeOfOpening=f"{LATE}T12:00:00Z", timeOfCloseAndPaid=f"{LATE}T12:00:00Z"),
        ]
    )


class Seen:
    """What a range of days is seen as by the API plane."""

    def __init__(self, url: str, first: date = FIRST, last: date = LAST) -> None:
        self.listed, self.summed, self.finals = asyncio.run(self._look(url, first, last))

    @staticmethod
    async def _look(
        url: str, first: date, last: date
    ) -> tuple[list[date], list[date], tuple[bool, bool]]:
        async with make_pool(url, name="test reader", size=2) as pool:
            books = await fetch_books(pool, [LOCATION], LOCATION)
            assert books is not None
            listed = await fetch_days(
                *(pool, [LOCATION], LOCATION, (max(first, books.since), last), books.calendar),
                until=books.until,
                now=NOW,
            )
            days = Days(location=LOCATION, first=first, last=last, now=NOW)
            figures = await fetch_figures(pool, [LOCATION], days)
            start, end = books.calendar.start(first), books.calendar.end(last)
            span = Span(start, end, first if first == last else None)
            asked = Asked(location=LOCATION, span=span, days=(first, last), until=books.until)
            finality = await fetch_finality(pool, [LOCATION], asked)
        finals = figures.is_final(first, last), is_final(books, (first, last), finality)
        return (
            [row.business_date for row in listed],
            [day.business_date for day in figures.days],
            finals,
        )


@pytest.mark.usefixtures("ended")
def test_days_after_the_last_are_those_that_something_was_booked_on(
    reader_url: str, ledger_url: str, books: Books
) -> None:
    """Before and after the clock has closed them, and it closes no others."""
    seen = Seen(reader_url)
    assert (seen.listed, seen.summed, seen.finals) == (THERE, THERE, (False, False))
    with psycopg.connect(ledger_url) as connection:
        assert close_due_days(connection, now=NOW) == len(THERE)
        assert close_due_days(connection, now=NOW + timedelta(days=9)) == 0
    closed = books.rows("SELECT business_date FROM ledger_closedday ORDER BY position")
    assert [day for (day,) in closed] == THERE
    seen = Seen(reader_url)
    assert (seen.listed, seen.summed, seen.finals) == (THERE, THERE, (True, True))


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize(
    ("first", "last", "final"),
    [(date(2026, 3, 15), date(2026, 3, 19), True), (LATE, LATE, False), (UNTIL, UNTIL, False)],
)
def test_a_range_is_final_when_the_days_that_there_are_are_closed(
    reader_url: str, first: date, last: date, final: bool
) -> None:
    assert Seen(reader_url, first, last).finals == (final, final)
