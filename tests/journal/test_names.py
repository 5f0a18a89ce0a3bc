"""What accounts are called in hledger's and beancount's texts."""

import sys
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from tests.journal.drawn import charts

from tillgate.journal import names
from tillgate.journal.mapping import SUSPENSE, Account, Kind
from tillgate.journal.names import Names, name_of

unhurried = settings(deadline=None)

_ROOTS = {"Assets", "Liabilities", "Equity", "Income", "Expenses"}


def _of_kind(code: str, name: str, parent: str = "", kind: Kind = Kind.INCOME) -> Account:
    return Account(code=code, name=name, kind=kind, parent=parent)


# What is written here once stays so for ever: books at accountants are kept by these names.
@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("4000", "Food", "4000-Food"),
        ("4020", "hot drinks", "4020-HotDrinks"),
        ("1200-CARD", "Carte bancaire", "1200-CARD-CarteBancaire"),
        ("suspense", "Suspense", "Suspense"),
        ("Suspense", "Suspense", "Suspense-Suspense"),
        ("1210", "1210", "1210"),
        ("É12", "Épicerie", "É12-Épicerie"),
        ("4000", "E\u0301picerie", "4000-Épicerie"),
        ("4000", "食品", "4000-食品"),
        ("cash", "Till", "Cash-Till-x873ab435"),
        ("12.30", "Till", "12-30-Till-x1fded346"),
        ("4000", "...", "4000-xf65fb246"),
        ("食", "品", "X-食-品-xe4ada252"),
        ("", "", "X-x6e340b9c"),
    ],
)
def test_an_account_is_called_by_its_code_and_its_name(code: str, name: str, expected: str) -> None:
    assert name_of(_of_kind(code, name)) == expected


def test_the_accounts_above_stand_in_front() -> None:
    chart = [_of_kind("10", "Bar", "1"), _of_kind("1", "House"), _of_kind("101", "Beer", "10")]
    called = Names(chart)

    assert called.of(chart[2]) == "Income:1-House:10-Bar:101-Beer"
    assert list(called.in_order([chart[2]])) == [
        "Income:1-House",
        "Income:1-House:10-Bar",
        "Income:1-House:10-Bar:101-Beer",
    ]


@given(charts())
@unhurried
def test_every_name_is_valid_in_both_languages(chart: list[Account]) -> None:
    called = Names(chart)
    for account in chart:
        root, *steps = called.of(account).split(":")
        assert root in _ROOTS
        assert steps
        for step in steps:
            first, *others = map(unicodedata.category, step)
            assert first in {"Lu", "Nd"}
            others = [of for of, each in zip(others, step[1:], strict=True) if each != "-"]
            assert all(of.startswith("L") or of == "Nd" for of in others)


@given(charts())
@unhurried
@example([_of_kind("1200-CARD", "Card"), _of_kind("1200", "CARD-Card")])
@example([_of_kind("suspense", "Suspense"), _of_kind("Suspense", "Suspense"), SUSPENSE][:2])
@example([_of_kind("1200-CARD", "!"), _of_kind("1200", "CARD"), _of_kind("1200-CARD", "")][:2])
def test_no_two_accounts_of_a_chart_have_one_name(chart: list[Account]) -> None:
    called = Names(chart)
    assert len({called.of(account) for account in chart}) == len(chart)


@given(charts())
@unhurried
def test_parents_come_before_their_children(chart: list[Account]) -> None:
    called = Names(chart)
    order = list(called.in_order(chart))
    assert set(order) == {called.of(account) for account in chart}
    places = {name: place for place, name in enumerate(order)}
    for account in chart:
        line = [places[called.of(each)] for each in called.down_to(account)]
        assert all(upper < lower for upper, lower in pairwise(line))


def test_what_is_taken_for_a_letter_is_one_in_every_later_unicode() -> None:
    taken = [
        each for each in map(chr, range(sys.maxunicode + 1)) if names._is_letter_or_digit(each)
    ]
    assert len(taken) > 80_000
    assert [each for each in taken if unicodedata.category(each)[0] != "L"] == list("0123456789")
    assert [each for each in taken if names._may_begin(each) and each.islower()] == []
