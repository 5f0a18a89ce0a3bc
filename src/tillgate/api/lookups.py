"""The three lists a location books by: tax rates, payment methods, accounting groups."""

from collections.abc import Awaitable, Callable, Collection

import msgspec

from tillgate.access.reads import Grant
from tillgate.api.call import Call
from tillgate.api.operation import Handler
from tillgate.api.params import Parameters
from tillgate.api.plane import Plane
from tillgate.api.readers import Id
from tillgate.catalogue.reads import (
    fetch_accounting_groups,
    fetch_payment_methods,
    fetch_tax_rates,
)
from tillgate.foundation.postgres.pools import Pool

Fetch = Callable[[Pool, Collection[int], int], Awaitable[list[str]]]


class LocationParameters(Parameters, frozen=True):
    """Which location."""

    business_location_id: Id


def _lookup(name: str, fetch: Fetch) -> Handler:
    async def get(plane: Plane, call: Call, grant: Grant, asked: LocationParameters) -> bytes:
        bodies = await fetch(plane.pool, grant.locations, asked.business_location_id)
        href = msgspec.json.encode(call.url()).decode()
        entries = ",".join(bodies)
        return (
            f'{{"_embedded":{{"{name}":[{entries}]}},"_links":{{"self":{{"href":{href}}}}}}}'
        ).encode()

    return get


get_tax_rates = _lookup("taxRateList", fetch_tax_rates)
get_payment_methods = _lookup("paymentMethodList", fetch_payment_methods)
get_accounting_groups = _lookup("accountingGroupList", fetch_accounting_groups)
