"""`summary`: every block of a range, its proof, and how final it is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.api.conftest import Gate
from tests.api.rows import DAY, LOCATION, OPENING, Rows, a_line, a_payment, a_sale, sales_every
from tests.api.test_accounting import correct

from tillgate.foundation.postgres.sessions import scoped
from tillgate.ledger.sale import LineAccountingGroup, TaxLine
from tillgate.ledger.summary_reads import Days, read_figures

BASE = f"/accounting/v1/business-locations/{LOCATION}/summary"
NEXT = DAY + timedelta(days=1)
BOTH = f"{BASE}?from={DAY}&to={NEXT}"
VAT = TaxLine(tax_code="VAT20", tax_rate="1.2", tax_amount="2.01", tax_included=True)


@pytest.fixture
def two_days(gate: Gate, rows: Rows) -> None:
    """Three sales on a closed day, and one that stays open."""
    rows.add_sales(sales_every(10, 3))
    rows.close_day()
    rows.add_sales([a_sale(9, OPENING + timedelta(days=1))], day=NEXT)


def amounts(proof: dict[str, Any]) -> dict[str, str]:
    return {name: each for name, each in proof["sold"].items() if each != "0.000000"}


@pytest.mark.usefixtures("two_days")
def test_closed_and_open_days_are_added_up(gate: Gate) -> None:
    found = gate.get(BOTH).json()
    assert found["revenue"]["gross"] == "48.00"
    assert found["revenue"]["accountingGroups"] == [
        {
            "accountingGroupId": 101,
            "name": "Food",
            "code": "",
            "gross": "48.00",
            "net": "40.00",
            "tax": "8.00",
            "serviceCharge": "0.00",
            "discount": "0.00",
            "lines": 4,
        }
    ]
    assert [(one["code"], one["total"], one["payments"]) for one in found["payments"]] == [
        ("CARD", "48.00", 4)
    ]
    assert (found["final"], found["provisionalDays"], found["openDays"]) == (False, [str(NEXT)], [])
    assert [(one["businessDate"], one["revision"]) for one in found["closedDays"]] == [
        (str(DAY), 1)
    ]
    assert found["taxWithoutRate"] == "8.00"
    assert (found["receipts"], found["averageCheck"]) == (4, "12.00")
    assert amounts(found["proof"]) == {
        "net": "40.000000",
        "tax": "8.000000",
        "total": "48.000000",
    }
    assert found["proof"]["balances"] is True


@pytest.mark.usefixtures("two_days")
def test_one_date_is_that_day_and_closed_days_are_final(gate: Gate, rows: Rows) -> None:
    one = gate.get(f"{BASE}?from={DAY}").json()
    assert (one["from"], one["to"], one["final"]) == (str(DAY), str(DAY), True)
    assert gate.get(f"{BASE}?to={DAY}").json() == one
    rows.close_day(NEXT)
    assert gate.get(BOTH).json()["final"] is True


def test_without_dates_it_is_the_day_that_runs_now(gate: Gate) -> None:
    found = gate.get(BASE).json()
    assert found["from"] == found["to"] == found["openDays"][0]
    assert found["final"] is False


def test_days_before_the_location_existed_and_days_to_come_hold_nothing(gate: Gate) -> None:
    before = gate.get(f"{BASE}?from=2020-01-01&to=2025-12-31").json()
    assert (before["final"], before["revenue"]["gross"]) == (True, "0.00")
    assert before["openDays"] == before["provisionalDays"] == before["closedDays"] == []
    to_come = gate.get(f"{BASE}?from=2190-01-01&to=2190-01-31").json()
    assert (to_come["final"], to_come["openDays"]) == (False, [])
    assert "averageCheck" not in to_come


@pytest.mark.usefixtures("two_days")
def test_as_of_gives_the_books_as_they_were_known(
    gate: Gate, ledger_url: str, tmp_path: Path
) -> None:
    dearer = [
        a_line(3, total_net_amount_with_tax="24.000000", total_net_amount_without_tax="22.000000")
    ]
    correct(ledger_url, tmp_path, 3, sales_lines=dearer)
    now = gate.get(BOTH).json()
    assert (now["revenue"]["gross"], now["closedDays"][0]["revision"]) == ("60.00", 2)
    then = gate.get(f"{BOTH}&asOf=2026-03-21T00:00:00Z").json()
    assert then["asOf"] == "2026-03-21T00:00:00Z"
    assert (then["revenue"]["gross"], then["closedDays"][0]["revision"]) == ("36.00", 1)
    assert (then["provisionalDays"], then["final"]) == ([str(NEXT)], False)
    earlier = gate.get(f"{BOTH}&asOf=2026-03-15T00:00:00Z").json()
    assert (earlier["revenue"]["gross"], earlier["openDays"]) == ("0.00", [str(DAY)])
    assert earlier["closedDays"] == []
    future = gate.get(f"{BOTH}&asOf=2190-01-01T00:00:00Z").json()
    assert future == now


def test_a_rest_is_named_with_its_days_and_sales(gate: Gate, rows: Rows) -> None:
    rows.add_sales(
        [
            a_sale(1, OPENING, payments=[a_payment(1, net_amount_with_tax="11.50")]),
            a_sale(2, OPENING + timedelta(minutes=1)),
        ]
    )
    rows.close_day()
    over = [a_payment(3, net_amount_with_tax="12.50")]
    rows.add_sales([a_sale(3, OPENING + timedelta(days=1), payments=over)], day=NEXT)
    proof = gate.get(BOTH).json()["proof"]
    assert (proof["balances"], proof["rest"]) == (False, "0.000000")
    assert proof["unbalanced"] == [
        {
            "businessDate": str(DAY),
            "rest": "0.500000",
            "sales": [{"accountFiscId": "A510007.1", "rest": "0.500000"}],
        },
        {
            "businessDate": str(NEXT),
            "rest": "-0.500000",
            "sales": [{"accountFiscId": "A510007.3", "rest": "-0.500000"}],
        },
    ]


def test_gift_cards_tips_charges_and_recomputed_tax_stand_apart(gate: Gate, rows: Rows) -> None:
    rows.add_entry("paymentmethod", "payment_method_id", 203, {"accountingReference": "2100"})
    rows.add_entry("accountinggroup", "accounting_group_id", 9, {"code": "2100"})
    card = LineAccountingGroup(accounting_group_id=9, name="Gift cards", code="2100")
    lines = [
        a_line(1, total_net_amount_with_tax="13.000000", service_charge="1.00", tax_lines=[VAT]),
        a_line(
            2,
            accounting_group=card,
            tax_amount="0.000000",
            total_net_amount_with_tax="25.000000",
            total_net_amount_without_tax="25.000000",
        ),
    ]
    paid = [
        a_payment(1, net_amount_with_tax="33.00", tip="3.00", surcharge="0.40"),
        a_payment(2, code="GIFT", payment_method_id=203, net_amount_with_tax="5.00"),
    ]
    rows.add_sales([a_sale(1, OPENING, sales_lines=lines, payments=paid, nb_covers=2)])
    rows.close_day()
    found = gate.get(f"{BASE}?from={DAY}").json()
    assert found["giftCards"] == {"sold": "25.00", "redeemed": "5.00"}
    assert [(one["tax"], one["recomputed"], one["difference"]) for one in found["taxes"]] == [
        ("2.01", "2.00", "0.01")
    ]
    assert found["taxWithoutRate"] == "-0.01"
    assert [one["amount"] for one in found["serviceCharges"]] == ["1.00"]
    assert amounts(found["proof"]) == {
        "net": "10.000000",
        "tax": "2.000000",
        "serviceCharges": "1.000000",
        "giftCards": "25.000000",
        "tips": "3.000000",
        "surcharges": "0.400000",
        "total": "41.400000",
    }
    assert found["proof"]["balances"] is True
    assert (found["averageCheck"], found["averageCover"]) == ("38.00", "19.00")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("unknown=1", "unknown"),
        ("from=2026-03-14&to=2026-03-13", "to"),
        ("from=2016-01-01&to=2026-01-01", "to"),
        ("asOf=yesterday", "asOf"),
        ("from=2026-02-30", "from"),
        ("to=1", "to"),
    ],
)
def test_what_cannot_be_asked_is_a_problem_that_names_it(
    gate: Gate, query: str, parameter: str
) -> None:
    answer = gate.get(f"{BASE}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_ten_years_can_be_asked_for(gate: Gate) -> None:
    assert gate.get(f"{BASE}?from=2016-01-01&to=2025-12-31").status_code == 200


@pytest.mark.usefixtures("two_days")
def test_the_portal_reads_the_same(gate: Gate, portal_url: str) -> None:
    asked = Days(location=LOCATION, first=DAY, last=NEXT, now=datetime(2026, 3, 16, 12, tzinfo=UTC))
    with psycopg.connect(portal_url, autocommit=True) as connection:
        with scoped(connection, [LOCATION]):
            found = read_figures(connection, asked)
        with scoped(connection, []), pytest.raises(LookupError):
            read_figures(connection, asked)
    told = gate.get(BOTH).json()
    assert [day.state for day in found.days] == ["closed", "provisional"]
    assert found.days[0].digest.hex() == told["closedDays"][0]["digest"]
    assert found.currency == "GBP"
