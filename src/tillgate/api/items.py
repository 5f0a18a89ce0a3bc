"""`/items/v1/items`: what a location sells, as a bare array, and one item by its id."""

from typing import Annotated

from tillgate.access.reads import Grant
from tillgate.api.call import Call
from tillgate.api.errors import NotThere
from tillgate.api.params import Parameters, reading
from tillgate.api.plane import Plane
from tillgate.api.readers import Id, Ids, clamped, text_of, whole
from tillgate.catalogue.reads import ItemFilter, fetch_items

MOST_ON_A_PAGE = 1000


class ItemsParameters(Parameters, frozen=True):
    """Which items of which location; `item_ids` makes `offset` and `amount` irrelevant."""

    business_location_id: Id
    sku: Annotated[str, reading(text_of(1, 32))] | None = None
    name: Annotated[str, reading(text_of(1, 180))] | None = None
    accounting_group_id: Id | None = None
    item_ids: Ids | None = None
    offset: Annotated[int, reading(whole(0))] = 0
    amount: Annotated[int, reading(clamped(MOST_ON_A_PAGE))] = 100


class ItemParameters(Parameters, frozen=True):
    """Which item of which location."""

    id: Id
    business_location_id: Id


async def get_items(plane: Plane, _call: Call, grant: Grant, asked: ItemsParameters) -> bytes:
    """A bare array of the published `items-apiItemDTO`, archived ones included."""
    wanted = ItemFilter(
        sku=asked.sku,
        name=asked.name,
        accounting_group_id=asked.accounting_group_id,
        ids=asked.item_ids,
    )
    is_page = asked.item_ids is None
    bodies = await fetch_items(
        plane.pool,
        grant.locations,
        asked.business_location_id,
        wanted,
        offset=asked.offset if is_page else 0,
        amount=asked.amount if is_page else None,
    )
    return f"[{','.join(bodies)}]".encode()


async def get_item_by_id(plane: Plane, _call: Call, grant: Grant, asked: ItemParameters) -> bytes:
    """One published `items-apiItemDTO`."""
    wanted = ItemFilter(ids=(asked.id,))
    bodies = await fetch_items(plane.pool, grant.locations, asked.business_location_id, wanted)
    if not bodies:
        raise NotThere(f"Item Not found for {asked.id}")
    return bodies[0].encode()
