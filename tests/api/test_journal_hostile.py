"""`journal` where its callers, its days and its mapping are at their worst."""

import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.api.conftest import Gate, Open
from tests.api.rows import (
    BUSINESS,
    DAY,
    FOREIGN,
    LOCATION,
    OPENING,
    Rows,
    a_line,
    a_payment,
    a_sale,
)
from tests.api.test_journal import (
    BASE,
    BOTH,
    FOOD,
    NEXT,
    VAT,
    Keep,
    Thing,
    balances,
    corrected,
    keep,
    mapped,
    numbers,
    two_days,
)

from tillgate.foundation.postgres.sessions import scoped
from tillgate.journal import reads
from tillgate.journal.mapping import SUSPENSE, Account, Kind, Rule, What
from tillgate.journal.reads import Asked, read_journal
from tillgate.ledger.feed.batch import import_file
from tillgate.ledger.sale import ENCODER

__all__ = ["corrected", "keep", "two_days"]

FORMATS = ("json", "csv", "hledger", "beancount")


def sale(number: int, at: datetime = OPENING, **changes: Any) -> Any:
    lines = [a_line(number, accounting_group=FOOD, tax_lines=[VAT])]
    fields: Thing = {"sales_lines": lines, "payments": [a_payment(number, tip="1.00")]}
    return a_sale(number, at + timedelta(minutes=number), **(fields | changes))


def fed(url: str, folder: Path, *records: Thing) -> None:
    path = folder / f"{len(list(folder.iterdir()))}.ndjson"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    import_file(url, path)


def correction(business_date: date, sale: Any, reason: str = "wrong", **changes: Any) -> Thing:
    fields = {"recordedAt": "2026-03-26T10:00:00Z", "businessLocationId": LOCATION}
    told = {"record": "correction", "businessDate": str(business_date), "reason": reason}
    return fields | told | {"sale": json.loads(ENCODER.encode(sale))} | changes


# --- who sees whose -------------------------------------------------------------------------------


def test_who_took_a_location_over_books_by_accounts_of_its_own_and_from_its_first_day(
    gate: Gate, rows: Rows, keep: Keep
) -> None:
    """A sold location goes on under an id of its own: both keep their days and their accounts."""
    keep(mapped(1))
    keep(mapped(2))
    theirs = BUSINESS + 1
    rows.add_location(FOREIGN, business=theirs, since=NEXT)
    rows.add_sales([sale(1)])
    rows.close_day()
    rows.add_sales([sale(2, OPENING + timedelta(days=1))], location=FOREIGN, day=NEXT)
    rows.close_day(NEXT, location=FOREIGN)
    rows.add_mapping(mapped(1, rules=[]), business=theirs)
    token = rows.add_token([FOREIGN], business=theirs)
    there = BOTH.replace(str(LOCATION), str(FOREIGN))
    header = {"Authorization": f"Bearer {token}"}
    found = gate.get(there, headers=header).json()
    assert [entry["number"] for entry in found["entries"]] == [f"{FOREIGN}-20260315-r1"]
    assert found["mappingVersion"] == 1
    assert set(balances(found)) == {"4000", "suspense"}
    assert gate.get(f"{there}&mappingVersion=2", headers=header).status_code == 404
    assert gate.get(BOTH, headers=header).status_code == 404
    assert gate.get(there).status_code == 404
    assert numbers(gate.get(BOTH).json()) == ["20260314-r1"]


# --- days -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("corrected")
def test_whatever_range_an_entry_is_asked_in_it_is_the_same(gate: Gate, keep: Keep) -> None:
    keep(mapped())
    whole = gate.get(f"{BASE}?from=2026-03-01&to=2027-02-28&corrections=openPeriod").json()
    assert len(whole["entries"]) == 5
    ends = [date(2026, 3, 1), DAY, NEXT, date(2026, 6, 1), date(2027, 3, 1)]
    parts = []
    for first, last in pairwise(ends):
        to = last - timedelta(days=1)
        url = f"{BASE}?from={first}&to={to}&corrections=openPeriod"
        parts += gate.get(url).json()["entries"]
    assert parts == whole["entries"]


