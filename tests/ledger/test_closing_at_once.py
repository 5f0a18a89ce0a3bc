"""Feed and clock, closers and correctors: in whatever order, and at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from tests.ledger.closed import check_whole
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import LATER, business, day_closed, known, location, sale, write
from tests.ledger.test_corrections import correction, tables

from tillgate.foundation.settling import Outcome
from tillgate.ledger.acts import close_due_days
from tillgate.ledger.feed.batch import import_file
from tillgate.ledger.feed.errors import BadFile

DAY = "2026-03-14"


def close_by_clock(url: str, now: datetime) -> int:
    with psycopg.connect(url) as connection:
        return close_due_days(connection, now=now)


def be_due(books: Books) -> datetime:
    """Let the clock find the days of March due; returns the instant to close at."""
    books.change("UPDATE directory_businesslocation SET first_fed_at = '2026-03-14'")
    books.change("UPDATE ledger_businessday SET last_fed_at = '2026-03-14T20:00:00Z'")
    return datetime(2026, 3, 16, 12, tzinfo=UTC)


def test_the_back_offices_word_after_the_clocks_changes_nothing(
    feed: Feed, books: Books, ledger_url: str
) -> None:
    feed([business(), location(since=DAY), sale()])
    close_by_clock(ledger_url, be_due(books))
    before = books.everything()
    assert feed([day_closed(recordedAt=LATER)]).counts["day_closed"][Outcome.UNCHANGED] == 1
    assert books.everything() == before
    assert check_whole(books)[0].told()["cause"] == "clock"


def test_a_till_that_was_offline_at_closing_is_told_what_to_send(
    feed: Feed, books: Books, ledger_url: str
) -> None:
    feed([business(), location(since=DAY), sale(1)])
    close_by_clock(ledger_url, be_due(books))
    with pytest.raises(BadFile, match="`correction` record that gives the reason"):
        feed([sale(2)])
    feed([correction(2)])
    *_, newest = check_whole(books)
    assert sorted(tables(newest)) == ["A1.1", "A1.2"]


def test_a_day_that_is_fed_while_the_clock_looks_is_closed_once_with_all_or_stays_open(
    feed: Feed, books: Books, ledger_url: str, tmp_path: Path
) -> None:
    """Whoever is first: the sale is in the document, or it is refused for a correction."""
    feed([business(), location(since=DAY), sale(1)])
    now = be_due(books)
    path = write(tmp_path / "late", [sale(2), day_closed()])

    def fed() -> bool:
        try:
            import_file(ledger_url, path)
        except BadFile:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        landed = both.submit(fed)
        both.submit(close_by_clock, ledger_url, now).result()
    days = [day for day in check_whole(books) if day.date == DAY]
    assert [day.sale_count for day in days] == [2 if landed.result() else 1]
    assert books.count("ledger_opensale") == 0


def test_corrections_and_closings_at_once_leave_one_whole_chain(
    feed: Feed, books: Books, ledger_url: str, tmp_path: Path
) -> None:
    feed([*known(), *(sale(number) for number in range(1, 9)), day_closed()])
    files = [
        write(tmp_path / f"{number}", [correction(number, tableName=str(number))])
        for number in range(1, 7)
    ]
    files += [write(tmp_path / "day", [day_closed("2026-03-15"), day_closed("2026-03-16")])]
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda path: import_file(ledger_url, path), files * 2))
    days = check_whole(books)
    assert len(days) == 3 + 6
    newest = max((day for day in days if day.date == DAY), key=lambda day: day.revision)
    assert newest.revision == 7
    assert tables(newest) == {f"A1.{n}": str(n) if n < 7 else "" for n in range(1, 9)}


def test_days_across_a_clock_change_and_a_new_start_hour_close_with_their_own_instants(
    feed: Feed, books: Books
) -> None:
    feed([*known(), sale(1)])
    change = {"calendarFrom": "2026-03-31", "dayStart": "07:00", "recordedAt": LATER}
    feed([location(**change)])
    dates = [f"2026-03-{day}" for day in (28, 29, 30, 31)]
    feed([day_closed(day, recordedAt="2026-04-02T00:00:00Z") for day in dates])
    told = {day.date: day.told() for day in check_whole(books)}
    assert [(told[day]["startsAt"], told[day]["endsAt"]) for day in dates] == [
        ("2026-03-28T05:30:00Z", "2026-03-29T04:30:00Z"),  # 23 hours
        ("2026-03-29T04:30:00Z", "2026-03-30T04:30:00Z"),
        ("2026-03-30T04:30:00Z", "2026-03-31T06:00:00Z"),  # until the new hour
        ("2026-03-31T06:00:00Z", "2026-04-01T06:00:00Z"),
    ]


def test_a_doubled_hour_is_within_its_day(feed: Feed, books: Books) -> None:
    at = {"timeOfCloseAndPaid": "2026-10-25T00:30:00Z"}
    again = {"timeOfCloseAndPaid": "2026-10-25T01:30:00Z"}
    feed([sale(1, **at), sale(2, **again)], with_known=True)
    feed([day_closed("2026-10-24", recordedAt="2026-10-26T00:00:00Z")])
    (day,) = check_whole(books)
    assert day.sale_count == 2
    assert (day.told()["startsAt"], day.told()["endsAt"]) == (
        "2026-10-24T04:30:00Z",
        "2026-10-25T05:30:00Z",
    )
