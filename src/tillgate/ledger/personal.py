"""Personal parts of closed days: who worked and who paid, beside the document and erasable.

A part is what one day says of one person: a list of JSON values. The document holds only the
SHA-256 of salt and values, so that taking the part away later changes no byte of it.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

import msgspec
import zstandard

_SALT = 16
_REFERENCE = re.compile(rb'(,"\w+":)\{"part":(\d+),"value":(\d+)\}')


class PersonalPart(NamedTuple):
    """One person in one day; `values` is a JSON array, `number` counts the day's parts from 0."""

    number: int
    person: str
    salt: bytes
    values: bytes


def hash_of(part: PersonalPart) -> bytes:
    """What the document says of a part."""
    return hashlib.sha256(part.salt + part.values).digest()


def pack_values(values: bytes) -> bytes:
    """As they are kept."""
    return zstandard.ZstdCompressor(level=12, write_content_size=True).compress(values)


def unpack_values(packed: bytes) -> bytes:
    """As they were."""
    return zstandard.ZstdDecompressor().decompress(packed)


class Collected:
    """The parts of a day while it closes; `first` is the number of the first one."""

    def __init__(self, first: int = 0) -> None:
        self._first = first
        self._values: dict[str, dict[bytes, int]] = {}
        self._numbers: dict[str, int] = {}

    def refer(self, person: str, value: bytes) -> bytes:
        """Keep a value; the reference that stands in the document for it."""
        values = self._values.setdefault(person, {})
        number = self._numbers.setdefault(person, self._first + len(self._numbers))
        return b'{"part":%d,"value":%d}' % (number, values.setdefault(value, len(values)))

    def parts(self) -> list[PersonalPart]:
        """The parts in the order of their numbers, each with a salt of its own."""
        return [
            PersonalPart(
                self._numbers[person], person, secrets.token_bytes(_SALT), b"[%b]" % b",".join(each)
            )
            for person, each in self._values.items()
        ]


class Known(dict[bytes, bytes]):
    """Pieces with a reference → the pieces as published; one that was erased is nothing."""

    def __init__(self, parts: Mapping[int, bytes]) -> None:
        super().__init__()
        self._parts = parts
        self._decoded: dict[int, list[msgspec.Raw]] = {}

    @cached_property
    def _unpack(self) -> zstandard.ZstdDecompressor:
        # One a day: to make one takes longer than to unpack a part.
        return zstandard.ZstdDecompressor()

    @property
    def numbers(self) -> list[int]:
        """The parts that are still there."""
        return sorted(self._parts)

    def __missing__(self, piece: bytes) -> bytes:
        match = _REFERENCE.fullmatch(piece)
        value = self.value(int(match[2]), int(match[3])) if match else None
        self[piece] = text = b"" if match is None or value is None else match[1] + value
        return text

    def text(self, part: int, value: int) -> str:
        """A value that is a text; "" when the part is gone."""
        found = self.value(part, value)
        return "" if found is None else str(msgspec.json.decode(found))

    def value(self, part: int, value: int) -> bytes | None:
        """One value as JSON; None when the part is gone."""
        if part not in self._parts:
            return None
        if part not in self._decoded:
            values = self._unpack.decompress(self._parts[part])
            self._decoded[part] = msgspec.json.decode(values, type=list[msgspec.Raw])
        return bytes(self._decoded[part][value])


def known_of(rows: Iterable[tuple[int, bytes]]) -> Known:
    """The parts of a day that are still there, as (number, packed values)."""
    return Known({number: bytes(values) for number, values in rows})