def test_a_day_corrected_twice_on_the_day_of_its_closing_has_three_entries_there(
    gate: Gate, rows: Rows, ledger_url: str, tmp_path: Path, keep: Keep
) -> None:
    keep(mapped())
    today = datetime.fromisoformat(gate.get(BASE).json()["from"]).date()
    opening = datetime.combine(today, OPENING.timetz())
    rows.add_sales([sale(1, opening)], day=today)
    rows.close_day(today)
    rows.owner.execute("UPDATE ledger_closedday SET closed_at = now()")
    at = {"recordedAt": f"{opening:%Y-%m-%dT%H:%M:%SZ}"}
    for number in (2, 3):
        fed(ledger_url, tmp_path, correction(today, sale(number, opening), f"no {number}", **at))
    opened = gate.get(f"{BASE}?from={today}&corrections=openPeriod").json()
    day = f"{today:%Y%m%d}"
    assert numbers(opened) == [f"{day}-r1", f"{day}-c2", f"{day}-c3"]
    assert [entry.get("follows", "")[-2:] for entry in opened["entries"]] == ["", "r1", "c2"]
    restated = gate.get(f"{BASE}?from={today}&corrections=restate").json()
    assert numbers(restated) == [f"{day}-r3"]
    assert balances(restated) == balances(opened)
    assert (restated["final"], opened["final"]) == (True, False)


@pytest.mark.usefixtures("two_days")
def test_a_sale_that_moves_changes_two_days_and_no_sum(
    gate: Gate, rows: Rows, ledger_url: str, tmp_path: Path, keep: Keep
) -> None:
    keep(mapped())
    rows.close_day(NEXT)
    before = balances(gate.get(BOTH).json())
    fed(ledger_url, tmp_path, correction(NEXT, sale(2), "after midnight"))
    after = gate.get(BOTH).json()
    assert numbers(after) == ["20260314-r2", "20260315-r2"]
    assert balances(after) == before
    assert [balances({"entries": [one]})["1100"] for one in after["entries"]] == [26, 26]


def test_a_location_without_a_sale_and_an_empty_day_have_nothing_to_book(
    gate: Gate, rows: Rows
) -> None:
    for form in FORMATS:
        assert gate.get(f"{BOTH}&format={form}").status_code == 200
    assert gate.get(BOTH).json()["daysWithoutFigures"] == [str(DAY), str(NEXT)]
    rows.close_day()
    found = gate.get(f"{BASE}?from={DAY}").json()
    (entry,) = found["entries"]
    assert (entry["postings"], entry["final"], found["final"]) == ([], True, True)
    assert found["daysWithoutFigures"] == []
    assert f"{LOCATION}-20260314-r1" in gate.get(f"{BASE}?from={DAY}&format=hledger").text


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Pacific/Auckland"])
def test_days_on_which_the_clock_changes_and_29_february_are_days_like_others(
    gate: Gate, rows: Rows, zone: str
) -> None:
    place, since = LOCATION + 5, date(2024, 1, 1)
    rows.add_location(place, timezone=zone, since=since)
    gate.token = rows.add_token([place])
    base = BASE.replace(str(LOCATION), str(place))
    days = [date(2024, 2, 29), date(2024, 3, 10), date(2024, 3, 31), date(2024, 4, 7)]
    days += [date(2024, 9, 29), date(2024, 10, 27), date(2024, 11, 3), date(2024, 12, 31)]
    for day in days:
        rows.close_day(day, location=place)
        found = gate.get(f"{base}?from={day}&corrections=openPeriod").json()
        assert ([one["bookedOn"] for one in found["entries"]], found["final"]) == ([f"{day}"], True)
    year = gate.get(f"{base}?from=2024-01-01&to=2024-12-31").json()
    assert len(year["daysWithoutFigures"]) == 366 - len(days)
    assert gate.get(f"{base}?from=2024-01-01&to=2025-01-01").status_code == 400


# --- currencies -----------------------------------------------------------------------------------


def test_a_currency_without_cents_has_the_places_of_every_amount(
    gate: Gate, rows: Rows, keep: Keep
) -> None:
    pounds = Account(code="1100", name="Cards in pounds", kind=Kind.ASSET, currency="GBP")
    accounts = [pounds, *mapped().accounts[1:]]
    keep(mapped(accounts=accounts))
    place = LOCATION + 6
    rows.add_location(place, currency="JPY", country="JP", timezone="Asia/Tokyo")
    gate.token = rows.add_token([place])
    third = {"total_net_amount_without_tax": "909.090909", "tax_amount": "90.909091"}
    line = a_line(1, currency="JPY", total_net_amount_with_tax="1000.000000", **third)
    paid = a_payment(1, currency="JPY", net_amount_with_tax="1000.00")
    rows.add_sales([sale(1, sales_lines=[line], payments=[paid])], location=place)
    rows.close_day(location=place)
    url = f"{BASE.replace(str(LOCATION), str(place))}?from={DAY}&places=cents"
    found = gate.get(url).json()
    assert found["currency"] == "JPY"
    amounts = {Decimal(one["amount"]) for one in found["entries"][0]["postings"]}
    assert Decimal("909.09") in amounts
    # The account takes pounds only, so yen are listed.
    assert ("tender", "1000.000000") in [(one["what"], one["amount"]) for one in found["unmapped"]]
    assert "commodity 1000.00 JPY" in gate.get(f"{url}&format=hledger").text


