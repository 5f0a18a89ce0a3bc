"""What the till tells beside its sales: orders that came to nothing, and card payments.

Neither is in a day's document or in any total, so both are taken whatever the state of their day.
Django-free: a plain connection of the ledger role, inside a transaction that may see the locations.
Records are settled as `foundation.settling` says, field by field.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from psycopg import Connection

from tillgate.foundation.settling import (
    CONTRADICTED,
    Contradiction,
    Recorded,
    Tally,
    merge_fields,
    settle,
)
from tillgate.ledger.calendars import fetch_calendars

# So many are compared with the database at a time: bounded memory, few round trips.
_CHUNK = 1000

Key = tuple[int, str]
Fields = dict[str, Any]
Known = dict[Key, Recorded[Fields]]


class Unbooked(NamedTuple):
    """A thing of one location by its key: the published object, and what else is told of it.

    `currencies` are the paths and codes of its amounts. Of an order `fields` has `businessDate`
    and `staffId` besides, as far as they were said.
    """

    business_location_id: int
    key: str
    fields: Fields
    currencies: tuple[tuple[str, str], ...]


_PLACES = """
SELECT business_location_id, since, currency FROM directory_businesslocation
WHERE business_location_id = any(%s)
"""

_FETCH_ORDERS = """
SELECT o.business_location_id, o.order_id, o.recorded_at, o.body, o.business_date::text,
    o.staff_id, o.staff_name, o.erased
FROM ledger_abortedorder o JOIN unnest(%s::bigint[], %s::text[]) AS wanted (location, key)
  ON o.business_location_id = wanted.location AND o.order_id = wanted.key
"""

_KEEP_ORDERS = """
INSERT INTO ledger_abortedorder (business_location_id, order_id, recorded_at, business_date,
    aborted_at, staff_id, staff_name, erased, body)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::date[], %s::timestamptz[],
    %s::bigint[], %s::text[], %s::bool[], %s::text[])
ON CONFLICT (business_location_id, order_id) DO UPDATE SET
    recorded_at = excluded.recorded_at, business_date = excluded.business_date,
    aborted_at = excluded.aborted_at, staff_id = excluded.staff_id,
    staff_name = excluded.staff_name, body = excluded.body
"""

_FETCH_CARD_PAYMENTS = """
SELECT p.business_location_id, p.payment_id, p.recorded_at, p.body
FROM ledger_cardpayment p JOIN unnest(%s::bigint[], %s::text[]) AS wanted (location, key)
  ON p.business_location_id = wanted.location AND p.payment_id = wanted.key
"""

_KEEP_CARD_PAYMENTS = """
INSERT INTO ledger_cardpayment (business_location_id, payment_id, recorded_at, created_at,
    modified_at, status, body)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[],
    %s::timestamptz[], %s::text[], %s::text[])
ON CONFLICT (business_location_id, payment_id) DO UPDATE SET
    recorded_at = excluded.recorded_at, created_at = excluded.created_at,
    modified_at = excluded.modified_at, status = excluded.status, body = excluded.body
