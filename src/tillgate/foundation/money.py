"""Exact amounts: `Decimal` inside, decimal strings with a fixed number of places on the wire."""

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

# Sums over years of lines stay far below this; the default of 28 digits would round silently.
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


def rounded(amount: Decimal, places: int) -> Decimal:
    """The amount rounded half even to so many places, never as minus zero."""
    with localcontext(_EXACT):
        return amount.quantize(Decimal(1).scaleb(-places)) + 0


def wire(amount: Decimal, places: int) -> str:
    """The amount as the published contract writes it, such as `"12.50"` for 2 places."""
    return f"{rounded(amount, places):f}"


def trimmed(amount: Decimal) -> str:
    """The amount without trailing zeros, such as `"1.2"`, `"0"` or `"-2.416667"`."""
    text = f"{amount:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text
