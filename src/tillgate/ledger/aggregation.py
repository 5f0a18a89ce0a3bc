"""Totals over sale lines, grouped: exact sums, each figure rounded once when it is shown.

Counted are the lines of SALE and REFUND sales that are not cancelled (`WIRE.md`,
aggregatedSales). A line counts under each of its tags, and under "" where it has no value for a
key.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from itertools import product

import msgspec

from tillgate.foundation.money import wire

_ZERO = Decimal(0)

Path = tuple[str, ...]


class GroupKey(StrEnum):
    """What totals can be grouped by."""

    STAFF = "staff"
    DEVICE = "device"
    DEVICE_ID = "deviceId"
    TAG = "tag"
    ACCOUNTING_GROUP = "accountingGroup"
    STATISTIC_GROUP = "statisticGroup"


class _Group(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    statistic_group: str = ""


class _Line(msgspec.Struct, rename="camel"):
    total_net_amount_with_tax: Decimal
    tax_amount: Decimal
    service_charge: Decimal = _ZERO
    total_discount_amount: Decimal = _ZERO
    statistic_group: str = ""
    accounting_group: _Group = _Group()
    tags: list[str] = []
    staff_id: int | None = None
    staff_name: str = ""
    device_id: int | None = None
    device_name: str = ""


class _Sale(msgspec.Struct, rename="camel"):
    sales_lines: list[_Line] = []
    cancelled: bool = False


_DECODER = msgspec.json.Decoder(_Sale)


class Totals:
    """Sums of lines, unrounded. Amounts have six places, so 28 digits hold a milliard lines."""

    __slots__ = ("discount", "gross", "lines", "service_charge", "tax")

    def __init__(self) -> None:
        self.gross = self.service_charge = self.discount = self.tax = _ZERO
        self.lines = 0

    def add(self, line: _Line) -> None:
        """Count one more line."""
        self.gross += line.total_net_amount_with_tax
        self.service_charge += line.service_charge
        self.discount += line.total_discount_amount
        self.tax += line.tax_amount
        self.lines += 1

    def shown(self) -> dict[str, object]:
        """The figures as the contract names and writes them."""
        return {
            "totalAmount": wire(self.gross, 2),
            "serviceCharge": wire(self.service_charge, 2),
            "totalDiscountedAmount": wire(self.discount, 2),
            "totalTaxAmount": wire(self.tax, 2),
            "numberOfSales": self.lines,
        }


class Aggregate:
    """Totals of every node of a tree whose levels are the keys, outermost first.

    With `staff_names` False a member of staff is known by id, as text.
    """

    def __init__(self, keys: tuple[GroupKey, ...], *, staff_names: bool) -> None:
        self.keys = keys
        self._staff_names = staff_names
        self._nodes: dict[Path, Totals] = {(): Totals()}

    def add(self, texts: Iterable[str]) -> None:
        """Count the lines of sales, given as their texts; for a thread of its own."""
        for text in texts:
            sale = _DECODER.decode(text)
            if not sale.cancelled:
                for line in sale.sales_lines:
                    self._add(line)

    def _add(self, line: _Line) -> None:
        values = [self._values(line, key) for key in self.keys]
        for depth in range(len(values) + 1):
            for path in product(*values[:depth]):
                node = self._nodes.get(path)
                if node is None:
                    node = self._nodes[path] = Totals()
                node.add(line)

    def _values(self, line: _Line, key: GroupKey) -> tuple[str, ...]:
        match key:
            case GroupKey.TAG:
                return tuple(dict.fromkeys(line.tags)) or ("",)
            case GroupKey.STAFF:
                named = line.staff_name if self._staff_names else ""
                return (named or _id_text(line.staff_id),)
            case GroupKey.DEVICE:
                return (line.device_name,)
            case GroupKey.DEVICE_ID:
                return (_id_text(line.device_id),)
            case GroupKey.ACCOUNTING_GROUP:
                return (line.accounting_group.name,)
            case GroupKey.STATISTIC_GROUP:
                return (line.statistic_group or line.accounting_group.statistic_group,)

    def totals(self, path: Path = ()) -> Totals:
        """The totals of a node; those of the root without a path."""
        return self._nodes[path]

    def paths(self, depth: int) -> Iterator[Path]:
        """The paths of all nodes so deep, by their values."""
        return iter(sorted(path for path in self._nodes if len(path) == depth))


def _id_text(number: int | None) -> str:
    return "" if number is None else str(number)
