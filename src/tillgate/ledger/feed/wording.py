"""What is wrong with a record, in plain words and with the whole path to it."""

import re
from typing import Literal, get_args, get_origin

import msgspec

from tillgate.catalogue.item import Item
from tillgate.ledger.canonical import expected_form
from tillgate.ledger.card_payment import CardPaymentStatus
from tillgate.ledger.feed.errors import Unreadable
from tillgate.ledger.feed.records import KINDS
from tillgate.ledger.sale import PaymentType, SaleType, ServiceChargeType

_MESSAGE = re.compile(r"(?P<what>.*?)(?: - at `(?P<path>.*)`)?", re.DOTALL)
_TYPES = re.compile(r"Expected `(?P<expected>.*?)`, got `(?P<got>.*?)`")
_LIMIT = re.compile(r"Expected `(?P<type>\w+)` (?P<limit>.*)")
_FIELD = re.compile(r"Object (?P<verb>missing required|contains unknown) field `(?P<name>.*)`")

_WORDS = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number with decimals",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
    "date": 'a date such as "2026-03-14"',
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "record": tuple(kind for kind, _ in KINDS),
    "type": tuple(SaleType),
    "payments[].type": tuple(PaymentType),
    "payment.status": tuple(CardPaymentStatus),
    "serviceChargeType": tuple(ServiceChargeType),
    "closeAfterHours": ("never",),
    "endedAs": ("closed", "sold"),
} | {
    field.encode_name: get_args(kind)
    for field in msgspec.structs.fields(Item)
    for kind in get_args(field.type)
    if get_origin(kind) is Literal
}


def explain(error: msgspec.ValidationError, prefix: str = "") -> Unreadable:
    """The same in plain words; the prefix is the path to what was checked."""
    what, path = _split(error)
    name = re.sub(r"\[\d+\]", "[]", path)
    return Unreadable(*_in_words(what, f"{prefix}{path}".rstrip("."), name))


def _split(error: msgspec.ValidationError) -> tuple[str, str]:
    match = _MESSAGE.fullmatch(str(error))
    if match is None:
        return str(error), ""
    return match["what"], (match["path"] or "").removeprefix("$").removeprefix(".")


def _in_words(what: str, path: str, name: str) -> tuple[str, str, str]:
    field, types, limit = _FIELD.fullmatch(what), _TYPES.match(what), _LIMIT.fullmatch(what)
    if field is not None:
        return _field_in_words(field["verb"], f"{path}.{field['name']}".lstrip("."))
    if types is not None:
        got = _WORDS.get(types["got"], types["got"])
        expected = " or ".join(_WORDS.get(each, each) for each in types["expected"].split(" | "))
        left_out = ", or the field left out" if got == "null" else ""
        return path, f"is {got}", _form(name, expected) + left_out
    if limit is not None:
        expected = f"{_WORDS.get(limit['type'], limit['type'])} {limit['limit']}"
        return path, "is outside what is allowed", _form(name, expected)
    if what.startswith("Invalid RFC3339"):
        return path, "is no date that exists", _WORDS["date"]
    return path, f"is not allowed: {what[0].lower()}{what[1:]}", _choices(name) or _form(name, "")


def _field_in_words(verb: str, path: str) -> tuple[str, str, str]:
    if verb == "contains unknown":
        return path, "is not a field of this record", "only documented fields"
    return path, "is missing", _form(path, "a value")


def _form(name: str, otherwise: str) -> str:
    return expected_form(name.rpartition(".")[2]) or otherwise


def _choices(name: str) -> str:
    last_two, last = ".".join(name.split(".")[-2:]), name.rpartition(".")[2]
    choices = _CHOICES.get(last_two, _CHOICES.get(last, ()))
    return f"one of {', '.join(choices)}" if choices else ""
