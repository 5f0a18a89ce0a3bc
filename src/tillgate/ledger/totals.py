"""What a day comes to, by everything that may be asked: amounts in whole millionths, exact.

Counted are lines and payments of SALE and REFUND sales that are not cancelled; payments of UPDATE
too, for those move money from one tender to another. What the others hold stands by type.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from tillgate.ledger.amounts import PLACES, half_even, micro
from tillgate.ledger.public import Line, Payment, PublicSale, Reference, group_values
from tillgate.ledger.sale import SaleType

_ONE = 10**PLACES

Sums = list[int]


class LineTotals(msgspec.Struct, frozen=True, rename="camel"):
    """Lines, summed up where they are alike in all that `aggregatedSales` groups by.

    Columns, a value for each such sum: they pack best, and are added up fastest.
    """

    staff_ids: list[int | None]
    staff_names: list[Reference | None]
    device_ids: list[int | None]
    devices: list[str]
    accounting_groups: list[str]
    statistic_groups: list[str]
    tags: list[tuple[str, ...]]
    gross: list[int]
    service_charges: list[int]
    discounts: list[int]
    taxes: list[int]
    lines: list[int]


class GroupTotal(msgspec.Struct, frozen=True, array_like=True):
    """Revenue of an accounting group."""

    accounting_group_id: int | None
    name: str
    code: str
    gross: int
    net: int
    tax: int
    service_charge: int
    discount: int
    lines: int


class TaxTotal(msgspec.Struct, frozen=True, array_like=True):
    """One tax: on how much net, what the back office says, and what the rate gives line by line."""

    code: str
    rate: str
    included: bool
    net: int
    tax: int
    recomputed: int


class DiscountTotal(msgspec.Struct, frozen=True, array_like=True):
    """A discount; `level` is `line` or `account`."""

    level: str
    type: str
    code: str
    name: str
    amount: int
    lines: int


class PaymentTotal(msgspec.Struct, frozen=True, array_like=True):
    """A tender."""

    payment_method_id: int | None
    code: str
    description: str
    type: str
    amount: int
    tip: int
    surcharge: int
    rounding: int
    payments: int


class ServiceTotal(msgspec.Struct, frozen=True, array_like=True):
    """Compulsory charges of a kind."""

    type: str
    rate: str
    amount: int
    lines: int


class TypeTotal(msgspec.Struct, frozen=True, array_like=True):
    """All sales of a type, whether or not they count."""

    type: str
    cancelled: bool
    sales: int
    gross: int
    paid: int


class Blocks(msgspec.Struct, frozen=True, rename="camel"):
    """What a day comes to, by everything but single lines; each list is in the order of its fields.

    `voids` are lines with a reason and their gross; `covers` are in millionths like the amounts.
    """

    accounting_groups: list[GroupTotal]
    taxes: list[TaxTotal]
    discounts: list[DiscountTotal]
    payments: list[PaymentTotal]
    service_charges: list[ServiceTotal]
    types: list[TypeTotal]
    voids: tuple[int, int]
    covers: int
    receipts: int


class DayTotals(Blocks, frozen=True, kw_only=True):
    """Everything a day comes to."""

    lines: LineTotals


DECODER = msgspec.json.Decoder(DayTotals)
BLOCKS_DECODER = msgspec.json.Decoder(Blocks)


class Counter:
    """Adds up a day, sale by sale."""

    def __init__(self) -> None:
        self._lines: dict[tuple[Any, ...], Sums] = {}
        self._groups: dict[tuple[Any, ...], Sums] = {}
        self._taxes: dict[tuple[Any, ...], Sums] = {}
        self._discounts: dict[tuple[Any, ...], Sums] = {}
        self._payments: dict[tuple[Any, ...], Sums] = {}
        self._services: dict[tuple[Any, ...], Sums] = {}
        self._types: dict[tuple[Any, ...], Sums] = {}
        self._voids = [0, 0]
        self._covers = 0
        self._receipts = 0

    def add(self, sale: PublicSale) -> None:
        """Count one more sale."""
        gross = sum(micro(line.total_net_amount_with_tax) for line in sale.sales_lines)
        paid = sum(micro(payment.net_amount_with_tax) for payment in sale.payments)
        _add(self._types, (sale.type.value, sale.cancelled), (1, gross, paid))
        if sale.counts:
            for line in sale.sales_lines:
                self._add_line(line)
            if sale.type is SaleType.SALE:
                self._covers += round(sale.nb_covers * _ONE)
                self._receipts += 1
        if takes_payments(sale):
            for payment in sale.payments:
                self._add_payment(payment)

    def _add_line(self, line: Line) -> None:
        amounts = amounts_of(line)
        name = line.staff_name if isinstance(line.staff_name, Reference) else None
        place = None if name is None else (name.part, name.value)
        key = (line.staff_id, place, *group_values(line))
        shown = (amounts.gross, amounts.service_charge, amounts.discount, amounts.tax)
        _add(self._lines, key, (*shown, 1))
        group = line.accounting_group
        _add(self._groups, (group.accounting_group_id, group.name, group.code), (*amounts, 1))
        self._add_taxes(line, amounts.net)
        self._add_discounts(line)
        if amounts.service_charge:
            kind = (line.service_charge_type.value, line.service_charge_rate)
            _add(self._services, kind, (amounts.service_charge, 1))
        if line.void_reason is not msgspec.UNSET:
            self._voids[0] += 1
            self._voids[1] += amounts.gross

    def _add_taxes(self, line: Line, net: int) -> None:
        for tax in line.tax_lines:
            recomputed = _share(net, tax.tax_rate)
            key = (tax.tax_code, tax.tax_rate, tax.tax_included)
            _add(self._taxes, key, (net, micro(tax.tax_amount), recomputed))

    def _add_discounts(self, line: Line) -> None:
        own = ("line", line.discount_type, line.discount_code, line.discount_name)
        account = ("account", line.account_discount_type, line.account_discount_code)
        for key, text in (
            (own, line.discount_amount),
            ((*account, line.account_discount_name), line.account_discount_amount),
        ):
            if amount := micro(text):
                _add(self._discounts, key, (amount, 1))

    def _add_payment(self, payment: Payment) -> None:
        method = (payment.payment_method_id, payment.code, payment.description, payment.type.value)
        texts = (payment.net_amount_with_tax, payment.tip, payment.surcharge)
        amounts = [micro(text) for text in (*texts, payment.rounding_amount)]
        _add(self._payments, method, (*amounts, 1))

    def totals(self) -> DayTotals:
        """All sums, each list in order."""
        return DayTotals(
            [GroupTotal(*key, *sums) for key, sums in _sorted(self._groups)],
            [TaxTotal(*key, *sums) for key, sums in _sorted(self._taxes)],
            [DiscountTotal(*key, *sums) for key, sums in _sorted(self._discounts)],
            [PaymentTotal(*key, *sums) for key, sums in _sorted(self._payments)],
            [ServiceTotal(*key, *sums) for key, sums in _sorted(self._services)],
            [TypeTotal(*key, *sums) for key, sums in _sorted(self._types)],
            (self._voids[0], self._voids[1]),
            self._covers,
            self._receipts,
            lines=_columns(_sorted(self._lines)),
        )


def takes_payments(sale: PublicSale) -> bool:
    """Whether its payments are takings."""
    return sale.counts or (sale.type is SaleType.UPDATE and not sale.cancelled)


def _columns(rows: list[tuple[tuple[Any, ...], Sums]]) -> LineTotals:
    names = [key[1] and Reference(*key[1]) for key, _ in rows]
    keys = [list(column) for column in zip(*(key for key, _ in rows), strict=True)]
    sums = [list(column) for column in zip(*(sums for _, sums in rows), strict=True)]
    staff, _, *others = keys or [[] for _ in range(7)]
    return LineTotals(staff, names, *others, *(sums or [[] for _ in range(5)]))


class Amounts(NamedTuple):
    """The figures of a line, in millionths."""

    gross: int
    net: int
    tax: int
    service_charge: int
    discount: int


def amounts_of(line: Line) -> Amounts:
    """The figures of a line."""
    return Amounts(
        micro(line.total_net_amount_with_tax),
        micro(line.total_net_amount_without_tax),
        micro(line.tax_amount),
        micro(line.service_charge),
        micro(line.total_discount_amount),
    )


def _share(net: int, rate: str) -> int:
    """The net times a multiplier less one, rounded half even to a millionth."""
    whole, _, places = rate.partition(".")
    scale: int = 10 ** len(places)
    return half_even(net * (int(whole + places) - scale), scale)


def _add(sums: dict[tuple[Any, ...], Sums], key: tuple[Any, ...], amounts: Iterable[int]) -> None:
    known = sums.get(key)
    if known is None:
        sums[key] = list(amounts)
        return
    for place, amount in enumerate(amounts):
        known[place] += amount


def _sorted(sums: dict[tuple[Any, ...], Sums]) -> list[tuple[tuple[Any, ...], Sums]]:
    return sorted(sums.items(), key=lambda item: in_order(item[0]))


def in_order(key: Iterable[Any]) -> list[tuple[bool, Any]]:
    """What keys are sorted by: None has no order, so what is absent comes first."""
    return [(each is not None, each) for each in key]


class _OnlyLines(msgspec.Struct, rename="camel"):
    lines: LineTotals


_LINES = msgspec.json.Decoder(_OnlyLines)


def decode_lines(text: bytes) -> LineTotals:
    """Only what `aggregatedSales` needs of a day's totals."""
    return _LINES.decode(text).lines
