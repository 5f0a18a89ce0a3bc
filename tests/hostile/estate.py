"""What the hostile tests try to get at: one location of ours, and somebody else's."""

from datetime import date, timedelta
from typing import NamedTuple

from tests.api.rows import DAY, FOREIGN, LOCATION, OPENING, a_sale, sales_every
from tests.contract.house import House
from tests.hostile.promise import ITEM, REFERENCE

from tillgate.journal.mapping import SUSPENSE, Account, Kind, Mapping, Rule, What

OUR_BUSINESS = 410000000000001
THEIR_BUSINESS = 410000000000002
THEIR_ITEM = ITEM + 1000
THEIR_REFERENCE = "TASK:OO-410000000000999-order-1"
UNKNOWN = 410000000000998


class Estate(NamedTuple):
    """Tokens of two businesses, each good for its own location with every scope and part."""

    ours: str
    theirs: str


def make_estate(house: House) -> Estate:
    """Two businesses with the same kinds of things in their books; made once a house."""
    rows = house.rows
    for location, business, item, reference in (
        (LOCATION, OUR_BUSINESS, ITEM, REFERENCE),
        (FOREIGN, THEIR_BUSINESS, THEIR_ITEM, THEIR_REFERENCE),
    ):
        rows.add_location(location, business=business)
        late = a_sale(9, OPENING + timedelta(hours=3), external_references=[reference])
        rows.add_sales([*sales_every(10, 5), late], location=location)
        rows.close_day(location=location)
        tomorrow = a_sale(20, OPENING + timedelta(days=1), external_references=[f"{reference}-2"])
        rows.add_sales([tomorrow], location=location, day=DAY + timedelta(days=1))
        rows.add_entry("taxrate", "code", "VAT20", {"code": "VAT20"}, location=location)
        rows.add_entry("paymentmethod", "payment_method_id", 7, {"pmId": 7}, location=location)
        rows.add_entry(
            "accountinggroup", "accounting_group_id", 8, {"name": "Food"}, location=location
        )
        rows.add_unbooked(item, location=location)
        rows.add_month(date(2020, 1, 1), location=location)
        rows.add_mapping(a_mapping(f"Tips owed by {business}"), business=business)
        rows.add_item({"id": item, "name": "Soup", "sku": "SOUP-02"}, location=location)
    return Estate(
        rows.add_token([LOCATION], business=OUR_BUSINESS, personal=True),
        rows.add_token([FOREIGN], business=THEIR_BUSINESS, personal=True),
    )


def a_mapping(name: str) -> Mapping:
    """A first version, with an account of this name for tips."""
    tips = Account(code="2300", name=name, kind=Kind.LIABILITY)
    return Mapping(
        version=1,
        accounts=[SUSPENSE, tips],
        rules=[Rule(What.TIPS, "", tips.code)],
        suspense=SUSPENSE.code,
    )
