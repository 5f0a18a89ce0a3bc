"""What the peers are given, and how their answers are held against ours."""

from datetime import UTC, datetime

from bench.against_peers import sales_of
from bench.peers.instants import wire
from bench.peers.load import Tables
from bench.year import FIRST, LOCATION, sale_records


def test_the_list_of_sales_is_found_whatever_stands_around_it() -> None:
    ours = b'{"businessName":"A","sales":[{"tags":["x"]},{}],"dataComplete":true,"_links":{}}'
    theirs = b'{"sales":[{"tags":["x"]},{}]}'

    assert sales_of(ours) == sales_of(theirs) == b'"sales":[{"tags":["x"]},{}]'


def test_an_instant_has_no_more_digits_than_it_needs() -> None:
    moments = [datetime(2021, 6, 15, 12, 2, 40, at, UTC) for at in (0, 690_000, 123_000)]

    assert [wire(moment) for moment in moments] == [
        "2021-06-15T12:02:40Z",
        "2021-06-15T12:02:40.69Z",
        "2021-06-15T12:02:40.123Z",
    ]


def test_each_part_of_a_sale_becomes_a_row_that_points_at_its_own() -> None:
    sale = sale_records(FIRST, 300)[0]["sale"]
    lines, taxes = (
        sale["salesLines"],
        [tax for one in sale["salesLines"] for tax in one["taxLines"]],
    )
    tables = Tables(LOCATION.id)

    tables.add({**sale, "salesLines": [dict(line) for line in lines]})

    (row,) = tables.rows["sale"]
    assert row["account_reference"] == sale["accountReference"]
    assert row["initial_account_id"] == sale["source"]["initialAccountId"]
    assert [line["sale_id"] for line in tables.rows["line"]] == [row["id"]] * len(lines)
    assert [tax["tax_amount"] for tax in tables.rows["tax_line"]] == [
        tax["taxAmount"] for tax in taxes
    ]
    assert {line["accounting_group_id"] for line in tables.rows["line"]} == {
        group["id"] for group in tables.groups()
    }
