"""The journal as text: any texts in it, read by hledger, beancount and a CSV reader."""

import csv
import io
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.journal import programs
from tests.journal.drawn import journals

from tillgate.journal.beancount import as_beancount
from tillgate.journal.csv import COLUMNS, as_csv
from tillgate.journal.entry import Entry, Posting, Postings
from tillgate.journal.hledger import as_hledger
from tillgate.journal.journal import Journal
from tillgate.journal.mapping import SUSPENSE, Account, Kind, Mapping, What
from tillgate.journal.sources import Source, Thing
from tillgate.journal.texts import one_line, places_of, written

# Each example is a file and a process or two: few examples, of many texts each.
_by_programs = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

_CARD = Account(code="1200-CARD", name="Card", kind=Kind.ASSET)
_FOOD = Account(code="4000", name="Food", kind=Kind.INCOME, currency="GBP")
_DAY = date(2025, 10, 24)


def _posting(account: Account, what: What, amount: int, name: str = "") -> Posting:
    return Posting(account, what, amount, [Source(Thing(what, "", name), amount)])


def _journal(*entries: Entry) -> Journal:
    chart = [SUSPENSE, _CARD, _FOOD]
    mapping = Mapping(version=3, accounts=chart, rules=[], suspense=SUSPENSE.code)
    return Journal(mapping, "GBP", 7, entries, chart, final=False, without_figures=[])


def _closed(*postings: Posting) -> Entry:
    unmapped = [part for each in postings if each.account is SUSPENSE for part in each.parts]
    booked = Postings(list(postings), unmapped)
    return Entry("7-20251024-r1", _DAY, _DAY, 1, b"\xaa" * 32, booked)


_ENTRY = _closed(
    _posting(_CARD, What.TENDER, 12_340_000, "Card"),
    _posting(_FOOD, What.SALES, -10_340_001, "Hot, cold"),
    _posting(SUSPENSE, What.SALES, -1_999_999, 'Dish "of the day"'),
)

_HLEDGER = """\
2025-10-24 * (7-20251024-r1) Business day 2025-10-24
    ; number:7-20251024-r1
    ; business-date:2025-10-24
    ; revision:1
    ; digest:{digest}
    ; mapping-version:3
    ; unmapped:sales Dish "of the day" -1.999999
    Assets:1200-CARD-Card  12.340000 GBP  ; what:tender, things:Card
    Income:4000-Food  -10.340001 GBP  ; what:sales, things:Hot; cold
    Assets:Suspense  -1.999999 GBP  ; what:sales, things:Dish "of the day"
"""

_BEANCOUNT = """\
2025-10-24 * "Business day 2025-10-24" ^7-20251024-r1
  number: "7-20251024-r1"
  business-date: "2025-10-24"
  revision: "1"
  digest: "{digest}"
  mapping-version: "3"
  unmapped: "sales Dish \\"of the day\\" -1.999999"
  Assets:1200-CARD-Card  12.340000 GBP
    what: "tender"
    things: "Card"
  Income:4000-Food  -10.340001 GBP
    what: "sales"
    things: "Hot, cold"
  Assets:Suspense  -1.999999 GBP
    what: "sales"
    things: "Dish \\"of the day\\""
"""


def test_an_entry_is_written_with_all_that_tells_it_from_others() -> None:
    journal = _journal(_ENTRY)
    assert as_hledger(journal).decode().endswith(_HLEDGER.format(digest="aa" * 32))
    assert as_beancount(journal).decode().endswith(_BEANCOUNT.format(digest="aa" * 32))


def test_a_day_that_is_not_closed_is_marked() -> None:
    journal = _journal(_ENTRY._replace(number="7-20251024-p", revision=None, digest=b""))

    assert "\n2025-10-24 ! (7-20251024-p) Business day 2025-10-24, not closed\n" in (
        as_hledger(journal).decode()
    )
    text = as_beancount(journal).decode()
    assert '\n2025-10-24 ! "Business day 2025-10-24, not closed" ^7-20251024-p\n' in text
    assert "digest" not in text


def test_what_an_entry_replaces_or_corrects_is_named() -> None:
    second = _ENTRY._replace(number="7-20251024-r2", revision=2, follows="7-20251024-r1")
    restated = _journal(second._replace(restated=True, reasons=["Wrong, price\n; end"]))
    assert as_hledger(restated).decode().count("    ; reasons:Wrong; price ; end\n") == 1
    assert '  reasons: "Wrong, price ; end"\n' in as_beancount(restated).decode()
    assert "Business day 2025-10-24, restated" in as_hledger(restated).decode()

    change = _journal(second._replace(number="7-20251024-c2", booked_on=date(2025, 10, 26)))
    for text in (as_hledger(change).decode(), as_beancount(change).decode()):
        assert "Correction of business day 2025-10-24" in text
        assert text.count("7-20251024-r1") == 1


