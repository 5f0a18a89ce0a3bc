"""The books of a year: one location with its closed days, among others with some of their own.

All of them come by the feed, sales and ends of days alike; only the last days of the year are
closed by the act, so that it can be timed. A day has the largest sales of those that the simulator
makes for it, about 4 lines each. The other locations sell what the first one did on its last days,
with ids of their own; the last of them has one day only, for it stands for books that begin.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import psycopg

from bench import cores
from bench.scale import Scale
from tillgate.foundation.instants import format_instant
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.sessions import scoped
from tillgate.foundation.postgres.urls import database_url
from tillgate.ledger.calendars import fetch_calendars
from tillgate.ledger.closing import close_day
from tillgate.ledger.feed.batch import Written, import_file
from tillgate.simulator.books import accounts_of
from tillgate.simulator.catalogue import directory_records
from tillgate.simulator.feed import sale_record
from tillgate.simulator.group import LOCATIONS
from tillgate.simulator.hours import day_end

LOCATION = LOCATIONS[0]
# The year of the books begins with a month.
FIRST = date(2021, 7, 1)
# So many are made where 300 are kept: enough on the quietest day of the year.
_MADE = 380
_SEED = 7
_DAYS_A_FILE = 30
# All ids of a location begin with this many digits of its own id.
_OWN_DIGITS = 12

_ENCODER = msgspec.json.Encoder(decimal_format="number")

# Tables of open days hold nothing of a closed year; the room they leave is used again.
_CLOSED = """
SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname LIKE 'ledger%'
  AND relname NOT IN ('ledger_opensale', 'ledger_externalreference', 'ledger_businessday')
"""
_COUNTS = """
SELECT count(*), sum(sale_count)::bigint FROM ledger_closedday WHERE business_location_id = %s
"""


class NotWhole(RuntimeError):
    """The books do not hold what they should, so figures of them would mean nothing."""


@dataclass(frozen=True)
class Year:
    """What was made: how long the timed closings took in ms, and what the year takes on disk."""

    scale: Scale
    closings: Sequence[float]
    megabytes: float

    @property
    def last(self) -> date:
        """The last business date of the year."""
        return FIRST + timedelta(days=self.scale.days - 1)

    @property
    def beginner(self) -> int:
        """The location that has only the last day of the year."""
        return beginner_id(self.scale)


def beginner_id(scale: Scale) -> int:
    """The location that has one day only: it comes after the others."""
    return other_id(scale.others)


def other_id(number: int) -> int:
    """The id of one of the other locations, from 0."""
    return LOCATION.id + (number + 100) * 1_000_000


def dates(first: int, count: int) -> list[date]:
    """So many business dates from that day of the year on, from 0."""
    return [FIRST + timedelta(days=number) for number in range(first, first + count)]


def make_year(folder: Path, scale: Scale) -> Year:
    """Make it: the others first, beside each other; then the year, whose growth is its size."""
    _make_others(folder, scale)
    before = _size()
    timed = dates(scale.days - scale.timed_closings, scale.timed_closings)
    _apart(_take_in, [dates(0, scale.days - len(timed))], scale.sales)
    closings = [_closing(day, scale.sales) for day in timed]
    year = Year(scale, closings, (_size() - before) / 1e6)
    _check(year)
    return year


def sale_records(day: date, count: int) -> list[dict[str, Any]]:
    """The sales of a day by closing time: of those the simulator makes, the ones of most lines."""
    accounts = accounts_of(LOCATION, day, seed=_SEED, sales_a_day=_MADE)
    records = [sale_record(account, day) for account in accounts]
    by_lines = sorted(range(len(records)), key=lambda at: -len(_lines(records[at])))
    return [records[at] for at in sorted(by_lines[:count])]


def _lines(record: dict[str, Any]) -> Sequence[Any]:
    lines: Sequence[Any] = record["sale"]["salesLines"]
    return lines


def _day_closed(day: date) -> dict[str, Any]:
    at = day_end(LOCATION, day) + timedelta(minutes=10)
    return {
        "record": "day_closed",
        "recordedAt": format_instant(at),
        "businessLocationId": LOCATION.id,
        "businessDate": str(day),
    }


def _feed(days: Iterable[date], sales: int) -> Iterator[bytes]:
    for day in days:
        for record in (*sale_records(day, sales), _day_closed(day)):
            yield _line(record)


def _line(record: dict[str, Any]) -> bytes:
    return _ENCODER.encode(record) + b"\n"


def _take_in(days: Sequence[date], sales: int) -> None:
    for start in range(0, len(days), _DAYS_A_FILE):
        text = b"".join(_feed(days[start : start + _DAYS_A_FILE], sales))
        import_file(database_url(Role.LEDGER), Written("year", text))


def _make_others(folder: Path, scale: Scale) -> None:
    files = folder / "last-days.ndjson", folder / "last-day.ndjson"
    for file, count in zip(files, (scale.other_days, 1), strict=True):
        days = dates(scale.days - count, count)
        file.write_bytes(b"".join((*_directory(), *_feed(days, scale.sales))))
    alike = [(other_id(number), files[0]) for number in range(scale.others)]
    _apart(_take_in_as, [*alike, (beginner_id(scale), files[1])])


def _take_in_as(told: tuple[int, Path]) -> None:
    location, file = told
    text = _renamed(file.read_bytes(), location)
    import_file(database_url(Role.LEDGER), Written(str(location), text))


def directory_as(location: int) -> bytes:
    """The feed's directory of another location that is like the first one."""
    return _renamed(b"".join(_directory()), location)


