"""The records that come before any sale: business, locations, lookups and items."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from tillgate.foundation.instants import format_instant
from tillgate.foundation.money import trimmed
from tillgate.simulator.group import (
    HERON,
    PAYMENT_METHODS,
    Group,
    Location,
    accounting_groups,
)
from tillgate.simulator.items import menu_of, published_item
from tillgate.simulator.published import known, method_name
from tillgate.simulator.taxes import LAWS


def directory_records(opened: date | None = None, group: Group = HERON) -> Iterator[dict[str, Any]]:
    """Every record of a group that is not a sale or a day's end; they never change.

    With `opened`, locations older than that say they opened then.
    """
    yield {
        "record": "business",
        "recordedAt": _midnight(group.locations[0].since),
        "businessId": group.business_id,
        "name": group.name,
        "currency": group.currency,
    }
    for location in group.locations:
        yield _location(location, max(location.since, opened or location.since))
        for kind, entries in _entries(location):
            for entry in entries:
                yield {
                    "record": kind,
                    "recordedAt": _midnight(location.since),
                    "businessLocationId": location.id,
                } | entry


def _location(location: Location, since: date) -> dict[str, Any]:
    record = {
        "record": "location",
        "recordedAt": _midnight(since),
        "businessLocationId": location.id,
        "businessId": location.business_id,
        "name": location.name,
        "country": location.country,
        "timezone": location.timezone,
        "currency": location.currency,
        "since": str(since),
        "dayStart": location.day_start,
        "franchisee": location.franchisee,
        "closeAfterHours": location.close_after_hours,
    }
    return known(record)


def _midnight(day: date) -> str:
    return format_instant(datetime.combine(day, time(), UTC))


def _entries(location: Location) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    yield "tax_rate", _tax_rates(location)
    yield "payment_method", _payment_methods(location)
    yield "accounting_group", _accounting_groups(location)
    yield "item", [{"item": published_item(item)} for item in menu_of(location).by_sku.values()]


def _tax_rates(location: Location) -> list[dict[str, Any]]:
    law = LAWS[location.country]
    return [
        known(
            {
                "code": tax.code,
                "description": tax.description,
                "rate": trimmed(tax.share + 1),
                "taxIncluded": law.included,
                "accountingReference": tax.accounting_reference,
            }
        )
        for tax in law.rates
    ]


def _payment_methods(location: Location) -> list[dict[str, Any]]:
    return [
        known(
            {
                "paymentMethodId": location.id + method.number,
                "code": method.code,
                "name": method_name(method, location),
                "accountingReference": method.accounting_reference,
            }
        )
        for method in PAYMENT_METHODS.values()
    ]


def _accounting_groups(location: Location) -> list[dict[str, Any]]:
    return [
        known(
            {
                "accountingGroupId": group.id,
                "name": group.name,
                "statisticGroups": [
                    {"category": category, "value": value}
                    for category, value in group.statistic_groups
                ],
                "code": group.code,
            }
        )
        for group in accounting_groups(location.business_id).values()
    ]
