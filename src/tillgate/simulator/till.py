"""The till's arithmetic, exact: discounts, service charge, taxes, and what undoes them.

Gross of a line = net + tax + service charge. Where taxes are included, the net of each line is
rounded at 6 places and the tax is the rest. Where they are added, each tax is due to the cent on
the account; the lines carry it at 6 places and the dearest takes the remainder, so that the
account comes to whole cents as its payments do.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from tillgate.simulator.account import NOTHING, ONE, Account, Discount, Line
from tillgate.simulator.people import Worker
from tillgate.simulator.taxes import LAWS, Tax

_MICRO = Decimal("0.000001")
_MILLI = Decimal("0.001")
_HUNDRED = Decimal(100)


def cents(amount: Decimal) -> Decimal:
    """The amount at two places, half even, never minus zero."""
    return amount.quantize(NOTHING) + 0


def micros(amount: Decimal) -> Decimal:
    """The amount at six places, half even, never minus zero."""
    return amount.quantize(_MICRO) + 0


def spread(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """The total cut into parts of whole cents by weight, which add up to it exactly."""
    whole = sum(weights, NOTHING)
    if not whole:
        return [NOTHING for _ in weights]
    parts, reached, given = [], NOTHING, NOTHING
    for weight in weights:
        reached += weight
        parts.append(cents(total * reached / whole) - given)
        given += parts[-1]
    return parts


def settle(account: Account) -> None:
    """Work out every line that is not settled yet, with the account's discount and service."""
    lines = [line for line in account.lines if not line.is_settled]
    weights = [_take_line_discount(line) for line in lines]
    if account.discount:
        weights = _take_account_discount(lines, weights, account.discount)
    if account.has_service:
        _add_service(account, lines, weights)
    _tax(lines, weights, included=LAWS[account.location.country].included)


def settle_alone(line: Line, account: Account) -> None:
    """Work out one line by itself, outside the account's discount and service."""
    weights = [_take_line_discount(line)]
    _tax([line], weights, included=LAWS[account.location.country].included)


def negated(line: Line, *, at: datetime, staff: Worker, void_reason: str | None = None) -> Line:
    """The line that takes a settled one back: negative quantity and amounts, no id yet."""
    return replace(
        line,
        at=at,
        staff=staff,
        void_reason=void_reason,
        quantity=-line.quantity,
        discount_amount=-line.discount_amount,
        account_discount_amount=-line.account_discount_amount,
        service_charge=-line.service_charge,
        net=-line.net,
        tax_amounts=tuple(-amount for amount in line.tax_amounts),
        tax=-line.tax,
        gross=-line.gross,
        id="",
    )


def _take_line_discount(line: Line) -> Decimal:
    price = line.price if line.quantity == ONE else cents(line.price * line.quantity)
    if line.discount is None:
        return price
    line.discount_amount = _discount_on(price, line.discount)
    return price - line.discount_amount


def _discount_on(price: Decimal, discount: Discount) -> Decimal:
    if discount.type == "AMOUNT":
        return min(discount.value, price)
    return cents(price * discount.value)


def _take_account_discount(
    lines: list[Line], amounts: list[Decimal], discount: Discount
) -> list[Decimal]:
    bearing = _without_gift_cards(lines, amounts)
    parts = spread(_discount_on(sum(bearing, NOTHING), discount), bearing)
    for line, part in zip(lines, parts, strict=True):
        line.account_discount_amount = part
        line.account_discount = discount if part else None
    return [amount - part for amount, part in zip(amounts, parts, strict=True)]


def _add_service(account: Account, lines: list[Line], amounts: list[Decimal]) -> None:
    """APPORTIONED: reckoned on the account and spread; UNTAXED: reckoned on each line."""
    charge = account.location.service_charge
    if charge is None:
        return
    rate = charge.rate / _HUNDRED
    bearing = _without_gift_cards(lines, amounts)
    if charge.type == "APPORTIONED":
        parts = spread(cents(sum(bearing, NOTHING) * rate), bearing)
    else:
        parts = [cents(amount * rate) for amount in bearing]
    for line, part, amount in zip(lines, parts, bearing, strict=True):
        if amount:
            line.service_charge = part
            line.service_type = charge.type
            line.service_rate = cents(charge.rate)


def _without_gift_cards(lines: list[Line], amounts: list[Decimal]) -> list[Decimal]:
    return [
        NOTHING if line.item.course == "gift" else amount
        for line, amount in zip(lines, amounts, strict=True)
    ]


def _tax(lines: list[Line], amounts: list[Decimal], *, included: bool) -> None:
    for line, amount in zip(lines, amounts, strict=True):
        share = sum((tax.share for tax in line.taxes), Decimal(1))
        line.net = micros(amount / share) if included else micros(amount)
        line.tax_amounts = tuple(micros(line.net * tax.share) for tax in line.taxes)
        if included and line.taxes:
            others = sum(line.tax_amounts[:-1], NOTHING)
            line.tax_amounts = (*line.tax_amounts[:-1], amount - line.net - others)
    if not included:
        _make_taxes_whole_cents(lines)
    for line in lines:
        line.tax = micros(sum(line.tax_amounts, NOTHING))
        line.gross = micros(line.net + line.tax + line.service_charge)
        line.is_settled = True


def _make_taxes_whole_cents(lines: list[Line]) -> None:
    by_tax: dict[Tax, list[Line]] = {}
    for line in lines:
        for tax in line.taxes:
            by_tax.setdefault(tax, []).append(line)
    for tax, bearing in by_tax.items():
        due = cents(sum((line.net for line in bearing), NOTHING) * tax.share)
        carried = sum((line.tax_amounts[line.taxes.index(tax)] for line in bearing), NOTHING)
        dearest = max(bearing, key=lambda line: line.net)
        amounts = list(dearest.tax_amounts)
        amounts[dearest.taxes.index(tax)] += due - carried
        dearest.tax_amounts = tuple(amounts)


def weighed(grams: int) -> Decimal:
    """A quantity of so many thousandths."""
    return Decimal(grams) * _MILLI
