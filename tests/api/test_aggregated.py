"""Totals by group: shapes, what counts, and the sums themselves against a plain loop."""

from decimal import Decimal

import pytest
from tests.api.conftest import Gate
from tests.api.rows import DAY, LOCATION, OPENING, Rows, a_line, a_sale, sales_every

URL = f"/f/finance/{LOCATION}/aggregatedSales"


def totals(count: int) -> dict[str, object]:
    return {
        "totalAmount": f"{12 * count}.00",
        "serviceCharge": "0.00",
        "totalDiscountedAmount": "0.00",
        "totalTaxAmount": f"{2 * count}.00",
        "numberOfSales": count,
    }


def test_totals_nest_in_the_order_of_the_keys(gate: Gate, rows: Rows) -> None:
    rows.add_sales(
        [
            a_sale(1, OPENING, sales_lines=[a_line(1, tags=["hot"]), a_line(2)]),
            a_sale(2, OPENING, sales_lines=[a_line(3, tags=["hot"], device_name="Till 2")]),
        ]
    )
    rows.close_day()
    answer = gate.get(f"{URL}/?date={DAY}&groupBy=tag,device,accountingGroup")
    assert answer.status_code == 200, answer.text

    def food(count: int) -> list[dict]:
        leaf = {"groupByValue": "Food", **totals(count)}
        return [{"groupByKey": "accountingGroup", "children": [leaf]}]

    def till(name: str, count: int) -> dict:
        return {"groupByValue": name, **totals(count), "children": food(count)}

    untagged = [{"groupByKey": "device", "children": [till("Till 1", 1)]}]
    hot = [{"groupByKey": "device", "children": [till("Till 1", 1), till("Till 2", 1)]}]
    assert answer.json() == {
        **totals(3),
        "children": [
            {
                "groupByKey": "tag",
                "children": [
                    {"groupByValue": "", **totals(1), "children": untagged},
                    {"groupByValue": "hot", **totals(2), "children": hot},
                ],
            }
        ],
        "nextStartOfDayAsIso8601": "2026-03-15T05:30:00Z",
        "dataComplete": True,
        "businessName": "Example Kitchens",
    }


def test_flattened_gives_one_row_for_each_combination(gate: Gate, rows: Rows) -> None:
    rows.add_sales([a_sale(1, OPENING, sales_lines=[a_line(1, device_name="Bar, \\left")])])
    body = gate.get(f"{URL}?date={DAY}&groupBy=deviceId,device&flattened=true").json()
    row = {"groupByValue": "510007,Bar\\, \\\\left", **totals(1)}
    assert body["children"] == [{"groupByKey": "deviceId,device", "children": [row]}]


def test_a_line_counts_under_each_of_its_tags_and_once_in_the_total(gate: Gate, rows: Rows) -> None:
    rows.add_sales([a_sale(1, OPENING, sales_lines=[a_line(1, tags=["a", "b", "a"])])])
    body = gate.get(f"{URL}?date={DAY}&groupBy=tag").json()
    assert body["numberOfSales"] == 1
    nodes = body["children"][0]["children"]
    assert [(node["groupByValue"], node["numberOfSales"]) for node in nodes] == [
        ("a", 1),
        ("b", 1),
    ]


def test_only_sales_and_refunds_that_are_not_cancelled_count(gate: Gate, rows: Rows) -> None:
    kinds = ["VOID", "RECALL", "SPLIT", "UPDATE", "TRANSFER", "FLOAT", "TRANSITORY", "CANCEL"]
    others = [a_sale(n, OPENING, type=kind) for n, kind in enumerate(kinds)]
    refund = [a_line(1, total_net_amount_with_tax="-2.000000", tax_amount="-0.333333")]
    rows.add_sales(
        [
            *others,
            a_sale(100, OPENING),
            a_sale(101, OPENING, type="REFUND", sales_lines=refund),
            a_sale(102, OPENING, cancelled=True),
        ]
    )
    body = gate.get(f"{URL}?date={DAY}&groupBy=device").json()
    assert (body["totalAmount"], body["totalTaxAmount"]) == ("10.00", "1.67")
    assert body["numberOfSales"] == 2


def test_staff_are_known_by_id_where_names_are_not_agreed(gate: Gate, rows: Rows) -> None:
    rows.add_sales([a_sale(1, OPENING)])
    url = f"{URL}?date={DAY}&groupBy=staff"
    nodes = gate.get(url).json()["children"][0]["children"]
    assert [node["groupByValue"] for node in nodes] == ["14670"]
    gate.token = rows.add_token(personal=True)
    nodes = gate.get(url).json()["children"][0]["children"]
    assert [node["groupByValue"] for node in nodes] == ["Example Waiter"]


def test_a_period_without_sales_has_no_nodes(gate: Gate) -> None:
    body = gate.get(f"{URL}?groupBy=staff,device").json()
    assert body["numberOfSales"] == 0
    assert body["children"] == [{"groupByKey": "staff", "children": []}]
    assert body["dataComplete"] is False


def test_a_range_in_a_query_takes_a_plus_that_a_form_decoder_made_a_space(
    gate: Gate, rows: Rows
) -> None:
    rows.add_sales(sales_every(10, 2))
    url = f"{URL}?groupBy=device&from=2026-03-14T06:30:00+01:00&to=2026-03-14T05:41Z"
    assert gate.get(url).json()["numberOfSales"] == 1


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "groupBy"),
        ("groupBy=", "groupBy"),
        ("groupBy=staf", "groupBy"),
        ("groupBy=staff,staff", "groupBy"),
        ("groupBy=staff&from=2026-03-14T06:30Z", "to"),
        ("groupBy=staff&to=2026-03-14T06:30Z", "from"),
        ("groupBy=staff&date=2026-03-14&to=2026-03-14T06:30Z", "date"),
        ("groupBy=staff&from=2026-03-14T06:30Z&to=2026-03-13T06:30Z", "to"),
        ("groupBy=staff&from=2026-03-14T06:30Z&to=2027-03-14T06:31Z", "to"),
        ("groupBy=staff&flattened=yes", "flattened"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(gate: Gate, query: str, name: str) -> None:
    answer = gate.get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(f"{name}: ")


def test_more_sales_than_are_held_at_once_are_all_counted(gate: Gate, rows: Rows) -> None:
    rows.add_sales(sales_every(1, 1300))
    body = gate.get(f"{URL}?date={DAY}&groupBy=tag,staff,deviceId").json()
    assert body["numberOfSales"] == 1300
    assert Decimal(body["totalAmount"]) == 12 * 1300
