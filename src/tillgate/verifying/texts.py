"""JSON texts: read strictly, written without a space."""

import hashlib
import json
from typing import Any

from tillgate.verifying.errors import Broken


def parse(text: bytes, where: str) -> Any:
    """What a JSON text says; raises `Broken` for what is none, or says something twice."""
    try:
        return json.loads(text.decode(), object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise Broken(where, "is not readable as JSON: a byte was changed") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def compact(thing: Any) -> bytes:
    """UTF-8 without a space; names in the order in which they are."""
    return json.dumps(thing, ensure_ascii=False, separators=(",", ":")).encode()


def sha256(text: bytes) -> str:
    """In hex."""
    return hashlib.sha256(text).hexdigest()
