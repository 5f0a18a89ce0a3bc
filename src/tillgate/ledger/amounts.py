"""Exact sums as whole millionths: canonical amounts have at most six places."""

from decimal import Decimal

from tillgate.foundation.money import wire

PLACES = 6


def micro(text: str) -> int:
    """A decimal text of at most six places in millionths: `"12.5"` is 12500000."""
    whole, _, places = text.partition(".")
    return int(whole + places.ljust(PLACES, "0"))


def half_even(dividend: int, divisor: int) -> int:
    """The quotient, rounded half even; the divisor is above zero."""
    quotient, rest = divmod(dividend, divisor)
    return quotient + (rest * 2 > divisor or (rest * 2 == divisor and quotient % 2 == 1))


def exact(millionths: int) -> str:
    """The amount with all its six places, such as `"12.500000"`."""
    digits = f"{abs(millionths):07}"
    return f"{'-' if millionths < 0 else ''}{digits[:-PLACES]}.{digits[-PLACES:]}"


def cents(millionths: int) -> str:
    """The amount rounded half even to two places, such as `"12.50"`."""
    return wire(Decimal(millionths).scaleb(-PLACES), 2)
