"""Businesses, the three lists a location books by, and items."""

from typing import Any

import pytest
from tests.api.conftest import Gate
from tests.api.rows import BUSINESS, FOREIGN, LOCATION, Rows

LISTS = [
    ("tax-rates", "taxRateList", ("taxrate", "code"), ["A", "B"]),
    ("paymentMethods", "paymentMethodList", ("paymentmethod", "payment_method_id"), [2, 10]),
    ("accountingGroups", "accountingGroupList", ("accountinggroup", "accounting_group_id"), [2, 9]),
]
ITEMS = f"/items/v1/items?businessLocationId={LOCATION}"


def test_a_business_has_an_entry_for_each_currency_of_its_locations(gate: Gate, rows: Rows) -> None:
    euro = {"currency": "EUR", "country": "FR", "timezone": "Europe/Paris"}
    rows.add_location(LOCATION + 1, **euro)
    rows.add_location(LOCATION + 2)
    rows.add_location(FOREIGN)
    gate.token = rows.add_token([LOCATION, LOCATION + 1, LOCATION + 2])
    body = gate.get("/f/data/businesses").json()

    def place(number: int, country: str, timezone: str) -> dict[str, Any]:
        ids = {"blID": number, "blId": number}
        return {"blName": f"Place {number}", **ids, "country": country, "timezone": timezone}

    def entry(currency: str, *places: dict[str, Any]) -> dict[str, Any]:
        return {
            "businessName": "Example Kitchens",
            "businessId": BUSINESS,
            "currencyCode": currency,
            "businessLocations": list(places),
        }

    british = [place(LOCATION + n, "GB", "Europe/London") for n in (0, 2)]
    expected = [entry("EUR", place(LOCATION + 1, "FR", "Europe/Paris")), entry("GBP", *british)]
    assert body == {
        "_embedded": {"businessList": expected},
        "_links": {"self": {"href": "http://localhost/f/data/businesses"}},
    }
    for page, entries in enumerate([expected[:1], expected[1:], []]):
        body = gate.get(f"/f/data/businesses?size=1&page={page}").json()
        assert body["_embedded"]["businessList"] == entries


def test_a_client_without_locations_has_no_business(gate: Gate, rows: Rows) -> None:
    gate.token = rows.add_token([])
    assert gate.get("/f/data/businesses").json()["_embedded"]["businessList"] == []


@pytest.mark.parametrize(("path", "name", "column", "values"), LISTS)
def test_a_list_gives_the_published_objects_in_order(
    gate: Gate, rows: Rows, *, path: str, name: str, column: tuple[str, str], values: list[int]
) -> None:
    for value in reversed(values):
        rows.add_entry(*column, value, {"known as": value})
    url = f"/f/finance/{LOCATION}/{path}"
    assert gate.get(url).json() == {
        "_embedded": {name: [{"known as": value} for value in values]},
        "_links": {"self": {"href": f"http://localhost{url}"}},
    }


@pytest.fixture
def menu(gate: Gate, rows: Rows) -> list[dict[str, Any]]:
    """Five items: two named alike, one without a group, one archived."""
    items: list[dict[str, Any]] = [
        {"id": 2, "name": "Soup", "sku": "S-2", "accountingGroup": {"id": 5}, "active": True},
        {"id": 10, "name": "Soup", "sku": "S-10", "accountingGroup": {"id": 6}, "active": True},
        {"id": 11, "name": "Bread's", "sku": "B", "accountingGroup": {"id": 5}, "active": False},
        {"id": 12, "name": "Water \\ still", "prices": [{"amount": 2.5}]},
        {"id": 13, "name": "Café", "sku": "C"},
    ]
    for item in reversed(items):
        rows.add_item(item)
    return items


def test_items_are_a_bare_array_in_order_archived_ones_too(
    gate: Gate, menu: list[dict[str, Any]]
) -> None:
    assert gate.get(ITEMS).json() == menu


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"name": "Soup"}, [2, 10]),
        ({"name": "soup"}, []),
        ({"name": "Bread's"}, [11]),
        ({"name": "Water \\ still"}, [12]),
        ({"name": "Café"}, [13]),
        ({"name": "Soup", "sku": "S-10"}, [10]),
        ({"accountingGroupId": "5"}, [2, 11]),
        ({"itemIds": ["13", "2", "99", "2"]}, [2, 13]),
        ({"itemIds": "13,2"}, [2, 13]),
        ({"itemIds": "2,10,11", "offset": "2", "amount": "1"}, [2, 10, 11]),
        ({"offset": "1", "amount": "2"}, [10, 11]),
        ({"offset": "4", "amount": "1000"}, [13]),
        ({"offset": "9223372036854775807"}, []),
    ],
)
def test_items_are_found_by_exact_values_and_paged(
    gate: Gate, menu: list[dict[str, Any]], query: dict[str, Any], ids: list[int]
) -> None:
    answer = gate.get("/items/v1/items", params={"businessLocationId": LOCATION, **query})
    assert [item["id"] for item in answer.json()] == ids


def test_one_item_is_given_bare(gate: Gate, menu: list[dict[str, Any]]) -> None:
    assert gate.get(f"/items/v1/items/12?businessLocationId={LOCATION}").json() == menu[3]


@pytest.mark.parametrize(
    ("path", "location", "message"),
    [
        ("/items/v1/items/99", LOCATION, "Item Not found for 99"),
        ("/items/v1/items/2", FOREIGN, f"Business Location Not found for {FOREIGN}"),
        ("/items/v1/items", FOREIGN, f"Business Location Not found for {FOREIGN}"),
    ],
)
def test_what_is_not_there_is_told_in_the_items_shape(
    gate: Gate, menu: list[dict[str, Any]], path: str, location: int, message: str
) -> None:
    answer = gate.get(f"{path}?businessLocationId={location}")
    assert answer.status_code == 404
    body = answer.json()
    assert body.pop("timestamp")
    assert body == {"status": "404", "message": message, "apiSubExceptions": []}
