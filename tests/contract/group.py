"""The simulated restaurant group, fed into the house: ten days with every oddity."""

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from tests.contract.house import House

from tillgate.foundation.instants import format_instant
from tillgate.foundation.postgres.roles import Role
from tillgate.ledger.feed.batch import import_files
from tillgate.simulator.feed import Plan, write_plan
from tillgate.simulator.group import BUSINESS_ID, LOCATIONS, location_by_id
from tillgate.simulator.hours import day_end

# Clocks change in Europe on the third of these days, in North America on the last.
FIRST, LAST = date(2025, 10, 24), date(2025, 11, 2)
# Before the first day, wherever on earth.
FROM = "2025-10-23T00:00:00Z"
# A copy of a location, for what is fed again, has its id plus this.
MIRRORED = 880_000_000_000_000
GROUP_KEYS = ("staff", "device", "deviceId", "tag", "accountingGroup", "statisticGroup")
EVERY_INCLUDE = "staff,table,consumer,payments,revenue_center,account_profile,payment_authorization"


class Group(NamedTuple):
    """`token` is good for every location, scope and part; `files` is the feed that was landed."""

    token: str
    locations: tuple[int, ...]
    files: tuple[Path, ...]

    def start(self, location: int) -> str:
        """Where the first day of a location starts."""
        return format_instant(day_end(location_by_id(location), FIRST - timedelta(days=1)))

    def end(self, location: int) -> str:
        """Where the last day of a location ends."""
        return format_instant(day_end(location_by_id(location), LAST))

    def range(self, location: int, query: str = "") -> str:
        """The path of all sales of a location."""
        end = self.end(location % MIRRORED)
        return f"/f/finance/{location}/financials/{FROM}/{end}{query and '?' + query}"


def feed_group(house: House) -> Group:
    """Land the feed as the ledger role; once a house."""
    folder = Path(tempfile.mkdtemp(prefix="tillgate-feed-"))
    files = write_plan(folder, Plan(first=FIRST, last=LAST, sales_a_day=6, opened=FIRST))
    import_files(house.urls[Role.LEDGER], files)
    places = tuple(location.id for location in LOCATIONS)
    token = house.rows.add_token(places, business=BUSINESS_ID, personal=True)
    return Group(token, places, tuple(files))
