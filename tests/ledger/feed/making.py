"""Feed records for tests: plain dictionaries, as a back office would write them."""

import json
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

BUSINESS, LOCATION = 71, 7101
AT = "2026-03-20T10:00:00Z"
LATER = "2026-03-21T10:00:00Z"
EARLIER = "2026-03-19T10:00:00Z"

Thing = dict[str, Any]


def business(**changes: Any) -> Thing:
    record = {"record": "business", "recordedAt": AT, "businessId": BUSINESS}
    return record | {"name": "Example Kitchens", "currency": "GBP"} | changes


def location(**changes: Any) -> Thing:
    record = {"record": "location", "recordedAt": AT, "businessLocationId": LOCATION}
    place = {"name": "One", "country": "GB", "timezone": "Europe/London", "currency": "GBP"}
    return record | {"businessId": BUSINESS} | place | {"since": "2026-01-01"} | changes


def line(number: int = 1, **changes: Any) -> Thing:
    return {
        "id": f"S1.{number}",
        "totalNetAmountWithTax": "12.000000",
        "totalNetAmountWithoutTax": "10.000000",
        "taxAmount": "2.000000",
        "taxLines": [{"taxCode": "VAT20", "taxRate": "1.2", "taxAmount": "2", "taxIncluded": True}],
        "name": "Soup",
        "quantity": "1.000",
        "currency": "GBP",
    } | changes


def payment(number: int = 1, **changes: Any) -> Thing:
    return {
        "code": "CARD",
        "netAmountWithTax": "12.00",
        "currency": "GBP",
        "uuid": f"uuid-{number}",
    } | changes


def sale_object(number: int = 1, **changes: Any) -> Thing:
    return {
        "accountReference": f"reference-{number}",
        "accountFiscId": f"A1.{number}",
        "salesLines": [line(number)],
        "payments": [payment(number)],
        "timeOfOpening": "2026-03-14T18:00:00Z",
        "timeOfCloseAndPaid": "2026-03-14T19:00:00Z",
        "type": "SALE",
    } | changes


def sale(number: int = 1, at: str = AT, day: str | None = None, **changes: Any) -> Thing:
    record = {"record": "sale", "recordedAt": at, "businessLocationId": LOCATION}
    dated = {} if day is None else {"businessDate": day}
    return record | dated | {"sale": sale_object(number, **changes)}


def day_closed(day: str = "2026-03-14", **changes: Any) -> Thing:
    record = {"record": "day_closed", "recordedAt": AT, "businessLocationId": LOCATION}
    return record | {"businessDate": day} | changes


def aborted_order(number: int = 1, at: str = AT, **changes: Any) -> Thing:
    """Changes of the published object; what else the record says is put in by `|`."""
    record = {"record": "aborted_order", "recordedAt": at, "businessLocationId": LOCATION}
    lines = [
        {"itemName": "Soup", "itemSku": "SOUP", "itemQuantity": "2", "itemPrice": "7.5"}
        | {"itemAmount": "15"}
    ]
    order = {"timeOfAbortedOrder": "2026-03-14T20:00:00Z", "totalAmountAborted": "15"}
    told = {"abortedOrderId": f"order-{number}", "currency": "GBP"}
    return record | told | {"order": order | {"abortedLineItems": lines} | changes}


def card_payment(number: int = 1, at: str = AT, **changes: Any) -> Thing:
    record = {"record": "card_payment", "recordedAt": at, "businessLocationId": LOCATION}
    payment = {
        "lightspeedPaymentId": f"ad-{number}",
        "status": "CAPTURED",
        "createdDate": "2026-03-14T19:00:00Z",
        "modificationDate": "2026-03-14T19:00:02Z",
    }
    return record | {"payment": payment | changes}


def item(number: int = 1, at: str = AT, **changes: Any) -> Thing:
    record = {"record": "item", "recordedAt": at, "businessLocationId": LOCATION}
    return record | {"item": {"id": number, "name": f"Item {number}"} | changes}


def item_removed(number: int = 1, at: str = AT, **changes: Any) -> Thing:
    record = {"record": "item_removed", "recordedAt": at, "businessLocationId": LOCATION}
    return record | {"itemId": number} | changes


def lookups() -> list[Thing]:
    here = {"recordedAt": AT, "businessLocationId": LOCATION}
    return [
        {"record": "tax_rate", **here, "code": "VAT20", "description": "VAT 20%"}
        | {"rate": "1.20", "taxIncluded": True},
        {"record": "payment_method", **here, "paymentMethodId": 5, "code": "CASH", "name": "Cash"}
        | {"accountingReference": "1000"},
        {"record": "accounting_group", **here, "accountingGroupId": 6, "name": "Food"}
        | {"statisticGroups": [{"category": "default", "value": "Food"}], "code": "4000"},
        item(8, sku="SOUP", prices=[{"amount": 10.25, "name": "Lunch"}], active=True),
    ]


def known() -> list[Thing]:
    """What must be known before a sale."""
    return [business(), location()]


def without(thing: Thing, *names: str) -> Thing:
    """A copy of an object that lacks these fields."""
    return {name: deepcopy(value) for name, value in thing.items() if name not in names}


def text_of(records: Iterable[Thing], *, end: str = "\n") -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + end for record in records)


def write(path: Path, records: Iterable[Thing]) -> Path:
    path.write_text(text_of(records), encoding="utf-8")
    return path
