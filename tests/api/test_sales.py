"""V2's sales by range and by day: shapes, ranges, paging, refusals."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api.conftest import Gate, Open
from tests.api.rows import DAY, LOCATION, OPENING, Rows, a_payment, a_sale, sales_every
from tests.api.test_financials import EVERYTHING, accounts, full_sale, optional_fields

from tillgate.api.errors import Shape, shape_of

Thing = dict[str, Any]
SALES = f"/f/v2/business-location/{LOCATION}/sales"
DAILY = f"/f/v2/business-location/{LOCATION}/sales-daily"
RANGE = f"{SALES}?from=2026-03-14T05:30:00Z&to=2026-03-15T05:30:00Z"
V1_RANGE = f"/f/finance/{LOCATION}/financials/2026-03-14T05:30:00Z/2026-03-15T05:30:00Z"


def in_v1_words(sale: Thing) -> Thing:
    """A sale of V2 as V1 would tell it."""
    told = {("timeOfCloseAndPaid" if name == "timeClosed" else name): sale[name] for name in sale}
    if "payments" in told:
        told["payments"] = [
            {name: one[name] for name in one if name != "roundingAmount"}
            for one in told["payments"]
        ]
    return told


def pages(gate: Gate, url: str) -> list[Thing]:
    """Every page from here on, by the tokens that programs send back."""
    found, token = list[Thing](), ""
    while True:
        answer = gate.get(f"{url}&nextPageToken={token}")
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        token = found[-1].get("nextPageToken", "")
        if not token:
            return found


def error(gate: Gate, url: str) -> str:
    answer = gate.get(url)
    assert (answer.status_code, list(answer.json())) == (400, ["error"]), answer.text
    return str(answer.json()["error"])


@pytest.mark.parametrize("include", ["", "payments", "staff,table", EVERYTHING])
@pytest.mark.parametrize("closes", [False, True])
def test_v2_says_of_a_sale_what_v1_says_but_for_two_names(
    gate: Gate, rows: Rows, include: str, closes: bool
) -> None:
    rows.add_sales([full_sale(), *sales_every(10, 3)[1:]])
    if closes:
        rows.close_day()
    gate.token = rows.add_token(personal=True)
    first, second = (
        gate.get(url).json()["sales"]
        for url in (f"{V1_RANGE}?include={include}", f"{RANGE}&include={include}")
    )
    assert [list(sale) for sale in second] != [list(sale) for sale in first]
    assert [in_v1_words(sale) for sale in second] == first


@pytest.mark.parametrize("closes", [False, True])
@pytest.mark.parametrize("include", ["payments", EVERYTHING])
def test_payments_say_how_cash_was_rounded(
    gate: Gate, rows: Rows, closes: bool, include: str
) -> None:
    plain = a_sale(2, OPENING + timedelta(hours=1), payments=[a_payment(2)])
    rows.add_sales([full_sale(), plain])
    if closes:
        rows.close_day()
    rounded, other = gate.get(f"{RANGE}&include={include}").json()["sales"]
    assert rounded["payments"][0]["roundingAmount"] == "0.01"
    assert "roundingAmount" not in other["payments"][0]
    assert "payments" not in gate.get(RANGE).json()["sales"][0]


def test_personal_data_is_absent_where_the_agreement_does_not_cover_it(
    gate: Gate, rows: Rows
) -> None:
    rows.add_sales([full_sale()])
    [sale] = gate.get(f"{RANGE}&include={EVERYTHING}").json()["sales"]
    names = {"sale.ownerName", "line.staffName"}
    names |= {"payment.staffName", "payment.consumer", "payment.authorization"}
    assert not optional_fields(sale) & names


def test_a_page_holds_sales_and_a_token_and_nothing_else(gate: Gate, rows: Rows) -> None:
    rows.add_sales(sales_every(1, 60))
    first, last = pages(gate, RANGE)
    assert (list(first), list(last)) == (["sales", "nextPageToken"], ["sales"])
    assert (len(first["sales"]), len(last["sales"])) == (50, 10)
    assert gate.get(f"{SALES}?from=2026-03-13T00:00Z&to=2026-03-13T00:00Z").json() == {"sales": []}


def test_a_page_size_above_a_hundred_is_a_hundred(gate: Gate, rows: Rows) -> None:
    rows.add_sales(sales_every(1, 120))
    assert len(gate.get(f"{RANGE}&pageSize=200").json()["sales"]) == 100


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(size=st.integers(1, 30), include=st.sampled_from(["", "payments"]))
def test_every_sale_comes_exactly_once_whatever_the_page_size(
    paged_gate: tuple[Gate, list[str]], size: int, include: str
) -> None:
    gate, expected = paged_gate
    found = pages(gate, f"{RANGE}&pageSize={size}&include={include}")
    assert [account for page in found for account in accounts(page)] == expected
    assert all(len(page["sales"]) == size for page in found[:-1])
    tokens = [page["nextPageToken"] for page in found[:-1]]
    assert len(set(tokens)) == len(tokens)


@pytest.fixture(params=["open", "closed", "both"])
def paged_gate(gate: Gate, rows: Rows, request: pytest.FixtureRequest) -> tuple[Gate, list[str]]:
    """25 sales on only four closing times, and their accounts in the order they should come."""
    sales = [a_sale(n, OPENING + timedelta(minutes=n % 4)) for n in range(25)]
    split = {"open": 25, "closed": 0, "both": 12}[request.param]
    rows.add_sales(sales[split:])
    rows.close_day()
    rows.add_sales(sales[:split], day=DAY + timedelta(days=1))
    ordered = sorted(sales, key=lambda sale: (sale.time_of_close_and_paid, sale.account_fisc_id))
    return gate, [sale.account_fisc_id for sale in ordered]


def test_a_sale_that_comes_between_two_pages_is_neither_lost_nor_repeated(
    gate: Gate, rows: Rows
) -> None:
    rows.add_sales(sales_every(10, 4))
    first = gate.get(f"{RANGE}&pageSize=2").json()
    rows.add_sales([a_sale(7, OPENING + timedelta(minutes=25)), a_sale(8, OPENING)])
    rest = gate.get(f"{RANGE}&pageSize=9&nextPageToken={first['nextPageToken']}").json()
    assert accounts(rest) == ["A510007.7", "A510007.3", "A510007.4"]


@pytest.mark.parametrize(
    "token", ["A510007.2", "MTc3MzQ2NjIwMDAwMA", "MTcgQTEuMQ", "x", "é", "MCAA", "===="]
)
def test_a_token_of_no_page_is_refused_by_name(gate: Gate, rows: Rows, token: str) -> None:
    rows.add_sales(sales_every(10, 4))
    assert error(gate, f"{RANGE}&nextPageToken={token}").startswith("nextPageToken: ")


def test_without_an_end_and_with_one_to_come_a_range_ends_now(gate: Gate, rows: Rows) -> None:
    now = datetime.now(OPENING.tzinfo)
    past, future = a_sale(1, now - timedelta(hours=1)), a_sale(2, now + timedelta(hours=1))
    rows.add_sales([past, future], day=now.date())
    start = f"{now - timedelta(days=1):%Y-%m-%dT%H:%MZ}"
    later = f"{now + timedelta(days=2):%Y-%m-%dT%H:%MZ}"
    for url in (f"{SALES}?from={start}", f"{SALES}?from={start}&to={later}"):
        assert accounts(gate.get(url).json()) == ["A510007.1"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("to=2026-03-15T05:30:00Z", "from"),
        ("from=12/12/2023", "from"),
        ("from=2026-03-15T00:00Z&to=2026-03-14T00:00Z", "to"),
        ("from=2026-01-02T00:00Z&to=2198-01-04T00:00Z&pageSize=0", "pageSize"),
        ("from=2198-01-02T00:00Z", "from"),
        ("from=2198-01-02T00:00Z&to=2198-01-03T00:00Z", "from"),
    ],
)
def test_what_cannot_be_asked_is_named(gate: Gate, query: str, name: str) -> None:
    assert f"{name}: " in error(gate, f"{SALES}?{query}")


def test_a_range_spans_at_most_a_year(open_gate: Open, rows: Rows) -> None:
    rows.add_location(since=date(2020, 1, 1))
    gate = open_gate()
    gate.token = rows.add_token()
    long = f"{SALES}?from=2021-01-01T00:00:00Z&to=2022-01-01T00:00:0"
    assert gate.get(f"{long}0Z").status_code == 200
    assert error(gate, f"{long}1Z").startswith("to: ")
    assert error(gate, f"{SALES}?from=2021-01-01T00:00Z").startswith("to: ")


@pytest.mark.parametrize(
    ("timezone", "since", "earliest"),
    [
        ("Europe/London", "2026-05-04", "2026-05-04T05:30:00+01:00"),
        ("Europe/London", "2026-01-01", "2026-01-01T05:30:00+00:00"),
        ("America/Chicago", "2026-01-01", "2026-01-01T05:30:00-06:00"),
    ],
)
def test_a_range_from_before_the_location_names_the_earliest_date_and_that_works(
    open_gate: Open, rows: Rows, timezone: str, since: str, earliest: str
) -> None:
    rows.add_location(timezone=timezone, since=date.fromisoformat(since))
    gate = open_gate()
    gate.token = rows.add_token()
    assert error(gate, f"{SALES}?from=2019-01-01T00:00Z") == (
        "Invalid 'from' date query parameter. The requested business location was not operational"
        f" on the provided date.\nPlease specify a date and time after: {earliest}, which is the"
        " earliest available date for this location.\n"
    )
    for spelling in (earliest, earliest.replace("+", "%2B")):
        assert gate.get(f"{SALES}?from={spelling}").status_code == 200


def test_a_sale_from_before_the_first_day_can_still_be_read(gate: Gate, rows: Rows) -> None:
    first = datetime(2026, 1, 1, 4, 10, 11, 500_000, tzinfo=OPENING.tzinfo)
    rows.add_sales([a_sale(1, first)], day=date(2026, 1, 1))
    told = error(gate, f"{SALES}?from=2025-12-01T00:00Z")
    earliest = "2026-01-01T04:10:11+00:00"
    assert earliest in told
    assert accounts(gate.get(f"{SALES}?from={earliest}").json()) == ["A510007.1"]


def test_a_day_is_given_whole_with_its_state_and_the_next_start(gate: Gate, rows: Rows) -> None:
    rows.add_sales(reversed(sales_every(10, 3)))
    assert gate.get(f"{DAILY}?date={DAY}").json()["dataComplete"] is False
    rows.close_day()
    body = gate.get(f"{DAILY}?date={DAY}").json()
    assert accounts(body) == ["A510007.1", "A510007.2", "A510007.3"]
    assert {key: value for key, value in body.items() if key != "sales"} == {
        "nextStartOfDayAsIso8601": "2026-03-15T05:30:00Z",
        "dataComplete": True,
    }


def test_a_day_that_runs_is_not_complete_even_when_it_is_closed(gate: Gate, rows: Rows) -> None:
    today = (datetime.now(OPENING.tzinfo) - timedelta(hours=5, minutes=30)).date()
    rows.close_day(today)
    assert gate.get(f"/f/finance/{LOCATION}/dailyFinancials").json()["dataComplete"] is True
    assert gate.get(f"{DAILY}?date={today}").json()["dataComplete"] is False


def test_a_day_must_be_named(gate: Gate) -> None:
    assert error(gate, DAILY) == "date: is required"


def test_a_foreign_location_is_a_404_in_the_words_of_v1(gate: Gate) -> None:
    answer = gate.get(f"/f/v2/business-location/7/sales-daily?date={DAY}")
    assert answer.status_code == 404
    assert answer.json()["message"] == "Business Location Not found for 7"


def test_a_fault_is_told_in_the_words_of_v2(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("tillgate.api.sales.view_for", fail)
    answer = gate.get(RANGE, headers={"X-Request-Id": "call-7"})
    body = answer.json()
    assert (answer.status_code, body.pop("timestamp")[:2]) == (500, "20")
    assert body == {
        "path": SALES,
        "status": 500,
        "error": "Internal Server Error",
        "requestId": "call-7",
    }


def test_the_shape_of_a_refusal_goes_by_the_path() -> None:
    paths = ["/f/v2/x", "/f/finance/x", "/items/v1/items", "/f/v20", "*"]
    assert [shape_of(path) for path in paths] == [
        Shape.FINANCIAL_V2,
        Shape.FINANCIAL,
        Shape.ITEMS,
        Shape.FINANCIAL,
        Shape.FINANCIAL,
    ]
