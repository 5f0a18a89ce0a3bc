"""The simulated restaurant group, fed into the house: ten days with every oddity."""

import tempfile
from datetime import date
from pathlib import Path
from typing import NamedTuple

from tests.contract.house import House

from tillgate.foundation.postgres.roles import Role
from tillgate.ledger.feed.batch import import_files
from tillgate.simulator.feed import Plan, write_plan
from tillgate.simulator.group import BUSINESS_ID, LOCATIONS

# Clocks change in Europe on the third of these days, in North America on the last.
FIRST, LAST = date(2025, 10, 24), date(2025, 11, 2)
# From before the first day to after the last one, wherever on earth.
FROM, TO = "2025-10-23T00:00:00Z", "2025-11-05T00:00:00Z"
GROUP_KEYS = ("staff", "device", "deviceId", "tag", "accountingGroup", "statisticGroup")
EVERY_INCLUDE = "staff,table,consumer,payments,revenue_center,account_profile,payment_authorization"


class Group(NamedTuple):
    """`token` is good for every location, scope and part; `files` is the feed that was landed."""

    token: str
    locations: tuple[int, ...]
    files: tuple[Path, ...]

    def range(self, location: int, query: str = "") -> str:
        """The path of all sales of a location."""
        return f"/f/finance/{location}/financials/{FROM}/{TO}{query and '?' + query}"


def feed_group(house: House) -> Group:
    """Land the feed as the ledger role; once a house."""
    folder = Path(tempfile.mkdtemp(prefix="tillgate-feed-"))
    files = write_plan(folder, Plan(first=FIRST, last=LAST, sales_a_day=6, opened=FIRST))
    import_files(house.urls[Role.LEDGER], files)
    places = tuple(location.id for location in LOCATIONS)
    token = house.rows.add_token(places, business=BUSINESS_ID, personal=True)
    return Group(token, places, tuple(files))
