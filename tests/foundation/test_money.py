from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillgate.foundation.money import rounded, trimmed, wire

amounts = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**15))


@pytest.mark.parametrize(
    ("amount", "places", "text"),
    [
        ("1.005", 2, "1.00"),
        ("1.015", 2, "1.02"),
        ("-0.004", 2, "0.00"),
        ("7", 6, "7.000000"),
        ("123456789012345678901234567890.125", 2, "123456789012345678901234567890.12"),
    ],
)
def test_wire_rounds_half_even_once_and_never_shows_minus_zero(amount, places, text):
    assert wire(Decimal(amount), places) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1.20", "1.2"), ("1.000", "1"), ("0.000000", "0"), ("-0", "0"), ("-2.416667", "-2.416667")],
)
def test_trimmed_leaves_no_trailing_zero(amount, text):
    assert trimmed(Decimal(amount)) == text


@given(amounts)
def test_trimming_changes_no_value(amount):
    assert Decimal(trimmed(amount)) == amount


@given(amounts, st.integers(0, 6))
def test_rounding_moves_an_amount_by_at_most_half_a_unit(amount, places):
    assert abs(rounded(amount, places) - amount) <= Decimal(1).scaleb(-places) / 2
