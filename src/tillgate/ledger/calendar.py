"""The business days of a location: which instants a business date covers.

A day starts at the location's start hour in its zone, both belonging to it from a date on, and
ends where the next one starts; so a day has 23, 24 or 25 hours and no instant lies outside.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

ONE_DAY = timedelta(days=1)
DEFAULT_START = time(5, 30)


class DayRule(msgspec.Struct, frozen=True, order=True):
    """Zone (tz database name) and start of the business day, from a business date on."""

    valid_from: date
    timezone: str
    day_start: time


class Calendar(msgspec.Struct, frozen=True):
    """The day rules of a location, oldest first, at least one; the first reaches back for ever."""

    rules: tuple[DayRule, ...]

    def rule(self, business_date: date) -> DayRule:
        """The rule in force on a business date."""
        position = bisect_right(self.rules, business_date, key=lambda rule: rule.valid_from)
        return self.rules[max(position - 1, 0)]

    def start(self, business_date: date) -> datetime:
        """The first instant of the day, in UTC."""
        rule = self.rule(business_date)
        return _instant(business_date, rule.day_start, rule.timezone)

    def end(self, business_date: date) -> datetime:
        """The first instant after the day, in UTC: where the next day starts."""
        return self.start(business_date + ONE_DAY)

    def day_of(self, instant: datetime) -> date:
        """The business date whose [start, end) holds the instant."""
        day = instant.astimezone(ZoneInfo(self.rules[-1].timezone)).date()
        while instant < self.start(day):
            day -= ONE_DAY
        while instant >= self.end(day):
            day += ONE_DAY
        return day

    def runs_forward(self) -> bool:
        """Whether every change of rule leaves the day before it with some length.

        A new zone far to the east with an early start could begin before the day it follows.
        """
        return all(
            self.start(r.valid_from) > self.start(r.valid_from - ONE_DAY) for r in self.rules
        )

    def local(self, instant: datetime) -> datetime:
        """The instant as the location's clock shows it, with its offset."""
        return instant.astimezone(ZoneInfo(self.rule(self.day_of(instant)).timezone))

    def days(self, start: datetime, end: datetime) -> Iterator[date]:
        """The business dates that [start, end) touches, in order; none when it is empty."""
        day = self.day_of(start)
        while start < end and self.start(day) < end:
            yield day
            day += ONE_DAY


@lru_cache(maxsize=4096)
def _instant(day: date, clock: time, timezone: str) -> datetime:
    zone = ZoneInfo(timezone)
    first = datetime.combine(day, clock, zone)
    earlier = first.replace(fold=1).astimezone(UTC)
    later = first.astimezone(UTC)
    # In a gap the second reading (`fold=1`) comes out before the first one: PEP 495.
    return later if later <= earlier else _end_of_gap(earlier, later, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    offset = after.astimezone(zone).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while low < high:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            high = middle
        else:
            low = middle + 1
    return datetime.fromtimestamp(low, UTC)
