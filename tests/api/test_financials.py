"""Sales by range, by day and by reference: shapes, order, paging, parts, finality."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api.conftest import Gate, Open
from tests.api.rows import (
    DAY,
    FOREIGN,
    LOCATION,
    OPENING,
    Rows,
    a_line,
    a_payment,
    a_sale,
    sales_every,
)

from tillgate.ledger.sale import Consumer

FINANCIALS = f"/f/finance/{LOCATION}/financials"
RANGE = f"{FINANCIALS}/2026-03-14T05:30:00Z/2026-03-15T05:30:00Z"
DAILY = f"/f/finance/{LOCATION}/dailyFinancials"
REFERENCE = f"/f/finance/{LOCATION}/saleByExternalReference"

EVERYTHING = "staff,table,consumer,payments,revenue_center,account_profile,payment_authorization"


def accounts(body: dict) -> list[str]:
    return [sale["accountFiscId"] for sale in body["sales"]]


def pages(gate: Gate, url: str) -> list[dict]:
    """Every page from here on, by the links that programs follow."""
    found = []
    while url:
        answer = gate.get(url)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        url = found[-1]["_links"].get("nextPage", {}).get("href", "")
    return found


def test_a_day_is_given_whole_in_order_and_without_payments(gate: Gate, rows: Rows) -> None:
    rows.add_sales(reversed(sales_every(10, 3)))
    rows.close_day()
    body = gate.get(f"{DAILY}?date={DAY}").json()
    assert accounts(body) == ["A510007.1", "A510007.2", "A510007.3"]
    assert not any("payments" in sale for sale in body["sales"])
    assert {key: value for key, value in body.items() if key != "sales"} == {
        "businessName": "Example Kitchens",
        "nextStartOfDayAsIso8601": "2026-03-15T05:30:00Z",
        "businessLocationId": LOCATION,
        "dataComplete": True,
        "_links": {"self": {"href": f"http://localhost{DAILY}?date={DAY}"}},
    }


def test_a_bare_daily_call_gives_the_day_that_runs_now(gate: Gate, rows: Rows) -> None:
    now = datetime.now(UTC)
    rows.add_sales([a_sale(1, now)], day=(now - timedelta(hours=5, minutes=30)).date())
    body = gate.get(f"{DAILY}/").json()
    assert accounts(body) == ["A510007.1"]
    assert body["dataComplete"] is False


def test_a_day_holds_what_the_back_office_booked_on_it(gate: Gate, rows: Rows) -> None:
    rows.add_sales([a_sale(1, OPENING + timedelta(days=3))])
    assert accounts(gate.get(f"{DAILY}?date={DAY}").json()) == ["A510007.1"]
    assert accounts(gate.get(f"{DAILY}?date=2026-03-17").json()) == []


def test_a_range_holds_its_start_and_not_its_end(gate: Gate, rows: Rows) -> None:
    rows.add_sales([a_sale(1, OPENING), a_sale(2, OPENING + timedelta(days=1))])
    assert accounts(gate.get(RANGE).json()) == ["A510007.1"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-14T05:30Z", "2026-03-15T05:30Z"),
        ("2026-03-14T06:30:00+01:00", "2026-03-15T06:30:00+01:00"),
        ("2026-03-14T06%3A30%3A00%2B01%3A00", "2026-03-15T06%3A30%3A00%2B01%3A00"),
        ("2026-03-14T05:30:00.000Z", "2026-03-15T05:30:00.000000Z"),
        ("2026-03-14T00:30:00-05:00", "2026-03-15T00:30:00-05:00"),
    ],
)
def test_a_path_takes_every_spelling_of_a_time(
    gate: Gate, rows: Rows, start: str, end: str
) -> None:
    rows.add_sales([a_sale(1, OPENING)])
    assert accounts(gate.get(f"{FINANCIALS}/{start}/{end}").json()) == ["A510007.1"]


def test_a_page_with_a_successor_is_incomplete_and_says_where_to_go_on(
    gate: Gate, rows: Rows
) -> None:
    rows.add_sales(sales_every(10, 3))
    rows.close_day()
    first = gate.get(f"{RANGE}?pageSize=2&include=payments&unknown=1").json()
    assert first["dataComplete"] is False
    assert first["nextPageToken"] == "A510007.3"
    assert first["_links"]["nextPage"]["href"] == (
        f"http://localhost{RANGE}?pageSize=2&include=payments&unknown=1&nextPageToken=A510007.3"
    )
    last = gate.get(first["_links"]["nextPage"]["href"]).json()
    assert accounts(last) == ["A510007.3"]
    assert last["dataComplete"] is True
    assert "nextPageToken" not in last
    assert "nextPage" not in last["_links"]


def test_a_range_is_incomplete_while_one_of_its_days_is_open(gate: Gate, rows: Rows) -> None:
    two_days = f"{FINANCIALS}/2026-03-14T05:30:00Z/2026-03-16T05:30:00Z"
    rows.close_day(DAY)
    assert gate.get(two_days).json()["dataComplete"] is False
    rows.close_day(DAY + timedelta(days=1))
    assert gate.get(two_days).json()["dataComplete"] is True


def test_a_sale_booked_on_an_open_day_leaves_a_range_incomplete(gate: Gate, rows: Rows) -> None:
    rows.add_sales([a_sale(1, OPENING)], day=date(2026, 3, 13))
    rows.close_day(DAY)
    assert gate.get(RANGE).json()["dataComplete"] is False
    assert gate.get(f"{DAILY}?date={DAY}").json()["dataComplete"] is True


def test_days_before_the_location_existed_need_no_closing(gate: Gate) -> None:
    before = f"{FINANCIALS}/2025-12-01T00:00:00Z/2025-12-05T00:00:00Z"
    assert gate.get(before).json()["dataComplete"] is True


def test_the_next_day_starts_in_local_time(open_gate: Open, rows: Rows) -> None:
    rows.add_location(country="US", currency="USD", timezone="America/Chicago")
    gate = open_gate()
    gate.token = rows.add_token()
    body = gate.get(f"{DAILY}?date=2026-07-27").json()
    assert body["nextStartOfDayAsIso8601"] == "2026-07-28T05:30:00-05:00"


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(size=st.integers(1, 30))
def test_every_sale_comes_exactly_once_whatever_the_page_size(
    paged_gate: tuple[Gate, list[str]], size: int
) -> None:
    gate, expected = paged_gate
    found = pages(gate, f"{RANGE}?pageSize={size}")
    assert [account for page in found for account in accounts(page)] == expected
    assert [page["dataComplete"] for page in found] == [False] * (len(found) - 1) + [True]
    tokens = [page["nextPageToken"] for page in found[:-1]]
    assert len(set(tokens)) == len(tokens)


@pytest.fixture
def paged_gate(gate: Gate, rows: Rows) -> tuple[Gate, list[str]]:
    """25 sales on only four closing times, and their accounts in the order they should come."""
    sales = [a_sale(n, OPENING + timedelta(minutes=n % 4)) for n in range(25)]
    rows.add_sales(sales)
    rows.close_day()
    ordered = sorted(sales, key=lambda sale: (sale.time_of_close_and_paid, sale.account_fisc_id))
    return gate, [sale.account_fisc_id for sale in ordered]


def test_a_page_token_of_another_range_is_refused_by_name(gate: Gate, rows: Rows) -> None:
    rows.add_sales(sales_every(10, 2))
    answer = gate.get(f"{RANGE}?nextPageToken=A1.1")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("nextPageToken: ")


def test_an_empty_page_token_is_the_first_page(gate: Gate, rows: Rows) -> None:
    rows.add_sales(sales_every(10, 2))
    assert len(gate.get(f"{RANGE}?nextPageToken=").json()["sales"]) == 2


def full_sale() -> object:
    """A sale with something in every part."""
    line = a_line(revenue_center="Bar", revenue_center_id=7, account_profile_code="AAP")
    payment = a_payment(
        consumer=Consumer(first_name="Example", last_name="Guest"),
        authorization="001",
        staff_id=14670,
        staff_name="Example Waiter",
        revenue_center="Bar",
        revenue_center_id=7,
        rounding_amount="0.01",
    )
    return a_sale(
        1,
        OPENING,
        sales_lines=[line],
        payments=[payment],
        owner_id=14671,
        owner_name="Example Owner",
        table_number="12",
        table_name="Terrace 12",
        account_profile_code="AAP",
        external_references=["TASK:OO-1-a"],
    )


def optional_fields(sale: dict) -> set[str]:
    """Which of the fields that `include` brings are there: sale., line., payment."""
    always = {*a_sale_keys(), "payments"}
    found = {f"sale.{name}" for name in sale if name not in always}
    found |= {f"line.{name}" for name in sale["salesLines"][0]} & LINE_PARTS
    for payment in sale.get("payments", ()):
        found |= {f"payment.{name}" for name in payment} & PAYMENT_PARTS
    return found


def a_sale_keys() -> set[str]:
    return {
        "accountReference",
        "accountFiscId",
        "source",
        "salesLines",
        "timeOfCloseAndPaid",
        "tableName",
        "type",
        "externalReferences",
    }


LINE_PARTS = {
    "line.staffId",
    "line.staffName",
    "line.revenueCenter",
    "line.revenueCenterId",
    "line.accountProfileCode",
}
PAYMENT_PARTS = {
    "payment.staffId",
    "payment.staffName",
    "payment.revenueCenter",
    "payment.revenueCenterId",
    "payment.consumer",
    "payment.authorization",
    "payment.roundingAmount",
}


@pytest.mark.parametrize(
    ("include", "fields"),
    [
        ("", set()),
        ("payments,payment,customer", set()),
        ("staff", {"sale.ownerId", "sale.ownerName", "line.staffId", "line.staffName"}),
        ("table", {"sale.tableNumber"}),
        ("consumer", set()),
        ("payment_authorization", set()),
        ("payments,consumer", {"payment.consumer"}),
        ("payments,payment_authorization", {"payment.authorization"}),
        ("revenue_center", {"line.revenueCenter", "line.revenueCenterId"}),
        ("account_profile", {"sale.accountProfileCode", "line.accountProfileCode"}),
        (
            EVERYTHING,
            {"sale.ownerId", "sale.ownerName", "sale.tableNumber", "sale.accountProfileCode"}
            | LINE_PARTS
            | PAYMENT_PARTS - {"payment.roundingAmount"},
        ),
    ],
)
def test_include_brings_its_fields_and_no_others(
    gate: Gate, rows: Rows, include: str, fields: set[str]
) -> None:
    rows.add_sales([full_sale()])
    gate.token = rows.add_token(personal=True)
    [sale] = gate.get(f"{RANGE}?include={include}").json()["sales"]
    assert optional_fields(sale) == fields
    assert ("payments" in sale) is ("payments" in include)
    assert sale["tableName"] == "Terrace 12"


def test_personal_data_is_absent_where_the_agreement_does_not_cover_it(
    gate: Gate, rows: Rows
) -> None:
    rows.add_sales([full_sale()])
    [sale] = gate.get(f"{RANGE}?include={EVERYTHING}").json()["sales"]
    names = {"sale.ownerName", "line.staffName"}
    names |= {"payment.staffName", "payment.consumer", "payment.authorization"}
    assert not optional_fields(sale) & names
    assert {"sale.ownerId", "line.staffId", "payment.staffId"} <= optional_fields(sale)
    text = gate.get(f"{DAILY}?date={DAY}&include={EVERYTHING}&includeConsumers=true").text
    assert "Example Waiter" not in text
    assert "Guest" not in text


def test_include_consumers_is_the_same_as_including_consumer(gate: Gate, rows: Rows) -> None:
    rows.add_sales([full_sale()])
    gate.token = rows.add_token(personal=True)
    [sale] = gate.get(f"{DAILY}?date={DAY}&include=payments&includeConsumers=True").json()["sales"]
    assert sale["payments"][0]["consumer"] == {"firstName": "Example", "lastName": "Guest"}


def test_a_sale_is_found_by_another_systems_reference(gate: Gate, rows: Rows) -> None:
    rows.add_sales([full_sale()])
    sale = gate.get(REFERENCE, params={"externalReferenceId": "TASK:OO-1-a"}).json()
    assert sale["accountFiscId"] == "A510007.1"
    assert sale["payments"][0]["netAmountWithTax"] == "12.00"
    assert optional_fields(sale) == set()


def test_of_several_sales_with_a_reference_the_sale_itself_is_meant(gate: Gate, rows: Rows) -> None:
    later = OPENING + timedelta(hours=1)
    rows.add_sales(
        [
            a_sale(1, OPENING, external_references=["R"]),
            a_sale(2, later, external_references=["R"], type="REFUND"),
        ]
    )
    answer = gate.get(REFERENCE, params={"externalReferenceId": "R"})
    assert answer.json()["accountFiscId"] == "A510007.1"


def test_an_unknown_reference_is_a_404_that_repeats_it(gate: Gate) -> None:
    answer = gate.get(REFERENCE, params={"externalReferenceId": "nobody's"})
    assert answer.status_code == 404
    assert answer.json()["message"] == "Sale Not found for nobody's"


def test_a_large_page_is_the_same_packed_and_unpacked(gate: Gate, rows: Rows) -> None:
    rows.add_sales(sales_every(1, 600))
    packed = gate.get(f"{RANGE}?include=payments", headers={"Accept-Encoding": "gzip"})
    plain = gate.get(f"{RANGE}?include=payments", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert packed.headers["etag"] == plain.headers["etag"]
    assert len(plain.json()["sales"]) == 600


def test_a_foreign_location_answers_like_an_unknown_one(gate: Gate, rows: Rows) -> None:
    rows.add_location(FOREIGN, business=2)
    unknown = 410000000000777
    paths = ["financials/2026-03-14T05:30Z/2026-03-15T05:30Z", "dailyFinancials"]
    for path in paths:
        foreign = gate.get(f"/f/finance/{FOREIGN}/{path}")
        nobody = gate.get(f"/f/finance/{unknown}/{path}")
        assert foreign.status_code == nobody.status_code == 404
        assert foreign.json()["message"] == f"Business Location Not found for {FOREIGN}"
        left, right = ({**answer.json(), "timestamp": ""} for answer in (foreign, nobody))
        assert str(left).replace(str(FOREIGN), "N") == str(right).replace(str(unknown), "N")
