"""Recording how a location books what it sells, as the feed brings it; items are in `item_acts`.

Django-free: a plain connection of the ledger role, inside a transaction that may see the locations
(`foundation.postgres.sessions.scoped`). Records are settled as `foundation.settling` says, field by
field; what is refused is counted and left to the caller, who then keeps nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, LiteralString, NamedTuple

import msgspec
from psycopg import Connection, sql

from tillgate.foundation.settling import (
    CONTRADICTED,
    Contradiction,
    Outcome,
    Recorded,
    Tally,
    merge_fields,
    settle,
)

# So many are compared with the database at a time: bounded memory, few round trips.
_CHUNK = 1000

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)

Key = tuple[int, int | str]


class Entry(NamedTuple):
    """A thing the back office keeps for one location: its key there and its published object.

    Numbers with decimals in `body` are Decimal, so that they come out as they went in.
    """

    business_location_id: int
    key: int | str
    body: dict[str, Any]


class _Kind(NamedTuple):
    """Where a kind of entry is kept, and the fields of its published object in their order."""

    table: str
    key_column: str
    key_type: LiteralString
    fields: tuple[str, ...]


_TAX_RATE = _Kind(
    "catalogue_taxrate",
    "code",
    "text",
    ("code", "description", "rate", "taxIncluded", "accountingReference"),
)
_PAYMENT_METHOD = _Kind(
    "catalogue_paymentmethod",
    "payment_method_id",
    "bigint",
    ("name", "code", "accountingReference", "pmId"),
)
_ACCOUNTING_GROUP = _Kind(
    "catalogue_accountinggroup",
    "accounting_group_id",
    "bigint",
    ("accountingGroupId", "name", "statisticGroup", "code"),
)
_FETCH = """
SELECT t.business_location_id, t.{key}, t.recorded_at, t.body FROM {table} t
JOIN unnest(%s::bigint[], %s::{type}[]) AS wanted (location, key)
  ON t.business_location_id = wanted.location AND t.{key} = wanted.key
"""

_KEEP = """
INSERT INTO {table} (business_location_id, {key}, recorded_at, body)
SELECT * FROM unnest(%s::bigint[], %s::{type}[], %s::timestamptz[], %s::text[])
ON CONFLICT (business_location_id, {key})
DO UPDATE SET recorded_at = excluded.recorded_at, body = excluded.body
"""


def record_tax_rates(connection: Connection[Any], given: Iterable[Recorded[Entry]]) -> Tally:
    """Tax rates by their code; the body is the published `financial-apiTaxRate`."""
    return _record(connection, _TAX_RATE, given)


def record_payment_methods(connection: Connection[Any], given: Iterable[Recorded[Entry]]) -> Tally:
    """Payment methods by their id; the body is the published `PaymentMethod`."""
    return _record(connection, _PAYMENT_METHOD, given)


def record_accounting_groups(
    connection: Connection[Any], given: Iterable[Recorded[Entry]]
) -> Tally:
    """Accounting groups by their id; the body is the published `AccountingGroup`."""
    return _record(connection, _ACCOUNTING_GROUP, given)


def _record(connection: Connection[Any], kind: _Kind, given: Iterable[Recorded[Entry]]) -> Tally:
    tally = Tally()
    records = iter(given)
    while chunk := list(islice(records, _CHUNK)):
        _record_chunk(connection, kind, chunk, tally)
    return tally


def _record_chunk(
    connection: Connection[Any], kind: _Kind, chunk: Sequence[Recorded[Entry]], tally: Tally
) -> None:
    known = _fetch(connection, kind, {_key(record) for record in chunk})
    touched: dict[Key, Recorded[dict[str, Any]]] = {}
    for record in chunk:
        key, old = _key(record), known.get(_key(record))
        body = Recorded(record.recorded_at, record.thing.body, record.origin)
        try:
            outcome, now = settle(old, body, merge_fields)
        except Contradiction:
            tally.refuse(record.origin, "recordedAt", *CONTRADICTED)
            continue
        tally.count(outcome)
        if outcome is not Outcome.OLDER and (old is None or old[:2] != now[:2]):
            known[key] = touched[key] = now
    _keep(connection, kind, touched)


def _key(record: Recorded[Entry]) -> Key:
    return record.thing.business_location_id, record.thing.key


def _fetch(
    connection: Connection[Any], kind: _Kind, keys: Iterable[Key]
) -> dict[Key, Recorded[dict[str, Any]]]:
    locations, names = zip(*keys, strict=True)
    rows: list[tuple[int, int | str, datetime, str]] = connection.execute(
        _statement(_FETCH, kind), (list(locations), list(names))
    ).fetchall()
    return {
        (location, key): Recorded(recorded_at, _DECODER.decode(body))
        for location, key, recorded_at, body in rows
    }


def _keep(
    connection: Connection[Any], kind: _Kind, touched: dict[Key, Recorded[dict[str, Any]]]
) -> None:
    if not touched:
        return
    locations, names = zip(*touched, strict=True)
    times = [record.recorded_at for record in touched.values()]
    bodies = [_text(kind, record.thing) for record in touched.values()]
    values = (list(locations), list(names), times, bodies)
    connection.execute(_statement(_KEEP, kind), values)


def _text(kind: _Kind, body: dict[str, Any]) -> str:
    return _ENCODER.encode({name: body[name] for name in kind.fields if name in body}).decode()


def _statement(text: LiteralString, kind: _Kind) -> sql.Composed:
    return sql.SQL(text).format(
        table=sql.Identifier(kind.table),
        key=sql.Identifier(kind.key_column),
        type=sql.SQL(kind.key_type),
    )
