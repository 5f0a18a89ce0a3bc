"""`journal`: entries of closed and open days, by both policies, any mapping and every format."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.api.conftest import Gate
from tests.api.rows import DAY, LOCATION, OPENING, Rows, a_line, a_payment, a_sale
from tests.api.test_accounting import correct

from tillgate.foundation.postgres.sessions import scoped
from tillgate.journal.mapping import (
    SUSPENSE,
    Account,
    Corrections,
    Kind,
    Mapping,
    Places,
    Rule,
    What,
)
from tillgate.journal.reads import Asked, read_journal
from tillgate.ledger.feed.batch import import_file
from tillgate.ledger.sale import ENCODER, LineAccountingGroup, TaxLine

BASE = f"/accounting/v1/business-locations/{LOCATION}/journal"
NEXT = DAY + timedelta(days=1)
BOTH = f"{BASE}?from={DAY}&to={NEXT}"
VAT = TaxLine(tax_code="VAT20", tax_rate="1.2", tax_amount="2.00", tax_included=True)
FOOD = LineAccountingGroup(accounting_group_id=101, name="Food", code="4000")

Thing = dict[str, Any]
Keep = Callable[..., None]


def mapped(version: int = 1, **changes: Any) -> Mapping:
    """Accounts for all that is sold here but tips."""
    accounts = [
        Account(code="1100", name="Cards on the way", kind=Kind.ASSET),
        Account(code="2200", name="VAT owed", kind=Kind.LIABILITY),
        Account(code="40", name="Revenue", kind=Kind.INCOME),
        Account(code="4000", name="Food", kind=Kind.INCOME, parent="40"),
        SUSPENSE,
    ]
    rules = [
        Rule(What.TENDER, "", "1100"),
        Rule(What.TAX, "VAT20@1.2", "2200"),
        Rule(What.SALES, "101", "4000"),
    ]
    fields: Thing = {"accounts": accounts, "rules": rules, "suspense": SUSPENSE.code}
    return Mapping(version=version, **(fields | changes))


@pytest.fixture
def keep(rows: Rows) -> Iterator[Keep]:
    """Keeps versions of a mapping for the business; they go at the end."""
    yield rows.add_mapping
    rows.owner.execute("TRUNCATE journal_mapping")


@pytest.fixture
def two_days(gate: Gate, rows: Rows) -> None:
    """Three sales with tips on a closed day, and one on a day that is not."""
    rows.add_sales([_sale(number) for number in (1, 2, 3)])
    rows.close_day()
    rows.add_sales([_sale(9, OPENING + timedelta(days=1))], day=NEXT)


def _sale(number: int, at: datetime = OPENING, **changes: Any) -> Any:
    lines = [a_line(number, accounting_group=FOOD, tax_lines=[VAT])]
    payments = [a_payment(number, tip="1.00")]
    fields: Thing = {"sales_lines": lines, "payments": payments}
    return a_sale(number, at + timedelta(minutes=number), **(fields | changes))


def balances(journal: Thing) -> dict[str, Decimal]:
    sums = dict[str, Decimal]()
    for entry in journal["entries"]:
        for posting in entry["postings"]:
            amount = Decimal(posting["amount"]) * (1 if posting["side"] == "debit" else -1)
            sums[posting["account"]] = sums.get(posting["account"], Decimal(0)) + amount
    return {code: amount for code, amount in sums.items() if amount}


def numbers(journal: Thing) -> list[str]:
    return [entry["number"].removeprefix(f"{LOCATION}-") for entry in journal["entries"]]


@pytest.mark.usefixtures("two_days")
def test_a_closed_day_and_an_open_one_are_booked_on_the_accounts_of_a_mapping(
    gate: Gate, keep: Keep
) -> None:
    keep(mapped())
    found = gate.get(BOTH).json()
    closed, provisional = found["entries"]
    digest = gate.get(BOTH.replace("journal", "summary")).json()["closedDays"][0]["digest"]
    assert (closed["number"], closed["revision"]) == (f"{LOCATION}-20260314-r1", 1)
    assert (closed["digest"], closed["final"], closed["restated"]) == (digest, True, False)
    assert [_short(posting) for posting in closed["postings"]] == [
        ("1100", "tender", "debit", "39.000000"),
        ("4000", "sales", "credit", "30.000000"),
        ("2200", "tax", "credit", "6.000000"),
        ("suspense", "tips", "credit", "3.000000"),
    ]
    assert closed["unmapped"] == [
        {"what": "tips", "key": "", "name": "", "side": "credit", "amount": "3.000000"}
    ]
    assert (provisional["number"], provisional["final"]) == (f"{LOCATION}-20260315-p", False)
    assert "revision" not in provisional
    assert "digest" not in provisional
    assert [one["amount"] for one in found["unmapped"]] == ["4.000000"]
    assert [one["code"] for one in found["accounts"]] == ["1100", "2200", "40", "4000", "suspense"]
    assert (found["final"], found["mappingVersion"], found["places"]) == (False, 1, "exact")


def _short(posting: Thing) -> tuple[str, ...]:
    return posting["account"], posting["what"], posting["side"], posting["amount"]


@pytest.mark.usefixtures("two_days")
def test_without_a_mapping_the_references_of_the_back_office_say_the_accounts(
    gate: Gate, rows: Rows
) -> None:
    tax = {"code": "VAT20", "rate": 1.2, "description": "VAT", "accountingReference": "2200"}
    rows.add_entry("taxrate", "code", "VAT20", tax)
    found = gate.get(f"{BASE}?from={DAY}").json()
    assert balances(found) == {
        "4000": Decimal(-30),
        "2200": Decimal(-6),
        "suspense": Decimal(36),
    }
    assert [(one["what"], one["name"], one["side"]) for one in found["unmapped"]] == [
        ("tender", "CARD", "debit"),
        ("tips", "", "credit"),
    ]
    assert (found["mappingVersion"], found["suspense"]) == (0, "suspense")


@pytest.mark.usefixtures("two_days")
def test_a_mapping_that_changes_leaves_the_journal_of_the_earlier_version_as_it_was(
    gate: Gate, keep: Keep
) -> None:
    keep(mapped(1))
    first = gate.get(f"{BASE}?from={DAY}")
    tips = Account(code="2300", name="Tips owed", kind=Kind.LIABILITY)
    one = mapped(2)
    keep(
        mapped(
            2,
            accounts=[*one.accounts, tips],
            rules=[*one.rules, Rule(What.TIPS, "", "2300")],
            places=Places.CENTS,
        )
    )
    second = gate.get(f"{BASE}?from={DAY}").json()
    assert (second["mappingVersion"], second["unmapped"]) == (2, [])
    assert balances(second)["2300"] == Decimal("-3.00")
    assert second["entries"][0]["postings"][0]["amount"] == "39.00"
    assert second["entries"][0]["number"] == first.json()["entries"][0]["number"]
    again = gate.get(f"{BASE}?from={DAY}&mappingVersion=1")
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert gate.get(f"{BASE}?from={DAY}&mappingVersion=0").json()["mappingVersion"] == 0


@pytest.fixture
def corrected(two_days: None, rows: Rows, ledger_url: str, tmp_path: Path) -> None:
    """A sale of the closed day becomes dearer, then another moves to the day after it."""
    dearer = [
        a_line(
            3,
            total_net_amount_with_tax="24.000000",
            total_net_amount_without_tax="22.000000",
            accounting_group=FOOD,
            tax_lines=[VAT],
        )
    ]
    correct(ledger_url, tmp_path, 3, sales_lines=dearer)
    rows.close_day(NEXT)
    move = {
        "record": "correction",
        "recordedAt": "2026-03-26T10:00:00Z",
        "businessLocationId": LOCATION,
        "businessDate": str(NEXT),
        "reason": "after midnight",
        "sale": json.loads(ENCODER.encode(_sale(2))),
    }
    path = tmp_path / "2.ndjson"
    path.write_text(json.dumps(move))
    import_file(ledger_url, path)


@pytest.mark.usefixtures("corrected")
def test_corrected_days_are_restated_or_booked_into_the_open_period(gate: Gate, keep: Keep) -> None:
    keep(mapped())
    restated = gate.get(BOTH).json()
    assert numbers(restated) == ["20260314-r3", "20260315-r2"]
    third = restated["entries"][0]
    assert (third["restated"], third["reasons"]) == (True, ["after midnight"])
    assert third["follows"] == f"{LOCATION}-20260314-r2"
    policy = "&corrections=openPeriod"
    opened = gate.get(f"{BOTH}{policy}").json()
    assert numbers(opened) == ["20260314-r1", "20260315-r1"]
    assert (restated["final"], opened["final"]) == (True, True)
    today = datetime.now(UTC).date()
    url = f"{BASE}?from={today - timedelta(days=2)}&to={today + timedelta(days=1)}{policy}"
    later = gate.get(url).json()
    assert numbers(later) == ["20260314-c2", "20260314-c3", "20260315-c2"]
    assert [entry["follows"][-2:] for entry in later["entries"]] == ["r1", "c2", "r1"]
    assert later["entries"][0]["reasons"] == ["wrong table"]
    assert later["final"] is False
    together = {"entries": opened["entries"] + later["entries"]}
    assert balances(together) == balances(restated)
    # A sale that moves between two days takes nothing away and brings nothing.
    assert balances({"entries": later["entries"][1:]}) == {}


@pytest.mark.usefixtures("corrected")
@pytest.mark.parametrize("policy", list(Corrections))
def test_as_of_gives_the_journal_of_then(gate: Gate, policy: str) -> None:
    url = f"{BOTH}&corrections={policy}"
    then = gate.get(f"{url}&asOf=2026-03-21T00:00:00Z").json()
    assert numbers(then) == ["20260314-r1", "20260315-r1"]
    assert then["asOf"] == "2026-03-21T00:00:00Z"
    before = gate.get(f"{url}&asOf=2026-03-15T12:00:00Z").json()
    assert (before["entries"], before["final"]) == ([], False)
    assert before["daysWithoutFigures"] == [str(DAY), str(NEXT)]
    assert gate.get(f"{url}&asOf=2190-01-01T00:00:00Z").json() == gate.get(url).json()


def test_days_before_the_location_existed_and_days_to_come_have_no_entries(gate: Gate) -> None:
    before = gate.get(f"{BASE}?from=2025-01-01&to=2025-12-31").json()
    assert (before["entries"], before["daysWithoutFigures"]) == ([], [])
    assert before["final"] is True
    to_come = gate.get(f"{BASE}?from=2190-01-01&to=2190-12-31").json()
    assert (to_come["entries"], to_come["final"]) == ([], False)
    today = gate.get(BASE).json()
    assert today["from"] == today["to"] == today["daysWithoutFigures"][0]


def test_what_does_not_add_up_is_on_suspense(gate: Gate, rows: Rows) -> None:
    rows.add_sales([_sale(1, payments=[a_payment(1, net_amount_with_tax="11.50")])])
    rows.close_day()
    (entry,) = gate.get(f"{BASE}?from={DAY}").json()["entries"]
    rest = [one for one in entry["unmapped"] if one["what"] == "difference"]
    assert [(one["side"], one["amount"]) for one in rest] == [("debit", "0.500000")]


def test_gift_cards_are_owed_when_sold_and_when_they_come_back(gate: Gate, rows: Rows) -> None:
    rows.add_entry("paymentmethod", "payment_method_id", 203, {"accountingReference": "2100"})
    rows.add_entry("accountinggroup", "accounting_group_id", 9, {"code": "2100", "name": "Cards"})
    group = LineAccountingGroup(accounting_group_id=9, name="Cards", code="2100")
    amounts = {"total_net_amount_with_tax": "25.00", "total_net_amount_without_tax": "25.00"}
    line = a_line(1, accounting_group=group, tax_amount="0", **amounts)
    paid = [
        a_payment(1, net_amount_with_tax="20.00"),
        a_payment(2, code="GIFT", payment_method_id=203, net_amount_with_tax="5.00"),
    ]
    rows.add_sales([a_sale(1, OPENING, sales_lines=[line], payments=paid)])
    rows.close_day()
    found = gate.get(f"{BASE}?from={DAY}").json()
    sold, redeemed = sorted(
        (one for one in found["entries"][0]["postings"] if one["account"] == "2100"),
        key=lambda one: str(one["side"]),
    )
    assert (sold["what"], sold["kind"], sold["amount"]) == ("giftCards", "liability", "25.000000")
    assert (redeemed["what"], redeemed["amount"]) == ("tender", "5.000000")


@pytest.mark.usefixtures("two_days")
@pytest.mark.parametrize(
    ("form", "kind", "ending", "number"),
    [
        ("csv", "text/csv", "csv", f'"{LOCATION}-20260314-r1"'),
        ("hledger", "text/plain", "journal", f"number:{LOCATION}-20260314-r1"),
        ("beancount", "text/plain", "beancount", f'number: "{LOCATION}-20260314-r1"'),
    ],
)
def test_texts_are_files_with_a_name(
    gate: Gate, form: str, kind: str, ending: str, number: str
) -> None:
    answer = gate.get(f"{BOTH}&format={form}")
    assert answer.headers["content-type"].startswith(f"{kind}; charset=utf-8")
    name = f"journal-{LOCATION}-{DAY}-{NEXT}.{ending}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert number in answer.text
    assert gate.get(f"{BOTH}&format={form}").headers["etag"] == answer.headers["etag"]


@pytest.mark.parametrize(
    ("query", "status", "parameter"),
    [
        ("unknown=1", 400, "unknown"),
        ("from=2026-03-14&to=2026-03-13", 400, "to"),
        ("from=2025-01-01&to=2026-01-02", 400, "to"),
        ("asOf=yesterday", 400, "asOf"),
        ("format=pdf", 400, "format"),
        ("corrections=never", 400, "corrections"),
        ("places=3", 400, "places"),
        ("mappingVersion=-1", 400, "mappingVersion"),
        ("mappingVersion=7", 404, "mappingVersion"),
    ],
)
def test_what_cannot_be_asked_is_a_problem_that_names_it(
    gate: Gate, query: str, status: int, parameter: str
) -> None:
    answer = gate.get(f"{BASE}?{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]
    assert gate.get(f"{BASE}?from=2024-01-01&to=2024-12-31").status_code == 200


@pytest.mark.usefixtures("two_days")
def test_the_portal_reads_the_same_and_may_try_a_mapping(
    gate: Gate, keep: Keep, portal_url: str
) -> None:
    keep(mapped())
    asked = Asked(LOCATION, DAY, NEXT, datetime(2026, 3, 16, 12, tzinfo=UTC))
    with psycopg.connect(portal_url, autocommit=True) as connection:
        with scoped(connection, [LOCATION]):
            found = read_journal(connection, asked)
            tried = read_journal(connection, asked, mapped(2, rules=[]))
        with scoped(connection, []), pytest.raises(LookupError):
            read_journal(connection, asked)
    told = gate.get(BOTH).json()
    assert [entry.number for entry in found.entries] == [one["number"] for one in told["entries"]]
    assert sum(one.amount for one in found.unmapped) == -4_000_000
    assert tried.mapping.version == 2
    assert len(tried.unmapped) == 3
