"""Usage: what is summed up of the meter's counts and when it goes, and what pages read of it.

The counts of a day stay until they have been added to the day's sums, in one transaction; both are
read in one query. So no call is missing or twice at any moment, however late its count comes.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet

from tillgate.access.metered import CallGap, DayUsage, LoggedCall
from tillgate.access.models import Client
from tillgate.foundation import clock

LOG_DAYS = 28
USAGE_DAYS = 400
# What one client can take of the disk: some 50 MB.
MOST_LOGGED = 200_000
_SUMMED_AFTER = timedelta(hours=2)

_SUM_UP = """
WITH gone AS (DELETE FROM access_callcount WHERE at < %s RETURNING *)
INSERT INTO access_dayusage AS known (client_id, day, endpoint, calls, errors, bytes, last_at)
SELECT client_id, (at AT TIME ZONE 'UTC')::date, endpoint, sum(calls),
    coalesce(sum(calls) FILTER (WHERE status >= 400), 0), sum(bytes), max(coalesce(last_at, at))
FROM gone GROUP BY 1, 2, 3
ON CONFLICT (client_id, day, endpoint) DO UPDATE SET
    calls = known.calls + excluded.calls,
    errors = known.errors + excluded.errors,
    bytes = known.bytes + excluded.bytes,
    last_at = greatest(known.last_at, excluded.last_at)
"""

_USAGE = """
SELECT client_id, day, endpoint, sum(calls)::bigint, sum(errors)::bigint, sum(bytes)::bigint,
    max(last_at)
FROM (
    SELECT client_id, day, endpoint, calls, errors, bytes, last_at FROM access_dayusage
    WHERE client_id = any(%(clients)s) AND day BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT client_id, (at AT TIME ZONE 'UTC')::date, endpoint, calls,
        CASE WHEN status >= 400 THEN calls ELSE 0 END, bytes, coalesce(last_at, at)
    FROM access_callcount
    WHERE client_id = any(%(clients)s) AND at >= %(start)s AND at < %(end)s
) AS counted
GROUP BY 1, 2, 3 ORDER BY 2, 1, 3
"""

_PRUNE = """
DELETE FROM access_loggedcall WHERE client_id = %s AND (at, id) <= (
    SELECT at, id FROM access_loggedcall WHERE client_id = %s
    ORDER BY at DESC, id DESC OFFSET %s LIMIT 1)
"""


class Used(NamedTuple):
    """What a client called of an endpoint on a UTC date; errors are answers from 400 on."""

    client_id: str
    day: date
    endpoint: str
    calls: int
    errors: int
    bytes: int
    last_at: datetime


def usage_of(client_ids: Collection[str], first: date, last: date) -> list[Used]:
    """What these clients called from the first to the last date (UTC), by day."""
    asked: dict[str, Any] = {
        "clients": list(client_ids),
        "first": first,
        "last": last,
        "start": datetime.combine(first, time(), UTC),
        "end": datetime.combine(last + timedelta(days=1), time(), UTC),
    }
    with connection.cursor() as cursor:
        cursor.execute(_USAGE, asked)
        return [Used(*row) for row in cursor.fetchall()]


def gaps_of(client_ids: Iterable[str], since: datetime) -> list[CallGap]:
    """What is missing in counts and log of these clients, the newest first."""
    gaps = CallGap.objects.filter(client_id__in=list(client_ids), last_at__gte=since)
    return list(gaps.order_by("-last_at", "-pk"))


def logged_calls(client_ids: Iterable[str]) -> QuerySet[LoggedCall]:
    """The request log of these clients, the newest first; what is due to go is not shown."""
    since = clock.now() - timedelta(days=LOG_DAYS)
    calls = LoggedCall.objects.filter(client_id__in=list(client_ids), at__gte=since)
    return calls.order_by("-at", "-pk")


@transaction.atomic
def sum_up_counts() -> int:
    """Add the counts that are two hours old to their days' sums; how many sums changed."""
    with connection.cursor() as cursor:
        cursor.execute(_SUM_UP, [clock.now() - _SUMMED_AFTER])
        return int(cursor.rowcount)


def prune_usage() -> int:
    """Forget calls after 28 days, those of a client beyond its newest 200,000, and sums in time.

    Returns how many calls went from the log.
    """
    now = clock.now()
    gone, _ = LoggedCall.objects.filter(at__lt=now - timedelta(days=LOG_DAYS)).delete()
    for client_id in Client.objects.values_list("client_id", flat=True):
        with connection.cursor() as cursor:
            cursor.execute(_PRUNE, [client_id, client_id, MOST_LOGGED])
            gone += cursor.rowcount
    old = now - timedelta(days=USAGE_DAYS)
    DayUsage.objects.filter(day__lt=old.date()).delete()
    CallGap.objects.filter(last_at__lt=old).delete()
    return gone
