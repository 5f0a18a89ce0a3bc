"""What a range of business days comes to: their figures added up, exact, in whole millionths.

Nothing is rounded here; whoever shows an amount rounds it, half even, once.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from fractions import Fraction
from itertools import zip_longest
from operator import itemgetter
from typing import Any, NamedTuple

from tillgate.ledger.figures import BLOCKS, ONCE, Block, Figures, Key, read_keys
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


class Places:
    """Where each sum of a day belongs among those of many days, whatever their keys are.

    Periods of one range share one: what days of the same keys have in common is found out once.
    """

    def __init__(self) -> None:
        self._of_entry: dict[tuple[str, Key], int] = {}
        self._takers: dict[bytes, Callable[[list[int]], tuple[int, ...]]] = {}
        self._size = len(ONCE)

    def row(self, figures: Figures) -> tuple[int, ...]:
        """The sums of a day, each at its place; nothing where it has none."""
        take = self._takers.get(figures.keys)
        if take is None:
            take = self._takers[figures.keys] = self._taker(figures.keys)
        return take([*figures.sums, 0])

    def _taker(self, keys: bytes) -> Callable[[list[int]], tuple[int, ...]]:
        places = [*self._of_blocks(keys), *range(len(ONCE))]
        taken = [-1] * self._size
        for number, place in enumerate(places):
            taken[place] = number
        return itemgetter(*taken)

    def _of_blocks(self, keys: bytes) -> Iterator[int]:
        for block, named in zip(BLOCKS, read_keys(keys).blocks, strict=True):
            for key in named:
                start = self.at(block.name, key, block.sums)
                yield from range(start, start + block.sums)

    def at(self, block: str, key: Key, sums: int) -> int:
        """Where the sums of an entry begin, of which there are so many."""
        start = self._of_entry.setdefault((block, key), self._size)
        if start == self._size:
            self._size += sums
        return start


class Adder:
    """Adds up days in any order."""

    def __init__(self, places: Places | None = None) -> None:
        self._places = places or Places()
        self._rows = [(0,) * len(ONCE)]
        self._keys: set[bytes] = set()
        self._unbalanced: list[Unbalanced] = []

    def add(self, business_date: date, figures: Figures) -> None:
        """Count one more day."""
        self._rows.append(self._places.row(figures))
        self._keys.add(figures.keys)
        if figures.unbalanced:
            rest = sum(rest for _, rest in figures.unbalanced)
            self._unbalanced.append(Unbalanced(business_date, rest, figures.unbalanced))

    def summary(self) -> Summary:
        """What they all come to."""
        # Rows are longer the later a day brought keys of its own.
        sums = [sum(column) for column in zip_longest(*self._rows, fillvalue=0)]
        keys = [read_keys(packed) for packed in self._keys]
        blocks = {
            block.name: list(
                self._entries(block, {key for each in keys for key in each.blocks[at]}, sums)
            )
            for at, block in enumerate(BLOCKS)
        }
        payments = [PaymentTotal(*entry) for entry in blocks["payments"]]
        tips, surcharges = sum(one.tip for one in payments), sum(one.surcharge for one in payments)
        once = dict(zip(ONCE, sums, strict=False))
        sold = Sold._make([*(once[name] for name in ONCE[:4]), tips, surcharges])
        return Summary(
            groups=[GroupTotal(*entry) for entry in blocks["accounting_groups"]],
            taxes=[TaxTotal(*entry) for entry in blocks["taxes"]],
            discounts=[DiscountTotal(*entry) for entry in blocks["discounts"]],
            payments=payments,
            service_charges=[ServiceTotal(*entry) for entry in blocks["service_charges"]],
            types=[TypeTotal(*entry) for entry in blocks["types"]],
            sold=sold,
            covers=once["covers"],
            receipts=once["receipts"],
            unbalanced=sorted(self._unbalanced),
            gift_card_groups=sorted({code for each in keys for code in each.gift_card_groups}),
            **{name: Counted(once[name], once[f"{name}_total"]) for name in _COUNTED},
        )

    def _entries(
        self, block: Block, keys: Collection[Key], sums: list[int]
    ) -> Iterator[tuple[Any, ...]]:
        """The entries of a block in the order of their keys, each with its sums."""
        for key in sorted(keys, key=in_order):
            start = self._places.at(block.name, key, block.sums)
            yield (*key, *sums[start : start + block.sums])


def add_up(days: Iterable[tuple[date, Figures]], places: Places | None = None) -> Summary:
    """What these days come to; `places` may be shared with other ranges."""
    adder = Adder(places)
    for business_date, figures in days:
        adder.add(business_date, figures)
    return adder.summary()
