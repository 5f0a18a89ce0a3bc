"""What `openapi.yaml` promises, as data that drives tests: a new parameter is tried at once."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml
from tests.api.rows import LOCATION

ITEM = 410000000000301
REFERENCE = "TASK:OO-410000000000900-order-17"

# A call that works, for every parameter that a call needs.
GOOD: Mapping[str, str] = {
    "businessLocationId": str(LOCATION),
    "from": "2026-03-14T05:30:00Z",
    "to": "2026-03-15T05:30:00Z",
    "id": str(ITEM),
    "itemId": str(ITEM),
    "sku": "SOUP-02",
    "at": "2026-03-25T10:00:00Z",
    "date": "2026-03-14",
    "groupBy": "staff,device",
    "externalReferenceId": REFERENCE,
    "businessDate": "2026-03-14",
    "revision": "1",
    "file": "signature.json",
}
GROUP_KEYS = {"staff", "device", "deviceId", "tag", "accountingGroup", "statisticGroup"}
MOST = 2**63 - 1
# "size (default 1000, no maximum)", says the published contract.
WITHOUT_MAXIMUM = {"size"}

_WHOLE = re.compile(r"-?[0-9]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
    r"([Zz]|[+\- ][0-9]{2}:?[0-5][0-9])"
)


class Parameter(NamedTuple):
    """One parameter of one operation; `place` is path or query."""

    name: str
    place: str
    required: bool
    schema: Mapping[str, Any]


class Operation(NamedTuple):
    """One operation of the plane."""

    id: str
    path: str
    scope: str
    parameters: tuple[Parameter, ...]

    @property
    def is_items(self) -> bool:
        return self.path.startswith("/items/")

    @property
    def is_v2(self) -> bool:
        """Whether its errors have V2's shape."""
        return self.path.startswith("/f/v2/")

    @property
    def is_ours(self) -> bool:
        """Whether it is none of the published contract."""
        return self.path.startswith(("/accounting/", "/catalogue/"))

    def target(self, **given: str) -> str:
        """The path and query of a call that works, but for what is `given` (as raw text).

        A parameter that is wanted twice is given as `name__again`.
        """
        values = {p.name: GOOD[p.name] for p in self.parameters if p.required}
        values.update(given)
        path, query = self.path, []
        places = {parameter.name: parameter.place for parameter in self.parameters}
        for name, value in values.items():
            if places.get(name) == "path":
                path = path.replace(f"{{{name}}}", value)
            else:
                query.append(f"{name.removesuffix('__again')}={value}")
        return f"{path}?{'&'.join(query)}" if query else path


@cache
def document() -> dict[str, Any]:
    text = (files("tillgate.api") / "openapi.yaml").read_text()
    whole: dict[str, Any] = yaml.safe_load(text)
    return whole


@cache
def operations() -> tuple[Operation, ...]:
    found = []
    for path, item in document()["paths"].items():
        get = item["get"]
        parameters = tuple(_parameter(one) for one in get.get("parameters", ()))
        (scopes,) = get["security"][0].values()
        found.append(Operation(get["operationId"], path, scopes[0], parameters))
    return tuple(found)


def each_parameter() -> Iterator[tuple[Operation, Parameter]]:
    for operation in operations():
        for parameter in operation.parameters:
            yield operation, parameter


def operation(name: str) -> Operation:
    return next(one for one in operations() if one.id == name)


def _parameter(given: Mapping[str, Any]) -> Parameter:
    whole = _resolved(given)
    schema = dict(_resolved(whole["schema"]))
    if "items" in schema:
        schema["items"] = _resolved(schema["items"])
    return Parameter(whole["name"], whole["in"], bool(whole.get("required")), schema)


def _resolved(given: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in given:
        return given
    found: Any = document()
    for step in given["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return _resolved(found)


def is_good(parameter: Parameter, text: str) -> bool:  # noqa: PLR0911  one kind a line
    """Whether the promise lets this text stand there; written without our own readers."""
    if "\0" in text or "\ufffd" in text:
        return False
    schema = parameter.schema
    match schema["type"], schema.get("format"):
        case "integer", _:
            if parameter.name in WITHOUT_MAXIMUM:
                schema = {"maximum": float("inf"), **schema}
            return _is_good_number(schema, text)
        case "array", _:
            words = [word.strip() for word in text.split(",")]
            if "enum" in schema["items"]:
                return set(words) <= set(schema["items"]["enum"])
            return len(words) <= schema["maxItems"] and all(
                _is_good_number(schema["items"], word) for word in words
            )
        case "boolean", _:
            return text.lower() in {"true", "false"}
        case "string", "date":
            return bool(_DAY.fullmatch(text)) and _exists(text)
        case "string", "date-time":
            return bool(_INSTANT.fullmatch(text)) and _exists(text[:10])
        case "string", _:
            return _is_good_text(parameter, text)
    raise AssertionError(f"a kind of parameter that no hostile test knows: {parameter}")


def _is_good_number(schema: Mapping[str, Any], text: str) -> bool:
    if not _WHOLE.fullmatch(text):
        return False
    if len(text) > 4000:  # Python reads none of that length
        text = text[:100]
    clamped = "x-clamped-to" in schema
    most = schema.get("maximum", float("inf") if clamped else MOST)
    return bool(schema.get("minimum", -MOST) <= int(text) <= most)


def _is_good_text(parameter: Parameter, text: str) -> bool:
    if parameter.name == "groupBy":
        words = [word.strip() for word in text.split(",")]
        return set(words) <= GROUP_KEYS and len(set(words)) == len(words)
    if "enum" in parameter.schema:
        return text in parameter.schema["enum"]
    if parameter.name == "nextPageToken":
        return not text  # no hostile text is the token of a page
    if "enum" in parameter.schema:
        return text in parameter.schema["enum"]
    least, most = parameter.schema.get("minLength", 0), parameter.schema.get("maxLength", MOST)
    return bool(least <= len(text) <= most)


def _exists(day: str) -> bool:
    try:
        return date.fromisoformat(day).year in range(1970, 2200)
    except ValueError:
        return False
