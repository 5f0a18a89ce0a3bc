"""A group's feed as a back office writes it: one JSON object a line, ready to be imported.

A day gives the same bytes for ever for the same seed and number of sales, whatever range it is
asked for in; so a later run may write only the days that are missing.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from tillgate.foundation.instants import format_instant, parse_instant
from tillgate.simulator.account import Account
from tillgate.simulator.books import accounts_of
from tillgate.simulator.catalogue import directory_records
from tillgate.simulator.corrections import correction_of, without
from tillgate.simulator.group import HERON, Group, Location, location_by_id
from tillgate.simulator.hours import day_end
from tillgate.simulator.published import known, published_sale
from tillgate.simulator.specials_board import board_records
from tillgate.simulator.unbooked import aborted_orders, card_payments

SEED = 7
SALES_A_DAY = 100
# The back office sends a sale soon after it was paid, and ends a day soon after it has passed.
_SALE_DELAY = timedelta(seconds=40)
_CLOSE_DELAY = timedelta(minutes=10)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Which days to write: business dates `first` to `last`, both included.

    `until`: nothing recorded after that instant is written, so the current day stays open and
    grows as it does in life. `close_last`: whether the last date may be closed at all.
    `opened`: the locations say they opened on that date, if they did so earlier; a feed that
    starts there has no days missing. `corrections`: whether some days are put right after they are
    closed.
    """

    first: date
    last: date
    seed: int = SEED
    sales_a_day: int = SALES_A_DAY
    close_last: bool = True
    until: datetime | None = None
    opened: date | None = None
    corrections: bool = False
    group: Group = HERON

    def days(self) -> Iterator[date]:
        """The business dates, in order."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)


def records(plan: Plan) -> Iterator[bytes]:
    """The whole feed, line by line: directory, lookups and items, then the days in order."""
    yield from directory_lines(plan.opened, plan.group)
    for day in plan.days():
        yield from day_lines(plan, day)


def directory_lines(opened: date | None = None, group: Group = HERON) -> Iterator[bytes]:
    """Business, locations, lookups and items, which no range changes."""
    for record in directory_records(opened, group):
        yield _line(record)


def day_lines(plan: Plan, day: date) -> Iterator[bytes]:
    """One business date of all locations: what is fed of it by the instant of the plan."""
    for location in plan.group.locations:
        if day >= location.since:
            for record, at in _location_day(plan, location, day):
                if plan.until is None or at <= plan.until:
                    yield _line(record)


def _location_day(
    plan: Plan, location: Location, day: date
) -> Iterator[tuple[dict[str, Any], datetime]]:
    """The menu's changes, sales by closing time, what else the till tells, the day's end, and what
    is put right.
    """
    for record in board_records(location, day):
        yield record, parse_instant(record["recordedAt"])
    accounts = accounts_of(location, day, seed=plan.seed, sales_a_day=plan.sales_a_day)
    closed_at = day_end(location, day) + _CLOSE_DELAY
    is_closed = day < plan.last or plan.close_last
    corrected = None
    if plan.corrections and is_closed:
        corrected = correction_of(location, day, accounts, closed_at=closed_at, seed=plan.seed)
    for account in without(accounts, corrected.late if corrected else None):
        yield sale_record(account, day), account.closed + _SALE_DELAY
    for record in aborted_orders(location, day, plan.seed):
        yield record, parse_instant(record["recordedAt"])
    for record in card_payments(accounts, day, plan.seed):
        yield record, parse_instant(record["recordedAt"])
    if is_closed:
        yield _day_closed(location, day, closed_at), closed_at
    if corrected:
        yield corrected.record, parse_instant(corrected.record["recordedAt"])


def write_feed(
    folder: Path, *, first: date, last: date, seed: int = SEED, sales_a_day: int = SALES_A_DAY
) -> list[Path]:
    """Write business dates `first` to `last` into a folder, which is made: see `write_plan`."""
    return write_plan(folder, Plan(first=first, last=last, seed=seed, sales_a_day=sales_a_day))


def write_plan(folder: Path, plan: Plan) -> list[Path]:
    """Write a feed into a folder, which is made: a file for the directory, then one a day.

    Returns the files in the order in which they are to be imported, which is that of their names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "000-directory.ndjson"]
    files[0].write_bytes(b"".join(directory_lines(plan.opened, plan.group)))
    for day in plan.days():
        files.append(folder / f"{day}.ndjson")
        files[-1].write_bytes(b"".join(day_lines(plan, day)))
    return files


def write_sales(path: Path, *, location_id: int, count: int, seed: int = SEED) -> None:
    """Write so many sales of one location, about 4 KB each, and no other record.

    They fill days from the location's first on, many sales a day.
    """
    location = location_by_id(location_id)
    left, day = count, location.since
    with path.open("wb") as file:
        while left:
            accounts = accounts_of(location, day, seed=seed, sales_a_day=1000)[:left]
            file.writelines(_line(sale_record(account, day)) for account in accounts)
            left, day = left - len(accounts), day + timedelta(days=1)


def sale_record(account: Account, day: date) -> dict[str, Any]:
    """The feed's record of a sale; only the French till says which business date it means."""
    location = account.location
    record = {
        "record": "sale",
        "recordedAt": format_instant(account.closed + _SALE_DELAY),
        "businessLocationId": location.id,
        "businessDate": str(day) if location.country == "FR" else None,
        "sale": published_sale(account),
    }
    return known(record)


def _day_closed(location: Location, day: date, at: datetime) -> dict[str, Any]:
    return {
        "record": "day_closed",
        "recordedAt": format_instant(at),
        "businessLocationId": location.id,
        "businessDate": str(day),
    }


def _line(record: dict[str, Any]) -> bytes:
    return _ENCODER.encode(record) + b"\n"
