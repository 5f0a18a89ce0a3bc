"""Any mapping, any days, any corrections: entries balance, and both policies end equal."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.journal.days import (
    CALENDAR,
    DATES,
    REFERENCES,
    WHOLE,
    documents,
    figures,
    mappings,
)
from tests.ledger.test_summary import GIFT_CARDS, STARTS_AT, texts

from tillgate.journal.booking import Booking, Bounds, Document, Numbers, bookings, entry_of
from tillgate.journal.chart import Chart
from tillgate.journal.entry import CENTS, Entry, postings_of, to_cents
from tillgate.journal.mapping import ALLOWED, Corrections, Mapping, Places, What
from tillgate.ledger.document import count
from tillgate.ledger.figures import Figures, figures_of
from tillgate.ledger.summary import add_up

NUMBERS = Numbers(7)


def entries_of(found: Iterable[Document], mapping: Mapping, bounds: Bounds = WHOLE) -> list[Entry]:
    chart = Chart(mapping, REFERENCES, "GBP")
    chosen = bookings(found, mapping.corrections, bounds)
    return [entry_of(each, chart, NUMBERS) for each in chosen]


def by_account(entries: Iterable[Entry]) -> dict[str, int]:
    sums = Counter[str]()
    for entry in entries:
        for posting in entry.postings.all:
            sums[posting.account.code] += posting.amount
    return {code: amount for code, amount in sums.items() if amount}


@settings(max_examples=80, deadline=None)
@given(documents(), mappings())
def test_every_entry_balances_and_drops_nothing(found: list[Document], mapping: Mapping) -> None:
    chart = Chart(mapping, REFERENCES, "GBP")
    for booking in bookings(found, mapping.corrections, WHOLE):
        entry = entry_of(booking, chart, NUMBERS)
        postings = entry.postings.all
        assert sum(posting.amount for posting in postings) == 0
        for posting in postings:
            assert posting.amount == sum(part.amount for part in posting.parts) != 0
        if mapping.places is Places.CENTS:
            assert all(posting.amount % 10_000 == 0 for posting in postings)
        if mapping.places is Places.EXACT or chart.account_of(CENTS) is not chart.suspense:
            listed = sum(source.amount for source in entry.postings.unmapped)
            there = by_account([entry]).get(mapping.suspense, 0)
            assert there == listed + ruled_there(booking, chart)


def ruled_there(booking: Booking, chart: Chart) -> int:
    """What comes to the suspense account because a rule says so, before it is rounded."""
    before = 0 if booking.before is None else _ruled_there(booking.before.figures, chart)
    return _ruled_there(booking.document.figures, chart) - before


def _ruled_there(figures: Figures, chart: Chart) -> int:
    slots = [each for each in chart.slots(figures.keys) if each.account is chart.suspense]
    return sum(
        count(figures.sums) for slot in slots if slot.has_account for _, count in slot.things
    )


@settings(max_examples=80, deadline=None)
@given(documents(), mappings())
def test_restated_and_open_period_books_end_equal(found: list[Document], mapping: Mapping) -> None:
    ends = [
        by_account(entries_of(found, msgspec.structs.replace(mapping, corrections=policy)))
        for policy in Corrections
    ]
    assert ends[0] == ends[1]


@settings(max_examples=60, deadline=None)
@given(documents(), mappings(), st.integers(1, 12))
def test_ranges_that_follow_each_other_hold_each_entry_once(
    found: list[Document], mapping: Mapping, length: int
) -> None:
    whole = entries_of(found, mapping)
    assert len({entry.number for entry in whole}) == len(whole)
    first, together = date(2026, 3, 1), list[Entry]()
    while first <= date(2026, 5, 31):
        last = first + timedelta(days=length - 1)
        bounds = Bounds(first, last, CALENDAR.day_of)
        together += entries_of(found, mapping, bounds)
        first = last + timedelta(days=1)
    assert together == whole


@settings(max_examples=80, deadline=None)
@given(st.lists(figures(), max_size=4), mappings())
def test_balances_are_the_figures_of_summary(days: list[Figures], mapping: Mapping) -> None:
    mapping = msgspec.structs.replace(mapping, places=Places.EXACT)
    chart = Chart(mapping, REFERENCES, "GBP")
    summary = add_up(zip(DATES, days, strict=False))
    found = by_kind_of_day(days, chart)
    apart = owed = 0
    if any(rule.what is What.DISCOUNT for rule in mapping.rules):
        apart = sum(each.discount for each in summary.groups)
        owed = sum(each.discount for each in summary.groups if each.code == "2100")
    rounding = sum(each.rounding for each in summary.payments)
    gift_cards = summary.sold.gift_cards
    wanted = {
        What.TENDER: summary.paid + rounding,
        What.DISCOUNT: apart,
        What.SALES: gift_cards - sum(each.net for each in summary.groups) - apart + owed,
        What.SERVICE_CHARGE: -sum(each.amount for each in summary.service_charges),
        What.GIFT_CARDS: -gift_cards - owed,
        What.TAX: -sum(each.tax for each in summary.groups),
        What.TIPS: -summary.sold.tips,
        What.SURCHARGES: -summary.sold.surcharges,
        What.ROUNDING: -rounding,
    }
    wanted[What.DIFFERENCE] = -sum(wanted.values())
    assert found == {what: amount for what, amount in wanted.items() if amount}


@settings(max_examples=60, deadline=None)
@given(days=st.lists(st.lists(texts(), max_size=3), min_size=1, max_size=3), mapping=mappings())
def test_what_does_not_add_up_is_the_rest_of_the_proof(
    days: list[list[bytes]], mapping: Mapping
) -> None:
    mapping = msgspec.structs.replace(mapping, places=Places.EXACT)
    counted = [figures_of(*count(day, GIFT_CARDS, STARTS_AT)[1:]) for day in days]
    summary = add_up(zip(DATES, counted, strict=False))
    found = by_kind_of_day(counted, Chart(mapping, REFERENCES, "GBP"))
    assert found.get(What.DIFFERENCE, 0) == summary.rest


def by_kind_of_day(days: Iterable[Figures], chart: Chart) -> dict[What, int]:
    sums = Counter[What]()
    for each in days:
        for posting in postings_of(each, chart).all:
            sums[posting.what] += posting.amount
    return {what: amount for what, amount in sums.items() if amount}


@settings(max_examples=40, deadline=None)
@given(documents(), mappings())
def test_accounts_hold_what_they_may_and_take_the_currency(
    found: list[Document], mapping: Mapping
) -> None:
    for entry in entries_of(found, mapping):
        for account, what, _, parts in entry.postings.all:
            assert account.currency in {"", "GBP"}
            if account.code != mapping.suspense:
                assert account.kind in ALLOWED[what]
            assert {part.thing.what for part in parts} <= {what, What.ROUNDING}


@given(st.integers(-(10**9), 10**9))
def test_cents_are_rounded_half_even(amount: int) -> None:
    assert to_cents(amount) == round(amount / 10_000) * 10_000
