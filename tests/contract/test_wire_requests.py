"""WIRE.md, "Requests that must be understood", each claim a sentence; tokens have their own."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from tests.contract.gate import Gate
from tests.contract.group import EVERY_INCLUDE, Group

from tillgate.foundation import clock

DAY = "2025-10-31"
# All of these name the same two instants.
SPELLINGS = {
    "raw + and :": ("2025-10-31T06:00:00+01:00", "2025-11-01T06:00:00+01:00"),
    "%2B and %3A": ("2025-10-31T06%3A00%3A00%2B01%3A00", "2025-11-01T06%3A00%3A00%2B01%3A00"),
    "Z": ("2025-10-31T05:00:00Z", "2025-11-01T05:00:00Z"),
    "milliseconds": ("2025-10-31T05:00:00.000Z", "2025-11-01T05:00:00.000Z"),
    "microseconds": ("2025-10-31T05:00:00.000000Z", "2025-11-01T05:00:00.000000+00:00"),
    "no seconds": ("2025-10-31T05:00Z", "2025-11-01T05:00Z"),
    "no seconds and an offset": ("2025-10-31T00:00-05:00", "2025-11-01T06:00+01:00"),
}


@pytest.fixture(scope="module")
def base(group: Group) -> str:
    return f"/f/finance/{group.locations[0]}"


def sales(gate: Gate, group: Group, target: str) -> Any:
    return gate.fetch(target, group.token)["sales"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_date_times_in_a_path_are_understood(
    spelling: str, base: str, gate: Gate, group: Group
) -> None:
    plain = sales(gate, group, f"{base}/financials/{'/'.join(SPELLINGS['Z'])}")
    assert plain
    spelled = f"{base}/financials/{'/'.join(SPELLINGS[spelling])}"
    assert sales(gate, group, spelled) == plain


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_date_times_in_a_query_are_understood(
    spelling: str, base: str, gate: Gate, group: Group
) -> None:
    def total(name: str) -> Any:
        start, end = SPELLINGS[name]
        query = f"groupBy=tag&from={start}&to={end}"
        return gate.fetch(f"{base}/aggregatedSales?{query}", group.token)

    assert total("Z")["numberOfSales"]
    assert total(spelling) == total("Z")


def test_an_unencoded_plus_in_a_query_stays_an_offset(base: str, gate: Gate, group: Group) -> None:
    def total(start: str) -> Any:
        query = f"groupBy=tag&from={start}&to=2025-11-01T05:00:00Z"
        return gate.fetch(f"{base}/aggregatedSales?{query}", group.token)

    assert (
        total("2025-10-31T06:00:00+01:00")
        == total("2025-10-31T06:00:00 01:00".replace(" ", "%20"))
        == total("2025-10-31T05:00:00Z")
    )


@pytest.mark.parametrize("query", ["groupBy=tag&date=2025-10-31"])
def test_aggregated_sales_with_a_slash_at_the_end(
    query: str, base: str, gate: Gate, group: Group
) -> None:
    bare, slash = (
        gate.fetch(f"{base}/aggregatedSales{end}?{query}", group.token) for end in ("", "/")
    )
    assert bare == slash


def test_bare_daily_financials_give_the_day_that_runs_now(
    base: str, gate: Gate, group: Group
) -> None:
    body = gate.fetch(f"{base}/dailyFinancials", group.token)
    assert (body["sales"], body["dataComplete"]) == ([], False)
    starts = body["nextStartOfDayAsIso8601"]
    now = clock.now()
    assert now.isoformat() < starts < (now + timedelta(days=1, hours=2)).isoformat()


@pytest.mark.parametrize("word", ["payment", "customer", "everything", "PAYMENTS", "", " "])
def test_a_value_of_include_that_nobody_knows_is_ignored(
    word: str, base: str, gate: Gate, group: Group
) -> None:
    known = sales(gate, group, f"{base}/dailyFinancials?date={DAY}&include=payments")
    query = f"include=payments,{quote(word)}"
    assert sales(gate, group, f"{base}/dailyFinancials?date={DAY}&{query}") == known
    without = sales(gate, group, f"{base}/dailyFinancials?date={DAY}")
    alone = f"{base}/dailyFinancials?date={DAY}&include={quote(word)}"
    assert sales(gate, group, alone) == without


def test_unknown_query_parameters_are_ignored(base: str, gate: Gate, group: Group) -> None:
    known = sales(gate, group, f"{base}/dailyFinancials?date={DAY}")
    assert sales(gate, group, f"{base}/dailyFinancials?date={DAY}&expand=all&x") == known


def test_a_page_size_above_the_maximum_is_clamped(base: str, gate: Gate, group: Group) -> None:
    whole = sales(gate, group, group.range(group.locations[0]))
    assert sales(gate, group, group.range(group.locations[0], "pageSize=5000")) == whole
    items = f"/items/v1/items?businessLocationId={group.locations[0]}"
    assert gate.fetch(f"{items}&amount=5000", group.token) == gate.fetch(
        f"{items}&amount=1000", group.token
    )


def test_groups_nest_three_deep(base: str, gate: Gate, group: Group) -> None:
    node = gate.fetch(
        f"{base}/aggregatedSales?groupBy=staff,device,accountingGroup&date={DAY}", group.token
    )
    keys = []
    while "children" in node:
        keys.append(node["children"][0]["groupByKey"])
        node = node["children"][0]["children"][0]
    assert keys == ["staff", "device", "accountingGroup"]


def test_totals_can_be_flattened(base: str, gate: Gate, group: Group) -> None:
    body = gate.fetch(
        f"{base}/aggregatedSales?groupBy=staff,device&date={DAY}&flattened=true", group.token
    )
    (level,) = body["children"]
    assert level["groupByKey"] == "staff,device"
    assert level["children"]
    assert not [row for row in level["children"] if "children" in row]


def test_businesses_come_by_page_and_size(gate: Gate, group: Group) -> None:
    whole = gate.fetch("/f/data/businesses", group.token)["_embedded"]["businessList"]
    assert len(whole) > 1
    paged = [
        gate.fetch(f"/f/data/businesses?page={number}&size=1", group.token)["_embedded"][
            "businessList"
        ]
        for number in range(len(whole) + 1)
    ]
    assert paged == [*([one] for one in whole), []]


def test_items_come_by_offset_and_an_amount_of_a_thousand(gate: Gate, group: Group) -> None:
    base = f"/items/v1/items?businessLocationId={group.locations[0]}"
    whole = gate.fetch(f"{base}&amount=1000", group.token)
    assert len(whole) > 20
    assert gate.fetch(f"{base}&offset=5&amount=1000", group.token) == whole[5:]
    assert gate.fetch(f"{base}&offset=5&amount=2", group.token) == whole[5:7]


def test_item_ids_can_be_repeated(gate: Gate, group: Group) -> None:
    base = f"/items/v1/items?businessLocationId={group.locations[0]}"
    whole = gate.fetch(f"{base}&amount=1000", group.token)
    ids = [item["id"] for item in whole[3:9]]
    query = "&".join(f"itemIds={one}" for one in ids)
    assert gate.fetch(f"{base}&{query}&offset=4&amount=1", group.token) == whole[3:9]


def test_no_accept_header_is_needed_and_a_content_type_does_no_harm(
    base: str, gate: Gate, group: Group
) -> None:
    target = f"{base}/dailyFinancials?date={DAY}&include={EVERY_INCLUDE}"
    plain = gate.get(target, token=group.token)
    for headers in (
        [("content-type", "application/json")],
        [("accept", "text/html")],
        [("accept", "*/*"), ("content-type", "application/json; charset=utf-8")],
    ):
        answer = gate.get(target, token=group.token, headers=headers)
        assert (answer.status, answer.body) == (200, plain.body)
    assert plain.json()["sales"]
