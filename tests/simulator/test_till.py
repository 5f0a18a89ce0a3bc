"""The till's arithmetic: every sum exact, over seeds and dates, in every location."""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulator.fed import Sale, decoded, few, gross, paid

from tillgate.simulator.feed import day_lines
from tillgate.simulator.till import spread

DATES = st.dates(date(2024, 3, 1), date(2029, 12, 31))
CENTS = st.decimals(Decimal(0), Decimal(5000), places=2)
UNPAID = {"SPLIT", "TRANSFER", "RECALL", "TRANSITORY", "CROSS_BL", "CANCEL"}
MICRO = Decimal("0.000001")


@given(total=CENTS, weights=st.lists(CENTS, max_size=30))
def test_parts_add_up_to_what_was_spread(total: Decimal, weights: list[Decimal]) -> None:
    parts = spread(total, weights)
    assert len(parts) == len(weights)
    assert sum(parts) == (total if sum(weights) else 0)
    assert all(part == round(part, 2) >= 0 for part in parts)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if not weight)


def test_a_whole_spread_gives_each_its_weight() -> None:
    weights = [Decimal("10.01"), Decimal("0.33"), Decimal("7.77")]
    assert spread(sum(weights, Decimal(0)), weights) == weights


@settings(max_examples=25, deadline=None)
@given(day=DATES, seed=st.integers(0, 10_000))
def test_every_sale_adds_up(day: date, seed: int) -> None:
    for record in decoded(day_lines(few(day, day, seed=seed), day)):
        if record["record"] == "sale":
            _check_sale(record["sale"])


def _check_sale(sale: Sale) -> None:
    for line in sale["salesLines"]:
        _check_sums(line)
        _check_taxes(line)
        _check_discounts(line)
    if sale["type"] in UNPAID:
        assert sale["payments"] == []
    elif sale["type"] in {"SALE", "REFUND", "VOID"}:
        assert gross(sale["salesLines"]) == paid(sale)
    elif sale["type"] == "UPDATE":
        assert paid(sale) == 0
    if sale["type"] == "REFUND":
        assert gross(sale["salesLines"]) < 0
        assert all(Decimal(line["quantity"]) < 0 for line in sale["salesLines"])


def _check_sums(line: dict[str, Any]) -> None:
    net, tax, charge = (
        Decimal(line[name]) for name in ("totalNetAmountWithoutTax", "taxAmount", "serviceCharge")
    )
    assert Decimal(line["totalNetAmountWithTax"]) == net + tax + charge
    assert tax == sum(Decimal(part["taxAmount"]) for part in line["taxLines"])
    price = Decimal(line["menuListPrice"]) * Decimal(line["quantity"])
    due = price.quantize(Decimal("0.01"), ROUND_HALF_EVEN) - Decimal(line["totalDiscountAmount"])
    included = all(part["taxIncluded"] for part in line["taxLines"])
    assert net + (tax if included else 0) == due


def _check_taxes(line: dict[str, Any]) -> None:
    net = Decimal(line["totalNetAmountWithoutTax"])
    for part in line["taxLines"]:
        exact = net * (Decimal(part["taxRate"]) - 1)
        # Where taxes are added, the dearest line of the account takes the rest of the cent.
        allowed = MICRO if part["taxIncluded"] else Decimal("0.005") + 30 * MICRO
        assert abs(Decimal(part["taxAmount"]) - exact) <= allowed
    if line["taxLines"]:
        rate = sum(Decimal(part["taxRate"]) - 1 for part in line["taxLines"])
        assert abs(Decimal(line["taxRatePercentage"]) - 100 * rate) <= Decimal("0.005")
    else:
        assert "taxCode" not in line
        assert line["taxAmount"] == "0.000000"


def _check_discounts(line: dict[str, Any]) -> None:
    own, shared = Decimal(line["discountAmount"]), Decimal(line["accountDiscountAmount"])
    assert Decimal(line["totalDiscountAmount"]) == own + shared
    assert ("discountCode" in line) == ("discountName" in line) == ("discountType" in line)
    assert ("accountDiscountCode" in line) == (shared != 0)


@settings(max_examples=15, deadline=None)
@given(day=DATES, seed=st.integers(0, 10_000))
def test_an_account_discount_is_reckoned_on_the_account_and_not_on_its_lines(
    day: date, seed: int
) -> None:
    for record in decoded(day_lines(few(day, day, seed=seed), day)):
        if record["record"] == "sale" and record["sale"]["type"] == "SALE":
            lines = [line for line in record["sale"]["salesLines"] if "accountDiscountCode" in line]
            if lines:
                _check_account_discount(lines)


def _check_account_discount(lines: list[dict[str, Any]]) -> None:
    given_back = sum(Decimal(line["accountDiscountAmount"]) for line in lines)
    before = _before_account_discount(lines)
    code = lines[0]["accountDiscountCode"]
    if code == "COUPON5":
        assert given_back == min(before, Decimal("5.00"))
    else:
        share = {"LOYAL10": "0.1", "STAFF50": "0.5", "HOUSE": "1"}[code]
        exact = before * Decimal(share)
        # Lines whose part is nothing are not seen here: they weigh less than a cent's worth.
        assert abs(given_back - exact) <= Decimal("0.01")


def _before_account_discount(lines: list[dict[str, Any]]) -> Decimal:
    return sum(
        (
            round(Decimal(line["menuListPrice"]) * Decimal(line["quantity"]), 2)
            - Decimal(line["discountAmount"])
            for line in lines
        ),
        Decimal(0),
    )
