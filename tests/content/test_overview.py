"""The default overview tells of every operation, parameter and field that is promised."""

import re

import pytest
from tests.content.promise import PROMISE, operations, parameters_of, parts

from tillgate.content.shipped import default_of
from tillgate.content.slots import SLOTS

OVERVIEW = default_of(SLOTS["overview"]).text
TOLD_UNDER = {
    "Businesses": "The list of businesses",
    "Business": "A business",
    "BusinessLocation": "A business location",
    "TaxRates": "The list of tax rates",
    "TaxRate": "A tax rate",
    "PaymentMethods": "The list of payment methods",
    "PaymentMethod": "A payment method",
    "AccountingGroups": "The list of accounting groups",
    "AccountingGroup": "An accounting group",
    "Financials": "A page of sales",
    "Sale": "A sale",
    "SaleLine": "A line of a sale",
    "TaxLine": "A tax on a line",
    "Payment": "A payment",
    "SalesV2": "A page of sales, as V2",
    "SalesDailyV2": "A day of sales, as V2",
    "SaleV2": "A sale, as V2",
    "PaymentV2": "A payment, as V2",
    "Consumer": "A consumer on a payment",
    "AggregatedSales": "The totals",
    "AggregatedSalesGroup": "A group of totals",
    "AggregatedSalesNode": "One value of a group",
    "CardPayments": "A page of card payments",
    "CardPayment": "A card payment",
    "CurrencyAmount": "An amount with its currency",
    "AbortedOrder": "An aborted order",
    "AbortedLine": "A line of an aborted order",
    "Item": "An item",
    "ItemsThen": "The items of a time",
    "ItemVersion": "A version of an item",
    "ItemVersions": "The versions of an item",
    "ItemChanges": "The list of changed items",
    "ItemChange": "A changed item",
    "ResolvedLine": "A line resolved",
    "ResolvedItem": "What a line meant",
    "Days": "The list of days",
    "Day": "A business day",
    "Corrects": "A correction",
    "DayTotals": "The totals of a day",
    "Changes": "The list of changes",
    "Summary": "The summary",
    "Periods": "The list of periods",
    "Period": "A period",
    "Comparison": "An earlier period",
    "BaseFigures": "What periods are compared by",
    "Journal": "The journal",
    "LedgerAccount": "An account of the books",
    "JournalEntry": "An entry of the journal",
    "Posting": "A posting",
    "PostingPart": "A part of a posting",
    "Unmapped": "A thing without an account",
    "ClosedRevision": "A document that counts",
    "Revenue": "The revenue",
    "GroupRevenue": "Revenue of an accounting group",
    "TaxSum": "A tax by rate",
    "DiscountSum": "A discount",
    "PaymentSum": "A tender",
    "ServiceChargeSum": "A service charge",
    "GiftCards": "Gift cards",
    "Counted": "A count and its total",
    "Proof": "The proof",
    "ProofSold": "The left side of the proof",
    "UnbalancedDay": "A day that does not add up",
    "Export": "The list of exported days",
    "ExportedDay": "An exported day",
    "ExportedPeople": "The people of a day",
}


def sections() -> dict[str, str]:
    """The text under each heading, up to the next of any level."""
    found = re.split(r"^#+ (.+)$", OVERVIEW, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def rows(section: str) -> list[str]:
    """The first cells of a section's tables."""
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(parts()))
def test_every_field_of_a_part_is_told_and_no_other(name: str) -> None:
    told = rows(sections()[TOLD_UNDER[name]])
    assert set(told) == parts()[name]
    assert len(told) == len(set(told))


@pytest.mark.parametrize("name", sorted(operations()))
def test_every_operation_is_told_with_what_one_may_ask(name: str) -> None:
    (section,) = [each for each in sections().values() if f"`{name}`" in each]
    assert rows(section) == parameters_of(operations()[name])


def test_what_is_always_there_is_told_so() -> None:
    schemas = PROMISE["components"]["schemas"]
    for name, heading in TOLD_UNDER.items():
        section = sections()[heading]
        always = set(re.findall(r"^\| `([^`.]+)` \|[^|]*always[^|]*\|", section, re.MULTILINE))
        inherited = {"Totals"} if "allOf" in schemas[name] else set()
        required = {
            each for part in (name, *inherited) for each in schemas[part].get("required", [])
        }
        written_out = {row.split("[")[0].split(".")[0] for row in rows(section) if "." in row}
        assert always == required - written_out, heading


def test_every_section_that_is_pointed_at_exists() -> None:
    pointed = re.findall(r"see \*([^*]+)\*|answer is (?:a list of )?\*([^*]+)\*", OVERVIEW)
    assert len(pointed) > 15
    assert {a or b for a, b in pointed} <= set(sections())


def test_the_rules_of_the_programme_are_told() -> None:
    for said in ("Read-only", "no development support", "franchisee", "Partner Program", "add-on"):
        assert said.lower() in OVERVIEW.lower()
