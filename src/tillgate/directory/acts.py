"""Recording businesses and their locations, as the feed brings them.

Django-free: a plain connection of the ledger role, inside a transaction that may see the locations.
Records are settled as `foundation.settling` says; what is refused is counted and left to the
caller, who then keeps nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any, LiteralString, NamedTuple

import msgspec
from psycopg import Connection

from tillgate.foundation.settling import (
    CONTRADICTED,
    Contradiction,
    Outcome,
    Recorded,
    Tally,
    merge_fields,
    settle,
)

ONE_DAY = timedelta(days=1)
DEFAULT_DAY_START = time(5, 30)
DEFAULT_CLOSE_AFTER_HOURS = 24

Rule = tuple[str, time]
Rules = dict[date, Rule]
LastDay = Callable[[int], date | None]
RunsForward = Callable[[Rules], bool]


class Business(msgspec.Struct, frozen=True):
    """A merchant; `currency` is the one of its home books."""

    business_id: int
    name: str
    currency: str


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """A place that sells; None where the record says nothing, and then what is known stays.

    `since` is the first business date, unknown in a recorded answer. `timezone` and `day_start`
    hold from `calendar_from` on, from the first day on when that is not said. `until` is the last
    business date, once there is one; `ended_as` is `closed` or `sold`.
    """

    business_location_id: int
    business_id: int
    name: str
    country: str
    timezone: str
    currency: str
    since: date | None = None
    day_start: time | None = None
    calendar_from: date | None = None
    franchisee: str | None = None
    close_after_hours: int | str | None = None
    until: date | None = None
    ended_as: str | None = None


_FETCH_BUSINESSES = """
SELECT business_id, recorded_at, name, currency FROM directory_business
WHERE business_id = any(%s)
"""

_KEEP_BUSINESS = """
INSERT INTO directory_business (business_id, recorded_at, name, currency)
VALUES (%s, %s, %s, %s)
ON CONFLICT (business_id) DO UPDATE SET
    recorded_at = excluded.recorded_at, name = excluded.name, currency = excluded.currency
"""

_FETCH_LOCATIONS = """
SELECT business_location_id, recorded_at, business_id, name, country, currency, since,
    franchisee, close_after_hours, until, ended_as
FROM directory_businesslocation WHERE business_location_id = any(%s)
"""

_FETCH_RULES = """
SELECT business_location_id, valid_from, timezone, day_start FROM directory_dayrule
WHERE business_location_id = any(%s) ORDER BY valid_from
"""

_KEEP_LOCATION = """
INSERT INTO directory_businesslocation
    (business_location_id, recorded_at, business_id, name, country, currency, since, franchisee,
     close_after_hours, until, ended_as, until_fed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now())
ON CONFLICT (business_location_id) DO UPDATE SET
    recorded_at = excluded.recorded_at, name = excluded.name, country = excluded.country,
    since = excluded.since, franchisee = excluded.franchisee,
    close_after_hours = excluded.close_after_hours,
    until = excluded.until, ended_as = excluded.ended_as,
    until_fed_at = CASE
        WHEN excluded.until IS NOT DISTINCT FROM directory_businesslocation.until
        THEN directory_businesslocation.until_fed_at ELSE excluded.until_fed_at END
