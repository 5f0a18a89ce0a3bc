"""Totals over sale lines, grouped: exact sums, each figure rounded once when it is shown.

Counted are the lines of SALE and REFUND sales that are not cancelled (`WIRE.md`,
aggregatedSales). A line counts under each of its tags, and under "" where it has no value for a
key.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import Any

from tillgate.ledger.amounts import cents
from tillgate.ledger.month_lines import Kind, MonthLines
from tillgate.ledger.personal import Known
from tillgate.ledger.public import Line, Reference, group_values, read_public
from tillgate.ledger.totals import LineTotals, amounts_of

Path = tuple[str, ...]
_NOBODY = Known({})


class GroupKey(StrEnum):
    """What totals can be grouped by."""

    STAFF = "staff"
    DEVICE = "device"
    DEVICE_ID = "deviceId"
    TAG = "tag"
    ACCOUNTING_GROUP = "accountingGroup"
    STATISTIC_GROUP = "statisticGroup"


class Totals:
    """Sums of lines, in millionths: gross, service charge, discount, tax; and how many lines."""

    __slots__ = ("_sums",)

    def __init__(self) -> None:
        self._sums = [0, 0, 0, 0, 0]

    def add(self, figures: Iterable[int]) -> None:
        """Count more lines."""
        self._sums = [mine + more for mine, more in zip(self._sums, figures, strict=True)]

    def shown(self) -> dict[str, object]:
        """The figures as the contract names and writes them."""
        gross, service_charge, discount, tax, lines = self._sums
        return {
            "totalAmount": cents(gross),
            "serviceCharge": cents(service_charge),
            "totalDiscountedAmount": cents(discount),
            "totalTaxAmount": cents(tax),
            "numberOfSales": lines,
        }


class Aggregate:
    """Totals of every node of a tree whose levels are the keys, outermost first.

    With `staff_names` False a member of staff is known by id, as text. Lines are added up by their
    values first, tags together; nodes are made of those when the totals are asked for.
    """

    def __init__(self, keys: tuple[GroupKey, ...], *, staff_names: bool) -> None:
        self.keys = keys
        self._staff_names = staff_names
        self._leaves: dict[tuple[Any, ...], list[int]] = {}

    def add(self, texts: Iterable[str | bytes], known: Known = _NOBODY) -> None:
        """Count the lines of sales, given as their texts; for a thread of its own.

        `known` has the names that a text of a closed day only refers to.
        """
        for text in texts:
            sale = read_public(text)
            for line in sale.sales_lines if sale.counts else ():
                amounts = amounts_of(line)
                figures = (amounts.gross, amounts.service_charge, amounts.discount, amounts.tax, 1)
                self._add_each([[self._value(key, line, known)] for key in self.keys], [figures])

    def _value(self, key: GroupKey, line: Line, known: Known) -> Any:
        device_id, device, group, statistic, tags = group_values(line)
        match key:
            case GroupKey.STAFF:
                return self._staff(line.staff_id, line.staff_name, known)
            case GroupKey.DEVICE:
                return device
            case GroupKey.DEVICE_ID:
                return _id_text(device_id)
            case GroupKey.TAG:
                return tags
            case GroupKey.ACCOUNTING_GROUP:
                return group
            case GroupKey.STATISTIC_GROUP:
                return statistic

    def add_totals(self, totals: LineTotals, known: Known = _NOBODY) -> None:
        """Count lines that were summed up already."""
        columns = [self._column(key, totals, known) for key in self.keys]
        amounts = (totals.gross, totals.service_charges, totals.discounts, totals.taxes)
        self._add_each(columns, zip(*amounts, totals.lines, strict=True))

    def _column(self, key: GroupKey, totals: LineTotals, known: Known) -> Sequence[Any]:
        match key:
            case GroupKey.STAFF:
                people = list(zip(totals.staff_ids, totals.staff_names, strict=True))
                # A dozen people stand for hundreds of sums.
                each = {person: self._staff(*person, known) for person in set(people)}
                return [each[person] for person in people]
            case GroupKey.DEVICE:
                return totals.devices
            case GroupKey.DEVICE_ID:
                return [_id_text(number) for number in totals.device_ids]
            case GroupKey.TAG:
                return totals.tags
            case GroupKey.ACCOUNTING_GROUP:
                return totals.accounting_groups
            case GroupKey.STATISTIC_GROUP:
                return totals.statistic_groups

    def add_month(self, month: MonthLines, names: Sequence[str]) -> None:
        """Count the lines of a month; a name for each of its people, "" for none."""
        who = [
            self._person(each.staff_id, name)
            for each, name in zip(month.people, names, strict=True)
        ]
        columns = [self._month_column(key, month, who) for key in self.keys]
        amounts = (month.gross, month.service_charges, month.discounts, month.taxes)
        self._add_each(columns, zip(*amounts, month.lines, strict=True))

    def _month_column(self, key: GroupKey, month: MonthLines, who: Sequence[str]) -> Sequence[Any]:
        if key is GroupKey.STAFF:
            return [who[place] for place in month.who]
        values = [_kind_value(key, kind) for kind in month.kinds]
        return [values[place] for place in month.what]

    def _add_each(
        self, columns: Iterable[Sequence[Any]], figures: Iterable[tuple[int, int, int, int, int]]
    ) -> None:
        # A year has thousands of these: no call for each of them.
        leaves = self._leaves
        for values, each in zip(zip(*columns, strict=True), figures, strict=True):
            sums = leaves.get(values)
            if sums is None:
                leaves[values] = list(each)
                continue
            gross, service_charge, discount, tax, lines = each
            sums[0] += gross
            sums[1] += service_charge
            sums[2] += discount
            sums[3] += tax
            sums[4] += lines

    def _staff(self, number: int | None, name: Reference | str | None, known: Known) -> str:
        if not self._staff_names or not name:
            return _id_text(number)
        return self._person(
            number, name if isinstance(name, str) else known.text(name.part, name.value)
        )

    def _person(self, number: int | None, name: str) -> str:
        return (name if self._staff_names else "") or _id_text(number)

    @cached_property
    def _nodes(self) -> dict[Path, Totals]:
        nodes: dict[Path, Totals] = {(): Totals()}
        for leaf, figures in self._leaves.items():
            values = [value or ("",) if isinstance(value, tuple) else (value,) for value in leaf]
            for depth in range(len(values) + 1):
                for path in product(*values[:depth]):
                    nodes.setdefault(path, Totals()).add(figures)
        return nodes

    def totals(self, path: Path = ()) -> Totals:
        """The totals of a node; those of the root without a path."""
        return self._nodes[path]

    def paths(self, depth: int) -> Iterator[Path]:
        """The paths of all nodes so deep, by their values."""
        return iter(sorted(path for path in self._nodes if len(path) == depth))


def _id_text(number: int | None) -> str:
    return "" if number is None else str(number)


def _kind_value(key: GroupKey, kind: Kind) -> Any:
    match key:
        case GroupKey.DEVICE:
            return kind.device
        case GroupKey.DEVICE_ID:
            return _id_text(kind.device_id)
        case GroupKey.TAG:
            return kind.tags
        case GroupKey.ACCOUNTING_GROUP:
            return kind.accounting_group
        case _:
            return kind.statistic_group