def test_an_entry_without_postings_is_a_comment_and_a_row_of_its_own() -> None:
    journal = _journal(_closed())
    comment = "; 2025-10-24 7-20251024-r1: Business day 2025-10-24: nothing to book\n"
    assert as_hledger(journal).decode().endswith(comment)
    assert as_beancount(journal).decode().endswith(comment)
    (row,) = _rows(journal)
    assert row["number"] == "7-20251024-r1"
    assert {row[column] for column in ("account", "what", "debit", "credit", "parts")} == {""}


def test_a_row_has_the_entry_and_one_side() -> None:
    card, food, suspense = _rows(_journal(_ENTRY))
    assert card["businessLocationId"] == "7"
    assert (card["digest"], card["final"], card["revision"]) == ("aa" * 32, "true", "1")
    assert (card["debit"], card["credit"], card["unmapped"]) == ("12.34", "", "false")
    assert (food["debit"], food["credit"], food["account"]) == ("", "10.340001", "4000")
    assert (suspense["unmapped"], json.loads(suspense["parts"])) == (
        "true",
        [{"key": "", "name": 'Dish "of the day"', "amount": "1.999999"}],
    )


def test_a_spreadsheet_finds_no_formula() -> None:
    odd = Account(code='=HYPERLINK("x")', name="@now", kind=Kind.ASSET)
    (row,) = _rows(_journal(_closed(_posting(odd, What.TENDER, 5))))
    assert (row["account"], row["accountName"]) == ('\'=HYPERLINK("x")', "'@now")


@given(journals())
@settings(max_examples=50, deadline=None)
def test_rows_give_back_every_posting(journal: Journal) -> None:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in _rows(journal):
        assert tuple(row) == COLUMNS
        amount = Decimal(row["debit"] or row["credit"] or 0)
        assert sum(Decimal(part["amount"]) for part in json.loads(row["parts"] or "[]")) == amount
        sums[row["number"]] += Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)
    assert set(sums) == {entry.number for entry in journal.entries}
    assert not any(sums.values())


@programs.needs_hledger
@given(journal=journals())
@_by_programs
def test_hledger_takes_any_texts_and_comes_to_the_same(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "any.journal"
    path.write_bytes(as_hledger(journal))
    assert programs.check_by_hledger(path) == ""
    assert programs.balances_by_hledger(path) == programs.balances_of(journal)


@programs.needs_beancount
@given(journal=journals())
@_by_programs
def test_beancount_takes_any_texts_and_comes_to_the_same(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "any.beancount"
    path.write_bytes(as_beancount(journal))
    assert programs.check_by_beancount(path) == ""
    found = programs.balances_by_beancount(path)
    assert found.get(path.name, {}) == programs.balances_of(journal)


# Otherwise that they take a file would say nothing.
_DAMAGE = [
    pytest.param(b"12.340000", b"12.340001", id="a millionth too much"),
    pytest.param(b"  Income:4000-Food  ", b"  Income:4000-Fold  ", id="an account nobody named"),
    pytest.param(b"1 GBP", b"1 GBX", id="another commodity"),
]


@programs.needs_hledger
@pytest.mark.parametrize(("what", "instead"), _DAMAGE)
def test_hledger_refuses_a_damaged_file(what: bytes, instead: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged.journal"
    path.write_bytes(as_hledger(_journal(_ENTRY)).replace(what, instead))
    assert programs.check_by_hledger(path)


@programs.needs_beancount
@pytest.mark.parametrize(("what", "instead"), _DAMAGE)
def test_beancount_refuses_a_damaged_file(what: bytes, instead: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged.beancount"
    path.write_bytes(as_beancount(_journal(_ENTRY)).replace(what, instead))
    assert programs.check_by_beancount(path)


@pytest.mark.parametrize(
    ("amounts", "places"),
    [([], 2), ([5_000_000], 2), ([120_000, -1], 6), ([1_230_000, 4_567_000], 3), ([0, 10_000], 2)],
)
def test_amounts_have_as_many_places_as_they_need(amounts: list[int], places: int) -> None:
    assert places_of(amounts) == places


def test_amounts_are_written_whole() -> None:
    assert [written(-5_000, 3), written(0, 2), written(1_234_567_890_000, 2)] == [
        "-0.005",
        "0.00",
        "1234567.89",
    ]


def test_a_text_stays_on_its_line() -> None:
    assert one_line(" a\r\n\tb\x00\u2028c\u00a0 d ") == "a b c d"


def _rows(journal: Journal) -> list[dict[str, str]]:
    text = as_csv(journal).decode()
    assert text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(text, newline="")))
