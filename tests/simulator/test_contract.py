"""The group's records against the published contract and against what the feed reads."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from tests.simulator.fed import A_WEEK, decoded, fed, few

from tillgate.foundation.instants import format_instant
from tillgate.ledger.feed.checks import decode_record
from tillgate.ledger.feed.records import AnyRecord, SaleRecord
from tillgate.simulator.feed import directory_lines, records
from tillgate.simulator.group import LOCATIONS

CONTRACT = Path(__file__).parents[3] / "shared" / "contract"
COUNTRIES = [location.country for location in LOCATIONS]
# Described with a small o, on the wire with a capital one.
WIRE_SPELLING = {
    "timeofOpening": "timeOfOpening",
    "timeofCloseAndPaid": "timeOfCloseAndPaid",
    "timeofSale": "timeOfSale",
}
# The feed's names for the published ones, or where the feed has no such thing.
FEED_NAMES = {"pmId": "paymentMethodId", "statisticGroup": "statisticGroups"}


def _schemas(name: str) -> dict[str, Any]:
    path = CONTRACT / name
    if not path.exists():
        pytest.skip(f"the published contract is not here: {name}")
    schemas: dict[str, Any] = yaml.safe_load(path.read_text())["components"]["schemas"]
    return schemas


def _declared(schema: dict[str, Any], schemas: dict[str, Any], at: str = "") -> Iterator[str]:
    """Every property below a schema as a path, with `=value` for each value of an enum."""
    if "$ref" in schema:
        yield from _declared(schemas[schema["$ref"].rpartition("/")[2]], schemas, at)
    for value in schema.get("enum", []):
        yield f"{at}={value}"
    if "items" in schema:
        yield from _declared(schema["items"], schemas, at)
    for name, property_schema in schema.get("properties", {}).items():
        path = f"{at}.{WIRE_SPELLING.get(name, name)}"
        yield path
        yield from _declared(property_schema, schemas, path)


def _occurring(value: object, at: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{at}.{name}"
            yield from _occurring(inner, f"{at}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _occurring(inner, at)
    elif isinstance(value, str):
        yield f"{at}={value}"


def test_every_property_and_value_of_the_published_sale_occurs_in_a_week() -> None:
    schemas = _schemas("financial-v1.yaml")
    declared = set(_declared(schemas["financial-apiSaleDto"], schemas))
    seen: set[str] = set()
    for country in COUNTRIES:
        for sale in fed(country).sales():
            seen.update(_occurring(sale))
    assert len(declared) > 120
    assert {path for path in declared if _without_reason(path)} - seen == set()
    undeclared = {path for path in seen if "=" not in path} - declared
    assert undeclared == {".payments.roundingAmount"}


def _without_reason(path: str) -> bool:
    """Reasons are many; `test_oddities.py` finds them all in a month."""
    return ".voidReason=" not in path


def test_every_property_and_value_of_the_published_item_occurs_in_each_location() -> None:
    schemas = _schemas("items-v1.yaml")
    declared = set(_declared(schemas["items-apiItemDTO"], schemas))
    for country in COUNTRIES:
        seen = {
            path
            for record in fed(country).records
            if record["record"] == "item"
            for path in _occurring(record["item"])
        }
        assert declared - seen == set()
        assert {path for path in seen if "=" not in path} - declared == set()


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        ("tax_rate", "financial-apiTaxRate"),
        ("payment_method", "PaymentMethod"),
        ("accounting_group", "AccountingGroup"),
    ],
)
def test_every_property_of_the_published_lookups_occurs(kind: str, schema: str) -> None:
    schemas = _schemas("financial-v1.yaml")
    declared = {FEED_NAMES.get(name, name) for name in schemas[schema]["properties"]}
    for country in COUNTRIES:
        seen: set[str] = set()
        for record in fed(country).records:
            if record["record"] == kind:
                seen.update(record)
        assert seen - {"record", "recordedAt", "businessLocationId"} == declared


@pytest.mark.parametrize("country", COUNTRIES)
def test_some_optional_properties_are_missing_somewhere(country: str) -> None:
    """A reader that counts on them would fail here first."""
    sales = list(fed(country).sales())
    for name in ("receiptId", "tableNumber", "accountProfileCode", "cancelled", "voidReason"):
        assert any(name in sale for sale in sales)
        assert any(name not in sale for sale in sales)
    lines = list(fed(country).lines())
    for name in ("parentLineId", "taxCode", "discountCode", "accountDiscountCode"):
        assert {name in line for line in lines} == {True, False}
    assert {"code" in line["accountingGroup"] for line in lines} == {True, False}
    consumers = [
        payment["consumer"] for payment in fed(country).payments() if "consumer" in payment
    ]
    assert {"companyName" in consumer for consumer in consumers} == {True, False}


def test_the_feed_reads_every_record_and_would_write_it_the_same() -> None:
    """Byte for byte: what is written in the feed's own order of fields is read faster."""
    decoder = msgspec.json.Decoder(AnyRecord, float_hook=Decimal)
    encoder = msgspec.json.Encoder(decimal_format="number")
    for line in records(few(*A_WEEK)):
        record, recorded_at = decode_record(line.rstrip())
        given = decoder.decode(line)
        assert encoder.encode(given) == line.rstrip()
        assert type(record) is type(given)
        assert format_instant(recorded_at) == record.recorded_at


def test_sales_are_written_in_their_canonical_form() -> None:
    for line in records(few(*A_WEEK)):
        record, _ = decode_record(line.rstrip())
        if isinstance(record, SaleRecord):
            assert msgspec.json.encode(record.sale) in line


def test_items_have_barcodes_and_prices_as_numbers() -> None:
    lines = [line for line in directory_lines() if b'"record":"item"' in line]
    assert len(lines) > 60 * len(LOCATIONS)
    assert b'"costPrice":0.40' in b"".join(lines)
    for line in lines:
        assert all(isinstance(price["amount"], int | float) for price in _item(line)["prices"])


def _item(line: bytes) -> dict[str, Any]:
    item: dict[str, Any] = msgspec.json.decode(line)["item"]
    return item


def test_names_are_not_only_ascii() -> None:
    text = b"".join(records(few(*A_WEEK))).decode()
    assert all(letter in text for letter in "éœÎ'🌶⭐&")


def test_every_record_names_its_kind_and_when_it_was_recorded() -> None:
    seen = [(set(record), record["record"]) for record in decoded(records(few(*A_WEEK)))]
    assert all({"record", "recordedAt"} <= names for names, _ in seen)
    assert {kind for _, kind in seen} == {
        "business",
        "location",
        "tax_rate",
        "payment_method",
        "accounting_group",
        "item",
        "item_removed",
        "sale",
        "aborted_order",
        "card_payment",
        "day_closed",
    }
