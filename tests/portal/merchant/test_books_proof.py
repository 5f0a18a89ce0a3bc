"""The drawing of a proof: two bars whose lengths are the figures'."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tillgate.portal.merchant.books_proof import LENGTH, Bar, Part, draw

amounts = st.decimals(min_value=-10_000, max_value=10_000, places=6)
parts = st.lists(st.builds(Part, st.just("k1"), st.text(max_size=3), amounts), max_size=8)
HALF_A_STEP = Decimal("0.005")


def drawn(bar: Bar) -> Decimal:
    """Where the bar ends."""
    last = bar.segments[-1] if bar.segments else None
    return Decimal(last.x) + Decimal(last.width) if last else Decimal(0)


def total(parts: list[Part]) -> Decimal:
    return sum((part.amount for part in parts), Decimal(0))


@given(parts, parts)
def test_the_bars_are_equally_long_whatever_was_sold_and_paid(
    sold: list[Part], paid: list[Part]
) -> None:
    left, right = draw(sold, paid, total(sold) - total(paid))
    assert left.total == right.total
    assert drawn(left) == drawn(right)
    assert drawn(left) == (LENGTH if left.total else 0)


@given(parts, parts)
def test_each_part_is_as_long_as_its_amount(sold: list[Part], paid: list[Part]) -> None:
    for bar in draw(sold, paid, total(sold) - total(paid)):
        for segment in bar.segments:
            exact = segment.amount * LENGTH / bar.total
            assert abs(Decimal(segment.width) - exact) <= 2 * HALF_A_STEP
        for one, next_one in pairwise(bar.segments):
            assert Decimal(one.x) + Decimal(one.width) == Decimal(next_one.x)


def test_what_was_given_back_is_drawn_on_the_other_side() -> None:
    sold = [Part("k1", "net", Decimal(100)), Part("k2", "tax", Decimal(20))]
    paid = [Part("k4", "card", Decimal(150)), Part("k5", "cash", Decimal(-30))]
    left, right = draw(sold, paid, Decimal(0))
    assert [segment.name for segment in left.segments] == ["net", "tax", "cash"]
    assert [(one.name, one.x, one.width) for one in right.segments] == [("card", "0", "1000.00")]


def test_a_rest_is_drawn_where_it_is_missing() -> None:
    sold, paid = [Part("k1", "net", Decimal(10))], [Part("k4", "card", Decimal(8))]
    _, right = draw(sold, paid, Decimal(2))
    assert [(one.kind, one.amount) for one in right.segments] == [("k4", 8), ("rest", 2)]
    left, _ = draw(paid, sold, Decimal(-2))
    assert [(one.kind, one.amount) for one in left.segments] == [("k4", 8), ("rest", 2)]
