"""Pages and totals against the sales themselves, whatever size, range and grouping."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.gate import Gate
from tests.contract.group import EVERY_INCLUDE, FIRST, FROM, GROUP_KEYS, LAST, Group

quick = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
INSTANTS = st.datetimes(
    min_value=datetime(2025, 10, 24),  # noqa: DTZ001  the strategy wants naive ends
    max_value=datetime(2025, 11, 4),  # noqa: DTZ001
).map(lambda moment: f"{moment.isoformat(timespec='milliseconds')}Z")
KEYS = st.lists(st.sampled_from(GROUP_KEYS), min_size=1, max_size=3, unique=True)


def pages(gate: Gate, token: str, target: str) -> list[dict[str, Any]]:
    """Every page, by following the links as a program does."""
    found: list[dict[str, Any]] = []
    while target:
        found.append(gate.fetch(target, token))
        link = found[-1]["_links"].get("nextPage", {}).get("href", "")
        parts = urlsplit(link)
        target = f"{parts.path}?{parts.query}" if link else ""
        assert len(found) < 2_000, "the pages never end"
    return found


def accounts(page: dict[str, Any]) -> list[str]:
    return [sale["accountFiscId"] for sale in page["sales"]]


@quick
@given(size=st.integers(25, 400), place=st.integers(0, 4))
def test_every_sale_comes_once_whatever_the_page_size(
    size: int, place: int, gate: Gate, group: Group
) -> None:
    location = group.locations[place]
    whole = gate.fetch(group.range(location), group.token)
    found = pages(gate, group.token, group.range(location, f"pageSize={size}"))
    assert [sale for page in found for sale in page["sales"]] == whole["sales"]
    assert all(len(page["sales"]) == size for page in found[:-1])
    assert [page["dataComplete"] for page in found] == [False] * (len(found) - 1) + [True]
    tokens = [page["nextPageToken"] for page in found[:-1]]
    assert len(set(tokens)) == len(tokens)
    assert "nextPageToken" not in found[-1]


def test_ties_on_the_closing_time_neither_loop_nor_drop(gate: Gate, group: Group) -> None:
    ties = 0
    for location in group.locations:
        whole = gate.fetch(group.range(location), group.token)
        times = [sale["timeOfCloseAndPaid"] for sale in whole["sales"]]
        ties += len(times) - len(set(times))
    assert ties, "the group must have sales that close at the same time"
    location = group.locations[3]
    found = pages(gate, group.token, group.range(location, "pageSize=1"))
    whole = gate.fetch(group.range(location), group.token)
    assert [accounts(page) for page in found] == [[one] for one in accounts(whole)]


@quick
@given(start=INSTANTS, end=INSTANTS, cut=INSTANTS)
def test_two_ranges_that_meet_hold_each_sale_once(
    start: str, end: str, cut: str, gate: Gate, group: Group
) -> None:
    start, cut, end = sorted((start, cut, end))
    base = f"/f/finance/{group.locations[0]}/financials"
    whole, first, second = (
        accounts(gate.fetch(f"{base}/{a}/{b}", group.token))
        for a, b in ((start, end), (start, cut), (cut, end))
    )
    assert first + second == whole


def test_days_put_together_are_the_range(gate: Gate, group: Group) -> None:
    for location in group.locations:
        base = f"/f/finance/{location}/dailyFinancials?date="
        days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
        bodies = [gate.fetch(f"{base}{day}", group.token) for day in days]
        daily = [one for body in bodies for one in accounts(body)]
        assert sorted(daily) == sorted(accounts(gate.fetch(group.range(location), group.token)))


Rows = dict[tuple[str, ...], list[Any]]


def naive(sales: list[dict[str, Any]], keys: list[str]) -> Rows:
    """The sums of every node by its values, straight from the sales as V1 gives them."""
    nodes: Rows = defaultdict(lambda: [Decimal(0), Decimal(0), Decimal(0), Decimal(0), 0])
    for sale in sales:
        if sale["type"] not in {"SALE", "REFUND"} or sale.get("cancelled"):
            continue
        for line in sale["salesLines"]:
            for path in paths(line, keys):
                sums = nodes[path]
                for place, name in enumerate(
                    ("totalNetAmountWithTax", "serviceCharge", "totalDiscountAmount", "taxAmount")
                ):
                    sums[place] += Decimal(line[name])
                sums[4] += 1
    return nodes


def paths(line: dict[str, Any], keys: list[str]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = {()}
    reached: set[tuple[str, ...]] = {()}
    for key in keys:
        reached = {(*path, value) for path in reached for value in values(line, key)}
        found |= reached
    return found


def values(line: dict[str, Any], key: str) -> set[str]:
    group = line.get("accountingGroup", {})
    return {
        "tag": set(line["tags"]) or {""},
        "staff": {line.get("staffName") or str(line.get("staffId", ""))},
        "device": {line.get("deviceName", "")},
        "deviceId": {str(line.get("deviceId", ""))},
        "accountingGroup": {group.get("name", "")},
        "statisticGroup": {line["statisticGroup"] or group.get("statisticGroup", "")},
    }[key]


def shown(node: dict[str, Any]) -> list[Any]:
    names = ("totalAmount", "serviceCharge", "totalDiscountedAmount", "totalTaxAmount")
    assert all(isinstance(node[name], str) for name in names)
    return [*(Decimal(node[name]) for name in names), node["numberOfSales"]]


def rounded(sums: list[Any]) -> list[Any]:
    cent = Decimal("0.01")
    return [*(one.quantize(cent, rounding=ROUND_HALF_EVEN) for one in sums[:4]), sums[4]]


def nested(node: dict[str, Any], keys: list[str], path: tuple[str, ...] = ()) -> Rows:
    """Every node of an answer by its values; the shape is checked on the way."""
    found: Rows = {path: shown(node)}
    if not keys:
        assert "children" not in node
        return found
    (level,) = node["children"]
    assert level["groupByKey"] == keys[0]
    for child in level["children"]:
        below = nested(child, keys[1:], (*path, child["groupByValue"]))
        assert not set(below) & set(found), "a value comes twice"
        found |= below
    return found


@quick
@given(keys=KEYS, place=st.integers(0, 4), bounds=st.tuples(INSTANTS, INSTANTS))
def test_totals_are_what_the_sales_add_up_to(
    keys: list[str], place: int, bounds: tuple[str, str], gate: Gate, group: Group
) -> None:
    start, end = sorted(bounds)
    location = group.locations[place]
    base = f"/f/finance/{location}"
    query = f"?include={EVERY_INCLUDE}"
    sales = gate.fetch(f"{base}/financials/{start}/{end}{query}", group.token)["sales"]
    asked = f"{base}/aggregatedSales?groupBy={','.join(keys)}&from={start}&to={end}"
    tree = gate.fetch(asked, group.token)
    expected = naive(sales, keys) or {(): [Decimal(0)] * 4 + [0]}
    assert nested(tree, keys) == {path: rounded(sums) for path, sums in expected.items()}
    flat = gate.fetch(f"{asked}&flattened=true", group.token)
    (level,) = flat["children"]
    rows = sorted(str(shown(row)) for row in level["children"])
    leaves = [rounded(sums) for path, sums in expected.items() if len(path) == len(keys)]
    assert rows == sorted(map(str, leaves))
    assert shown(flat) == shown(tree)


@pytest.mark.parametrize("keys", ["staff,tag,device", "statisticGroup,deviceId,accountingGroup"])
def test_the_totals_of_everything_are_what_all_sales_add_up_to(
    keys: str, gate: Gate, group: Group
) -> None:
    for location in group.locations:
        sales = gate.fetch(group.range(location, f"include={EVERY_INCLUDE}"), group.token)["sales"]
        period = f"from={FROM}&to={group.end(location)}"
        asked = f"/f/finance/{location}/aggregatedSales?groupBy={keys}&{period}"
        expected = naive(sales, keys.split(","))
        assert nested(gate.fetch(asked, group.token), keys.split(",")) == {
            path: rounded(sums) for path, sums in expected.items()
        }


@pytest.mark.parametrize("day", ["2025-10-26", "2025-10-31", "2025-11-01", "2025-11-02"])
def test_a_day_s_totals_are_those_of_its_sales(day: str, gate: Gate, group: Group) -> None:
    for location in group.locations:
        base = f"/f/finance/{location}"
        sales = gate.fetch(
            f"{base}/dailyFinancials?date={day}&include={EVERY_INCLUDE}", group.token
        )["sales"]
        keys = ["accountingGroup", "tag"]
        tree = gate.fetch(
            f"{base}/aggregatedSales?groupBy={','.join(keys)}&date={day}", group.token
        )
        expected = naive(sales, keys) or {(): [Decimal(0)] * 4 + [0]}
        assert nested(tree, keys) == {path: rounded(sums) for path, sums in expected.items()}


def test_items_page_by_page_are_all_items(gate: Gate, group: Group) -> None:
    for location in group.locations:
        base = f"/items/v1/items?businessLocationId={location}"
        whole = gate.fetch(f"{base}&amount=1000", group.token)
        for size in (1, 7, 50):
            found: list[Any] = []
            while True:
                page = gate.fetch(f"{base}&amount={size}&offset={len(found)}", group.token)
                found += page
                if len(page) < size:
                    break
            assert found == whole


def test_the_range_of_the_group_is_final(gate: Gate, group: Group) -> None:
    for location in group.locations:
        assert gate.fetch(group.range(location), group.token)["dataComplete"]
        period = f"from={FROM}&to={group.end(location)}"
        totals = f"/f/finance/{location}/aggregatedSales?groupBy=tag&{period}"
        assert gate.fetch(totals, group.token)["dataComplete"]
