"""Totals against a naive sum over the same lines."""

from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import product

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tillgate.ledger.aggregation import Aggregate, GroupKey

amounts = st.decimals(-99999, 99999, places=6).map(lambda amount: f"{amount:f}")
halves = st.sampled_from(["0.005000", "0.015000", "-0.005000", "0.004999"])
names = st.sampled_from(["", "a", "b"])
lines = st.fixed_dictionaries(
    {
        "totalNetAmountWithTax": amounts | halves,
        "taxAmount": amounts | halves,
        "serviceCharge": amounts,
        "totalDiscountAmount": amounts,
        "staffId": st.integers(1, 3),
        "staffName": names,
        "deviceId": st.integers(1, 2),
        "deviceName": names,
        "statisticGroup": names,
        "accountingGroup": st.fixed_dictionaries({"name": names, "statisticGroup": names}),
        "tags": st.lists(names, max_size=3),
    }
)
sales = st.fixed_dictionaries(
    {"salesLines": st.lists(lines, max_size=4)}, optional={"cancelled": st.booleans()}
)
keys = st.lists(st.sampled_from(GroupKey), min_size=1, max_size=4, unique=True).map(tuple)

FIGURES = {
    "totalAmount": "totalNetAmountWithTax",
    "serviceCharge": "serviceCharge",
    "totalDiscountedAmount": "totalDiscountAmount",
    "totalTaxAmount": "taxAmount",
}


def values(line: dict, key: GroupKey) -> set[str]:
    group = line["accountingGroup"]
    return {
        GroupKey.STAFF: {line["staffName"] or str(line["staffId"])},
        GroupKey.DEVICE: {line["deviceName"]},
        GroupKey.DEVICE_ID: {str(line["deviceId"])},
        GroupKey.TAG: set(line["tags"]) or {""},
        GroupKey.ACCOUNTING_GROUP: {group["name"]},
        GroupKey.STATISTIC_GROUP: {line["statisticGroup"] or group["statisticGroup"]},
    }[key]


def naive(given: list[dict], keys: tuple[GroupKey, ...]) -> dict[tuple[str, ...], dict]:
    found: dict[tuple[str, ...], list[dict]] = defaultdict(list)
    counted = [line for sale in given if not sale.get("cancelled") for line in sale["salesLines"]]
    for depth in range(len(keys) + 1):
        for line in counted:
            for path in product(*(values(line, key) for key in keys[:depth])):
                found[path].append(line)
    return {path: figures(group) for path, group in found.items()} or {(): figures([])}


def figures(group: list[dict]) -> dict:
    shown: dict = {"numberOfSales": len(group)}
    for name, field in FIGURES.items():
        total = sum((Decimal(line[field]) for line in group), Decimal(0))
        rounded = total.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        shown[name] = f"{abs(rounded) if rounded == 0 else rounded:f}"
    return shown


@settings(max_examples=200, deadline=None)
@given(given=st.lists(sales, max_size=6), keys=keys)
def test_totals_are_what_a_naive_sum_gives(given: list[dict], keys: tuple[GroupKey, ...]) -> None:
    aggregate = Aggregate(keys, staff_names=True)
    aggregate.add([msgspec.json.encode(sale).decode() for sale in given])
    shown = {
        path: aggregate.totals(path).shown()
        for depth in range(len(keys) + 1)
        for path in aggregate.paths(depth)
    }
    assert shown == naive(given, keys)


def test_each_figure_is_rounded_once_and_half_even() -> None:
    line = {"totalNetAmountWithTax": "0.002500", "taxAmount": "0.005000"}
    aggregate = Aggregate((GroupKey.DEVICE,), staff_names=True)
    aggregate.add([msgspec.json.encode({"salesLines": [line, line, line]}).decode()])
    shown = aggregate.totals().shown()
    assert (shown["totalAmount"], shown["totalTaxAmount"]) == ("0.01", "0.02")
