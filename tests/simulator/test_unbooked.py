"""Aborted orders and card payments of the simulated group: there in any week, and consistent."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.simulator.fed import A_WEEK, decoded, few

from tillgate.foundation.instants import parse_instant
from tillgate.simulator.feed import records
from tillgate.simulator.group import LOCATIONS

WEEK = list(decoded(records(few(*A_WEEK))))


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [record for record in WEEK if record["record"] == kind]


def test_every_location_aborts_orders_and_their_lines_add_up() -> None:
    orders = of_kind("aborted_order")
    assert {order["businessLocationId"] for order in orders} == {place.id for place in LOCATIONS}
    assert len({(one["businessLocationId"], one["abortedOrderId"]) for one in orders}) == len(
        orders
    )
    for record in orders:
        order = record["order"]
        amounts = [Decimal(line["itemAmount"]) for line in order["abortedLineItems"]]
        assert sum(amounts) == Decimal(order["totalAmountAborted"])
        for line in order["abortedLineItems"]:
            product = Decimal(line["itemPrice"]) * Decimal(line["itemQuantity"])
            assert product == Decimal(line["itemAmount"])


def test_each_payment_by_card_is_captured_and_belongs_to_its_sale() -> None:
    captured = [one["payment"] for one in of_kind("card_payment")]
    captured = [one for one in captured if one["status"] == "CAPTURED"]
    paid = {
        payment["uuid"]: (record["sale"]["accountFiscId"], payment)
        for record in of_kind("sale")
        for payment in record["sale"]["payments"]
        if payment["code"] == "CARD" and Decimal(payment["netAmountWithTax"]) > 0
    }
    assert {one["uuid"] for one in captured} == set(paid)
    for one in captured:
        account, payment = paid[one["uuid"]]
        assert one["accountFiscId"] == account
        assert one["surcharge"]["value"] == payment["surcharge"]
        assert one["createdDate"] == payment["fiscDate"]


def test_every_status_occurs_everywhere_and_each_later_one_is_later() -> None:
    told = defaultdict(list)
    for record in of_kind("card_payment"):
        told[record["payment"]["lightspeedPaymentId"]].append(record)
    for records_ in told.values():
        times = [parse_instant(one["recordedAt"]) for one in records_]
        assert times == sorted(set(times))
        assert records_[0]["payment"]["status"] == "CAPTURED"
    statuses = {
        (one["businessLocationId"], one["payment"]["status"]) for one in of_kind("card_payment")
    }
    assert len(statuses) == 4 * len(LOCATIONS)


def test_all_is_recorded_before_the_day_ends() -> None:
    ended: dict[int, list[Any]] = defaultdict(list)
    for record in of_kind("day_closed"):
        ended[record["businessLocationId"]].append(parse_instant(record["recordedAt"]))
    for kind in ("aborted_order", "card_payment"):
        for record in of_kind(kind):
            at = parse_instant(record["recordedAt"])
            assert any(
                end - timedelta(hours=24) < at < end for end in ended[record["businessLocationId"]]
            )