def _directory() -> Iterator[bytes]:
    for record in directory_records():
        if record.get("businessLocationId") == LOCATION.id:
            yield _line(record)


def _renamed(feed: bytes, location: int) -> bytes:
    old, new = (str(each)[:_OWN_DIGITS].encode() for each in (LOCATION.id, location))
    return feed.replace(old, new)


def _apart(task: Any, things: Sequence[Any], *more: Any) -> None:
    """Do it for each thing in processes that may use all cores; the client's has PostgreSQL."""
    with ProcessPoolExecutor(
        max_workers=min(2, len(things)), mp_context=get_context("spawn"), initializer=_use_all_cores
    ) as pool:
        waiting: list[Future[None]] = [pool.submit(task, thing, *more) for thing in things]
        for one in waiting:
            one.result()


def _use_all_cores() -> None:
    os.sched_setaffinity(0, cores.ALL)


def _closing(day: date, sales: int) -> float:
    """Milliseconds that closing takes, its commit included."""
    text = b"".join(_line(one) for one in sale_records(day, sales))
    import_file(database_url(Role.LEDGER), Written(str(day), text))
    with psycopg.connect(database_url(Role.LEDGER)) as connection:
        started = perf_counter()
        with scoped(connection, [LOCATION.id]):
            calendar = fetch_calendars(connection, [LOCATION.id])[LOCATION.id]
            close_day(connection, LOCATION.id, day, calendar=calendar, closed_by="feed")
        return (perf_counter() - started) * 1000


def _size() -> int:
    """Bytes of all tables of closed days with their indexes."""
    with _owner() as owner:
        owner.execute("VACUUM ANALYZE")
        return int(owner.execute(_CLOSED).fetchall()[0][0])


def _check(year: Year) -> None:
    scale = year.scale
    expected = {LOCATION.id: scale.days, other_id(0): scale.other_days, year.beginner: 1}
    with _owner() as owner:
        for location, days in expected.items():
            found = owner.execute(_COUNTS, (location,)).fetchone()
            if found != (days, days * scale.sales):
                raise NotWhole(f"location {location} has {found} closed days and sales")


def _owner() -> psycopg.Connection[Any]:
    return psycopg.connect(database_url(Role.OWNER), autocommit=True)
