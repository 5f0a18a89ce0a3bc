"""Every problem of a mapping is named with its field and its cure; what passes can be booked by."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.journal.keeping import ACCOUNTS, RULES, draft

from tillgate.journal.chart import Chart, References
from tillgate.journal.checking import (
    LONGEST_CODE,
    LONGEST_NAME,
    MOST_ABOVE,
    MOST_ACCOUNTS,
    MOST_RULES,
    Known,
    problems_of,
)
from tillgate.journal.mapping import ALLOWED, Account, Kind, Mapping, Rule, What
from tillgate.journal.sources import Thing

GBP = frozenset({"GBP"})
THINGS = {(what, key): GBP for what in ALLOWED for key in ("", "5")}
KNOWN = Known(GBP, THINGS | {(What.TAX, "VAT20@1.2"): GBP})


def account(code: str = "1", **changes: Any) -> Account:
    return Account(**({"code": code, "name": f"Account {code}", "kind": Kind.ASSET} | changes))


def with_accounts(*more: Account) -> Mapping:
    return draft(accounts=[*ACCOUNTS, *more])


def with_rules(*more: Rule) -> Mapping:
    return draft(rules=[*RULES, *more])


def found(mapping: Mapping, known: Known = KNOWN) -> list[tuple[str, str]]:
    return [(each.field, each.words) for each in problems_of(mapping, known)]


AT, NEXT, RULE = f"accounts[{len(ACCOUNTS)}]", f"accounts[{len(ACCOUNTS) + 1}]", len(RULES)

WRONG = {
    "no code": (with_accounts(account("")), f"{AT}.code", "Write one."),
    "no name": (with_accounts(account(name=" ")), f"{AT}.name", "Write one."),
    "long code": (with_accounts(account("1" * (LONGEST_CODE + 1))), f"{AT}.code", "Shorten it"),
    "long name": (with_accounts(account(name="n" * 121)), f"{AT}.name", "Shorten it to 120"),
    "line end": (with_accounts(account(name="a\nb")), f"{AT}.name", "Delete it and type it anew"),
    "invisible": (with_accounts(account("1\u200b")), f"{AT}.code", "Delete it and type it anew"),
    "disguised": (with_accounts(account(name="Ba\u200dnk")), f"{AT}.name", "Delete it"),
    "nul": (with_accounts(account("1\0")), f"{AT}.code", "Delete it and type it anew"),
    "half a character": (with_accounts(account(name="a\ud800")), f"{AT}.name", "Delete it"),
    "turned around": (with_accounts(account(name="a\u202eb")), f"{AT}.name", "Delete it"),
    "duplicate code": (with_accounts(account("1000")), f"{AT}.code", "Give each account its own"),
    "missing parent": (with_accounts(account(parent="9")), f"{AT}.parent", "Add that account"),
    "other parent": (with_accounts(account(parent="4000")), f"{AT}.parent", "of the same kind"),
    "below itself": (with_accounts(account(parent="1")), f"{AT}.parent", "is below itself (1, 1)"),
    "ring": (
        with_accounts(account("1", parent="2"), account("2", parent="1")),
        f"{AT}.parent",
        "Account 1 is below itself (1, 2, 1). Leave the parent of one of these empty.",
    ),
    "other currency": (with_accounts(account(currency="EUR")), f"{AT}.currency", "or write GBP"),
    "missing account": (with_rules(Rule(What.SALES, "5", "9")), f"rules[{RULE}].account", "Add it"),
    "other kind": (
        with_rules(Rule(What.SALES, "5", "1000")),
        f"rules[{RULE}].account",
        "Choose one of the kind income or liability.",
    ),
    "foreign thing": (with_rules(Rule(What.TENDER, "6", "1000")), f"rules[{RULE}].key", "Leave"),
    "no rule for it": (
        with_rules(Rule(What.DIFFERENCE, "", "1000")),
        f"rules[{RULE}].what",
        "always on the suspense account",
    ),
    "no suspense": (draft(suspense=""), "suspense", "Choose the account for what has none yet."),
    "missing suspense": (draft(suspense="9"), "suspense", "Account 9 is not in the chart."),
    "suspense is income": (draft(suspense="4000"), "suspense", "asset or equity or liability."),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_named_with_its_field_and_its_cure(wrong: str) -> None:
    mapping, field, words = WRONG[wrong]
    told = found(mapping)
    assert any(each == field and words in said for each, said in told), told


def test_a_mapping_without_a_mistake_has_no_problem() -> None:
    assert found(draft()) == []


def test_names_are_written_in_any_script() -> None:
    """Persian joins and parts letters by characters without a shape, and so do emoji."""
    for name in ("\u0646\u0642\u062f\u06cc\u200c\u0647\u0627", "\U0001f468\u200d\U0001f373"):
        assert found(with_accounts(account(name=name))) == []


def test_a_second_rule_for_the_same_is_refused() -> None:
    told = found(with_rules(Rule(What.TIPS, "", "2200")))
    assert [field for field, words in told if "more than one rule" in words] == [
        "rules[3].key",
        "rules[4].key",
    ]


def test_a_mapping_that_is_too_large_is_looked_at_no_further() -> None:
    accounts = [account(str(number)) for number in range(MOST_ACCOUNTS + 1)]
    rules = [Rule(What.TIPS, "", "1")] * (MOST_RULES + 1)
    told = found(draft(accounts=accounts, rules=rules))
    assert [field for field, _ in told] == ["accounts", "rules"]
    assert all("Leave some out." in words for _, words in told)


def test_accounts_stand_at_most_so_deep() -> None:
    deep = [account("0")]
    deep += [account(str(n), parent=str(n - 1)) for n in range(1, MOST_ABOVE + 1)]
    assert found(with_accounts(*deep)) == []
    told = found(with_accounts(*deep, account("x", parent=str(MOST_ABOVE))))
    assert [words for _, words in told] == [
        "More than 9 accounts stand above account x. Put it below one that is higher up."
    ]


def test_the_largest_chart_in_one_ring_is_told_once() -> None:
    ring = [account(str(n), parent=str((n + 1) % MOST_ACCOUNTS)) for n in range(MOST_ACCOUNTS)]
    told = found(draft(accounts=ring, rules=[], suspense="0"))
    assert len(told) == 1


def test_an_account_takes_what_comes_in_its_currency_only() -> None:
    both = Known(frozenset({"GBP", "EUR"}), THINGS | {(What.TENDER, "5"): frozenset({"EUR"})})
    pounds = account("p", currency="GBP")
    rule = Rule(What.TENDER, "5", "p")
    told = found(draft(accounts=[*ACCOUNTS, pounds], rules=[rule], suspense="p"), both)
    assert told[0][0] == "rules[0].account"
    assert told[0][1].startswith("Account p takes GBP only, but this comes in EUR. Choose another")
    assert told[1][0] == "suspense"
    euros = account("p", currency="EUR")
    assert found(draft(accounts=[*ACCOUNTS, euros], rules=[rule]), both) == []


CODES = st.text("12", min_size=1, max_size=2)
ANY_ACCOUNT = st.builds(
    Account,
    code=CODES,
    name=st.text(max_size=LONGEST_NAME + 1),
    kind=st.sampled_from(Kind),
    parent=CODES | st.just(""),
    currency=st.sampled_from(["", "", "GBP", "EUR"]),
)
KEYS = st.sampled_from(["", "5", "6"])
ANY_RULE = st.builds(Rule, what=st.sampled_from(What), key=KEYS, account=CODES)


@given(st.lists(ANY_ACCOUNT, max_size=6), st.lists(ANY_RULE, max_size=4), CODES)
def test_what_passes_can_be_booked_by(
    accounts: list[Account], rules: list[Rule], suspense: str
) -> None:
    _book(draft(version=1, accounts=accounts, rules=rules, suspense=suspense))


FITTING = st.lists(st.sampled_from(ACCOUNTS), min_size=1, unique=True)


@given(FITTING, st.lists(st.sampled_from(RULES), unique=True), st.data())
def test_what_is_chosen_of_a_chart_is_booked_by_or_told(
    accounts: list[Account], rules: list[Rule], data: st.DataObject
) -> None:
    suspense = data.draw(st.sampled_from([each.code for each in accounts]))
    _book(draft(version=1, accounts=accounts, rules=rules, suspense=suspense))


def _book(mapping: Mapping) -> None:
    if problems_of(mapping, KNOWN):
        return
    for currency in ("", "GBP", "EUR"):
        chart = Chart(mapping, References({(What.TAX, ""): "11"}, {}, frozenset()), currency)
        for what, key in [*KNOWN.things, (What.SALES, "unheard of")]:
            found = chart.account_of(Thing(what, key, reference="12"))
            assert found is None or found.kind in ALLOWED[what]
        assert chart.suspense.code == mapping.suspense
