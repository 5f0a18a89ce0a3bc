"""A range's figures against those of all its sales counted as one day."""

from datetime import UTC, date, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.feed.making_sales import Thing, sales

from tillgate.ledger.canonical import make_canonical
from tillgate.ledger.document import count
from tillgate.ledger.figures import figures_of
from tillgate.ledger.sale import ENCODER, Sale
from tillgate.ledger.summary import Summary, add_up
from tillgate.ledger.totals import TypeTotal

FIRST = date(2026, 3, 14)
STARTS_AT = datetime(2026, 3, 14, 12, 30, tzinfo=UTC)
GIFT_CARDS = ("2100",)

groups = st.sampled_from(
    [
        {"accountingGroupId": 1, "name": "Gift cards", "code": "2100"},
        {"accountingGroupId": 2, "name": "Food"},
    ]
)


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A sale as it is kept, its lines in groups that may be gift cards."""
    thing: Thing = draw(sales(1))
    for line in thing.get("salesLines", ()):
        line["accountingGroup"] = draw(groups)
    sale = msgspec.convert(thing, Sale)
    make_canonical(sale)
    return ENCODER.encode(sale)


def summary_of(days: list[list[bytes]]) -> Summary:
    each = []
    for number, sold in enumerate(days):
        _, totals, proof = count(sold, GIFT_CARDS, STARTS_AT)
        each.append((FIRST + timedelta(days=number), figures_of(totals, proof)))
    return add_up(each)


@settings(max_examples=60, deadline=None)
@given(days=st.lists(st.lists(texts(), max_size=3), min_size=1, max_size=4))
def test_days_added_up_are_their_sales_counted_together(days: list[list[bytes]]) -> None:
    apart, together = summary_of(days), summary_of([[text for day in days for text in day]])
    assert apart._replace(unbalanced=[]) == together._replace(unbalanced=[])
    assert sum(each.rest for each in apart.unbalanced) == apart.rest
    named = [sale for each in together.unbalanced for sale in each.sales]
    assert [sale for each in apart.unbalanced for sale in each.sales] == named


@settings(max_examples=60, deadline=None)
@given(days=st.lists(st.lists(texts(), max_size=3), max_size=3))
def test_the_figures_are_those_of_the_proof(days: list[list[bytes]]) -> None:
    _, totals, proof = count([text for day in days for text in day], GIFT_CARDS, STARTS_AT)
    summary = add_up([(FIRST, figures_of(totals, proof))])
    assert (summary.rest, summary.balances) == (_micro(proof.rest), proof.balances)
    assert sum(summary.sold) == _micro(proof.sold.total)
    assert summary.paid == sum(_micro(each.total) for each in proof.paid)
    for name in ("refunds", "voids", "carried_in", "carried_over", "cash_drops"):
        counted, told = getattr(summary, name), getattr(proof, name)
        assert counted == (told.count, _micro(told.total)), name
    assert summary.groups == totals.accounting_groups
    assert summary.taxes == totals.taxes


def _micro(text: str) -> int:
    return int(text.replace(".", ""))


def test_nothing_comes_to_nothing() -> None:
    summary = add_up([])
    assert (summary.gross, summary.rest, summary.balances) == (0, 0, True)
    assert summary.average_check is None
    assert summary.average_cover is None


def test_averages_are_rounded_half_even_once() -> None:
    nothing = add_up([])
    kind = {"type": "SALE", "cancelled": False, "sales": 8, "paid": 0}
    for gross, shown in ((1_000_000, 12), (1_080_000, 14), (3_000_000, 38), (-1_000_000, -12)):
        summary = nothing._replace(types=[TypeTotal(gross=gross, **kind)], receipts=8)
        assert summary.average_check == shown
