"""Every answer keeps the promise of `openapi.yaml`, for the whole simulated restaurant group."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from tests.api.conftest import Gate, Open
from tests.api.rows import Rows

from tillgate.api.documents import description
from tillgate.ledger.feed.batch import import_files
from tillgate.simulator.feed import Plan, write_plan
from tillgate.simulator.group import LOCATIONS

SPEC = description()
DAY = date(2026, 3, 14)
EVERYTHING = "staff,table,consumer,payments,revenue_center,account_profile,payment_authorization"
V2 = "/f/v2/business-location/{businessLocationId}"
ANSWERS = [
    ("/f/data/businesses", ""),
    ("/f/finance/{businessLocationId}/tax-rates", ""),
    ("/f/finance/{businessLocationId}/paymentMethods", ""),
    ("/f/finance/{businessLocationId}/accountingGroups", ""),
    ("/f/finance/{businessLocationId}/dailyFinancials", f"?date={DAY}"),
    ("/f/finance/{businessLocationId}/dailyFinancials", f"?date={DAY}&include=payments"),
    ("/f/finance/{businessLocationId}/dailyFinancials", f"?date={DAY}&include={EVERYTHING}"),
    ("/f/finance/{businessLocationId}/financials/{from}/{to}", f"?pageSize=9&include={EVERYTHING}"),
    (f"{V2}/sales", f"?from={{from}}&to={{to}}&pageSize=9&include={EVERYTHING}"),
    (f"{V2}/sales", "?from={from}&to={to}"),
    (f"{V2}/sales-daily", f"?date={DAY}&include={EVERYTHING}"),
    ("/f/finance/{businessLocationId}/aggregatedSales", f"?date={DAY}&groupBy=staff,tag,device"),
    ("/f/finance/{businessLocationId}/aggregatedSales", f"?date={DAY}&groupBy=tag&flattened=true"),
    ("/items/v1/items", "?businessLocationId={businessLocationId}&amount=1000"),
]


@cache
def validator(path: str, status: int = 200) -> Any:
    answer = SPEC["paths"][path]["get"]["responses"][str(status)]
    if "$ref" in answer:
        answer = SPEC["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    schema = {
        **answer["content"]["application/json"]["schema"],
        "components": SPEC["components"],
    }
    return Draft202012Validator(schema, format_checker=FormatChecker())


@pytest.fixture
def group(open_gate: Open, rows: Rows, ledger_url: str, tmp_path: Path) -> Gate:
    """Three simulated days of every location, and a token that may read them all."""
    plan = Plan(first=DAY, last=date(2026, 3, 16), sales_a_day=12)
    import_files(ledger_url, write_plan(tmp_path, plan))
    gate = open_gate()
    business = rows.owner.execute("SELECT business_id FROM directory_business").fetchone()
    assert business is not None
    places = [location.id for location in LOCATIONS]
    gate.token = rows.add_token(places, business=business[0], personal=True)
    return gate


def test_every_answer_has_the_promised_shape(group: Gate) -> None:
    for location in LOCATIONS:
        known = {
            "businessLocationId": location.id,
            "from": "2026-03-14T00:00:00Z",
            "to": "2026-03-16T00:00:00Z",
        }
        for path, query in ANSWERS:
            answer = group.get((path + query).format_map(known))
            assert answer.status_code == 200, answer.text
            problems = list(validator(path).iter_errors(answer.json()))
            assert problems == [], (path, query)


def test_aggregated_sales_add_up_to_the_days_lines(group: Gate) -> None:
    for location in LOCATIONS:
        url = f"/f/finance/{location.id}"
        day = group.get(f"{url}/dailyFinancials?date={DAY}").json()
        lines = [
            line
            for sale in day["sales"]
            if sale["type"] in {"SALE", "REFUND"} and not sale.get("cancelled")
            for line in sale["salesLines"]
        ]
        totals = group.get(f"{url}/aggregatedSales?date={DAY}&groupBy=accountingGroup").json()
        assert totals["numberOfSales"] == len(lines)
        nodes = totals["children"][0]["children"]
        assert sum(node["numberOfSales"] for node in nodes) == len(lines)


def test_an_item_and_a_sale_by_reference_have_the_promised_shape(group: Gate) -> None:
    found = 0
    for location in LOCATIONS:
        where = f"businessLocationId={location.id}"
        for item in group.get(f"/items/v1/items?{where}&amount=3").json():
            one = group.get(f"/items/v1/items/{item['id']}?{where}").json()
            assert one == item
            validator("/items/v1/items/{id}").validate(one)
        path = f"/f/finance/{location.id}"
        for sale in group.get(f"{path}/dailyFinancials?date={DAY}").json()["sales"]:
            for reference in sale.get("externalReferences", []):
                url = f"{path}/saleByExternalReference"
                one = group.get(url, params={"externalReferenceId": reference}).json()
                validator("/f/finance/{businessLocationId}/saleByExternalReference").validate(one)
                found += 1
    assert found


REFUSED = [
    ("/f/finance/{businessLocationId}/tax-rates", "GET", "/f/finance/x/tax-rates", 400),
    ("/f/finance/{businessLocationId}/tax-rates", "GET", "/f/finance/1/tax-rates", 404),
    ("/f/finance/{businessLocationId}/tax-rates", "POST", "/f/finance/1/tax-rates", 405),
    ("/items/v1/items", "GET", "/items/v1/items", 400),
    ("/items/v1/items", "GET", "/items/v1/items?businessLocationId=1", 404),
    ("/items/v1/items/{id}", "GET", "/items/v1/items/x", 400),
    ("/items/v1/items/{id}", "DELETE", "/items/v1/items/1", 405),
]


@pytest.mark.parametrize(("path", "method", "url", "status"), REFUSED)
def test_every_refusal_has_the_promised_shape(
    gate: Gate, path: str, method: str, url: str, status: int
) -> None:
    answer = gate.call(method, url)
    assert answer.status_code == status
    validator(path, status).validate(answer.json())


@pytest.mark.parametrize("path", SPEC["paths"])
def test_the_promised_examples_keep_the_promise(path: str) -> None:
    responses = SPEC["paths"][path]["get"]["responses"]
    for status in responses:
        found = SPEC["components"]["responses"].get(
            responses[status].get("$ref", "").rpartition("/")[2], responses[status]
        )
        content = found.get("content", {}).get("application/json", {})
        if "example" in content:
            validator(path, int(status)).validate(content["example"])
