"""The sandbox's books: fed from nothing, day by day, again, and after being killed."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import msgspec
import psycopg
import pytest
from tests.ledger.closed import check_whole
from tests.ledger.conftest import Books

from tillgate.foundation import sandbox_ids
from tillgate.foundation.config import config
from tillgate.ledger.feed.batch import Written, import_file
from tillgate.simulator.feed import Plan, day_lines
from tillgate.simulator.sandbox import SANDBOX
from tillgate.site import sandbox, tasks

EVENING = datetime(2026, 11, 25, 20, tzinfo=UTC)
TODAY = EVENING.date()
OPENED = TODAY - timedelta(days=30)
SALES = """
SELECT (SELECT count(*) FROM ledger_opensale WHERE business_date = %(day)s)
    + (SELECT coalesce(sum(sale_count), 0) FROM ledger_closedday WHERE business_date = %(day)s)
"""
CLOSED = """
SELECT business_location_id, count(*), max(business_date) FROM ledger_closedday
WHERE closed_by = 'feed' GROUP BY 1 ORDER BY 1
"""

PROGRAM = """
import sys, time
from datetime import datetime
from tillgate.ledger.feed import batch
from tillgate.site import sandbox
begin = batch.land_kinds
def slowly(connection, stage):
    for kind, tally in begin(connection, stage):
        yield kind, tally
        if kind == "sale":
            batches.append(stage)
        if len(batches) > int(sys.argv[3]):
            print("here", flush=True)
            time.sleep(60)