# --- the same bytes -------------------------------------------------------------------------------


@pytest.mark.usefixtures("corrected")
@pytest.mark.parametrize("form", FORMATS)
def test_the_same_call_gives_the_same_bytes_from_every_plane(
    gate: Gate, open_gate: Open, keep: Keep, form: str
) -> None:
    keep(mapped())
    other = open_gate()
    other.token = gate.token
    url = f"{BOTH}&format={form}"
    first = gate.get(url)
    for answer in (gate.get(url), other.get(url)):
        assert (answer.content, answer.headers["etag"]) == (first.content, first.headers["etag"])
    unchanged = other.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    head = gate.call("HEAD", url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == first.headers["etag"]
    packed = gate.get(url, headers={"Accept-Encoding": "gzip"})
    assert packed.content == first.content


HASHED = """
import hashlib, sys
from datetime import UTC, date, datetime
import psycopg
from tillgate.api.journal import as_json
from tillgate.foundation.postgres.sessions import scoped
from tillgate.journal import beancount, csv, hledger
from tillgate.journal.reads import Asked, read_journal
url, location, *days = sys.argv[1:]
asked = Asked(int(location), *map(date.fromisoformat, days), now=datetime(2026, 6, 1, tzinfo=UTC))
with psycopg.connect(url, autocommit=True) as connection, scoped(connection, [asked.location]):
    made = read_journal(connection, asked)
texts = [csv.as_csv(made), hledger.as_hledger(made), beancount.as_beancount(made)]
print(hashlib.sha256(b"".join([as_json(made, asked), *texts])).hexdigest())
"""


@pytest.mark.usefixtures("corrected")
def test_after_a_restart_the_bytes_are_the_same(keep: Keep, portal_url: str) -> None:
    """Sets come in another order in each process: their order must not be that of a journal."""
    keep(mapped())
    call = [sys.executable, "-c", HASHED, portal_url, f"{LOCATION}", f"{DAY}", f"{NEXT}"]
    made = {
        subprocess.run(
            call, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1


def test_a_day_that_is_closed_while_its_journal_is_read_is_in_it(
    gate: Gate, two_days: None, rows: Rows, portal_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The portal reads what is committed meanwhile, too."""
    read_open = reads.read_open

    def closed_meanwhile(*found: Any) -> None:
        rows.close_day(NEXT)
        read_open(*found)

    monkeypatch.setattr(reads, "read_open", closed_meanwhile)
    asked = Asked(LOCATION, DAY, NEXT, datetime(2026, 3, 16, 12, tzinfo=UTC))
    connect = psycopg.connect(portal_url, autocommit=True)
    with connect as connection, scoped(connection, [LOCATION]):
        found = read_journal(connection, asked)
    assert [entry.number[-11:] for entry in found.entries] == ["20260314-r1", "20260315-r1"]


# --- CSV ------------------------------------------------------------------------------------------


def test_csv_is_read_by_a_program_and_runs_nothing_in_a_spreadsheet(
    gate: Gate, rows: Rows, keep: Keep
) -> None:
    names = ["=1+1", "+SUM(A1)", "-2", "@x", '"a", b', "'quoted", "0400"]
    accounts = [
        SUSPENSE,
        *(Account(code=f"{name}", name=name, kind=Kind.INCOME) for name in names),
    ]
    rules = [Rule(What.SALES, str(number), name) for number, name in enumerate(names, 1)]
    keep(mapped(accounts=accounts, rules=rules))
    groups = [FOOD.__class__(accounting_group_id=n, name=name) for n, name in enumerate(names, 1)]
    lines = [a_line(n, accounting_group=group) for n, group in enumerate(groups)]
    rows.add_sales([sale(1, sales_lines=lines)])
    rows.close_day()
    text = gate.get(f"{BASE}?from={DAY}&format=csv").text
    table = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert {len(row) for row in table} == {len(table[0])}
    cells = [cell for row in table for cell in row.values()]
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell]
    # One apostrophe is taken away, as the rule of all our files is.
    assert {row["account"].removeprefix("'") for row in table} >= set(names)
    debit = sum(Decimal(row["debit"] or 0) for row in table)
    assert debit == sum(Decimal(row["credit"] or 0) for row in table) != 0
