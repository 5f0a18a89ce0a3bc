"""The published description, corrected where WIRE.md says that the wire differs, and held strictly.

Every object is closed: a property that is neither declared nor named here is a failure.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from tests.conftest import CONTRACT

FINANCIAL, FINANCIAL_V2, ITEMS = "financial-v1.yaml", "financial-v2.yaml", "items-v1.yaml"
MISSING = "the published contract lies in ../shared/contract, which is not here"

# WIRE.md, "V1 spelling on the wire": offered nowhere in the described spelling.
RESPELLED = {
    "timeofOpening": "timeOfOpening",
    "timeofCloseAndPaid": "timeOfCloseAndPaid",
    "timeofSale": "timeOfSale",
}
# What WIRE.md adds to a schema: (schema, property) and its type, with the words that ask for it.
ADDED = {
    ("BusinessLocation", "blId"): ({"type": "integer"}, "some read `blID`, others only `blId`"),
    ("financial-apiFinancialDto", "nextPageToken"): (
        {"type": "string"},
        "`nextPageToken` in the body too",
    ),
}
# Where WIRE.md gives another type than the description.
_DEVICE = ({"type": "integer"}, "ids integers, also `payments[].deviceId`")
RETYPED = {
    ("SalePayment", "deviceId"): _DEVICE,
    ("financial-apiPayment", "deviceId"): _DEVICE,
}
# Schemas whose ids are numbers in the description and integers on the wire.
IDS = ("Id", "ID")


@cache
def contract(name: str) -> dict[str, Any]:
    """One of the published files, corrected and closed."""
    document: dict[str, Any] = yaml.safe_load((CONTRACT / name).read_text())
    schemas = document["components"]["schemas"]
    for schema_name, schema in schemas.items():
        for (owner, prop), (kind, _) in (ADDED | RETYPED).items():
            if owner == schema_name:
                schema["properties"][prop] = kind
        _close(schema)
    return document


def _close(schema: Any) -> None:
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties")
    if isinstance(properties, dict):
        for described, spelled in RESPELLED.items():
            if described in properties:
                properties[spelled] = properties.pop(described)
        for name, kind in properties.items():
            if name.endswith(IDS) and kind.get("type") == "number":
                properties[name] = {**kind, "type": "integer"}
            _close(kind)
        schema["additionalProperties"] = False
    _close(schema.get("items"))


def schema_of(name: str, path: str) -> dict[str, Any]:
    """The schema of a 200 of an operation; the items list is an array, as WIRE.md has it."""
    answer = contract(name)["paths"][path]["get"]["responses"]["200"]
    schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return answer.get("x-likely-wire-schema", schema)


@cache
def validator(name: str, path: str) -> Any:
    whole = {**schema_of(name, path), "components": contract(name)["components"]}
    return Draft202012Validator(whole)


def complaints(name: str, path: str, body: Any) -> list[str]:
    """What is wrong with a body, each with its place."""
    return [
        f"{error.json_path}: {error.message[:200]}"
        for error in validator(name, path).iter_errors(body)
    ]


def declared(name: str, schema: dict[str, Any], at: str = "") -> Iterator[str]:
    """Every property below a schema as `Schema.property`; each named schema once."""
    yield from _declared(name, schema, at, set())


def _declared(name: str, schema: dict[str, Any], at: str, seen: set[str]) -> Iterator[str]:
    at, schema = _resolved(name, schema, at)
    if "properties" in schema:
        if at in seen:
            return
        seen.add(at)
    for prop, kind in schema.get("properties", {}).items():
        yield f"{at}.{prop}"
        yield from _declared(name, kind, f"{at}.{prop}", seen)
    if "items" in schema:
        yield from _declared(name, schema["items"], at, seen)


def occurring(name: str, schema: dict[str, Any], body: Any, at: str = "") -> Iterator[str]:
    """Every property that a body has, under the names of `declared`."""
    at, schema = _resolved(name, schema, at)
    if isinstance(body, list):
        for one in body:
            yield from occurring(name, schema["items"], one, at)
    elif isinstance(body, dict):
        for prop, value in body.items():
            yield f"{at}.{prop}"
            yield from occurring(name, schema["properties"][prop], value, f"{at}.{prop}")


def _resolved(name: str, schema: dict[str, Any], at: str) -> tuple[str, dict[str, Any]]:
    if "$ref" not in schema:
        return at, schema
    target = schema["$ref"].rpartition("/")[2]
    return target, contract(name)["components"]["schemas"][target]
