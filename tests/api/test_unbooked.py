"""V2's aborted orders and card payments: shapes, ranges, order, pages, refusals."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.api.conftest import Gate
from tests.api.rows import FOREIGN, LOCATION, Rows

from tillgate.ledger.feed.batch import Written, import_file

PAYMENTS = f"/f/v2/business-location/{LOCATION}/lightspeed-payments"
ORDERS = f"/f/v2/beta/business-location/{LOCATION}/aborted-orders"
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
RANGE = "?from=2026-03-14T00:00:00Z&to=2026-03-15T00:00Z"


def at(minutes: int) -> str:
    return (NOON + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def feed(url: str, *records: dict[str, Any]) -> None:
    here = {"recordedAt": "2026-03-20T10:00:00Z", "businessLocationId": LOCATION}
    text = "".join(json.dumps(here | record) + "\n" for record in records)
    import_file(url, Written("test", text.encode()))


def card_payment(name: str, created: int, modified: int, status: str = "CAPTURED") -> dict:
    payment = {"lightspeedPaymentId": name, "status": status, "createdDate": at(created)}
    return {"record": "card_payment", "payment": payment | {"modificationDate": at(modified)}}


def order(name: str, minutes: int, **changes: Any) -> dict:
    told = {"timeOfAbortedOrder": at(minutes), "totalAmountAborted": "8.33"} | changes
    return {"record": "aborted_order", "abortedOrderId": name, "currency": "GBP", "order": told}


def ids(gate: Gate, query: str) -> list[str]:
    answer = gate.get(f"{PAYMENTS}{query}")
    assert answer.status_code == 200, answer.text
    return [one["lightspeedPaymentId"] for one in answer.json()["payments"]]


@pytest.fixture
def four(gate: Gate, ledger_url: str) -> Gate:
    feed(
        ledger_url,
        card_payment("a", 0, 30),
        card_payment("b", 1, 20, "REFUNDED"),
        card_payment("c", 2, 20, "DISPUTED"),
        card_payment("d", 3, 3),
    )
    return gate


def test_a_card_payment_is_as_it_is_published(gate: Gate, ledger_url: str) -> None:
    whole = {
        "accountFiscId": "A1.1",
        "lightspeedPaymentId": "ad-1",
        "uuid": "bc7i2X_CTkeg8qlec66wmg==",
        "reference": "RFOOVMIMPSDY",
        "status": "CAPTURED",
        "createdDate": at(0),
        "captureDate": at(1),
        "modificationDate": at(1),
        "fees": {"value": "0.3", "currency": "GBP"},
        "surcharge": {"value": "0.1234", "currency": "GBP"},
    }
    feed(ledger_url, {"record": "card_payment", "payment": whole})
    answer = gate.get(f"{PAYMENTS}{RANGE}").json()
    fees = {"fees": {"value": "0.30", "currency": "GBP"}}
    assert answer == {"payments": [whole | fees], "pageSize": 50, "offset": 0}
    assert list(answer["payments"][0]) == list(whole)


def test_the_date_asked_for_decides_range_and_order(four: Gate) -> None:
    assert ids(four, RANGE) == ["d", "b", "c", "a"]
    assert ids(four, f"{RANGE}&sortDirection=DESC") == ["a", "c", "b", "d"]
    assert ids(four, f"{RANGE}&dateType=CREATED") == ["a", "b", "c", "d"]
    assert ids(four, f"?from={at(1)}&to={at(3)}&dateType=CREATED") == ["b", "c"]
    assert ids(four, f"?from={at(20)}&to={at(30)}") == ["b", "c"]


def test_only_the_statuses_asked_for_come_repeated_or_as_a_list(four: Gate) -> None:
    assert ids(four, f"{RANGE}&status=REFUNDED") == ["b"]
    assert ids(four, f"{RANGE}&status=REFUNDED&status=DISPUTED") == ["b", "c"]
    assert ids(four, f"{RANGE}&status=CAPTURED,DISPUTED") == ["d", "c", "a"]
    assert ids(four, f"{RANGE}&status=PARTIALLY_REFUNDED") == []


def test_without_an_end_the_range_ends_now(four: Gate, ledger_url: str) -> None:
    start = datetime.now(UTC) - timedelta(days=300)
    text = start.strftime("%Y-%m-%dT%H:%M:%SZ")
    payment = {"lightspeedPaymentId": "e", "status": "CAPTURED", "createdDate": text}
    record = {"record": "card_payment", "payment": payment | {"modificationDate": text}}
    feed(ledger_url, record)
    assert "e" in ids(four, f"?from={text}")
    assert ids(four, "?from=2190-01-01T00:00:00Z") == []


def test_a_page_size_above_the_maximum_is_the_maximum(four: Gate) -> None:
    assert four.get(f"{PAYMENTS}{RANGE}&pageSize=200").json()["pageSize"] == 100


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(size=st.integers(1, 6), direction=st.sampled_from(["ASC", "DESC"]), kind=st.booleans())
def test_pages_follow_each_other_without_gap_or_repetition(
    four: Gate, size: int, direction: str, kind: bool
) -> None:
    query = f"{RANGE}&sortDirection={direction}&dateType={'CREATED' if kind else 'MODIFIED'}"
    found, offset = list[str](), 0
    while True:
        page = four.get(f"{PAYMENTS}{query}&pageSize={size}&offset={offset}").json()
        assert page["offset"] == offset
        assert len(page["payments"]) <= size
        found += [one["lightspeedPaymentId"] for one in page["payments"]]
        if "nextOffset" not in page:
            break
        offset = page["nextOffset"]
    assert found == ids(four, query)


def test_aborted_orders_are_a_bare_array_by_their_time(gate: Gate, ledger_url: str) -> None:
    line = {"itemName": "Soda", "itemSku": "9", "itemQuantity": "4", "itemPrice": "8.33"}
    lines = [line | {"itemAmount": "33.32"}]
    feed(
        ledger_url,
        order("2", 60),
        order("1", 0, totalAmountAborted="33.32", abortedLineItems=lines),
        order("3", 60),
        order("4", 24 * 60),
    )
    first, *others = gate.get(f"{ORDERS}?date=2026-03-14").json()
    assert first == {
        "timeOfAbortedOrder": "2026-03-14T12:00:00Z",
        "totalAmountAborted": "33.32",
        "abortedLineItems": [lines[0] | {"itemQuantity": "4.000"}],
    }
    assert [one["timeOfAbortedOrder"] for one in others] == [at(60), at(60)]
    assert gate.get(f"{ORDERS}?date=2026-03-13").json() == []


def test_the_name_shows_only_where_it_is_agreed(gate: Gate, rows: Rows, ledger_url: str) -> None:
    feed(ledger_url, order("1", 0, staffName='Robin "É" Example'))
    assert "staffName" not in gate.get(f"{ORDERS}?date=2026-03-14").json()[0]
    gate.token = rows.add_token(personal=True)
    (one,) = gate.get(f"{ORDERS}?date=2026-03-14").json()
    assert one["staffName"] == 'Robin "É" Example'
    assert next(iter(one)) == "staffName"


@pytest.mark.parametrize(
    ("target", "named"),
    [
        (PAYMENTS, "from: is required"),
        (f"{PAYMENTS}?from=12/12/2023", "from: write a date-time"),
        (f"{PAYMENTS}?from=2026-03-15T00:00Z&to=2026-03-14T00:00Z", "to: write a date-time that"),
        (f"{PAYMENTS}?from=2025-01-01T00:00Z&to=2026-03-14T00:00Z", "to: write a date-time at mo"),
        (f"{PAYMENTS}?from=2020-01-01T00:00Z", "to: write a date-time at most 365 days"),
        (f"{PAYMENTS}{RANGE}&status=PAID", "status: write one of CAPTURED, DISPUTED"),
        (f"{PAYMENTS}{RANGE}&status=", "status: write one of"),
        (f"{PAYMENTS}{RANGE}&dateType=created", "dateType: write one of CREATED, MODIFIED"),
        (f"{PAYMENTS}{RANGE}&sortDirection=UP", "sortDirection: write one of ASC, DESC"),
        (f"{PAYMENTS}{RANGE}&offset=-1", "offset: write a whole number"),
        (f"{PAYMENTS}{RANGE}&pageSize=0", "pageSize: write a whole number"),
        (ORDERS, "date: is required"),
        (f"{ORDERS}?date=2026-02-30", "date: write a date that exists"),
    ],
)
def test_a_refusal_is_one_error_that_names_the_parameter(
    gate: Gate, target: str, named: str
) -> None:
    answer = gate.get(target)
    assert answer.status_code == 400
    (error,) = answer.json().values()
    assert list(answer.json()) == ["error"]
    assert error.startswith(named)


def test_a_foreign_location_is_not_found_in_the_shape_of_the_financial_api(gate: Gate) -> None:
    for location in (FOREIGN, 77):
        for target in (PAYMENTS + RANGE, f"{ORDERS}?date=2026-03-14"):
            answer = gate.get(target.replace(str(LOCATION), str(location)))
            assert answer.status_code == 404
            assert answer.json()["message"] == f"Business Location Not found for {location}"


def test_a_fault_of_ours_carries_the_request_id(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("tillgate.api.unbooked.fetch_aborted_orders", broken)
    answer = gate.get(f"{ORDERS}?date=2026-03-14")
    told = answer.json()
    assert (answer.status_code, told["status"]) == (500, 500)
    assert told["requestId"] == answer.headers["x-request-id"]
    assert set(told) == {"timestamp", "path", "status", "error", "requestId"}
