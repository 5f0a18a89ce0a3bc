"""What a range of business days comes to: their figures added up, exact, in whole millionths.

Nothing is rounded here; whoever shows an amount rounds it, half even, once.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from operator import add
from typing import NamedTuple

from tillgate.ledger.figures import BLOCKS, ONCE, Block, Figures, Key, Keys, read_keys
from tillgate.ledger.totals import (
    DiscountTotal,
    GroupTotal,
    PaymentTotal,
    ServiceTotal,
    TaxTotal,
    TypeTotal,
    in_order,
)

_CENT = 10_000
_COUNTED = ("refunds", "voids", "carried_in", "carried_over", "cash_drops")


class Counted(NamedTuple):
    """So many of something, and what they come to."""

    number: int
    total: int


class Sold(NamedTuple):
    """The left side of the proof; the first three are without gift cards."""

    net: int
    tax: int
    service_charges: int
    gift_cards: int
    tips: int
    surcharges: int


class Unbalanced(NamedTuple):
    """A day with sales that do not add up: each by account with what is left of it."""

    business_date: date
    rest: int
    sales: list[tuple[str, int]]


class Summary(NamedTuple):
    """Everything a range of days comes to; amounts and covers in millionths.

    Lists are in the order of their entries' keys. `gift_card_groups` are codes of accounting
    groups whose untaxed lines are gift cards.
    """

    groups: list[GroupTotal]
    taxes: list[TaxTotal]
    discounts: list[DiscountTotal]
    payments: list[PaymentTotal]
    service_charges: list[ServiceTotal]
    types: list[TypeTotal]
    sold: Sold
    refunds: Counted
    voids: Counted
    carried_in: Counted
    carried_over: Counted
    cash_drops: Counted
    covers: int
    receipts: int
    unbalanced: list[Unbalanced]
    gift_card_groups: list[str]

    @property
    def gross(self) -> int:
        """Gross revenue: what the root of `aggregatedSales` says before it is rounded."""
        return sum(each.gross for each in self.groups)

    @property
    def paid(self) -> int:
        """All tenders: amounts, tips and surcharges."""
        return sum(each.amount + each.tip + each.surcharge for each in self.payments)

    @property
    def rest(self) -> int:
        """What was sold less what was paid."""
        return sum(self.sold) - self.paid

    @property
    def balances(self) -> bool:
        """Whether each day and each of its sales adds up."""
        return not self.rest and not self.unbalanced

    @property
    def tax_without_rate(self) -> int:
        """Tax on lines that no tax of theirs tells of, or less where they tell of more."""
        return sum(each.tax for each in self.groups) - sum(each.tax for each in self.taxes)

    @property
    def average_check(self) -> int | None:
        """Gross of the sales of type SALE by their number, in cents; None without any."""
        return _cents_each(self._gross_of_sales(), self.receipts)

    @property
    def average_cover(self) -> int | None:
        """The same by covers."""
        return _cents_each(self._gross_of_sales() * 10**6, self.covers)

    def _gross_of_sales(self) -> int:
        sales = (each for each in self.types if each.type == "SALE" and not each.cancelled)
        return sum(each.gross for each in sales)


def _cents_each(total: int, count: int) -> int | None:
    # Of a fraction `round` is exact, and half even.
    return round(Fraction(total, count * _CENT)) if count > 0 else None


class Adder:
    """Adds up days in any order."""

    def __init__(self) -> None:
        self._sums: dict[bytes, list[list[int]]] = {}
        self._unbalanced: list[Unbalanced] = []

    def add(self, business_date: date, figures: Figures) -> None:
        """Count one more day."""
        self._sums.setdefault(figures.keys, []).append(figures.sums)
        if figures.unbalanced:
            rest = sum(rest for _, rest in figures.unbalanced)
            self._unbalanced.append(Unbalanced(business_date, rest, figures.unbalanced))

    def summary(self) -> Summary:
        """What they all come to."""
        # Column by column: the more days are alike, the faster.
        keyed = [
            (read_keys(packed), [sum(column) for column in zip(*days, strict=True)])
            for packed, days in self._sums.items()
        ]
        merged = _Merged(keyed)
        payments = [PaymentTotal(*key, *sums) for key, sums in merged.entries("payments")]
        tips, surcharges = sum(one.tip for one in payments), sum(one.surcharge for one in payments)
        once = dict(zip(ONCE, merged.once, strict=True))
        sold = Sold._make([*(once[name] for name in ONCE[:4]), tips, surcharges])
        return Summary(
            groups=[GroupTotal(*key, *sums) for key, sums in merged.entries("accounting_groups")],
            taxes=[TaxTotal(*key, *sums) for key, sums in merged.entries("taxes")],
            discounts=[DiscountTotal(*key, *sums) for key, sums in merged.entries("discounts")],
            payments=payments,
            service_charges=[
                ServiceTotal(*key, *sums) for key, sums in merged.entries("service_charges")
            ],
            types=[TypeTotal(*key, *sums) for key, sums in merged.entries("types")],
            sold=sold,
            covers=once["covers"],
            receipts=once["receipts"],
            unbalanced=sorted(self._unbalanced),
            gift_card_groups=sorted({code for keys, _ in keyed for code in keys.gift_card_groups}),
            **{name: Counted(once[name], once[f"{name}_total"]) for name in _COUNTED},
        )


class _Merged:
    """Sums of days with different keys, brought together entry by entry."""

    def __init__(self, keyed: Iterable[tuple[Keys, list[int]]]) -> None:
        self._blocks: dict[str, dict[Key, list[int]]] = {block.name: {} for block in BLOCKS}
        self.once = [0] * len(ONCE)
        for keys, sums in keyed:
            at = 0
            for block, named in zip(BLOCKS, keys.blocks, strict=True):
                at = _merge(block, self._blocks[block.name], named, sums, at)
            self.once = list(map(add, self.once, sums[at:]))

    def entries(self, name: str) -> list[tuple[Key, list[int]]]:
        """The entries of a block in the order of their keys."""
        return sorted(self._blocks[name].items(), key=lambda entry: in_order(entry[0]))


def _merge(
    block: Block, known: dict[Key, list[int]], named: Sequence[Key], sums: list[int], at: int
) -> int:
    for key in named:
        more = sums[at : at + block.sums]
        mine = known.get(key)
        known[key] = more if mine is None else list(map(add, mine, more))
        at += block.sums
    return at


def add_up(days: Iterable[tuple[date, Figures]]) -> Summary:
    """What these days come to."""
    adder = Adder()
    for business_date, figures in days:
        adder.add(business_date, figures)
    return adder.summary()