"""

_ORDER_FIELDS = ("timeOfAbortedOrder", "totalAmountAborted", "abortedLineItems")
_CARD_PAYMENT_FIELDS = (
    *("accountFiscId", "lightspeedPaymentId", "uuid", "reference", "status", "createdDate"),
    *("captureDate", "modificationDate", "fees", "surcharge"),
)

# Of an erased name: never in a body, and stronger than whatever is fed again.
_ERASED = "erased"


def record_aborted_orders(
    connection: Connection[Any], given: Iterable[Recorded[Unbooked]]
) -> Tally:
    """Orders by the back office's id; on the day that was said, else on that of their time.

    Refused are a day before the location's first one and amounts in another currency.
    """
    return _Recording(connection, _fetch_orders, _keep_orders).record(given)


def record_card_payments(connection: Connection[Any], given: Iterable[Recorded[Unbooked]]) -> Tally:
    """Card payments by their payment id; refused are amounts in another currency."""
    return _Recording(connection, _fetch_card_payments, _keep_card_payments).record(given)


class _Place(NamedTuple):
    since: date
    currency: str


class _Recording:
    """The records of one kind on their way into their table."""

    def __init__(
        self,
        connection: Connection[Any],
        fetch: Callable[[Connection[Any], Sequence[Key]], Known],
        keep: Callable[[Connection[Any], Known], None],
    ) -> None:
        self._connection = connection
        self._fetch = fetch
        self._keep = keep
        self._tally = Tally()

    def record(self, given: Iterable[Recorded[Unbooked]]) -> Tally:
        """Settle all of them; keep nothing when the tally refuses any."""
        records = iter(given)
        while chunk := list(islice(records, _CHUNK)):
            self._record_chunk(chunk)
        return self._tally

    def _record_chunk(self, chunk: Sequence[Recorded[Unbooked]]) -> None:
        locations = list({each.thing.business_location_id for each in chunk})
        rows = self._connection.execute(_PLACES, (locations,))
        places = {location: _Place(since, currency) for location, since, currency in rows}
        known = self._fetch(self._connection, [_key(record) for record in chunk])
        touched: Known = {}
        dates = _Dates(self._connection, locations)
        for record in chunk:
            now = self._settled(record, known.get(_key(record)), places, dates)
            if now is not None:
                known[_key(record)] = touched[_key(record)] = now
        if touched and not self._tally.refused:
            self._keep(self._connection, touched)

    def _settled(
        self,
        record: Recorded[Unbooked],
        old: Recorded[Fields] | None,
        places: dict[int, _Place],
        dates: "_Dates",
    ) -> Recorded[Fields] | None:
        """What holds now, if that is not what was known."""
        location = record.thing.business_location_id
        fields = dates.dated(location, record.thing.fields, old.thing if old else {})
        problem = _problem(record.thing, fields, places[location])
        if problem:
            self._tally.refuse(record.origin, *problem)
            return None
        new = Recorded(record.recorded_at, fields, record.origin)
        try:
            outcome, now = settle(old, new, _merged)
        except Contradiction:
            self._tally.refuse(record.origin, "recordedAt", *CONTRADICTED)
            return None
        self._tally.count(outcome)
        return None if old is not None and old[:2] == now[:2] else now


class _Dates:
    """The business dates of orders: as said, else as known of the same time, else by the clock."""

    def __init__(self, connection: Connection[Any], locations: list[int]) -> None:
        self._calendars = fetch_calendars(connection, locations)

    def dated(self, location: int, fields: Fields, old: Fields) -> Fields:
        """The fields with a date; those of a card payment as they are."""
        time = fields.get("timeOfAbortedOrder")
        if time is None or "businessDate" in fields:
            return fields
        if old.get("timeOfAbortedOrder") == time:
            return {**fields, "businessDate": old["businessDate"]}
        day = self._calendars[location].day_of(datetime.fromisoformat(time))
        return {**fields, "businessDate": day.isoformat()}


def _key(record: Recorded[Unbooked]) -> Key:
    return record.thing.business_location_id, record.thing.key


def _merged(old: Fields, new: Fields) -> Fields:
    merged = merge_fields(old, new)
    if _ERASED in merged:
        merged.pop("staffName", None)
    return merged


def _problem(thing: Unbooked, fields: Fields, place: _Place) -> tuple[str, str, str] | None:
    for path, currency in thing.currencies:
        if currency != place.currency:
            return path, f"is {currency}", f"the location's own {place.currency}"
    day = fields.get("businessDate")
    if day is not None and day < place.since.isoformat():
        problem = f"business day {day} is before the location's first one, {place.since}"
        return "businessDate", problem, "a `location` record with an earlier since"
    return None


def _fetch_orders(connection: Connection[Any], keys: Sequence[Key]) -> Known:
    known: Known = {}
    for row in connection.execute(_FETCH_ORDERS, _columns(keys)):
        location, key, recorded_at, body, day, staff_id, staff_name, erased = row
        told = {"staffId": staff_id, "staffName": staff_name, _ERASED: erased or None}
        present = {name: value for name, value in told.items() if value is not None}
        fields = {**msgspec.json.decode(body), "businessDate": day, **present}
        known[location, key] = Recorded(recorded_at, fields)
    return known


def _keep_orders(connection: Connection[Any], touched: Known) -> None:
    rows = [
        (
            *key,
            recorded_at,
            fields["businessDate"],
            fields["timeOfAbortedOrder"],
            fields.get("staffId"),
            fields.get("staffName"),
            _ERASED in fields,
            _text(fields, _ORDER_FIELDS),
        )
        for key, (recorded_at, fields, _) in touched.items()
    ]
    connection.execute(_KEEP_ORDERS, _columns(rows))


def _fetch_card_payments(connection: Connection[Any], keys: Sequence[Key]) -> Known:
    return {
        (location, key): Recorded(recorded_at, msgspec.json.decode(body))
        for location, key, recorded_at, body in connection.execute(
            _FETCH_CARD_PAYMENTS, _columns(keys)
        )
    }


def _keep_card_payments(connection: Connection[Any], touched: Known) -> None:
    rows = [
        (
            *key,
            recorded_at,
            fields["createdDate"],
            fields["modificationDate"],
            fields["status"],
            _text(fields, _CARD_PAYMENT_FIELDS),
        )
        for key, (recorded_at, fields, _) in touched.items()
    ]
    connection.execute(_KEEP_CARD_PAYMENTS, _columns(rows))


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _text(fields: Fields, names: tuple[str, ...]) -> str:
    return msgspec.json.encode({name: fields[name] for name in names if name in fields}).decode()
