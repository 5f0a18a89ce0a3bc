"""What has become of business days, for whoever feeds them. Django-free."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from psycopg import Connection

_LAST_CLOSED = """
SELECT business_location_id, max(business_date) FROM ledger_closedday
WHERE business_location_id = any(%s) GROUP BY business_location_id
"""


def last_closed_days(connection: Connection[Any], locations: Iterable[int]) -> dict[int, date]:
    """The newest closed business date of each location that has any, as far as may be seen."""
    return dict(connection.execute(_LAST_CLOSED, (list(locations),)).fetchall())
