"""WIRE.md, "Answers that programs rely on": what stands in a sale and in totals."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from tests.contract.gate import Gate
from tests.contract.group import EVERY_INCLUDE, FROM, GROUP_KEYS, Group

from tillgate.simulator.group import LOCATIONS

Thing = dict[str, Any]
SIX = re.compile(r"-?\d+\.\d{6}")
TWO = re.compile(r"-?\d+\.\d{2}")
THREE = re.compile(r"-?\d+\.\d{3}")
TRIMMED = re.compile(r"-?\d+(\.\d*[1-9])?")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,2}[1-9])?Z")
UUID = re.compile(r"[A-Za-z0-9_-]{22}==")


@pytest.fixture(scope="module")
def every(gate: Gate, group: Group) -> list[Thing]:
    """Every sale of the group, with every part."""
    targets = [group.range(one, f"include={EVERY_INCLUDE}") for one in group.locations]
    return [sale for target in targets for sale in gate.fetch(target, group.token)["sales"]]


@pytest.fixture(scope="module")
def bare(gate: Gate, group: Group) -> list[Thing]:
    """The same without any part."""
    targets = [group.range(one) for one in group.locations]
    return [sale for target in targets for sale in gate.fetch(target, group.token)["sales"]]


def lines(sales: list[Thing]) -> Iterator[Thing]:
    return (line for sale in sales for line in sale["salesLines"])


def payments(sales: list[Thing]) -> Iterator[Thing]:
    return (payment for sale in sales for payment in sale["payments"])


def walk(thing: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield key, value
            yield from walk(value)
    elif isinstance(thing, list):
        for one in thing:
            yield from walk(one)


def test_the_location_id_comes_in_both_spellings(gate: Gate, group: Group) -> None:
    for business in gate.fetch("/f/data/businesses", group.token)["_embedded"]["businessList"]:
        for place in business["businessLocations"]:
            assert place["blID"] == place["blId"]
            assert place["blID"] in group.locations


def test_v1_spells_times_as_on_the_wire_and_never_as_described(every: list[Thing]) -> None:
    names = {name for name, _ in walk(every)}
    assert {"timeOfOpening", "timeOfCloseAndPaid", "timeOfSale"} <= names
    assert not {"timeofOpening", "timeofCloseAndPaid", "timeofSale"} & names


def test_absent_optionals_are_left_out_and_never_null(
    every: list[Thing], bare: list[Thing]
) -> None:
    for sales in (every, bare):
        assert not [name for name, value in walk(sales) if value is None]


def test_no_time_is_an_empty_string(every: list[Thing]) -> None:
    times = [
        value for name, value in walk(every) if name.startswith("timeOf") or name == "fiscDate"
    ]
    assert times
    assert "" not in times


OPTIONAL_ON_SALES = ["cancelled", "voidReason", "externalReferences", "tableNumber"]
OPTIONAL_ON_LINES = [
    "voidReason",
    "discountType",
    "discountCode",
    "discountName",
    "accountDiscountType",
    "parentLineId",
    "serviceChargeRate",
]


@pytest.mark.parametrize("name", OPTIONAL_ON_SALES)
def test_an_optional_of_a_sale_is_there_or_absent(name: str, every: list[Thing]) -> None:
    found = [sale[name] for sale in every if name in sale]
    assert 0 < len(found) < len(every)
    assert not [value for value in found if value in ("", [], False)]


def test_cancelled_is_absent_on_normal_sales(every: list[Thing]) -> None:
    assert {sale["cancelled"] for sale in every if "cancelled" in sale} == {True}


@pytest.mark.parametrize("name", OPTIONAL_ON_LINES)
def test_an_optional_of_a_line_is_there_or_absent(name: str, every: list[Thing]) -> None:
    found = [line[name] for line in lines(every) if name in line]
    assert 0 < len(found) < sum(1 for _ in lines(every))
    assert "" not in found


def test_the_account_before_is_named_only_where_there_is_one(every: list[Thing]) -> None:
    linked = [sale for sale in every if "previousAccountId" in sale["source"]]
    assert 0 < len(linked) < len(every)
    for sale in every:
        if sale not in linked:
            assert sale["source"] == {"initialAccountId": sale["accountFiscId"]}


@pytest.mark.parametrize(
    "name",
    [
        "ownerName",
        "ownerId",
        "staffId",
        "staffName",
        "revenueCenter",
        "revenueCenterId",
        "tableNumber",
        "accountProfileCode",
        "payments",
        "consumer",
        "authorization",
    ],
)
def test_fields_of_parts_nobody_asked_for_are_absent(
    name: str, every: list[Thing], bare: list[Thing]
) -> None:
    assert name in {key for key, _ in walk(every)}
    assert name not in {key for key, _ in walk(bare)}


ALWAYS = [
    "nameOverride",
    "statisticGroup",
    "tags",
    "categories",
    "serviceChargeType",
    "discountAmount",
    "accountDiscountAmount",
]


@pytest.mark.parametrize("name", ALWAYS)
def test_what_real_lines_always_have_is_always_there(
    name: str, every: list[Thing], bare: list[Thing]
) -> None:
    for sales in (every, bare):
        assert not [line["id"] for line in lines(sales) if name not in line]


def test_the_table_name_is_always_there_and_may_be_empty(
    every: list[Thing], bare: list[Thing]
) -> None:
    for sales in (every, bare):
        assert {bool(sale["tableName"]) for sale in sales} == {True, False}


def test_every_payment_has_a_surcharge(every: list[Thing]) -> None:
    assert {TWO.fullmatch(one["surcharge"]) is not None for one in payments(every)} == {True}


PLACES = {
    "totalNetAmountWithTax": SIX,
    "totalNetAmountWithoutTax": SIX,
    "taxAmount": SIX,
    "menuListPrice": TWO,
    "unitCostPrice": TWO,
    "serviceCharge": TWO,
    "discountAmount": TWO,
    "accountDiscountAmount": TWO,
    "totalDiscountAmount": TWO,
    "quantity": THREE,
    "taxRatePercentage": TWO,
}


@pytest.mark.parametrize("name", PLACES)
def test_a_figure_of_a_line_has_its_places(name: str, every: list[Thing]) -> None:
    shown = [line[name] for line in lines(every) if name in line]
    assert shown
    assert not [value for value in shown if not PLACES[name].fullmatch(value)]


@pytest.mark.parametrize("name", ["netAmountWithTax", "tip", "surcharge"])
def test_a_figure_of_a_payment_has_two_places(name: str, every: list[Thing]) -> None:
    assert not [one[name] for one in payments(every) if not TWO.fullmatch(one[name])]


@pytest.mark.parametrize("name", ["taxRate", "taxAmount"])
def test_figures_of_tax_lines_are_trimmed(name: str, every: list[Thing]) -> None:
    shown = [tax[name] for line in lines(every) for tax in line["taxLines"]]
    assert not [value for value in shown if not TRIMMED.fullmatch(value)]
    assert {"1.2", "1.5", "3"} & set(shown)


def test_the_rate_of_a_tax_line_is_a_multiplier(every: list[Thing]) -> None:
    for line in lines(every):
        if len(line["taxLines"]) == 1 and "taxRatePercentage" in line:
            multiplier = Decimal(line["taxLines"][0]["taxRate"])
            assert abs((multiplier - 1) * 100 - Decimal(line["taxRatePercentage"])) <= Decimal(
                "0.005"
            )


def test_gross_is_net_and_tax_and_service_charge_exactly_everywhere(every: list[Thing]) -> None:
    for line in lines(every):
        parts = ("totalNetAmountWithoutTax", "taxAmount", "serviceCharge")
        assert Decimal(line["totalNetAmountWithTax"]) == sum(Decimal(line[one]) for one in parts)
    assert any(Decimal(line["serviceCharge"]) for line in lines(every))


def test_the_gross_of_the_lines_is_what_was_paid(every: list[Thing]) -> None:
    """Tips and surcharges are on payments, outside; cash rounded to a coin is the one exception."""
    tips = rounded = 0
    for sale in every:
        if sale["type"] not in {"SALE", "REFUND"}:
            continue
        gross = sum(Decimal(line["totalNetAmountWithTax"]) for line in sale["salesLines"])
        paid = sum(Decimal(one["netAmountWithTax"]) for one in sale["payments"])
        tips += any(Decimal(one["tip"]) for one in sale["payments"])
        if gross != paid:
            rounded += 1
            assert sale["salesLines"][0]["currency"] == "CAD"
            assert {one["code"] for one in sale["payments"]} & {"CASH"}
            assert abs(gross - paid) <= Decimal("0.02")
    assert tips


def test_net_is_rounded_line_by_line_at_six_places(every: list[Thing]) -> None:
    finer = [line for line in lines(every) if not line["totalNetAmountWithoutTax"].endswith("0000")]
    assert finer, "there must be a net that two places do not hold"


def test_numbers_are_numbers_and_money_is_text(every: list[Thing]) -> None:
    kinds = {
        name: {type(value).__name__ for key, value in walk(every) if key == name}
        for name in {key for key, _ in walk(every)}
    }
    for name in (
        "nbCovers",
        "deviceId",
        "ownerId",
        "staffId",
        "paymentMethodId",
        "revenueCenterId",
        "accountingGroupId",
        "customerId",
    ):
        assert kinds[name] <= {"int", "float"}, name
    assert kinds["deviceId"] == {"int"}
    assert kinds["taxId"] == {"str"}
    for name, found in kinds.items():
        if name.endswith(
            ("Amount", "WithTax", "WithoutTax", "Price", "Charge", "Rate")
        ) or name in {"tip", "surcharge", "quantity"}:
            assert found == {"str"}, name
    assert {type(one["deviceId"]) for one in payments(every)} == {int}


@pytest.mark.parametrize("keys", ["staff", "device,tag"])
def test_totals_are_text_and_counts_are_numbers(keys: str, gate: Gate, group: Group) -> None:
    location = group.locations[2]
    period = f"from={FROM}&to={group.end(location)}"
    body = gate.fetch(f"/f/finance/{location}/aggregatedSales?groupBy={keys}&{period}", group.token)
    for name, value in walk(body):
        if name.startswith("total") or name == "serviceCharge":
            assert TWO.fullmatch(value)
        if name == "numberOfSales":
            assert type(value) in (int, float)


def test_times_are_utc_with_trimmed_milliseconds(every: list[Thing]) -> None:
    names = {"timeOfOpening", "timeOfCloseAndPaid", "timeOfSale", "fiscDate"}
    times = [value for name, value in walk(every) if name in names]
    assert not [value for value in times if not INSTANT.fullmatch(value)]
    assert any("." in value for value in times)


@pytest.mark.parametrize(
    ("letter", "name"), [("A", "accountFiscId"), ("R", "receiptId"), ("S", "id"), ("T", "fiscId")]
)
def test_ids_are_a_letter_a_device_and_a_counter_of_their_kind(
    letter: str, name: str, every: list[Thing]
) -> None:
    things: list[Thing] = {"id": list(lines(every)), "fiscId": list(payments(every))}.get(
        name, every
    )
    ids = [thing[name] for thing in things if name in thing]
    assert not [one for one in ids if not re.fullmatch(rf"{letter}\d+\.\d+", one)]
    assert len(set(ids)) == len(ids)


def test_references_are_padded_base64url_of_sixteen_bytes_one_per_account(
    every: list[Thing],
) -> None:
    references = [sale["accountReference"] for sale in every]
    references += [one["uuid"] for one in payments(every)]
    assert not [one for one in references if not UUID.fullmatch(one)]
    assert len(set(references)) == len(references)


def test_references_are_the_same_in_every_answer(
    every: list[Thing], bare: list[Thing], gate: Gate, group: Group
) -> None:
    def keys(sales: list[Thing]) -> list[tuple[str, str]]:
        return [(sale["accountReference"], sale["accountFiscId"]) for sale in sales]

    assert keys(every) == keys(bare)
    again = gate.fetch(group.range(group.locations[0], f"include={EVERY_INCLUDE}"), group.token)
    assert keys(again["sales"]) == keys(every)[: len(again["sales"])]


def test_modifiers_are_lines_of_their_own(every: list[Thing]) -> None:
    free = dear = before = taxed = 0
    for sale in every:
        order = [line["id"] for line in sale["salesLines"]]
        known = {line["id"]: line for line in sale["salesLines"]}
        for line in sale["salesLines"]:
            parent = known.get(line.get("parentLineId", ""))
            if parent is None:
                continue
            is_free = not Decimal(line["totalNetAmountWithTax"])
            free += is_free
            dear += not is_free and not Decimal(parent["totalNetAmountWithTax"])
            before += order.index(line["id"]) < order.index(parent["id"])
            taxed += line.get("taxCode") != parent.get("taxCode")
    assert min(free, dear, before, taxed) > 0


def test_voids_are_extra_negative_lines_with_a_reason_and_who_authorised(
    every: list[Thing],
) -> None:
    voids = [line for line in lines(every) if "voidReason" in line]
    assert voids
    for line in voids:
        assert Decimal(line["quantity"]) < 0
        assert Decimal(line["totalNetAmountWithTax"]) <= 0
        assert line["staffName"]


def test_refunds_are_sales_of_their_own_linked_by_source(every: list[Thing]) -> None:
    accounts = {sale["accountFiscId"] for sale in every}
    refunds = [sale for sale in every if sale["type"] == "REFUND"]
    assert refunds
    for sale in refunds:
        assert sale["source"]["previousAccountId"] in accounts
        assert sale["source"]["previousAccountId"] != sale["accountFiscId"]


def test_the_other_types_exist_and_do_not_add_up_twice(
    every: list[Thing], gate: Gate, group: Group
) -> None:
    types = Counter(sale["type"] for sale in every)
    assert set(types) == {
        "SALE",
        "REFUND",
        "VOID",
        "RECALL",
        "SPLIT",
        "UPDATE",
        "TRANSFER",
        "FLOAT",
        "TRANSITORY",
        "CROSS_BL",
        "CANCEL",
    }
    start = 0
    for location in group.locations:
        count = len(gate.fetch(group.range(location), group.token)["sales"])
        own = every[start : start + count]
        start += count
        revenue = [s for s in own if s["type"] in {"SALE", "REFUND"} and not s.get("cancelled")]
        gross = sum(Decimal(line["totalNetAmountWithTax"]) for line in lines(revenue))
        period = f"from={FROM}&to={group.end(location)}"
        for key in GROUP_KEYS:
            target = f"/f/finance/{location}/aggregatedSales?groupBy={key}&{period}"
            totals = gate.fetch(target, group.token)
            assert Decimal(totals["totalAmount"]) == round(gross, 2)
            assert totals["numberOfSales"] == sum(1 for _ in lines(revenue))


def test_a_line_counts_under_each_of_its_tags_and_without_any_under_nothing(
    every: list[Thing], gate: Gate, group: Group
) -> None:
    assert {len(line["tags"]) for line in lines(every)} >= {0, 1, 2}
    location = group.locations[0]
    period = f"from={FROM}&to={group.end(location)}"
    body = gate.fetch(f"/f/finance/{location}/aggregatedSales?groupBy=tag&{period}", group.token)
    counted = {
        node["groupByValue"]: node["numberOfSales"] for node in body["children"][0]["children"]
    }
    assert "" in counted
    assert sum(counted.values()) > body["numberOfSales"]


def test_programs_can_tell_a_tax_exclusive_venue(every: list[Thing]) -> None:
    """If no tax line says `taxIncluded`, gross is net + tax (+ service charge)."""
    by_currency = {place.currency: place.country for place in LOCATIONS}
    said: dict[str, set[bool]] = {}
    for line in lines(every):
        country = by_currency[line["currency"]]
        said.setdefault(country, set()).update(tax["taxIncluded"] for tax in line["taxLines"])
    assert said["US"] == {False}
    assert said["GB"] == {True}
