"""Which include brings which field, and how two records of one sale add up."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.feed.making import line, payment, sale_object
from tests.ledger.feed.making_sales import sales

from tillgate.ledger.canonical import make_canonical
from tillgate.ledger.parts import Part, carried, merged, without
from tillgate.ledger.sale import Sale

STAFF = {"staffId": 3, "staffName": "Robin Example"}
BAR = {"revenueCenter": "Bar", "revenueCenterId": 5}
FULL = sale_object(
    tableNumber="4",
    tableName="Table 4",
    accountProfileCode="A",
    ownerName="Robin Example",
    ownerId=3,
    salesLines=[line(accountProfileCode="A", **STAFF, **BAR)],
    payments=[payment(authorization="001", consumer={"city": "Ghent"}, **STAFF, **BAR)],
)
EVERY = frozenset(Part)


def to_sale(thing: dict[str, Any]) -> Sale:
    sale = msgspec.convert(thing, Sale)
    make_canonical(sale)
    return sale


def wire(sale: Sale) -> dict[str, Any]:
    return msgspec.json.decode(msgspec.json.encode(sale))  # type: ignore[no-any-return]


FIELDS = {
    Part.STAFF: {
        *("ownerName", "ownerId", "salesLines.staffId", "salesLines.staffName"),
        *("payments.staffId", "payments.staffName"),
    },
    Part.TABLE: {"tableNumber"},
    Part.CONSUMER: {"payments.consumer"},
    Part.PAYMENTS: {"payments"},
    Part.REVENUE_CENTER: {
        *("salesLines.revenueCenter", "salesLines.revenueCenterId"),
        *("payments.revenueCenter", "payments.revenueCenterId"),
    },
    Part.ACCOUNT_PROFILE: {"accountProfileCode", "salesLines.accountProfileCode"},
    Part.PAYMENT_AUTHORIZATION: {"payments.authorization"},
}


def names(thing: dict[str, Any]) -> set[str]:
    found = set(thing)
    for inner in ("salesLines", "payments"):
        for each in thing.get(inner, []):
            found |= {f"{inner}.{name}" for name in each}
    return found


@pytest.mark.parametrize("part", Part)
def test_a_part_is_exactly_these_fields(part: Part) -> None:
    sale = to_sale(FULL)
    gone = names(wire(sale)) - names(wire(without(sale, [part])))
    assert {name for name in gone if part is not Part.PAYMENTS or "." not in name} == FIELDS[part]


def test_what_is_left_out_is_left_out_of_a_copy() -> None:
    sale = to_sale(FULL)
    before = wire(sale)
    without(sale, EVERY)
    assert wire(sale) == before
    assert carried(sale) == EVERY
    assert carried(without(sale, EVERY)) == frozenset()


@given(sales(), st.frozensets(st.sampled_from(list(Part))))
def test_what_is_left_out_comes_back_from_the_fuller_record(
    thing: dict[str, Any], parts: frozenset[Part]
) -> None:
    full = to_sale(thing)
    poor = without(full, parts)
    assert merged(full, poor) == full
    assert merged(poor, full) == full


@given(sales(), sales())
def test_a_merge_says_all_that_the_new_one_says_and_never_less_parts(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    old, new = to_sale(first), to_sale(second)
    both = merged(old, new)
    assert carried(both) >= carried(new)
    sale_level = {Part.TABLE, Part.PAYMENTS}
    assert carried(both) >= carried(old) & sale_level
    assert without(both, EVERY) == without(new, EVERY)
    assert merged(old, old) == old
    assert merged(old, both) == both


def test_parts_go_to_the_line_with_the_same_id() -> None:
    old = to_sale(sale_object(salesLines=[line(1, staffId=1), line(2, staffId=2)]))
    new = to_sale(sale_object(salesLines=[line(3), line(2), line(2)]))
    both = wire(merged(old, new))
    assert [each.get("staffId") for each in both["salesLines"]] == [None, 2, None]


def test_the_rounding_of_a_payment_is_kept_for_v2() -> None:
    old = to_sale(sale_object(payments=[payment(roundingAmount="0.02")]))
    new = to_sale(sale_object(tableName="9"))
    assert wire(merged(old, new))["payments"][0]["roundingAmount"] == "0.02"
