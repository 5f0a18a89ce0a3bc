"""Bringing staged sales into the books: what is new in one statement, what conflicts one by one."""

from typing import Any

from psycopg import Connection
from psycopg.errors import UniqueViolation

from tillgate.foundation import clock
from tillgate.foundation.settling import Outcome, Tally
from tillgate.ledger.calendars import days_touched, fetch_calendars
from tillgate.ledger.merging import CLOSED, Day, settle_conflicts
from tillgate.ledger.staging import stage_days

# Nobody mends more lines of one file at a time.
_SHOWN = 20

_UNKNOWN_LOCATION = """
SELECT i.origin, i.business_location_id FROM incoming_sale i
LEFT JOIN directory_businesslocation l USING (business_location_id)
WHERE l.business_location_id IS NULL ORDER BY i.origin LIMIT %s
"""

_OTHER_CURRENCY = """
SELECT i.origin, i.currency, l.currency FROM incoming_sale i
JOIN directory_businesslocation l USING (business_location_id)
WHERE i.currency <> l.currency ORDER BY i.origin LIMIT %s
"""

_UTC_DATES = """
SELECT DISTINCT business_location_id, (closed_at AT TIME ZONE 'UTC')::date FROM incoming_sale
"""

# A sale that moved from a closed day to an open one is in both indexes: the open row holds.
# The sum in the ORDER BY keeps the planner from walking along the chain for each sale.
# A sale goes straight in when it comes once and its key is new, and stays as it is when its text
# is the same; all else is compared part by part.
_PLAN = """
CREATE TEMP TABLE incoming_plan ON COMMIT DROP AS
SELECT i.origin, i.business_location_id, i.lenient, d.business_date AS derived_date,
    coalesce(old.business_date, final.business_date) AS known_date,
    CASE WHEN old.digest IS NULL THEN final.position END AS closed_position,
    coalesce(i.business_date, CASE WHEN coalesce(old.closed_at = i.closed_at, final.is_then)
        THEN coalesce(old.business_date, final.business_date) END, d.business_date)
        AS business_date,
    CASE WHEN count(*) OVER (PARTITION BY i.business_location_id, i.account_reference) > 1
            THEN 'merge'
        WHEN old.digest IS NULL AND final.content IS NULL THEN 'new'
        WHEN old.digest = i.digest AND coalesce(i.business_date, old.business_date)
            = old.business_date THEN 'same'
        WHEN old.digest IS NULL
            AND final.content = ('x' || encode(substr(i.digest, 1, 8), 'hex'))::bit(64)::bigint
            AND coalesce(i.business_date, final.business_date) = final.business_date THEN 'same'
        ELSE 'merge' END AS verdict
FROM incoming_sale i
JOIN incoming_day d ON d.business_location_id = i.business_location_id
    AND d.utc_date = (i.closed_at AT TIME ZONE 'UTC')::date
    AND i.closed_at >= d.starts_at AND i.closed_at < d.ends_at
LEFT JOIN ledger_opensale old ON old.business_location_id = i.business_location_id
    AND old.account_reference = i.account_reference
LEFT JOIN LATERAL (
    SELECT d.business_date, d.position, d.contents[place] AS content,
        d.closings[place] = (extract(epoch FROM i.closed_at) * 1000)::bigint AS is_then
    FROM ledger_closedday d, array_position(d.reference_keys, i.reference_key) AS place
    WHERE d.reference_keys @> ARRAY[i.reference_key]
      AND d.business_location_id = i.business_location_id
    ORDER BY d.position + 0 DESC LIMIT 1
) final ON true
"""

_BEFORE_FIRST_DAY = """
SELECT p.origin, p.business_date, l.since FROM incoming_plan p
JOIN directory_businesslocation l USING (business_location_id)
WHERE p.business_date < l.since AND NOT p.lenient ORDER BY p.origin LIMIT %s
"""

_MOVE_FIRST_DAY = """
UPDATE directory_businesslocation l SET since = first.day
FROM (SELECT business_location_id, min(business_date) AS day FROM incoming_plan
      WHERE lenient GROUP BY business_location_id) first
WHERE l.business_location_id = first.business_location_id AND l.since > first.day
"""

# A marked one was closed by version 0.1; the next closing run makes its document.
_CLOSED = """
SELECT business_location_id, business_date FROM ledger_closedday WHERE revision = 1
UNION ALL
SELECT business_location_id, business_date FROM ledger_businessday WHERE closed_at IS NOT NULL
"""

_CLOSED_DAYS = f"""
SELECT business_location_id, business_date FROM ({_CLOSED}) d
WHERE (business_location_id, business_date) IN (
    SELECT business_location_id, unnest(ARRAY[business_date, derived_date, known_date])
    FROM incoming_plan WHERE verdict = 'merge')
"""

