"""The sandbox's group: small, of its own ids, and with every oddity of the large one."""

from typing import Any

import pytest
from tests.simulator.fed import A_WEEK, AUTUMN, SPRING, decoded, fed, few
from tests.simulator.finders import FINDERS

from tillgate.foundation.sandbox_ids import BUSINESS, LOCATIONS, is_sandbox_id
from tillgate.simulator.feed import Plan, records
from tillgate.simulator.oddities import ODDITIES
from tillgate.simulator.sandbox import SALES_A_DAY, SANDBOX

DAYS = {"doubled hour": AUTUMN, "after the gap": SPRING}
COUNTRIES = ("GB", "CA")
NAMES = (
    "businessId",
    "businessLocationId",
    "paymentMethodId",
    "accountingGroupId",
    "revenueCenterId",
)


def a_week() -> list[dict[str, Any]]:
    return list(decoded(records(few(*A_WEEK, group=SANDBOX))))


def ids(value: Any, *, within: str = "") -> set[int]:
    """The ids of businesses, locations and lookups in a record."""
    if isinstance(value, list):
        return {number for each in value for number in ids(each, within=within)}
    if isinstance(value, dict):
        return {number for name, each in value.items() for number in ids(each, within=name)}
    return {value} if within in NAMES else set()


def test_every_id_of_business_location_and_lookup_is_of_the_range() -> None:
    found = ids(a_week())
    assert {BUSINESS, *LOCATIONS} < found
    assert [number for number in found if not is_sandbox_id(number)] == []


def test_the_large_group_has_none_of_them() -> None:
    found = ids(list(decoded(records(few(*A_WEEK)))))
    assert [number for number in found if is_sandbox_id(number)] == []


def test_items_are_its_own() -> None:
    items = [record["item"]["id"] for record in a_week() if record["record"] == "item"]
    assert items
    assert all(is_sandbox_id(number) for number in items)


def test_its_name_says_what_it_is() -> None:
    names = [SANDBOX.name, *(place.name for place in SANDBOX.locations)]
    assert all(name.startswith("Sandbox ") for name in names)


@pytest.mark.parametrize("name", sorted(FINDERS))
def test_every_oddity_is_there(name: str) -> None:
    places = [place for place in COUNTRIES if place in ODDITIES[name].countries]
    # Its Canadian place puts a surcharge on cards, as the large group's American one does.
    for place in places or ["CA"]:
        assert FINDERS[name](fed(place, DAYS.get(name, A_WEEK), SANDBOX))


def test_it_is_small() -> None:
    plan = Plan(first=A_WEEK[0], last=A_WEEK[1], sales_a_day=SALES_A_DAY, group=SANDBOX)
    sales = [record for record in decoded(records(plan)) if record["record"] == "sale"]
    assert 25 * 7 < len(sales) < 60 * 7
