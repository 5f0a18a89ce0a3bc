"""The calendars of locations as a batch needs them: read once each, on a plain connection."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from psycopg import Connection

from tillgate.ledger.calendar import ONE_DAY, Calendar, DayRule
from tillgate.ledger.staging import IncomingDay

_RULES = """
SELECT business_location_id, valid_from, timezone, day_start FROM directory_dayrule
WHERE business_location_id = any(%s) ORDER BY business_location_id, valid_from
"""


def fetch_calendars(connection: Connection[Any], locations: list[int]) -> dict[int, Calendar]:
    """The calendar of each location that is known."""
    rules: dict[int, list[DayRule]] = {}
    for key, *rule in connection.execute(_RULES, (locations,)):
        rules.setdefault(key, []).append(DayRule(*rule))
    return {key: Calendar(tuple(each)) for key, each in rules.items()}


def days_touched(
    calendars: dict[int, Calendar], dates: Iterable[tuple[int, date]]
) -> Iterable[IncomingDay]:
    """The business days that dates of UTC touch, for (location, date of UTC)."""
    for location, utc_date in dates:
        calendar = calendars[location]
        start = datetime.combine(utc_date, time(), UTC)
        for day in calendar.days(start, start + ONE_DAY):
            yield IncomingDay(location, utc_date, day, calendar.start(day), calendar.end(day))


def runs_forward(rules: dict[date, tuple[str, time]]) -> bool:
    """Whether every day of a calendar with these rules has some length."""
    each = (DayRule(valid_from, *rule) for valid_from, rule in sorted(rules.items()))
    return Calendar(tuple(each)).runs_forward()