batches = []
batch.land_kinds = slowly
sandbox.feed(sys.argv[1], now=datetime.fromisoformat(sys.argv[2]))
"""


@pytest.fixture
def books(clean_books: None, owner_url: str) -> Books:
    return Books(owner_url)


def kill_while_feeding(url: str, now: datetime, *, after_batches: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, now.isoformat(), str(after_batches)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": "src"},
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"here"
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    process.stdout.close()


def days_of(books: Books, day: date) -> int:
    with psycopg.connect(books.url) as connection:
        return int(connection.execute(SALES, {"day": day}).fetchall()[0][0])


def test_the_first_feeding_brings_a_month(books: Books, ledger_url: str) -> None:
    assert sandbox.feed(ledger_url, now=EVENING) == 31
    assert books.rows("SELECT business_id, name FROM directory_business") == [
        (sandbox_ids.BUSINESS, "Sandbox Kingfisher Kitchens")
    ]
    riverside, vieux_port = sandbox_ids.LOCATIONS
    yesterday = TODAY - timedelta(days=1)
    assert books.rows(CLOSED) == [(riverside, 30, yesterday), (vieux_port, 30, yesterday)]
    assert 800 < books.count() < 2000
    assert days_of(books, TODAY) > 10


def test_every_kind_of_sale_is_there_and_one_after_midnight(books: Books, ledger_url: str) -> None:
    sandbox.feed(ledger_url, now=EVENING)
    texts = (text for day in check_whole(books) for text in day.sales())
    kinds = {json.loads(text)["type"] for text in texts}
    assert kinds >= {"SALE", "REFUND", "VOID", "RECALL", "SPLIT", "TRANSFER", "CANCEL", "UPDATE"}
    late = """SELECT count(*) FROM ledger_closedday, unnest(closings) AS closing
        WHERE business_location_id = %s
        AND (to_timestamp(closing / 1000.0) AT TIME ZONE 'Europe/London')::date
            = business_date + 1"""
    assert books.rows(late, sandbox_ids.LOCATIONS[0])[0][0] > 4


def test_feeding_twice_changes_nothing(books: Books, ledger_url: str) -> None:
    sandbox.feed(ledger_url, now=EVENING)
    before = books.everything()
    assert sandbox.feed(ledger_url, now=EVENING) == 1
    assert books.everything() == before


def test_the_day_grows_and_ends_as_time_goes_by(books: Books, ledger_url: str) -> None:
    noon = EVENING.replace(hour=12)
    sandbox.feed(ledger_url, now=noon)
    at_noon = days_of(books, TODAY)
    assert sandbox.feed(ledger_url, now=EVENING) == 1
    assert days_of(books, TODAY) > at_noon
    assert sandbox.feed(ledger_url, now=EVENING + timedelta(days=1)) == 2
    assert {row[2] for row in books.rows(CLOSED)} == {TODAY}


def test_what_was_fed_in_steps_is_what_is_fed_at_once(books: Books, ledger_url: str) -> None:
    sandbox.feed(ledger_url, now=EVENING - timedelta(days=3))
    opened = books.rows("SELECT DISTINCT since FROM directory_businesslocation")
    for hours in (50, 49, 20, 0):
        sandbox.feed(ledger_url, now=EVENING - timedelta(hours=hours))
    assert books.rows("SELECT DISTINCT since FROM directory_businesslocation") == opened
    in_steps = books.count()
    at_once = [
        line
        for day in Plan(first=opened[0][0], last=TODAY).days()
        for line in day_lines(sandbox._plan(opened[0][0], day, EVENING), day)
        if b'"record":"sale"' in line
    ]
    assert in_steps == len(at_once)


def test_two_workers_that_start_at_once_feed_it_once(books: Books, ledger_url: str) -> None:
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda _: sandbox.feed(ledger_url, now=EVENING), range(2)))
    once = books.everything()
    sandbox.feed(ledger_url, now=EVENING)
    assert books.everything() == once


def test_killed_while_feeding_first_nothing_is_half_done(books: Books, ledger_url: str) -> None:
    before = books.everything()
    kill_while_feeding(ledger_url, EVENING, after_batches=0)
    assert books.everything() == before
    sandbox.feed(ledger_url, now=EVENING)
    assert [row[1] for row in books.rows(CLOSED)] == [30, 30]


def test_killed_between_days_the_next_feeding_goes_on(books: Books, ledger_url: str) -> None:
    sandbox.feed(ledger_url, now=EVENING - timedelta(days=5))
    kill_while_feeding(ledger_url, EVENING, after_batches=3)
    assert {row[2] for row in books.rows(CLOSED)} == {TODAY - timedelta(days=3)}
    assert days_of(books, TODAY - timedelta(days=2)) == 0
    killed = books.count()
    sandbox.feed(ledger_url, now=EVENING)
    assert {row[2] for row in books.rows(CLOSED)} == {TODAY - timedelta(days=1)}
    assert books.count() > killed


def test_a_day_that_another_version_began_ends_as_it_stands(
    books: Books, ledger_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.feed(ledger_url, now=EVENING - timedelta(days=1))
    other = Plan(group=SANDBOX, first=TODAY, last=TODAY, until=EVENING, sales_a_day=9, seed=8)
    lines = b"".join(line.replace(b'"Card"', b'"Bank card"') for line in day_lines(other, TODAY))
    import_file(ledger_url, Written("other", lines), sandbox=True)
    before = days_of(books, TODAY)
    sandbox.feed(ledger_url, now=EVENING + timedelta(days=2))
    assert days_of(books, TODAY) == before
    assert "the sandbox keeps 2026-11-25 as it was" in caplog.text
    assert {row[2] for row in books.rows(CLOSED)} == {TODAY + timedelta(days=1)}


def test_the_clock_never_closes_its_days_before_they_are_whole(
    books: Books, ledger_url: str
) -> None:
    sandbox.feed(ledger_url, now=EVENING - timedelta(days=9))
    hours = books.rows("SELECT DISTINCT close_after_hours FROM directory_businesslocation")
    assert hours == [(None,)]


def test_a_host_without_the_ledger_role_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, portal_url: str
) -> None:
    monkeypatch.delenv("TILLGATE_LEDGER_DATABASE_URL", raising=False)
    monkeypatch.setenv("TILLGATE_PORTAL_DATABASE_URL", portal_url)
    tasks.feed_sandbox(0)
    assert "this host does not hold the ledger role's URL" in caplog.text


def test_an_installation_may_do_without(
    monkeypatch: pytest.MonkeyPatch, books: Books, ledger_url: str
) -> None:
    monkeypatch.setenv("TILLGATE_LEDGER_DATABASE_URL", ledger_url)
    without = msgspec.structs.replace(config(), sandbox=False)
    monkeypatch.setattr(tasks, "config", lambda: without)
    tasks.feed_sandbox(0)
    assert books.count("directory_business") == 0
