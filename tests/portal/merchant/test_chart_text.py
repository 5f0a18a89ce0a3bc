"""A chart of accounts is read as spreadsheets give it, and written so that it is read the same."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tillgate.journal.checking import Known, problems_of
from tillgate.journal.mapping import Account, Kind, Mapping
from tillgate.portal.merchant.chart_text import Pasted, read_chart, write_chart

BANK = Account(code="1000", name="Bank, current", kind=Kind.ASSET)
SALES = Account(code="4000", name="Sales", kind=Kind.INCOME, parent="40", currency="GBP")

PASTED = {
    "tabs": "1000\tBank, current\tAsset\n4000\tSales\tIncome\t40\tgbp",
    "semicolons": "1000; Bank, current ;asset\n\n4000;Sales;revenue;40;GBP\n",
    "commas": '1000,"Bank, current",Assets\n4000,Sales,INCOME,40,GBP',
    "a head": "Number;Type;Name;Balance;Parent;Currency\n"
    "1000;Bank;Bank, current;12.50;;\n4000;Income;Sales;-3;40;GBP",
    "a head between tabs": "Account Name\tAccount Number\tAccount Type\tBelow\tCcy\n"
    "Bank, current\t1000\tCurrent assets\t\t\nSales\t4000\tTurnover\t40\tGBP\r\n",
}


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
def test_rows_are_read_as_they_are_pasted(text: str) -> None:
    assert read_chart(text) == Pasted([BANK, SALES], [])


def test_a_row_without_a_kind_is_told_by_its_line() -> None:
    read = read_chart("code;name;kind\n\n1;Bank\n2;Till;drawer\n3;Tips;liability")
    assert [account.code for account in read.accounts] == ["3"]
    kinds = "rite one of asset, liability, equity, income, expense."
    assert read.problems == [
        f"Line 3 does not say what the account is: w{kinds}",
        f"Line 4: “drawer” is no kind of account. W{kinds}",
    ]


def test_so_many_problems_are_told_and_the_rest_counted() -> None:
    read = read_chart("\n".join(f"{number};Bank" for number in range(30)))
    assert len(read.problems) == 11
    assert read.problems[-1] == "The same holds for 20 more lines."


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    read_chart(text)


def test_a_cell_without_end_is_read() -> None:
    assert read_chart(f'1,"{"x" * 200_000}",asset').accounts == []


WORD = st.text("ab1;\",. 'é", min_size=1, max_size=8)
ACCOUNT = st.builds(Account, code=WORD, name=WORD, kind=st.sampled_from(Kind))


@given(st.lists(ACCOUNT, min_size=1, max_size=5, unique_by=lambda each: each.code), st.data())
def test_a_chart_that_can_be_kept_is_read_as_it_was_written(
    accounts: list[Account], data: st.DataObject
) -> None:
    suspense = data.draw(st.sampled_from(accounts)).code
    mapping = Mapping(version=1, accounts=accounts, rules=[], suspense=suspense)
    told = problems_of(mapping, Known(frozenset({"GBP"}), {}))
    assume(not [each for each in told if each.field != "suspense"])
    assert read_chart(write_chart(accounts)) == Pasted(accounts, [])
