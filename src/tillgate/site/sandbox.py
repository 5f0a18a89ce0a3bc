"""The sandbox's books: one invented business an installation, fed by the feed like any other.

The first feeding is one batch: the directory and a month of days. Later ones bring each day that is
not closed yet. So a feeding that was killed left nothing or whole days, and the next one goes on.
"""

import logging
import os
from datetime import date, datetime, timedelta

import msgspec
import psycopg

from tillgate.foundation import clock
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.sessions import scoped
from tillgate.foundation.postgres.urls import database_url, is_external, is_given
from tillgate.foundation.sandbox_ids import LOCATIONS
from tillgate.ledger.days import last_closed_days
from tillgate.ledger.feed.batch import Written, import_file
from tillgate.ledger.feed.errors import BadFile
from tillgate.simulator.feed import Plan, day_lines, directory_lines, records
from tillgate.simulator.sandbox import SALES_A_DAY, SANDBOX

HISTORY_DAYS = 30
# The name by which feedings wait for one another in the queue.
FEEDING = "feed_sandbox"

_KNOWN = """
SELECT min(since), count(*) FROM directory_businesslocation WHERE business_location_id = any(%s)
"""

_log = logging.getLogger("tillgate.worker")


def ledger_url() -> str | None:
    """The ledger role's URL, if this host holds it."""
    if is_external(os.environ) and not is_given(Role.LEDGER, os.environ):
        return None
    return database_url(Role.LEDGER)


def feed(ledger_url: str, *, now: datetime | None = None) -> int:
    """Feed what is missing up to now; returns how many business dates were fed.

    What was fed before changes nothing, and days that are closed are not looked at again.
    """
    until = now or clock.now()
    opened, first = _standing(ledger_url)
    if opened is None:
        opened = first = until.date() - timedelta(days=HISTORY_DAYS)
        plan = _plan(opened, first, until)
        _land(ledger_url, "sandbox", b"".join(records(plan)))
        return len(list(plan.days()))
    plan = _plan(opened, first, until)
    _land_directory(ledger_url, plan)
    for day in plan.days():
        _land_day(ledger_url, plan, day)
    return len(list(plan.days()))


def _standing(ledger_url: str) -> tuple[date | None, date]:
    """The first business date there is, if any, and the first one that is not closed everywhere."""
    with psycopg.connect(ledger_url) as connection, scoped(connection, LOCATIONS):
        opened, known = connection.execute(_KNOWN, (list(LOCATIONS),)).fetchone() or (None, 0)
        closed = last_closed_days(connection, LOCATIONS)
    if known < len(LOCATIONS) or opened is None:
        return None, date.max
    if len(closed) < len(LOCATIONS):
        return opened, opened
    return opened, min(closed.values()) + timedelta(days=1)


def _plan(opened: date, first: date, until: datetime) -> Plan:
    return Plan(
        group=SANDBOX,
        opened=opened,
        first=first,
        last=until.date(),
        until=until,
        sales_a_day=SALES_A_DAY,
    )


def _land_directory(ledger_url: str, plan: Plan) -> None:
    try:
        _land(ledger_url, "sandbox directory", b"".join(directory_lines(plan.opened, plan.group)))
    except BadFile as refused:
        _log.warning("the sandbox keeps its directory of before: %s", refused)


def _land_day(ledger_url: str, plan: Plan, day: date) -> None:
    lines = list(day_lines(plan, day))
    try:
        _land(ledger_url, f"sandbox {day}", b"".join(lines))
    except BadFile as refused:
        # Another version made other sales of the day under the same ids: it ends as it stands.
        _log.warning("the sandbox keeps %s as it was: %s", day, refused)
        ends = [line for line in lines if msgspec.json.decode(line)["record"] == "day_closed"]
        _land(ledger_url, f"sandbox {day}", b"".join(ends))


def _land(ledger_url: str, name: str, text: bytes) -> None:
    import_file(ledger_url, Written(name, text), sandbox=True)
