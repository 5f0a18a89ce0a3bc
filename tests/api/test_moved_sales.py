"""A sale that a correction moved from a closed day to an open one, as V1 shows it."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.api.conftest import Gate
from tests.api.rows import DAY, LOCATION, OPENING, Rows, a_sale

from tillgate.ledger.feed.batch import Written, import_file
from tillgate.ledger.sale import ENCODER

URL = f"/f/finance/{LOCATION}"
NEXT = DAY + timedelta(days=1)


def move(url: str, **changes: Any) -> None:
    record = {
        "record": "correction",
        "recordedAt": "2026-03-25T10:00:00Z",
        "businessLocationId": LOCATION,
        "businessDate": str(NEXT),
        "reason": "booked on the wrong evening",
        "sale": json.loads(ENCODER.encode(a_sale(1, OPENING, **changes))),
    }
    import_file(url, Written("correction", json.dumps(record).encode()))


@pytest.fixture
def moved(gate: Gate, rows: Rows, ledger_url: str) -> Gate:
    rows.add_sales([a_sale(1, OPENING, external_references=["a", "b"]), a_sale(2, OPENING)])
    rows.close_day()
    move(ledger_url, external_references=["b", "c"])
    return gate


def accounts(gate: Gate, query: str) -> list[str]:
    return [one["accountFiscId"] for one in gate.get(f"{URL}/{query}").json()["sales"]]


def test_it_is_on_its_new_day_and_once_in_a_range(moved: Gate) -> None:
    assert len(accounts(moved, f"dailyFinancials?date={DAY}")) == 1
    (there,) = accounts(moved, f"dailyFinancials?date={NEXT}")
    both = accounts(moved, "financials/2026-03-14T00:00Z/2026-03-17T00:00Z")
    assert len(both) == len(set(both)) == 2
    assert there in both


def test_it_is_found_by_the_references_it_has_now(moved: Gate) -> None:
    found = {
        name: moved.get(f"{URL}/saleByExternalReference?externalReferenceId={name}").status_code
        for name in "abc"
    }
    assert found == {"a": 404, "b": 200, "c": 200}


def test_it_counts_on_its_new_day_alone(moved: Gate) -> None:
    totals = [
        moved.get(f"{URL}/aggregatedSales?groupBy=tag&date={day}").json()["totalAmount"]
        for day in (DAY, NEXT)
    ]
    assert totals[0] == totals[1] != "0.00"


def test_in_v2_the_first_day_stays_and_the_change_takes_it_back(moved: Gate) -> None:
    """In all it comes to what V1 says; on its new day it would be given a second time."""
    v2 = f"/f/v2/business-location/{LOCATION}"
    daily = [moved.get(f"{v2}/sales-daily?date={day}").json()["sales"] for day in (DAY, NEXT)]
    assert [len(sales) for sales in daily] == [2, 0]
    every = moved.get(f"{v2}/sales?from=2026-03-14T00:00Z").json()["sales"]
    assert [one["type"] for one in every] == ["SALE", "SALE", "UPDATE", "UPDATE"]
    v1 = moved.get(f"{URL}/financials/2026-03-14T00:00Z/2026-03-17T00:00Z").json()["sales"]
    assert _gross(every) == _gross(v1)


def _gross(sales: list[dict[str, Any]]) -> Decimal:
    lines = [line for sale in sales for line in sale["salesLines"]]
    return sum((Decimal(line["totalNetAmountWithTax"]) for line in lines), Decimal(0))
