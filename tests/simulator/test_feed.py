"""The feed as a whole: the same for ever, in order, complete."""

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulator.fed import decoded, few

from tillgate.foundation.instants import parse_instant
from tillgate.ledger.calendar import Calendar, DayRule
from tillgate.simulator.feed import (
    Plan,
    day_lines,
    directory_lines,
    records,
    write_feed,
    write_plan,
    write_sales,
)
from tillgate.simulator.group import LOCATIONS
from tillgate.simulator.people import staff_of

MONDAY = date(2026, 11, 16)
SATURDAY = date(2026, 11, 21)
DATES = st.dates(date(2024, 3, 1), date(2029, 12, 31))


@settings(max_examples=15, deadline=None)
@given(day=DATES, before=st.integers(0, 2), after=st.integers(0, 2), seed=st.integers(0, 99))
def test_a_day_gives_the_same_bytes_whatever_range_was_asked_for(
    day: date, before: int, after: int, seed: int
) -> None:
    first, last = day - timedelta(days=before), day + timedelta(days=after)
    alone = few(day, day, seed=seed, sales_a_day=2)
    within = few(first, last, seed=seed, sales_a_day=2)
    lines = list(records(within))
    expected = list(day_lines(alone, day))
    assert [line for line in lines if line in set(expected)] == expected


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    plan = few(SATURDAY, SATURDAY)
    code = (
        "import sys; from datetime import date; from pathlib import Path;"
        "from tillgate.simulator.feed import write_feed;"
        f"write_feed(Path(sys.argv[1]), first=date({SATURDAY:%Y,%-m,%-d}),"
        f" last=date({SATURDAY:%Y,%-m,%-d}), sales_a_day={plan.sales_a_day})"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env=os.environ | {"PYTHONHASHSEED": "1234", "TZ": "Asia/Tokyo"},
        check=True,
        timeout=60,
    )
    written = b"".join(path.read_bytes() for path in sorted(tmp_path.iterdir()))
    assert written == b"".join(records(plan))


def test_another_seed_gives_other_sales() -> None:
    assert list(day_lines(few(SATURDAY, SATURDAY), SATURDAY)) != list(
        day_lines(few(SATURDAY, SATURDAY, seed=8), SATURDAY)
    )


def test_ids_and_references_are_unique() -> None:
    seen: Counter[str] = Counter()
    for record in decoded(records(few(date(2026, 10, 26), date(2026, 11, 8)))):
        if record["record"] == "sale":
            seen.update(_names(record["sale"]))
    assert seen.total() > 5000
    assert [name for name, times in seen.items() if times > 1] == []


def _names(sale: dict[str, Any]) -> list[str]:
    names = [sale["accountReference"], sale["accountFiscId"]]
    names += [sale["receiptId"]] if "receiptId" in sale else []
    names += [line["id"] for line in sale["salesLines"]]
    for payment in sale["payments"]:
        names += [payment["uuid"], payment["fiscId"]]
    return names


def test_every_date_of_every_location_is_closed_even_an_empty_one() -> None:
    plan = few(MONDAY, SATURDAY)
    closed = [
        (record["businessLocationId"], record["businessDate"])
        for record in decoded(records(plan))
        if record["record"] == "day_closed"
    ]
    assert sorted(closed) == sorted(
        (location.id, str(day)) for location in LOCATIONS for day in plan.days()
    )


def test_the_last_day_can_be_left_open() -> None:
    plan = few(MONDAY, SATURDAY, close_last=False)
    closed = [line for line in records(plan) if b'"day_closed"' in line]
    assert len(closed) == 5 * len(LOCATIONS)
    assert not any(f'"businessDate":"{SATURDAY}"'.encode() in line for line in closed)


@settings(max_examples=10, deadline=None)
@given(minutes=st.integers(0, 60 * 48))
def test_the_current_day_grows_by_what_has_happened_since(minutes: int) -> None:
    until = datetime.combine(SATURDAY, time(), UTC) + timedelta(minutes=minutes)
    now = list(day_lines(few(SATURDAY, SATURDAY, until=until), SATURDAY))
    later = list(day_lines(few(SATURDAY, SATURDAY), SATURDAY))
    recorded = {line: parse_instant(msgspec.json.decode(line)["recordedAt"]) for line in later}
    assert now == [line for line in later if recorded[line] <= until]


def test_nothing_is_fed_from_before_a_location_opened() -> None:
    day = date(2022, 1, 7)
    fed_by = {record["businessLocationId"] for record in decoded(day_lines(few(day, day), day))}
    assert fed_by == {location.id for location in LOCATIONS if location.since <= day}
    assert len(fed_by) == 1


def test_locations_may_say_they_opened_with_the_feed() -> None:
    feed = decoded(directory_lines(MONDAY))
    since = [record["since"] for record in feed if record["record"] == "location"]
    assert since == [str(MONDAY)] * len(LOCATIONS)


def test_sales_lie_within_their_business_day_by_closing_time() -> None:
    plan = few(MONDAY, SATURDAY)
    for day in plan.days():
        for location in LOCATIONS:
            rule = DayRule(
                location.since, location.timezone, time.fromisoformat(location.day_start)
            )
            calendar = Calendar((rule,))
            closings = [
                parse_instant(record["sale"]["timeOfCloseAndPaid"])
                for record in decoded(day_lines(plan, day))
                if record["record"] == "sale" and record["businessLocationId"] == location.id
            ]
            assert closings == sorted(closings)
            assert {calendar.day_of(instant) for instant in closings} <= {day}


def test_files_are_one_for_the_directory_and_one_a_day_in_the_order_of_their_names(
    tmp_path: Path,
) -> None:
    files = write_feed(tmp_path / "feed", first=MONDAY, last=SATURDAY, sales_a_day=2)
    assert files == sorted((tmp_path / "feed").iterdir())
    assert [path.name for path in files[:2]] == ["000-directory.ndjson", "2026-11-16.ndjson"]
    assert len(files) == 7


def test_a_plan_written_is_the_plan_read(tmp_path: Path) -> None:
    plan = few(MONDAY, SATURDAY, close_last=False, opened=MONDAY)
    files = write_plan(tmp_path, plan)
    assert b"".join(path.read_bytes() for path in files) == b"".join(records(plan))


def test_sales_for_the_bench_are_as_many_as_asked_for_and_about_four_kilobytes(
    tmp_path: Path,
) -> None:
    path = tmp_path / "sales.ndjson"
    write_sales(path, location_id=LOCATIONS[0].id, count=2500)
    lines = path.read_bytes().splitlines()
    assert len(set(lines)) == 2500
    assert {msgspec.json.decode(line)["businessLocationId"] for line in lines} == {LOCATIONS[0].id}
    assert 3500 < path.stat().st_size / 2500 < 5500


def test_more_sales_than_a_day_has_numbers_for_are_refused() -> None:
    plan = Plan(first=SATURDAY, last=SATURDAY, sales_a_day=12_000)
    with pytest.raises(ValueError, match="fewer sales a day"):
        list(day_lines(plan, SATURDAY))


def test_the_simulator_knows_nothing_of_the_house_but_its_foundation() -> None:
    code = "import sys, tillgate.simulator.feed; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    rooms = {name.split(".")[1] for name in done.stdout.split() if name.startswith("tillgate.")}
    assert rooms == {"simulator", "foundation"}


def test_nobody_works_in_two_places() -> None:
    people = [staff_of(location) for location in LOCATIONS]
    assert [len(staff) for staff in people] == [9] * len(LOCATIONS)
    assert len({worker.id for staff in people for worker in staff}) == 45
    assert len({worker.name for staff in people for worker in staff}) == 45