_NEW_IN_CLOSED_DAY = f"""
SELECT p.origin, p.business_date FROM incoming_plan p
JOIN ({_CLOSED}) d USING (business_location_id, business_date)
WHERE p.verdict = 'new' ORDER BY p.origin LIMIT %s
"""

# Tills count on: an account id that comes twice does so within days.
_ACCOUNT_CLOSED = """
WITH near AS MATERIALIZED (
    SELECT d.business_location_id, d.business_date, c.reference_key, c.account_key
    FROM ledger_closedday d
    CROSS JOIN unnest(d.reference_keys, d.account_keys) AS c (reference_key, account_key)
    WHERE EXISTS (SELECT FROM incoming_plan p
        WHERE p.business_location_id = d.business_location_id
          AND d.business_date BETWEEN p.business_date - 31 AND p.business_date + 31)
)
SELECT i.origin, i.account_id, d.business_date
FROM near d
JOIN incoming_sale i ON i.business_location_id = d.business_location_id
    AND i.account_key = d.account_key AND i.reference_key <> d.reference_key
ORDER BY i.origin LIMIT %s
"""

_INSERT_NEW = """
INSERT INTO ledger_opensale (business_location_id, account_reference, account_id, business_date,
    closed_at, type, recorded_at, digest, payments_start, payments_end, lean, body)
SELECT i.business_location_id, i.account_reference, i.account_id, p.business_date, i.closed_at,
    i.type, i.recorded_at, i.digest, i.payments_start, i.payments_end, i.lean, i.body
FROM incoming_plan p JOIN incoming_sale i USING (origin) WHERE p.verdict = 'new'
"""

_INSERT_NEW_REFERENCES = """
INSERT INTO ledger_externalreference (business_location_id, reference, account_reference)
SELECT DISTINCT i.business_location_id, unnest(i.external_references), i.account_reference
FROM incoming_plan p JOIN incoming_sale i USING (origin)
WHERE p.verdict = 'new' AND i.external_references IS NOT NULL
"""

_CONFIRM_SAME = """
UPDATE ledger_opensale s SET recorded_at = i.recorded_at
FROM incoming_plan p JOIN incoming_sale i USING (origin)
WHERE p.verdict = 'same' AND s.business_location_id = i.business_location_id
  AND s.account_reference = i.account_reference AND s.recorded_at < i.recorded_at
  AND NOT EXISTS (SELECT FROM ledger_businessday d
    WHERE d.business_location_id = s.business_location_id
      AND d.business_date = s.business_date AND d.closed_at IS NOT NULL)
"""

_INSERT_SETTLED = """
INSERT INTO ledger_opensale (business_location_id, account_reference, account_id, business_date,
    closed_at, type, recorded_at, digest, payments_start, payments_end, lean, body)
SELECT business_location_id, account_reference, account_id, business_date, closed_at, type,
    recorded_at, digest, payments_start, payments_end, lean, body
FROM settled_sale WHERE NOT known
"""

_REPLACE_SETTLED = """
UPDATE ledger_opensale s SET account_id = n.account_id, business_date = n.business_date,
    closed_at = n.closed_at, type = n.type, recorded_at = n.recorded_at, digest = n.digest,
    payments_start = n.payments_start, payments_end = n.payments_end, lean = n.lean,
    body = n.body
FROM settled_sale n
WHERE n.known AND s.business_location_id = n.business_location_id
  AND s.account_reference = n.account_reference
"""

_FORGET_REFERENCES = """
DELETE FROM ledger_externalreference r
USING (SELECT business_location_id, account_reference, unnest(known_references) AS reference
       FROM settled_sale) old
WHERE r.business_location_id = old.business_location_id AND r.reference = old.reference
  AND r.account_reference = old.account_reference
"""

_INSERT_SETTLED_REFERENCES = """
INSERT INTO ledger_externalreference (business_location_id, reference, account_reference)
SELECT DISTINCT business_location_id, unnest(external_references), account_reference
FROM settled_sale
"""

_ACCOUNT_TAKEN = """
SELECT max(origin), account_id, min(account_reference COLLATE "C") FROM (
    SELECT origin, business_location_id, account_id, account_reference FROM incoming_sale
    UNION ALL
    SELECT NULL, s.business_location_id, s.account_id, s.account_reference
    FROM ledger_opensale s JOIN incoming_sale i
      ON i.business_location_id = s.business_location_id AND i.account_id = s.account_id
) both_sides
GROUP BY business_location_id, account_id
HAVING count(DISTINCT account_reference) > 1 ORDER BY 1 LIMIT %s
"""

_NEW_DAYS = """
SELECT DISTINCT business_location_id, business_date FROM incoming_plan WHERE verdict = 'new'
"""