"""

_KEEP_RULE = """
INSERT INTO directory_dayrule (business_location_id, valid_from, timezone, day_start)
VALUES (%s, %s, %s, %s)
ON CONFLICT (business_location_id, valid_from)
DO UPDATE SET timezone = excluded.timezone, day_start = excluded.day_start
"""


def record_businesses(connection: Connection[Any], given: Sequence[Recorded[Business]]) -> Tally:
    """Businesses by their id."""
    tally = Tally()
    ids = [record.thing.business_id for record in given]
    rows = connection.execute(_FETCH_BUSINESSES, (ids,)).fetchall()
    known = {row[0]: Recorded(row[1], Business(row[0], row[2], row[3])) for row in rows}
    touched = {}
    for record in given:
        key = record.thing.business_id
        try:
            outcome, now = settle(known.get(key), record, lambda _, new: new)
        except Contradiction:
            tally.refuse(record.origin, "recordedAt", *CONTRADICTED)
            continue
        tally.count(outcome)
        if outcome is not Outcome.OLDER:
            known[key] = touched[key] = now
    _keep(
        connection,
        _KEEP_BUSINESS,
        [(key, r.recorded_at, r.thing.name, r.thing.currency) for key, r in touched.items()],
    )
    return tally


class _Known(NamedTuple):
    """What is known of a location, field by field; its rules by the date they hold from."""

    fields: dict[str, Any]
    rules: Rules


def record_locations(
    connection: Connection[Any],
    given: Sequence[Recorded[Location]],
    *,
    last_day: LastDay,
    runs_forward: RunsForward,
) -> Tally:
    """Locations by their id, with the rules of their calendar.

    `last_day` tells the latest business date that has opened at a location, and `runs_forward`
    whether each day of a calendar has some length: a rule that would move a day that has opened,
    or turn the clock back, is refused; so are another business and another currency.
    """
    tally = Tally()
    recording = _Recording(connection, given, last_day, runs_forward)
    for record in given:
        problem = recording.problem(record)
        if problem:
            tally.refuse(record.origin, *problem)
            continue
        try:
            tally.count(recording.settle(record))
        except Contradiction:
            tally.refuse(record.origin, "recordedAt", *CONTRADICTED)
    recording.keep()
    return tally


class _Recording:
    """The locations of one batch, as they were and as they become."""

    def __init__(
        self,
        connection: Connection[Any],
        given: Sequence[Recorded[Location]],
        last_day: LastDay,
        runs_forward: RunsForward,
    ) -> None:
        self.connection = connection
        self.last_day, self.runs_forward = last_day, runs_forward
        businesses = list({record.thing.business_id for record in given})
        rows = connection.execute(_FETCH_BUSINESSES, (businesses,)).fetchall()
        self.businesses = {row[0] for row in rows}
        self.known = _fetch_known(connection, [r.thing.business_location_id for r in given])
        self.before = {key: record.thing.rules for key, record in self.known.items()}
        self.touched: set[int] = set()

    def problem(self, record: Recorded[Location]) -> tuple[str, str, str] | None:
        """Why the record cannot be taken whatever its time, as path, problem and cure."""
        location = record.thing
        if location.business_id not in self.businesses:
            problem = f"business {location.business_id} is not known"
            return "businessId", problem, "a `business` record before it or in the same file"
        known = self.known.get(location.business_location_id)
        since = location.since or (known and known.thing.fields["since"])
        if location.until and since and location.until < since:
            return "until", f"the location began on {since}", "a business date from then on"
        if known is None:
            return None
        business, currency = known.thing.fields["business_id"], known.thing.fields["currency"]
        if business != location.business_id:
            problem = f"the location belongs to business {business}"
            return "businessId", problem, "a location of its own for the new business"
        if currency != location.currency:
            problem = f"the location's amounts are in {currency}"
            return "currency", problem, "a location of its own for another currency"
        return self._calendar_problem(record)

    def _calendar_problem(self, record: Recorded[Location]) -> tuple[str, str, str] | None:
        location = record.thing
        known = self.known[location.business_location_id]
        rules = known.thing.rules
        stated = _stated_rules(record, rules)
        overruled = record.recorded_at <= known.recorded_at and not stated.keys().isdisjoint(rules)
        if not stated or overruled:
            return None
        last = self.last_day(location.business_location_id)
        if last is not None and last >= min(stated) - ONE_DAY:
            problem = f"days up to {last} have opened under another time zone or day start"
            return "calendarFrom", problem, f"a business date after {last + ONE_DAY}"
        if not self.runs_forward(rules | stated):
            problem = "the day before the change would have no length"
            return "dayStart", problem, "a later dayStart or another calendarFrom"
        return None

    def settle(self, record: Recorded[Location]) -> Outcome:
        """Take the record in; raises `Contradiction`."""
        key = record.thing.business_location_id
        old = self.known.get(key)
        rules = old.thing.rules if old else {}
        new = _Known(_fields_of(record, is_new=old is None), _stated_rules(record, rules))
        outcome, now = settle(old, Recorded(record.recorded_at, new, record.origin), _merge)
        if outcome is not Outcome.OLDER:
            self.known[key] = now
            self.touched.add(key)
        return outcome

    def keep(self) -> None:
        """Write what has changed."""
        locations, rules = [], []
        for key in sorted(self.touched):
            recorded_at, (fields, now), _ = self.known[key]
            before = self.before.get(key, {})
            locations.append((key, recorded_at, *_columns(fields)))
            rules += [(key, d, *rule) for d, rule in now.items() if before.get(d) != rule]
        _keep(self.connection, _KEEP_LOCATION, locations)
        _keep(self.connection, _KEEP_RULE, rules)


def _fetch_known(connection: Connection[Any], keys: Iterable[int]) -> dict[int, Recorded[_Known]]:
    ids = list(keys)
    rules: dict[int, Rules] = {}
    for key, valid_from, timezone, day_start in connection.execute(_FETCH_RULES, (ids,)):
        rules.setdefault(key, {})[valid_from] = (timezone, day_start)
    return {
        row[0]: Recorded(row[1], _Known(_fields_in(row[2:]), rules[row[0]]))
        for row in connection.execute(_FETCH_LOCATIONS, (ids,))
    }


def _fields_in(row: Sequence[Any]) -> dict[str, Any]:
    business_id, name, country, currency, since, franchisee, hours, until, ended_as = row
    fields = {
        "business_id": business_id,
        "name": name,
        "country": country,
        "currency": currency,
        "since": since,
        "close_after_hours": "never" if hours is None else hours,
    }
    fields |= {"until": until, "ended_as": ended_as} if until else {}
    return fields | ({"franchisee": franchisee} if franchisee else {})


def _fields_of(record: Recorded[Location], *, is_new: bool) -> dict[str, Any]:
    location = record.thing
    fields = {
        "business_id": location.business_id,
        "name": location.name,
        "country": location.country,
        "currency": location.currency,
        "since": location.since,
        "close_after_hours": location.close_after_hours,
        "franchisee": location.franchisee,
        "until": location.until,
    }
    if location.until:
        fields["ended_as"] = location.ended_as or "closed"
    if is_new:
        fields["since"] = location.since or record.recorded_at.date()
        hours = location.close_after_hours
        fields["close_after_hours"] = DEFAULT_CLOSE_AFTER_HOURS if hours is None else hours
    return {name: value for name, value in fields.items() if value is not None}


def _columns(fields: Mapping[str, Any]) -> tuple[Any, ...]:
    hours = fields["close_after_hours"]
    return (
        fields["business_id"],
        fields["name"],
        fields["country"],
        fields["currency"],
        fields["since"],
        fields.get("franchisee", ""),
        None if hours == "never" else hours,
        fields.get("until"),
        fields.get("ended_as", ""),
    )


def _stated_rules(record: Recorded[Location], rules: Rules) -> Rules:
    """The rule that a record states, by the date it holds from; none if it holds already."""
    location = record.thing
    if not rules:
        start = location.calendar_from or location.since or record.recorded_at.date()
        return {start: (location.timezone, location.day_start or DEFAULT_DAY_START)}
    if location.calendar_from is None:
        latest = rules[max(rules)]
        if latest == (location.timezone, location.day_start or latest[1]):
            return {}
    start = location.calendar_from or min(rules)
    in_force = rules[max((day for day in rules if day <= start), default=min(rules))]
    rule = (location.timezone, location.day_start or in_force[1])
    return {} if rule == in_force else {start: rule}


def _merge(old: _Known, new: _Known) -> _Known:
    return _Known(merge_fields(old.fields, new.fields), {**old.rules, **new.rules})


def _keep(
    connection: Connection[Any], statement: LiteralString, rows: Sequence[tuple[Any, ...]]
) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)
