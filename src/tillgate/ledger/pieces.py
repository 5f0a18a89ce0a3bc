"""A sale's canonical text cut so that every view of it is a join of pieces, never a parse.

The lean text is what V1 shows with payments and nothing else. Every other part is a piece that
belongs at some byte of it. What is personal is taken out on the way: the piece then holds a
reference such as `{"part":3,"value":0}`, and the value lies in an erasable part beside the day.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

import msgspec

from tillgate.ledger.parts import Part


class Tag(IntEnum):
    """What a piece is; the numbers are kept in closed days and never change."""

    STAFF = 0
    STAFF_NAME = 1
    TABLE = 2
    REVENUE_CENTER = 3
    ACCOUNT_PROFILE = 4
    CONSUMER = 5
    AUTHORIZATION = 6
    ROUNDING = 7


PERSONAL = frozenset({Tag.STAFF_NAME, Tag.CONSUMER, Tag.AUTHORIZATION})
_TAGS: Mapping[bytes, Tag] = {
    b"ownerId": Tag.STAFF,
    b"staffId": Tag.STAFF,
    b"ownerName": Tag.STAFF_NAME,
    b"staffName": Tag.STAFF_NAME,
    b"tableNumber": Tag.TABLE,
    b"revenueCenter": Tag.REVENUE_CENTER,
    b"revenueCenterId": Tag.REVENUE_CENTER,
    b"accountProfileCode": Tag.ACCOUNT_PROFILE,
    b"consumer": Tag.CONSUMER,
    b"authorization": Tag.AUTHORIZATION,
    b"roundingAmount": Tag.ROUNDING,
}
# A quote within a string is escaped, so a name in quotes after a comma is always a key.
_PIECE = re.compile(
    rb',"((?:owner|staff)(?:Name|Id)|tableNumber|revenueCenter(?:Id)?|accountProfileCode|consumer'
    rb'|authorization|roundingAmount)":'
    rb'(-?\d+|"(?:[^"\\]|\\.)*"|\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\})'
)
_PAYMENT = b'{"code":'
_ID = re.compile(rb'"(?:id|customerId|email)":("(?:[^"\\]|\\.)*"|\d+)')

_OF_PART: Mapping[Part, frozenset[Tag]] = {
    Part.STAFF: frozenset({Tag.STAFF, Tag.STAFF_NAME}),
    Part.TABLE: frozenset({Tag.TABLE}),
    Part.REVENUE_CENTER: frozenset({Tag.REVENUE_CENTER}),
    Part.ACCOUNT_PROFILE: frozenset({Tag.ACCOUNT_PROFILE}),
    Part.CONSUMER: frozenset({Tag.CONSUMER}),
    Part.PAYMENT_AUTHORIZATION: frozenset({Tag.AUTHORIZATION}),
    Part.PAYMENTS: frozenset(),
}

# (who it is about, the value as JSON) → the reference that stands in its place.
Refer = Callable[[str, bytes], bytes]


class Cut(NamedTuple):
    """A sale in pieces; `places` are bytes of `lean`, where the pieces belong, in their order.

    The payments with their comma are `lean[payments_start:payments_end]`.
    """

    lean: bytes
    payments_start: int
    payments_end: int
    places: list[int]
    tags: Sequence[int]
    texts: list[bytes]


def cut(body: bytes, payments: bytes, refer: Refer) -> Cut:
    """Cut a canonical text; `payments` is how its payments begin and stand in the lean text."""
    found = list(_PIECE.finditer(body))
    kept, places, tags, texts = [], [], [], []
    reached = taken = 0
    for number, match in enumerate(found):
        tag, text = _TAGS[match[1]], match[0]
        if tag in PERSONAL:
            person = _person(tag, number, found, body)
            text = b',"%b":%b' % (match[1], refer(person, match[2]))
        kept.append(body[reached : match.start()])
        places.append(match.start() - taken)
        tags.append(tag)
        texts.append(text)
        reached = match.end()
        taken += match.end() - match.start()
    kept.append(body[reached:])
    lean = b"".join(kept)
    start = lean.index(payments) if payments else 0
    return Cut(lean, start, start + len(payments), places, tags, texts)


def _person(tag: Tag, number: int, found: Sequence[re.Match[bytes]], body: bytes) -> str:
    """Who a personal piece is about, as `erase` finds them."""
    match = found[number]
    if tag is Tag.STAFF_NAME:
        for other in found[max(number - 1, 0) : number + 2]:
            touches = other.end() == match.start() or other.start() == match.end()
            if touches and other[1] == match[1].replace(b"Name", b"Id"):
                return f"staff:{other[2].decode()}"
        return "staff:"
    holder = match if tag is Tag.CONSUMER else _consumer_before(number, found, body)
    known = _ID.search(holder[2]) if holder else None
    return f"consumer:{known[1].decode().strip(chr(34))}" if known else "consumer:"


def _consumer_before(
    number: int, found: Sequence[re.Match[bytes]], body: bytes
) -> re.Match[bytes] | None:
    """The consumer of the same payment."""
    for other in reversed(found[:number]):
        if _TAGS[other[1]] is Tag.CONSUMER:
            same = body.find(_PAYMENT, other.end(), found[number].start()) < 0
            return other if same else None
    return None


def whole(sale: Cut) -> bytes:
    """The text with every piece in its place: what a closed day's digest is about."""
    # `_joined` would say the same, at two thirds of the speed: exports are made of this.
    kept, reached = list[bytes](), 0
    for place, text in zip(sale.places, sale.texts, strict=True):
        kept += (sale.lean[reached:place], text)
        reached = place
    return b"".join([*kept, sale.lean[reached:]])


def shown_tags(
    parts: Iterable[Part], *, staff_names: bool, rounding: bool = False
) -> frozenset[int]:
    """The tags of the pieces that a view shows."""
    tags = {int(tag) for part in parts for tag in _OF_PART[part]}
    if not staff_names:
        tags.discard(Tag.STAFF_NAME)
    return frozenset(tags | ({int(Tag.ROUNDING)} if rounding else set()))


def view(
    sale: Cut, tags: Collection[int], values: Mapping[bytes, bytes], *, payments: bool
) -> bytes:
    """One view of a sale; `values` has the text of each personal piece, none where it is gone."""
    return b"".join(_joined(sale, tags, values, payments=payments))


def _joined(
    sale: Cut, tags: Collection[int], values: Mapping[bytes, bytes] | None, *, payments: bool
) -> Iterator[bytes]:
    lean, start, end = sale.lean, sale.payments_start, sale.payments_end
    reached, hides = 0, not payments and end > start
    for place, tag, text in zip(sale.places, sale.tags, sale.texts, strict=True):
        if tag not in tags or (hides and start < place < end):
            continue
        if hides and reached <= start and place >= end:
            yield lean[reached:start]
            reached = end
        yield lean[reached:place]
        yield text if values is None or tag not in PERSONAL else values[text]
        reached = place
    if hides and reached <= start:
        yield lean[reached:start]
        reached = end
    yield lean[reached:]


class _Opening(msgspec.Struct, rename="camel"):
    account_reference: str


_OPENING = msgspec.json.Decoder(_Opening)


def account_reference(lean: bytes) -> str:
    """The account reference of a lean text, which begins with it."""
    return _OPENING.decode(lean[: lean.index(b',"accountFiscId":')] + b"}").account_reference
