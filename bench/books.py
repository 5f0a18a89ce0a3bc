"""Closed days: a page of them against bare compression, other parts, closing, and their size.

Forty days of 300 sales each, which is what a month and a half of a busy place leaves.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import msgspec
import psycopg
from isal import igzip

from bench.installation import LOCATION, Installation
from bench.load import run_load
from bench.row import Row, bounded
from bench.served import fetch, served
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.sessions import scoped
from tillgate.foundation.postgres.urls import database_url
from tillgate.ledger.calendars import fetch_calendars
from tillgate.ledger.closing import close_day
from tillgate.ledger.feed.batch import import_file
from tillgate.simulator.books import accounts_of
from tillgate.simulator.feed import sale_record

_DAYS, _SALES, _TURNS = 40, 300, 5
# What one location sells in a year, by which the size is judged.
_YEAR = 110_000
_FIRST = LOCATION.since + timedelta(days=60)
_RANGE = f"{_FIRST + timedelta(days=3)}T12:00Z/{_FIRST + timedelta(days=_DAYS)}T00:00Z"
_PATH = f"/f/finance/{LOCATION.id}/financials/{_RANGE}"
_EVERYTHING = "staff,table,consumer,payments,revenue_center,account_profile,payment_authorization"

_SIZE = """
SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(ARRAY['ledger_closedday',
    'ledger_closedreference', 'ledger_personalpart']) AS name
"""


def measure(place: Installation) -> list[Row]:
    """All rows; the days are fed by the feed and closed by the act that closes them in earnest."""
    before = _size()
    closings, sales = _closed_days(place.folder)
    size = (_size() - before) / sales * _YEAR / 1e6
    return [
        *_pages(place),
        bounded("Closing a day of 300 sales", "ms", closings, at_most=100),
        bounded("110,000 closed sales on disk", "MB", [size], at_most=40),
    ]


def _closed_days(folder: Path) -> tuple[list[float], int]:
    """Milliseconds for each closing, and how many sales there were."""
    closings, count = [], 0
    for day in _dates():
        accounts = accounts_of(LOCATION, day, seed=7, sales_a_day=_SALES)[:_SALES]
        path = folder / "day.ndjson"
        records = (sale_record(account, day) for account in accounts)
        path.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in records))
        import_file(database_url(Role.LEDGER), path)
        count += len(accounts)
        closings.append(_close(day))
    with psycopg.connect(database_url(Role.OWNER), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
    return closings, count


def _dates() -> Iterator[date]:
    yield from (_FIRST + timedelta(days=number) for number in range(_DAYS))


def _close(day: date) -> float:
    with psycopg.connect(database_url(Role.LEDGER)) as connection:
        started = perf_counter()
        with scoped(connection, [LOCATION.id]):
            calendar = fetch_calendars(connection, [LOCATION.id])[LOCATION.id]
            close_day(connection, LOCATION.id, day, calendar=calendar, closed_by="feed")
        return (perf_counter() - started) * 1000


def _size() -> int:
    with psycopg.connect(database_url(Role.OWNER)) as owner:
        return int(owner.execute(_SIZE).fetchall()[0][0])


def _pages(place: Installation) -> list[Row]:
    headers = place.headers(**{"Accept-Encoding": "gzip"})
    with served("shipped") as base_url:
        paid, whole = (f"{base_url}{_PATH}?include={one}" for one in ("payments", _EVERYTHING))
        body = fetch(paid, place.headers())
        assert len(msgspec.json.decode(body)["sales"]) == 1000
        run_load(paid, headers, connections=1, seconds=1)
        ratios, others = [], []
        for _ in range(_TURNS):
            load = run_load(paid, headers, connections=1, seconds=2)
            ratios.append(load.milliseconds_each / _compression(body))
            others.append(run_load(whole, headers, connections=1, seconds=2).milliseconds_each)
    name = "Page of 1,000 closed sales"
    return [
        bounded(f"{name} with payments, by isal alone", "times", ratios, at_most=4),
        bounded(f"{name} with every part", "ms", others, at_most=40),
    ]


def _compression(body: bytes) -> float:
    """Milliseconds of isal at level 1 over the same bytes; the best of some."""
    times = [perf_counter()]
    for _ in range(20):
        igzip.compress(body, compresslevel=1, mtime=0)
        times.append(perf_counter())
    return min(after - before for before, after in pairwise(times)) * 1000
