"""Whether a day adds up: what was sold against what was paid, tender by tender.

    net + tax + service charges + gift cards sold + tips + surcharges = payments by tender + rest

A rest is named with its sales and never spread. Everything that moves no revenue, such as what was
carried over or put into the till, has a line of its own beside the equation.
"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from tillgate.ledger.amounts import exact, micro
from tillgate.ledger.public import Line, PublicSale
from tillgate.ledger.sale import SaleType
from tillgate.ledger.totals import DayTotals, PaymentTotal, takes_payments


class Tender(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What was paid by one method; `total` is amount, tip and surcharge."""

    code: str
    type: str
    payments: int
    amount: str
    tip: str
    surcharge: str
    total: str
    description: str = ""
    payment_method_id: int | None = None


class Counted(msgspec.Struct, frozen=True):
    """So many of something, and what they come to."""

    count: int
    total: str


class Sold(msgspec.Struct, frozen=True, rename="camel"):
    """The left side; `net`, `tax` and `service_charges` are without gift cards."""

    net: str
    tax: str
    service_charges: str
    gift_cards: str
    tips: str
    surcharges: str
    total: str


class Unbalanced(msgspec.Struct, frozen=True, rename="camel"):
    """A sale that does not add up by itself."""

    account_fisc_id: str
    rest: str


class Proof(msgspec.Struct, frozen=True, rename="camel"):
    """A day's proof; amounts are exact, with six places. `rest` is sold less paid.

    `gift_card_groups` are the codes of the accounting groups that were taken for gift cards.
    """

    balances: bool
    sold: Sold
    paid: list[Tender]
    rest: str
    unbalanced: list[Unbalanced]
    refunds: Counted
    voids: Counted
    discounts: Counted
    carried_in: Counted
    carried_over: Counted
    cash_drops: Counted
    rounding: Counted
    gift_card_groups: list[str]


class Prover:
    """Goes through a day's sales; `starts_at` is when the day began, as its sales write times."""

    def __init__(self, gift_card_groups: Collection[str], starts_at: str) -> None:
        self._gift_card_groups = sorted(gift_card_groups)
        self._starts_at = starts_at
        self._gift_cards = 0
        self._unbalanced: list[Unbalanced] = []
        self._net = self._tax = self._service = 0
        self._counts: dict[str, list[int]] = {name: [0, 0] for name in _BESIDE}

    def add(self, sale: PublicSale) -> None:
        """Look at one more sale."""
        sold = self._add_lines(sale.sales_lines) if sale.counts else 0
        paid = sum(micro(payment.net_amount_with_tax) for payment in sale.payments)
        if takes_payments(sale) and sold != paid:
            self._unbalanced.append(Unbalanced(sale.account_fisc_id, exact(sold - paid)))
        gross = sum(micro(line.total_net_amount_with_tax) for line in sale.sales_lines)
        self._note(sale, gross, paid)

    def _add_lines(self, lines: Sequence[Line]) -> int:
        """What these lines sell: a line that does not add up counts as its parts do."""
        sold = 0
        for line in lines:
            net, tax = micro(line.total_net_amount_without_tax), micro(line.tax_amount)
            service = micro(line.service_charge)
            sold += net + tax + service
            if line.accounting_group.code in self._gift_card_groups and not tax:
                self._gift_cards += net + service
                continue
            self._net += net
            self._tax += tax
            self._service += service
        return sold

    def _note(self, sale: PublicSale, gross: int, paid: int) -> None:
        if sale.cancelled:
            return
        if sale.type is SaleType.REFUND:
            self._count("refunds", gross)
        elif sale.type is SaleType.TRANSITORY:
            self._count("carried_over", gross)
        elif sale.type is SaleType.FLOAT:
            self._count("cash_drops", paid)
        if sale.counts and sale.time_of_opening and self._is_earlier(sale.time_of_opening):
            self._count("carried_in", gross)

    def _is_earlier(self, opened: str) -> bool:
        # Both are canonical times in UTC: the text up to the seconds compares as the time does.
        return opened[:19] < self._starts_at[:19]

    def _count(self, name: str, amount: int) -> None:
        self._counts[name][0] += 1
        self._counts[name][1] += amount

    def proof(self, totals: DayTotals) -> Proof:
        """The proof, with the tenders of the day's totals."""
        tips = sum(each.tip for each in totals.payments)
        surcharges = sum(each.surcharge for each in totals.payments)
        parts = (self._net, self._tax, self._service, self._gift_cards, tips, surcharges)
        tenders = [_tender(each) for each in totals.payments]
        rest = sum(parts) - sum(_total(each) for each in totals.payments)
        roundings = [each for each in totals.payments if each.rounding]
        return Proof(
            balances=not rest and not self._unbalanced,
            sold=Sold(*(exact(part) for part in (*parts, sum(parts)))),
            paid=tenders,
            rest=exact(rest),
            unbalanced=self._unbalanced,
            voids=Counted(totals.voids[0], exact(totals.voids[1])),
            discounts=_counted([each.lines for each in totals.discounts], totals.discounts),
            rounding=Counted(len(roundings), exact(sum(each.rounding for each in roundings))),
            gift_card_groups=self._gift_card_groups,
            **{name: Counted(count, exact(total)) for name, (count, total) in self._counts.items()},
        )


_BESIDE = ("refunds", "carried_in", "carried_over", "cash_drops")


def _total(payment: PaymentTotal) -> int:
    return payment.amount + payment.tip + payment.surcharge


def _tender(payment: PaymentTotal) -> Tender:
    return Tender(
        code=payment.code,
        type=payment.type,
        payments=payment.payments,
        amount=exact(payment.amount),
        tip=exact(payment.tip),
        surcharge=exact(payment.surcharge),
        total=exact(_total(payment)),
        description=payment.description,
        payment_method_id=payment.payment_method_id,
    )


def _counted(lines: list[int], discounts: Sequence[Any]) -> Counted:
    return Counted(sum(lines), exact(sum(each.amount for each in discounts)))
