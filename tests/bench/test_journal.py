"""Entries and DuckDB's sums are held against each other before anything is timed."""

from decimal import Decimal
from typing import Any

import pytest
from bench.journal import _check
from bench.year import NotWhole

_DAY = "2021-07-01"
_SUMS = {
    (_DAY, "sales 7"): (Decimal(10), Decimal(3), Decimal(0), Decimal(0)),
    (_DAY, "tax VAT@1.2"): (Decimal(2), Decimal(0), Decimal(0), Decimal(0)),
    (_DAY, "tender 1"): (Decimal(13), Decimal("1.50"), Decimal(0), Decimal("-0.02")),
}
_BOOKED = [
    ("tender", "1", "debit", "14.480000"),
    ("sales", "7", "credit", "10.000000"),
    ("tax", "VAT@1.2", "credit", "2.000000"),
    ("tax", "", "credit", "1.000000"),
    ("tips", "", "credit", "1.500000"),
    ("rounding", "", "debit", "0.020000"),
]


def _answer(booked: list[tuple[str, str, str, str]], *, final: bool = True) -> dict[str, Any]:
    postings = [
        {"side": side, "parts": [{"what": what, "key": key, "amount": amount}]}
        for what, key, side, amount in booked
    ]
    return {"final": final, "entries": [{"businessDate": _DAY, "postings": postings}]}


def test_the_same_amounts_pass() -> None:
    _check(_answer(_BOOKED), _SUMS)


@pytest.mark.parametrize("place", range(len(_BOOKED)))
def test_an_amount_that_differs_is_found(place: int) -> None:
    booked = [*_BOOKED]
    booked[place] = (*_BOOKED[place][:3], "14.480001")
    with pytest.raises(NotWhole):
        _check(_answer(booked), _SUMS)


def test_days_that_are_not_closed_are_not_timed() -> None:
    with pytest.raises(NotWhole):
        _check(_answer(_BOOKED, final=False), _SUMS)
