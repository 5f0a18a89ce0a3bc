"""Our own catalogue endpoints: items as they were, what changed, and what an old line sold.

Times are the back office's: a version holds from the instant at which it was recorded. Unknown
parameters are refused.
"""

from datetime import datetime
from typing import Annotated

import msgspec

from tillgate.access.reads import Grant
from tillgate.api.books import books_of
from tillgate.api.call import Call
from tillgate.api.errors import NotThere
from tillgate.api.params import Parameters, reading, shown
from tillgate.api.plane import Plane
from tillgate.api.readers import Id, Ids, Instant, clamped, text_of, whole
from tillgate.catalogue.history_reads import (
    ItemVersion,
    Wanted,
    fetch_item_changes,
    fetch_item_versions,
    fetch_items_then,
)
from tillgate.foundation import clock
from tillgate.foundation.instants import format_instant

_MOST = 1000

Sku = Annotated[str, reading(text_of(1, 32))]


class ItemsThenParameters(Parameters, frozen=True):
    """Which items, and as of when; the present unless said."""

    business_location_id: Id
    as_of: Instant | None = None
    sku: Sku | None = None
    name: Annotated[str, reading(text_of(1, 180))] | None = None
    item_ids: Ids | None = None
    cursor: Id | None = None
    page_size: Annotated[int, reading(clamped(_MOST))] = 100


class VersionsParameters(Parameters, frozen=True):
    """Which item."""

    business_location_id: Id
    item_id: Id


class ItemChangesParameters(Parameters, frozen=True):
    """From which position on."""

    business_location_id: Id
    since: Annotated[int, reading(whole(0))] = 0
    page_size: Annotated[int, reading(clamped(_MOST))] = 100


class ResolveParameters(Parameters, frozen=True):
    """What an old line says of its item, and when it was sold."""

    business_location_id: Id
    sku: Sku
    at: Instant


async def get_items_then(
    plane: Plane, _call: Call, grant: Grant, asked: ItemsThenParameters
) -> bytes:
    """The items that there were, with how long each version held."""
    location, at = asked.business_location_id, asked.as_of or clock.now()
    await books_of(plane, grant, location)
    found = await fetch_items_then(
        plane.pool,
        grant.locations,
        location,
        Wanted(sku=asked.sku, name=asked.name, ids=asked.item_ids),
        at=at,
        first=asked.cursor or 1,
        limit=asked.page_size + 1,
    )
    body: dict[str, object] = {"items": [_told(each) for each in found[: asked.page_size]]}
    if asked.as_of is not None:
        body["asOf"] = format_instant(asked.as_of)
    if len(found) > asked.page_size:
        body["next"] = found[asked.page_size].item_id
    return msgspec.json.encode(body)


async def get_item_versions(
    plane: Plane, _call: Call, grant: Grant, asked: VersionsParameters
) -> bytes:
    """Everything an item has been, oldest first, with the times at which it was removed."""
    location = asked.business_location_id
    await books_of(plane, grant, location)
    wanted = Wanted(ids=(asked.item_id,))
    found = await fetch_item_versions(plane.pool, grant.locations, location, wanted)
    if not found:
        raise NotThere(f"Item Not found for {asked.item_id}")
    return msgspec.json.encode({"items": [_told(each) for each in found]})


async def get_item_changes(
    plane: Plane, _call: Call, grant: Grant, asked: ItemChangesParameters
) -> bytes:
    """Each item whose present has changed after a position, as it is now, or that it is gone."""
    location = asked.business_location_id
    await books_of(plane, grant, location)
    found = await fetch_item_changes(
        plane.pool, grant.locations, location, since=asked.since, limit=asked.page_size
    )
    items = [{"position": each.position, **_told(each)} for each in found]
    return msgspec.json.encode(
        {"items": items, "next": found[-1].position if found else asked.since}
    )


async def resolve_line(plane: Plane, _call: Call, grant: Grant, asked: ResolveParameters) -> bytes:
    """The item that a line of that time sold, as it was then."""
    location = asked.business_location_id
    await books_of(plane, grant, location)
    wanted = Wanted(sku=asked.sku)
    known = await fetch_item_versions(plane.pool, grant.locations, location, wanted)
    if not known:
        raise NotThere(f"Item Not found for {shown(asked.sku)}")
    then = [each for each in known if _holds(each, asked.at)]
    items = [{**_told(each), "certain": True} for each in then]
    if not items:
        items = [{**_told(_nearest(known, asked.at)), "certain": False}]
    return msgspec.json.encode({"at": format_instant(asked.at), "items": items})


def _holds(version: ItemVersion, at: datetime) -> bool:
    return version.valid_from <= at and (version.valid_until is None or at < version.valid_until)


def _nearest(known: list[ItemVersion], at: datetime) -> ItemVersion:
    """The last version before, for a till that sold what was gone; else the first one after."""
    earlier = [each for each in known if each.valid_from <= at]
    if earlier:
        return max(earlier, key=lambda each: (each.valid_from, each.item_id))
    return min(known, key=lambda each: (each.valid_from, each.item_id))


def _told(version: ItemVersion) -> dict[str, object]:
    told: dict[str, object] = {
        "itemId": version.item_id,
        "validFrom": format_instant(version.valid_from),
        "removed": version.body is None,
    }
    if version.valid_until is not None:
        told["validUntil"] = format_instant(version.valid_until)
    if version.body is not None:
        told["item"] = msgspec.Raw(version.body.encode())
    return told
