"""When a location's business day ends, and whether its clocks change within it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tillgate.simulator.group import Location

_HOUR = timedelta(hours=1)


class ClockChange(NamedTuple):
    """The first instant of the new offset, and by how much the clocks went forward (or back)."""

    at: datetime
    forward: timedelta


def day_end(location: Location, day: date) -> datetime:
    """The first instant of the next business day, in UTC."""
    start = time.fromisoformat(location.day_start)
    next_day = day + timedelta(days=1)
    return datetime.combine(next_day, start, ZoneInfo(location.timezone)).astimezone(UTC)


def clock_change(location: Location, day: date) -> ClockChange | None:
    """The change of clocks within a business day, if there is one."""
    end = day_end(location, day)
    if end - day_end(location, day - timedelta(days=1)) == timedelta(hours=24):
        return None
    zone = ZoneInfo(location.timezone)
    offset = _offset(end, zone)
    at = end
    while _offset(at - _HOUR, zone) == offset:
        at -= _HOUR
    at = at.replace(minute=0)
    return ClockChange(at, offset - _offset(at - _HOUR, zone))


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)
