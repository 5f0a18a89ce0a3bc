"""`/f/data/businesses`: the locations a client may read, by business and currency."""

from typing import Annotated

import msgspec

from tillgate.access.reads import Grant
from tillgate.api.call import Call
from tillgate.api.params import Parameters, reading
from tillgate.api.plane import Plane
from tillgate.api.readers import MAX_ID, clamped, whole
from tillgate.directory.reads import Business, Location, fetch_businesses

MOST_LOCATIONS = 500


class BusinessesParameters(Parameters, frozen=True):
    """Which page, counted from 0, of how many entries."""

    page: Annotated[int, reading(whole(0))] = 0
    size: Annotated[int, reading(clamped(MAX_ID))] = 1000


async def get_businesses(
    plane: Plane, call: Call, grant: Grant, asked: BusinessesParameters
) -> bytes:
    """The published `BusinessesResponse`."""
    businesses = await fetch_businesses(plane.pool, grant.locations)
    first = asked.page * asked.size
    entries = [_entry(business) for business in businesses[first : first + asked.size]]
    links = {"self": {"href": call.url()}}
    return msgspec.json.encode({"_embedded": {"businessList": entries}, "_links": links})


def _entry(business: Business) -> dict[str, object]:
    return {
        "businessName": business.name,
        "businessId": business.id,
        "currencyCode": business.currency,
        "businessLocations": [_location(one) for one in business.locations[:MOST_LOCATIONS]],
    }


def _location(location: Location) -> dict[str, object]:
    # Some programs read blID, as published, others blId: both are sent.
    return {
        "blName": location.name,
        "blID": location.id,
        "blId": location.id,
        "country": location.country,
        "timezone": location.timezone,
    }
