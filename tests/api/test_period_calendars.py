"""A period is the sum of its days by every calendar: what is sold in it lies between its instants.

The location changes its start hour and lives through clock changes and a leap day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.api.conftest import Gate, Open
from tests.api.rows import LOCATION, Rows, a_sale

from tillgate.foundation.postgres.sessions import scoped
from tillgate.ledger.calendar import Calendar, DayRule
from tillgate.ledger.periods import Kind

SINCE, CHANGED = date(2023, 1, 2), date(2024, 5, 1)
RULES = (
    DayRule(SINCE, "Europe/London", time(5, 30)),
    DayRule(CHANGED, "Europe/London", time(1, 30)),
)
CALENDAR = Calendar(RULES)
# At whose beginning something is sold a second before, just then, and in the hours after.
BUSY = [
    *(date(2023, 2, 28), date(2023, 3, 26), date(2023, 12, 31), date(2024, 1, 1)),
    *(date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 31)),
    *(CHANGED - timedelta(days=1), CHANGED, date(2024, 10, 27), date(2025, 2, 28)),
]
AFTER = [timedelta(seconds=-1), timedelta(), timedelta(hours=2), timedelta(hours=22)]
SOLD = [CALENDAR.start(day) + after for day in BUSY for after in AFTER]
FIRST, LAST = date(2023, 1, 1), date(2025, 3, 31)
BASE = f"/accounting/v1/business-locations/{LOCATION}/periods"

Thing = dict[str, Any]


@pytest.fixture
def place(open_gate: Open, rows: Rows) -> Gate:
    rows.add_location(since=SINCE)
    with scoped(rows.ledger, [LOCATION]):
        rows.ledger.execute(
            "INSERT INTO directory_dayrule VALUES (%s, %s, 'Europe/London', '01:30')",
            (LOCATION, CHANGED),
        )
    for number, moment in enumerate(SOLD, start=1):
        rows.add_sales([a_sale(number, moment)], day=CALENDAR.day_of(moment))
    for day in BUSY[:6]:
        rows.close_day(day)
    gate = open_gate()
    gate.token = rows.add_token()
    return gate


def receipts(first: str, last: str) -> int:
    """What was sold between the instants at which these days begin and end."""
    start = CALENDAR.start(date.fromisoformat(first))
    end = CALENDAR.end(date.fromisoformat(last))
    return sum(start <= moment < end for moment in SOLD)


def asked(gate: Gate, **query: object) -> list[Thing]:
    answer = gate.get(f"{BASE}?" + "&".join(f"{name}={value}" for name, value in query.items()))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def every_day(gate: Gate) -> Iterator[Thing]:
    for start in range(0, (LAST - FIRST).days, 366):
        first = FIRST + timedelta(days=start)
        last = min(first + timedelta(days=365), LAST)
        yield from asked(gate, by="day", **{"from": first, "to": last})


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_calendar_is_the_sum_of_its_days(place: Gate, kind: Kind) -> None:
    days = {one["from"]: one for one in every_day(place)} if kind is not Kind.DAY else {}
    for month in range(1, 13) if kind in {Kind.QUARTER, Kind.YEAR} else (1,):
        span = {"from": FIRST, "to": LAST if kind is not Kind.DAY else FIRST + timedelta(days=365)}
        for one in asked(place, by=kind, yearStart=month, **span):
            _check(one, one, days)
            for other in (one["before"], one["yearBefore"]):
                sold = receipts(other["from"], other["to"])
                assert (other["figures"]["receipts"], other["figures"]["gross"]) == (
                    sold,
                    f"{12 * sold}.000000",
                )


def _check(one: Thing, told: Thing, days: dict[str, Thing]) -> None:
    sold = receipts(one["from"], one["to"])
    assert told["receipts"] == sold, one["period"]
    assert told["revenue"]["gross"] == f"{12 * sold}.000000"
    within = [day for when, day in days.items() if one["from"] <= when <= one["to"]]
    if days and FIRST.isoformat() <= one["from"] and one["to"] <= LAST.isoformat():
        assert one["closedDays"] == sum(day["closedDays"] for day in within)
        for block in ("sold", "rest"):
            assert _added(one["proof"][block]) == sum(
                (_added(day["proof"][block]) for day in within), Decimal(0)
            )


def _added(amounts: Any) -> Decimal:
    texts = amounts.values() if isinstance(amounts, dict) else [amounts]
    return sum(map(Decimal, texts), Decimal(0))


def test_days_of_23_and_25_hours_and_of_the_change_hold_what_was_sold_in_them() -> None:
    """Otherwise the tests above would say nothing."""
    hours = {
        (CALENDAR.end(day) - CALENDAR.start(day)) / timedelta(hours=1)
        for day in [*BUSY, *(one - timedelta(days=1) for one in BUSY)]
    }
    assert hours == {20, 23, 24, 25}
    assert datetime(2024, 2, 29, 5, 30, tzinfo=UTC) in SOLD
