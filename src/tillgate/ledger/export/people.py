"""`people.ndjson`: what a day says of persons, as far as it is there and agreed.

Every part has a line, so that the file can always be checked: its hash is in the signed hash of all
of them, whether or not the values are given. The salt is given with all values of a part only: with
it and a guess somebody could otherwise find out what was erased.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec import Raw

from tillgate.ledger.personal import unpack_values

_HASH = 32
_values = msgspec.json.Decoder(list[Raw])


class Shown(NamedTuple):
    """Which personal data the caller's agreement covers."""

    staff: bool = False
    consumers: bool = False
    authorizations: bool = False


NOTHING_PERSONAL = Shown()


class KeptPart(NamedTuple):
    """A personal part as it is kept; `person` tells of whom it is."""

    number: int
    person: str
    salt: bytes
    packed: bytes


def make_people(part_hashes: bytes, kept: Iterable[KeptPart], shown: Shown) -> bytes:
    """A line for each part that the document has a hash of."""
    return b"".join(_lines(part_hashes, {part.number: part for part in kept}, shown))


def _lines(part_hashes: bytes, kept: dict[int, KeptPart], shown: Shown) -> Iterator[bytes]:
    for number in range(len(part_hashes) // _HASH):
        told = part_hashes[number * _HASH : (number + 1) * _HASH]
        rest = _shown(kept[number], shown) if number in kept else b""
        yield b'{"part":%d,"sha256":"%b"%b}\n' % (number, told.hex().encode(), rest)


def _shown(part: KeptPart, shown: Shown) -> bytes:
    whole = unpack_values(part.packed)
    found = _values.decode(whole)
    given = [_is_agreed(part, value, shown) for value in found]
    if all(given):
        return b',"salt":"%b","values":%b' % (part.salt.hex().encode(), whole)
    if not any(given):
        return b""
    texts = (
        bytes(value) if agreed else b"null" for value, agreed in zip(found, given, strict=True)
    )
    return b',"values":[%b]' % b",".join(texts)


def _is_agreed(part: KeptPart, value: Raw, shown: Shown) -> bool:
    if not part.person.startswith("consumer:"):
        return shown.staff
    # Beside a guest lies what the card's issuer said: a text, while the guest is an object.
    return shown.consumers if bytes(value).startswith(b"{") else shown.authorizations
