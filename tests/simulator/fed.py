"""Days of the simulated group, read back from the lines a back office would send."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from tillgate.simulator.feed import Plan, day_lines, directory_lines
from tillgate.simulator.group import HERON, Group, Location

Sale = dict[str, Any]

# A week of November, and those in which the clocks of all five places change.
A_WEEK = (date(2026, 11, 16), date(2026, 11, 22))
AUTUMN = (date(2026, 10, 24), date(2026, 11, 1))
SPRING = (date(2027, 3, 12), date(2027, 3, 28))
FEW_SALES = 8


class Fed(NamedTuple):
    """What one location fed: its own records before any sale, and sales by business date."""

    location: Location
    records: tuple[dict[str, Any], ...]
    days: dict[date, list[Sale]]

    def sales(self) -> Iterator[Sale]:
        """All sales, in order."""
        for sales in self.days.values():
            yield from sales

    def lines(self) -> Iterator[dict[str, Any]]:
        """The lines of all sales."""
        for sale in self.sales():
            yield from sale["salesLines"]

    def payments(self) -> Iterator[dict[str, Any]]:
        """The payments of all sales."""
        for sale in self.sales():
            yield from sale["payments"]

    def of_type(self, kind: str) -> list[Sale]:
        """The sales of a type."""
        return [sale for sale in self.sales() if sale["type"] == kind]

    def local(self, text: str) -> datetime:
        """An instant as the clock on the wall shows it."""
        return datetime.fromisoformat(text).astimezone(ZoneInfo(self.location.timezone))


@cache
def fed(country: str, days: tuple[date, date] = A_WEEK, group: Group = HERON) -> Fed:
    """What the location of that country fed for these days, few sales each."""
    (location,) = (location for location in group.locations if location.country == country)
    records = tuple(
        record
        for record in map(msgspec.json.decode, directory_lines(group=group))
        if record.get("businessLocationId") in {None, location.id}
    )
    fed_days: dict[date, list[Sale]] = {}
    first, last = days
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        fed_days[day] = [
            record["sale"]
            for record in decoded(day_lines(few(day, day, group=group), day))
            if record["record"] == "sale" and record["businessLocationId"] == location.id
        ]
    return Fed(location, records, fed_days)


def few(first: date, last: date, **choices: Any) -> Plan:
    """A plan of days with few sales each."""
    return Plan(**{"first": first, "last": last, "sales_a_day": FEW_SALES} | choices)


def decoded(lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """The records of some lines."""
    return map(msgspec.json.decode, lines)


def gross(lines: list[dict[str, Any]]) -> Decimal:
    """What some lines come to."""
    return sum((Decimal(line["totalNetAmountWithTax"]) for line in lines), Decimal(0))


def paid(sale: Sale) -> Decimal:
    """What was paid on a sale, without tips and surcharges."""
    return sum((Decimal(payment["netAmountWithTax"]) for payment in sale["payments"]), Decimal(0))


def counts(sale: Sale) -> bool:
    """Whether a sale is revenue."""
    return sale["type"] in {"SALE", "REFUND"} and not sale.get("cancelled", False)
