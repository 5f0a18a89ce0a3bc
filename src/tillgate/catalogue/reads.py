"""Lookups and items as the API plane sends them: each body is the published object as text."""

from collections.abc import Collection

import msgspec
from psycopg import sql

from tillgate.foundation.postgres.pools import Pool, read
from tillgate.foundation.postgres.sessions import query


class ItemFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which items: every condition given must hold; names and units are compared exactly."""

    sku: str | None = None
    name: str | None = None
    accounting_group_id: int | None = None
    ids: tuple[int, ...] | None = None


_TAX_RATES = """
SELECT body FROM catalogue_taxrate WHERE business_location_id = {location} ORDER BY code
"""

_PAYMENT_METHODS = """
SELECT body FROM catalogue_paymentmethod
WHERE business_location_id = {location} ORDER BY payment_method_id
"""

_ACCOUNTING_GROUPS = """
SELECT body FROM catalogue_accountinggroup
WHERE business_location_id = {location} ORDER BY accounting_group_id
"""


async def fetch_tax_rates(pool: Pool, locations: Collection[int], location: int) -> list[str]:
    """The tax rates of a location, by code."""
    return await _bodies(pool, locations, query(_TAX_RATES, location=location))


async def fetch_payment_methods(pool: Pool, locations: Collection[int], location: int) -> list[str]:
    """The payment methods of a location, by id."""
    return await _bodies(pool, locations, query(_PAYMENT_METHODS, location=location))


async def fetch_accounting_groups(
    pool: Pool, locations: Collection[int], location: int
) -> list[str]:
    """The accounting groups of a location, by id."""
    return await _bodies(pool, locations, query(_ACCOUNTING_GROUPS, location=location))


async def fetch_items(  # noqa: PLR0913  who may see, where, which, and how many
    pool: Pool,
    locations: Collection[int],
    location: int,
    wanted: ItemFilter,
    *,
    offset: int = 0,
    amount: int | None = None,
) -> list[str]:
    """The items of a location that pass the filter, by id; all of them without `amount`."""
    conditions = [query("business_location_id = {location}", location=location)]
    if wanted.sku is not None:
        conditions.append(query("sku = {sku}", sku=wanted.sku))
    if wanted.name is not None:
        conditions.append(query("name = {name}", name=wanted.name))
    if wanted.accounting_group_id is not None:
        conditions.append(query("accounting_group_id = {group}", group=wanted.accounting_group_id))
    if wanted.ids is not None:
        conditions.append(query("item_id = any({ids}::bigint[])", ids=list(wanted.ids)))
    text = sql.SQL("SELECT body FROM catalogue_item WHERE {} ORDER BY item_id {}").format(
        sql.SQL(" AND ").join(conditions),
        query("OFFSET {offset} LIMIT {amount}", offset=offset, amount=amount),
    )
    return await _bodies(pool, locations, text)


async def _bodies(pool: Pool, locations: Collection[int], wanted: sql.Composed) -> list[str]:
    return [body for (body,) in await read(pool, locations, wanted)]