_OPEN_DAYS = """
INSERT INTO ledger_businessday
    (business_location_id, business_date, starts_at, ends_at, last_fed_at, closed_by)
SELECT *, '' FROM unnest(%s::bigint[], %s::date[], %s::timestamptz[], %s::timestamptz[],
    %s::timestamptz[])
ON CONFLICT (business_location_id, business_date)
DO UPDATE SET last_fed_at = excluded.last_fed_at
"""


def record_staged_sales(connection: Connection[Any]) -> Tally:
    """Bring the rows of `incoming_sale` into the books; see `acts.record_sales`."""
    tally = Tally()
    keys = "business_location_id, account_reference, account_key"
    connection.execute(f"ANALYZE incoming_sale (origin, {keys})")
    _refuse_foreign(connection, tally)
    if tally.refused:
        return tally
    _plan(connection)
    _refuse_early(connection, tally)
    closed: set[Day] = set(connection.execute(_CLOSED_DAYS))
    touched = settle_conflicts(connection, closed, tally)
    if not tally.refused:
        _write(connection, touched, tally)
    return tally


def _refuse_foreign(connection: Connection[Any], tally: Tally) -> None:
    cure = "feed its `location` record or the recorded businesses answer first"
    for origin, location in connection.execute(_UNKNOWN_LOCATION, (_SHOWN,)):
        tally.refuse(origin, "businessLocationId", f"location {location} is not known", cure)
    for origin, found, own in connection.execute(_OTHER_CURRENCY, (_SHOWN,)):
        tally.refuse(origin, "sale", f"its amounts are in {found}", f"the location's own {own}")


def _plan(connection: Connection[Any]) -> None:
    dates = connection.execute(_UTC_DATES).fetchall()
    calendars = fetch_calendars(connection, list({location for location, _ in dates}))
    stage_days(connection, list(days_touched(calendars, dates)))
    connection.execute("ANALYZE incoming_day")
    connection.execute(_PLAN)
    connection.execute("ANALYZE incoming_plan")


def _refuse_early(connection: Connection[Any], tally: Tally) -> None:
    for origin, day, since in connection.execute(_BEFORE_FIRST_DAY, (_SHOWN,)):
        problem = f"business day {day} is before the location's first one, {since}"
        tally.refuse(origin, "businessDate", problem, "a `location` record with an earlier since")
    for origin, day in connection.execute(_NEW_IN_CLOSED_DAY, (_SHOWN,)):
        tally.refuse(origin, "sale", CLOSED[0].format(day=day), CLOSED[1])
    for origin, account, day in connection.execute(_ACCOUNT_CLOSED, (_SHOWN,)):
        problem = f"account {account} is known in {day}, which is closed, under another reference"
        cure = "the same accountReference, or another account"
        tally.refuse(origin, "sale.accountFiscId", problem, cure)


def _write(connection: Connection[Any], touched: set[Day], tally: Tally) -> None:
    try:
        # A savepoint, so that the temporary tables can still be asked which line it was.
        with connection.transaction():
            _write_sales(connection, tally)
    except UniqueViolation:
        before = len(tally.refused)
        for origin, account, reference in connection.execute(_ACCOUNT_TAKEN, (_SHOWN,)):
            problem = f"account {account} is known under accountReference {reference}"
            cure = "the same accountReference, or another account"
            tally.refuse(origin, "sale.accountFiscId", problem, cure)
        if len(tally.refused) == before:
            raise
        return
    connection.execute(_MOVE_FIRST_DAY)
    open_days(connection, touched | set(connection.execute(_NEW_DAYS)))


def _write_sales(connection: Connection[Any], tally: Tally) -> None:
    connection.execute(_FORGET_REFERENCES)
    connection.execute(_REPLACE_SETTLED)
    connection.execute(_INSERT_SETTLED)
    tally.count(Outcome.NEW, connection.execute(_INSERT_NEW).rowcount)
    connection.execute(_INSERT_NEW_REFERENCES)
    connection.execute(_INSERT_SETTLED_REFERENCES)
    same = "SELECT count(*) FROM incoming_plan WHERE verdict = 'same'"
    tally.count(Outcome.UNCHANGED, connection.execute(same).fetchall()[0][0])
    connection.execute(_CONFIRM_SAME)


def open_days(connection: Connection[Any], days: set[Day]) -> None:
    """Open the days that are not yet open, and note that all of them have been fed just now."""
    calendars = fetch_calendars(connection, list({location for location, _ in days}))
    now = clock.now()
    rows = [
        (location, day, calendars[location].start(day), calendars[location].end(day), now)
        for location, day in sorted(days)
    ]
    if rows:
        connection.execute(_OPEN_DAYS, [list(column) for column in zip(*rows, strict=True)])
