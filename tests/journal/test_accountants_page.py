"""The worked example of docs/accountants.md is what the code makes of such a day."""

import re
from decimal import Decimal
from pathlib import Path

import msgspec

from tillgate.journal.chart import Chart, References
from tillgate.journal.entry import Postings, change_of, postings_of
from tillgate.journal.mapping import Account, Kind, Mapping, Rule, What
from tillgate.ledger.figures import ONCE, Figures, Keys

PAGE = (Path(__file__).parents[2] / "docs" / "accountants.md").read_text()
ACCOUNTS = {
    "1000": Kind.ASSET,
    "1200": Kind.ASSET,
    "2100": Kind.LIABILITY,
    "2210": Kind.LIABILITY,
    "2220": Kind.LIABILITY,
    "2300": Kind.LIABILITY,
    "4000": Kind.INCOME,
    "4100": Kind.INCOME,
    "4300": Kind.INCOME,
    "8000": Kind.INCOME,
    "suspense": Kind.ASSET,
}
RULES = [
    Rule(What.TENDER, "201", "1200"),
    Rule(What.TENDER, "202", "1000"),
    Rule(What.TENDER, "203", "2100"),
    Rule(What.SALES, "101", "4000"),
    Rule(What.SALES, "102", "4100"),
    Rule(What.GIFT_CARDS, "110", "2100"),
    Rule(What.SERVICE_CHARGE, "OPTIONAL", "4300"),
    Rule(What.TAX, "VAT10@1.1", "2210"),
    Rule(What.TAX, "VAT20@1.2", "2220"),
    Rule(What.TIPS, "", "2300"),
    Rule(What.ROUNDING, "", "8000"),
]
CHART = Chart(
    Mapping(
        version=1,
        accounts=[Account(code=code, name=code, kind=kind) for code, kind in ACCOUNTS.items()],
        rules=RULES,
        suspense="suspense",
    ),
    References({}, {}, frozenset()),
)


def _figures(late: int = 0) -> Figures:
    """The day of the page, with so much more food, taxed by a tenth and paid in cash."""
    groups = {
        (101, "Food", "4000"): [1320, 1200 + late, 120 + late / 10, 0, 0, 90],
        (102, "Drinks", "4100"): [720, 600, 120, 0, 0, 80],
        (110, "Gift cards", "2100"): [50, 50, 0, 0, 0, 1],
    }
    taxes = {
        ("VAT10", "1.1", True): [1200 + late, 120 + late / 10, 120 + late / 10],
        ("VAT20", "1.2", True): [600, 120, 120],
    }
    payments = {
        (201, "CARD", "Card", "NORMAL"): [1800, 45, 0, 0, 60],
        (202, "CASH", "Cash", "NORMAL"): [300 + late * 1.1, 0, 0, 0.02, 30],
        (203, "GIFT", "Gift card", "NORMAL"): [80, 0, 0, 0, 2],
    }
    charges = {("OPTIONAL", "12.50"): [90, 20]}
    blocks = [groups, taxes, {}, payments, charges, {}]
    sums = [round(each * 10**6) for block in blocks for row in block.values() for each in row]
    once = [50 * 10**6 if name == "gift_cards" else 0 for name in ONCE]
    keys = Keys([list(block) for block in blocks], ["2100"])
    return Figures(msgspec.msgpack.encode(keys), [*sums, *once], [])


def _booked(postings: Postings) -> dict[tuple[str, Decimal], int]:
    """Accounts with their amounts, debits above zero, and how many postings say the same."""
    booked = [(each.account.code, Decimal(each.amount) / 10**6) for each in postings.all]
    return {each: booked.count(each) for each in booked}


def _amount(text: str) -> Decimal:
    return Decimal(text.replace(",", "") or 0)


def test_the_entry_on_the_page_is_the_entry_of_such_a_day() -> None:
    rows = re.findall(r"^\| (\w+) [^|]*\|[^|]*\| ([\d,.]*) ?\| ([\d,.]*) ?\|$", PAGE, re.MULTILINE)
    shown = [(account, _amount(debit) - _amount(credit)) for account, debit, credit in rows]
    postings = postings_of(_figures(), CHART)
    assert postings.unmapped == []
    assert {each: shown.count(each) for each in shown} == _booked(postings)
    debits = sum(amount for _, amount in shown if amount > 0)
    assert f"| **{debits:,}** | **{debits:,}** |" in PAGE


def test_the_correction_on_the_page_is_the_correction_of_that_day() -> None:
    before, after = (postings_of(_figures(late), CHART) for late in (0, 20))
    change = {code: abs(amount) for code, amount in _booked(change_of(before, after))}
    assert change == {"1000": 22, "4000": 20, "2210": 2}
    assert "debit cash 22.00, credit food 20.00, credit VAT 2.00" in PAGE
    whole = {code: abs(amount) for code, amount in _booked(after) if code in change}
    assert whole == {"1000": Decimal("322.02"), "4000": 1220, "2210": 122}
    assert "cash 322.02, food 1,220.00, VAT 122.00" in PAGE
