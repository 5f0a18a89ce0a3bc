"""Recording items: as they are now, and as they were.

Django-free: a plain connection of the ledger role, inside a transaction that may see the locations
and holds their locks. `history` says what records come to; here it is kept: a row a record, and the
item as it is now in a table of its own, which is all that the published Items API reads.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from psycopg import Connection

from tillgate.catalogue.history import Body, Told, Version, versions, with_record
from tillgate.catalogue.item import Item
from tillgate.foundation.settling import CONTRADICTED, Contradiction, Outcome, Recorded, Tally

_CHUNK = 1000
_FIELDS = Item.__struct_encode_fields__
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(Body, float_hook=Decimal)

_Key = tuple[int, int]

_FETCH = """
SELECT v.business_location_id, v.item_id, v.valid_from, v.repeated_at, v.given, v.position
FROM catalogue_itemversion v JOIN unnest(%s::bigint[], %s::bigint[]) AS wanted (location, item)
  ON v.business_location_id = wanted.location AND v.item_id = wanted.item
ORDER BY v.business_location_id, v.item_id, v.valid_from
"""

_POSITIONS = """
SELECT business_location_id, max(position) FROM catalogue_itemversion
WHERE business_location_id = any(%s) GROUP BY business_location_id
"""

_KEEP = """
INSERT INTO catalogue_itemversion (business_location_id, item_id, valid_from, repeated_at,
    valid_until, position, given, body, name, sku)
SELECT location, item, valid_from, repeated_at, valid_until, position, given, body,
    coalesce(body::jsonb ->> 'name', ''), coalesce(body::jsonb ->> 'sku', '')
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
    %s::bigint[], %s::text[], %s::text[])
    AS v (location, item, valid_from, repeated_at, valid_until, position, given, body)
ON CONFLICT (business_location_id, item_id, valid_from) DO UPDATE SET
    repeated_at = excluded.repeated_at, valid_until = excluded.valid_until,
    position = excluded.position, given = excluded.given, body = excluded.body,
    name = excluded.name, sku = excluded.sku
"""

_KEEP_PRESENT = """
INSERT INTO catalogue_item
    (business_location_id, item_id, recorded_at, body, name, sku, accounting_group_id)
SELECT v.business_location_id, v.item_id, v.repeated_at, v.body, v.name, v.sku,
    (v.body::jsonb -> 'accountingGroup' ->> 'id')::bigint
FROM catalogue_itemversion v JOIN unnest(%s::bigint[], %s::bigint[]) AS touched (location, item)
  ON v.business_location_id = touched.location AND v.item_id = touched.item
WHERE v.valid_until IS NULL AND v.body IS NOT NULL
ON CONFLICT (business_location_id, item_id) DO UPDATE SET
    recorded_at = excluded.recorded_at, body = excluded.body, name = excluded.name,
    sku = excluded.sku, accounting_group_id = excluded.accounting_group_id
"""

_TAKE_REMOVED = """
DELETE FROM catalogue_item i USING catalogue_itemversion v,
    unnest(%s::bigint[], %s::bigint[]) AS touched (location, item)
WHERE v.business_location_id = touched.location AND v.item_id = touched.item
  AND i.business_location_id = touched.location AND i.item_id = touched.item
  AND v.valid_until IS NULL AND v.body IS NULL
"""


class ItemEntry(NamedTuple):
    """What the back office says of an item: the published object, or nothing when it is removed.

    Numbers with decimals in `body` are Decimal, so that they come out as they went in.
    """

    business_location_id: int
    item_id: int
    body: Body | None


class _Known(NamedTuple):
    """An item's history, and where its present stands among the changes of its location."""

    history: list[Told]
    position: int


def record_items(connection: Connection[Any], given: Iterable[Recorded[ItemEntry]]) -> Tally:
    """Items by their id, present and past; refused is other content of the same instant.

    An older record that says something else belongs to the past and changes the present nothing.
    """
    tally = Tally()
    records = iter(given)
    while chunk := list(islice(records, _CHUNK)):
        _record_chunk(connection, chunk, tally)
    return tally


def _record_chunk(
    connection: Connection[Any], chunk: Sequence[Recorded[ItemEntry]], tally: Tally
) -> None:
    keys = {(one.thing.business_location_id, one.thing.item_id) for one in chunk}
    stored = _fetch(connection, keys)
    known = dict(stored)
    positions = dict(connection.execute(_POSITIONS, ([location for location, _ in keys],)))
    touched: dict[_Key, _Known] = {}
    for record in chunk:
        location, item, body = record.thing
        old = known.get((location, item), _Known([], 0))
        try:
            history = with_record(old.history, record.recorded_at, body)
        except Contradiction:
            tally.refuse(record.origin, "recordedAt", *CONTRADICTED)
            continue
        position = old.position
        if _present(history) != _present(old.history) or not old.history:
            position = positions[location] = positions.get(location, 0) + 1
        tally.count(_outcome(old.history, history))
        if history != old.history:
            known[location, item] = touched[location, item] = _Known(history, position)
    _keep(connection, stored, touched)


def _present(history: Sequence[Told]) -> Body | None:
    return versions(history)[-1].state if history else None


def _outcome(before: Sequence[Told], after: Sequence[Told]) -> Outcome:
    if not before:
        return Outcome.NEW
    told = [one.given for one in before], [one.given for one in after]
    return Outcome.UNCHANGED if told[0] == told[1] else Outcome.CHANGED


def _fetch(connection: Connection[Any], keys: Collection[_Key]) -> dict[_Key, _Known]:
    known: dict[_Key, _Known] = {}
    rows = connection.execute(_FETCH, _columns(list(keys)))
    for location, item, at, repeated_at, given, position in rows:
        told = Told(at, repeated_at, None if given is None else _DECODER.decode(given))
        earlier = known.get((location, item), _Known([], 0))
        known[location, item] = _Known([*earlier.history, told], position)
    return known


def _keep(
    connection: Connection[Any], stored: dict[_Key, _Known], touched: dict[_Key, _Known]
) -> None:
    """Write what differs from what is stored: a history only grows, and its rows change little."""
    if not touched:
        return
    keys = _columns(list(touched))
    rows = [
        _row(key, version, known.position)
        for key, known in touched.items()
        for version in _changed(stored.get(key), known)
    ]
    connection.execute(_KEEP, _columns(rows))
    connection.execute(_KEEP_PRESENT, keys)
    connection.execute(_TAKE_REMOVED, keys)


def _changed(before: _Known | None, after: _Known) -> list[Version]:
    old = versions(before.history) if before else []
    return [version for version in versions(after.history) if version not in old]


def _row(key: _Key, version: Version, position: int) -> tuple[Any, ...]:
    told = version.told
    times: tuple[datetime | None, ...] = (told.at, told.repeated_at, version.until)
    return (*key, *times, position, _text(told.given), _text(version.state))


def _text(body: Body | None) -> str | None:
    if body is None:
        return None
    return _ENCODER.encode({name: body[name] for name in _FIELDS if name in body}).decode()


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
