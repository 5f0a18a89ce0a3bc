"""What the API plane's promise says its answers hold, as our own texts have to tell it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

import tillgate.api

_PROMISE = Path(str(tillgate.api.__file__)).parent / "openapi.yaml"
PROMISE: dict[str, Any] = yaml.safe_load(_PROMISE.read_text())
# Plain values and links, which are told where they stand.
_PLAIN = {"Id", "Amount2", "Amount6", "Exact", "Link", "SelfLink", "Totals", "Booked"}


def operations() -> dict[str, dict[str, Any]]:
    """Every reading operation by its method and path."""
    return {f"GET {path}": item["get"] for path, item in PROMISE["paths"].items()}


def answer_of(operation: dict[str, Any]) -> dict[str, Any]:
    """The schema of its successful answer."""
    schema: dict[str, Any] = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return schema


def parameters_of(operation: dict[str, Any]) -> list[str]:
    """The names of what one may ask with."""
    return [_resolved(parameter)["name"] for parameter in operation["parameters"]]


def parts() -> dict[str, set[str]]:
    """Every named part of any answer, with the paths of its fields."""
    found: dict[str, set[str]] = {}
    waiting = [name for each in operations().values() for name in _named(answer_of(each))]
    while waiting:
        if (name := waiting.pop()) not in found:
            schema = PROMISE["components"]["schemas"][name]
            found[name] = set(_paths(schema, top=True))
            waiting += _named(schema, top=True)
    return found


def fields_below(schema: dict[str, Any]) -> set[str]:
    """The names of all fields of an answer and of its parts."""
    names: set[str] = set()
    todo, seen = list(_named(schema)), set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            part = PROMISE["components"]["schemas"][name]
            names |= {
                bit.removesuffix("[]") for path in _paths(part, top=True) for bit in path.split(".")
            }
            todo += _named(part, top=True)
    return names


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Any = PROMISE
    for step in schema["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def _part(schema: dict[str, Any]) -> str:
    """The name of the part a schema refers to, "" for plain values and what is written in place."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return "" if name in _PLAIN else name


def _properties(schema: dict[str, Any]) -> dict[str, Any]:
    schema = _resolved(schema)
    inherited = [_properties(each) for each in schema.get("allOf", [])]
    own: dict[str, Any] = schema.get("properties", {})
    return {name: each for some in [*inherited, own] for name, each in some.items()}


def _paths(schema: dict[str, Any], prefix: str = "", *, top: bool = False) -> Iterator[str]:
    if not top and _part(schema):
        yield prefix
    elif "items" in (here := _resolved(schema)):
        inner = here["items"]
        is_object = not _part(inner) and _properties(inner)
        yield from _paths(inner, f"{prefix}[]") if is_object else [prefix]
    elif properties := _properties(schema):
        for name, each in properties.items():
            yield from _paths(each, f"{prefix}.{name}" if prefix else name)
    else:
        yield prefix


def _named(schema: dict[str, Any], *, top: bool = False) -> Iterator[str]:
    if not top and (name := _part(schema)):
        yield name
        return
    if "items" in (here := _resolved(schema)):
        yield from _named(here["items"])
    for each in _properties(schema).values():
        yield from _named(each)
