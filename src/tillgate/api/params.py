"""Query and path parameters: one struct an endpoint, all decoded by `decode`.

A field's type says how its text is read (`reading`). What is wrong is collected and raised once,
as `BadParameters`, each problem with the parameter's name and the cure; unknown parameters are
ignored on published paths and refused on ours. Raises nothing else, whatever bytes arrive.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints
from urllib.parse import unquote_to_bytes

import msgspec
from msgspec import Meta

from tillgate.api.errors import BadParameters, Problem

_SHOWN = 100

P = TypeVar("P", bound="Parameters")


class Unusable(ValueError):
    """A text that cannot be used; says what to send instead."""


class Clash(ValueError):
    """Parameters that are good alone and bad together; names the one to change, and the cure."""

    def __init__(self, name: str, cure: str) -> None:
        super().__init__(cure)
        self.name = name


class Parameters(msgspec.Struct, frozen=True, rename="camel"):
    """What an endpoint can be asked; rules between fields go into `__post_init__` as `Clash`."""


def reading(read: Callable[[str], Any], *, separator: str = "") -> Meta:
    """How the text of a parameter becomes its value; `read` raises `Unusable`.

    With a separator the parameter may be repeated, its texts are joined by it, and `read` gets all.
    """
    return Meta(extra={"read": read, "separator": separator})


class _Field(msgspec.Struct, frozen=True):
    attribute: str
    name: str
    read: Callable[[str], Any]
    separator: str
    required: bool


@cache
def _fields(kind: type[Parameters]) -> dict[str, _Field]:
    hints = get_type_hints(kind, include_extras=True)
    fields = {}
    for field in msgspec.structs.fields(kind):
        how = _how(hints[field.name])
        fields[field.encode_name] = _Field(
            field.name, field.encode_name, how["read"], how["separator"], field.required
        )
    return fields


def _how(hint: Any) -> dict[str, Any]:
    """What `reading` said of a type, also of one that may be None."""
    for part in (hint, *get_args(hint)):
        for meta in getattr(part, "__metadata__", ()):
            if isinstance(meta, Meta) and meta.extra:
                return meta.extra
    raise TypeError(f"{hint} does not say how it is read")


def decode(kind: type[P], path: Mapping[str, str], query: bytes, *, strict: bool = False) -> P:
    """The parameters of a call, from its path and its raw query; `strict` refuses unknown ones."""
    fields, problems = _fields(kind), list[Problem]()
    values = dict[str, Any]()
    for name, texts in _given(fields, path, query, problems).items():
        _read(fields[name], texts, values, problems)
    if strict:
        problems += _unknown(fields, query)
    mentioned = {problem.field for problem in problems}
    for field in fields.values():
        if field.required and field.attribute not in values and field.name not in mentioned:
            problems.append(Problem(field.name, "", "is required"))
    if problems:
        raise BadParameters(problems)
    try:
        return kind(**values)
    except Clash as clash:
        raise BadParameters([Problem(clash.name, "", str(clash))]) from clash


def _unknown(fields: dict[str, _Field], query: bytes) -> list[Problem]:
    names = (
        _unquoted(pair.partition(b"=")[0]).decode(errors="replace") for pair in query.split(b"&")
    )
    unknown = dict.fromkeys(name for name in names if name and name not in fields)
    cure = f"leave it out; known are {', '.join(sorted(fields))}"
    return [Problem(shown(name), "", cure) for name in unknown]


def _given(
    fields: dict[str, _Field], path: Mapping[str, str], query: bytes, problems: list[Problem]
) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {name: [text] for name, text in path.items() if name in fields}
    for pair in query.split(b"&") if query else ():
        raw_name, _, raw = pair.partition(b"=")
        name = _unquoted(raw_name).decode(errors="replace")
        if name not in fields or name in path:
            continue
        try:
            text = _unquoted(raw).decode()
        except UnicodeDecodeError:
            problems.append(Problem(name, shown(repr(raw)[2:-1]), "write it in UTF-8"))
        else:
            given.setdefault(name, []).append(text)
    return given


def _unquoted(raw: bytes) -> bytes:
    return unquote_to_bytes(raw.replace(b"+", b" "))


def _read(field: _Field, texts: list[str], values: dict[str, Any], problems: list[Problem]) -> None:
    if len(texts) > 1 and not field.separator:
        problems.append(Problem(field.name, shown(texts[-1]), "give it only once"))
        return
    text = field.separator.join(texts)
    try:
        values[field.attribute] = field.read(_checked(text))
    except Unusable as error:
        problems.append(Problem(field.name, shown(text), str(error)))


def _checked(text: str) -> str:
    # PostgreSQL holds no NUL, and a lone surrogate is no text at all.
    if "\0" in text or not (text.isascii() or _is_text(text)):
        raise Unusable("leave out the character that no text can hold")
    return text


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\ufffd" not in text


def shown(text: str) -> str:
    """A rejected text as it may be repeated to the caller: short, and encodable whatever it is."""
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return cut.encode(errors="replace").decode()
