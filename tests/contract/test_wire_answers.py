"""WIRE.md, "Answers that programs rely on": completeness, paging, items, errors, speed."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.api.rows import DAY, OPENING, a_sale, sales_every
from tests.contract.gate import Gate
from tests.contract.group import EVERY_INCLUDE, Group
from tests.contract.house import House

from tillgate.foundation.instants import parse_instant

OPEN_PLACE = 410_000_000_000_700
OPEN_BUSINESS = 410_000_000_000_070


@pytest.fixture(scope="module")
def token(house: House) -> Iterator[str]:
    """For a location with one closed and one open day."""
    rows = house.rows
    rows.add_location(OPEN_PLACE, business=OPEN_BUSINESS, since=DAY)
    rows.add_sales(sales_every(5, 30), location=OPEN_PLACE)
    rows.close_day(location=OPEN_PLACE)
    later = OPENING + timedelta(days=1, hours=2)
    rows.add_sales([a_sale(31, later)], location=OPEN_PLACE, day=DAY + timedelta(days=1))
    return rows.add_token([OPEN_PLACE], business=OPEN_BUSINESS)


def between(start: str, end: str, query: str = "") -> str:
    return f"/f/finance/{OPEN_PLACE}/financials/{start}/{end}?{query}"


CLOSED = ("2026-03-14T05:30:00Z", "2026-03-15T05:30:00Z")


def test_data_is_complete_on_the_last_page_of_closed_days_and_there_only(
    gate: Gate, token: str
) -> None:
    first = gate.fetch(between(*CLOSED, "pageSize=20"), token)
    last = gate.fetch(
        between(*CLOSED, f"pageSize=20&nextPageToken={first['nextPageToken']}"), token
    )
    assert [page["dataComplete"] for page in (first, last)] == [False, True]


@pytest.mark.parametrize("end", ["2026-03-15T05:30:00.001Z", "2026-03-16T05:30:00Z"])
def test_data_is_not_complete_while_a_day_of_the_range_is_open(
    end: str, gate: Gate, token: str
) -> None:
    body = gate.fetch(between(CLOSED[0], end), token)
    assert not body["dataComplete"]
    assert "nextPage" not in body["_links"]


def test_a_day_of_its_own_says_whether_it_is_complete(gate: Gate, token: str) -> None:
    base = f"/f/finance/{OPEN_PLACE}/dailyFinancials?date="
    days = [DAY, DAY + timedelta(days=1)]
    assert [gate.fetch(f"{base}{day}", token)["dataComplete"] for day in days] == [True, False]


def test_the_next_page_is_an_absolute_link_with_the_token_in_the_body_too(
    gate: Gate, token: str
) -> None:
    page = gate.fetch(between(*CLOSED, "pageSize=20&include=payments"), token)
    href = page["_links"]["nextPage"]["href"]
    assert href.startswith("http://localhost/f/finance/")
    assert f"nextPageToken={page['nextPageToken']}" in href
    assert "include=payments" in href
    following = gate.fetch(href.removeprefix("http://localhost"), token)
    assert following["sales"][0]["accountFiscId"] == page["nextPageToken"]


def test_the_last_page_has_no_link_and_no_token(gate: Gate, token: str) -> None:
    page = gate.fetch(between(*CLOSED, "pageSize=30"), token)
    assert set(page["_links"]) == {"self"}
    assert not page.get("nextPageToken")


def test_items_are_a_bare_array_that_ends_with_a_short_page(gate: Gate, group: Group) -> None:
    base = f"/items/v1/items?businessLocationId={group.locations[0]}"
    whole = gate.fetch(f"{base}&amount=1000", group.token)
    assert isinstance(whole, list)
    assert len(gate.fetch(f"{base}&amount={len(whole) - 1}", group.token)) == len(whole) - 1
    assert len(gate.fetch(f"{base}&amount={len(whole) + 1}", group.token)) == len(whole)
    assert gate.fetch(f"{base}&offset={len(whole)}", group.token) == []


@pytest.mark.parametrize("kind", ["unknown", "foreign"])
def test_an_unknown_or_foreign_location_is_a_404_in_its_words(
    kind: str, gate: Gate, token: str, group: Group
) -> None:
    location = 7 if kind == "unknown" else group.locations[0]
    path = f"/f/finance/{location}/dailyFinancials"
    answer = gate.get(f"{path}?date={DAY}", token=token)
    body = answer.json()
    parse_instant(body.pop("timestamp"))
    assert (answer.status, body) == (
        404,
        {
            "status": 404,
            "error": "Not Found",
            "message": f"Business Location Not found for {location}",
            "path": path,
        },
    )


def test_a_bad_token_is_a_401_with_a_challenge(gate: Gate) -> None:
    answer = gate.get("/f/data/businesses", token="tg_nonsense")
    (error,) = answer.json()["errors"]
    assert (answer.status, error["code"]) == (401, "unauthorized")
    assert error["title"]
    assert answer.header("www-authenticate").startswith("Bearer")


def test_a_wrong_parameter_of_v1_is_a_400_in_the_shape_of_the_404(gate: Gate, token: str) -> None:
    path = f"/f/finance/{OPEN_PLACE}/dailyFinancials"
    answer = gate.get(f"{path}?date=today", token=token)
    body = answer.json()
    assert set(body) == {"timestamp", "status", "error", "message", "path"}
    assert (answer.status, body["status"], body["error"]) == (400, 400, "Bad Request")
    assert (body["path"], body["message"][:6]) == (path, "date: ")


@pytest.mark.parametrize(
    ("query", "status"), [("businessLocationId=x", 400), ("businessLocationId=7", 404)]
)
def test_errors_of_items_have_a_shape_of_their_own(
    query: str, status: int, gate: Gate, token: str
) -> None:
    for path in ("/items/v1/items", "/items/v1/items/7"):
        answer = gate.get(f"{path}?{query}", token=token)
        body = answer.json()
        assert answer.status == status
        assert set(body) == {"status", "timestamp", "message", "apiSubExceptions"}
        assert body["status"] == str(status)
        for problem in body["apiSubExceptions"]:
            assert set(problem) == {"field", "rejectedValue", "message"}
            assert {type(value) for value in problem.values()} == {str}


def test_a_missing_scope_is_a_403_that_says_so(gate: Gate, house: House) -> None:
    items_only = house.rows.add_token([OPEN_PLACE], business=OPEN_BUSINESS, scopes="items")
    answer = gate.get("/f/data/businesses", token=items_only)
    (error,) = answer.json()["errors"]
    assert (answer.status, error["code"]) == (403, "forbidden")
    assert "insufficient_scope" in answer.header("www-authenticate") + answer.body.decode()


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [("suspended", 403, "access_suspended"), ("ended", 401, "unauthorized")],
)
def test_a_stopped_integration_is_told_so(
    state: str, status: int, code: str, gate: Gate, house: House
) -> None:
    stopped = house.rows.add_token([OPEN_PLACE], business=OPEN_BUSINESS, state=state)
    answer = gate.get("/f/data/businesses", token=stopped)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (status, code)


def test_errors_are_json_and_never_empty(gate: Gate, token: str) -> None:
    targets = [
        "/f/nothing",
        "/f/data/businesses?page=x",
        "/f/finance/7/tax-rates",
        "/items/v1/items",
    ]
    for target in targets:
        for method in ("GET", "POST", "DELETE"):
            for given in (token, "-"):
                answer = gate.call(method, target, token=given)
                assert answer.status >= 400
                assert answer.json()


def test_a_good_answer_has_no_error_or_message_at_its_top(gate: Gate, group: Group) -> None:
    location = group.locations[0]
    bodies: list[Any] = [
        gate.fetch(target, group.token)
        for target in (
            "/f/data/businesses",
            f"/f/finance/{location}/tax-rates",
            f"/f/finance/{location}/dailyFinancials",
            f"/f/finance/{location}/aggregatedSales?groupBy=tag",
            group.range(location),
        )
    ]
    assert not [body for body in bodies if {"error", "message", "errors"} & set(body)]


def test_a_big_day_answers_in_a_blink(gate: Gate, house: House) -> None:
    """Time-outs of 5 s are common; this is a generous bound, the bench measures."""
    place = OPEN_PLACE + 1
    house.rows.add_location(place, business=OPEN_BUSINESS + 1, since=DAY)
    house.rows.add_sales(sales_every(0.25, 3000), location=place)
    token = house.rows.add_token([place], business=OPEN_BUSINESS + 1, personal=True)
    for include in ("payments", EVERY_INCLUDE):
        started = time.perf_counter()
        body = gate.fetch(f"/f/finance/{place}/dailyFinancials?date={DAY}&include={include}", token)
        assert len(body["sales"]) == 3000
        assert time.perf_counter() - started < 2.5
