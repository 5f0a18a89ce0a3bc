"""The figures of one business day, small and quick to add: keys apart from amounts.

Days of a location have mostly the same groups, taxes and tenders. So the keys are kept as packed
bytes, and days whose keys are the same bytes are added up without looking into them.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from tillgate.ledger.amounts import micro
from tillgate.ledger.proof import Counted, Proof
from tillgate.ledger.totals import Blocks

Key = tuple[Any, ...]


class Block(NamedTuple):
    """A block of totals: how many of an entry's first fields name it, and how many are sums."""

    name: str
    keys: int
    sums: int


BLOCKS = (
    Block("accounting_groups", 3, 6),
    Block("taxes", 3, 3),
    Block("discounts", 4, 2),
    Block("payments", 4, 5),
    Block("service_charges", 2, 2),
    Block("types", 2, 3),
)
# What a day has once, in this order behind the sums of its blocks.
ONCE = (
    *("net", "tax", "service_charges", "gift_cards"),
    *("refunds", "refunds_total", "voids", "voids_total"),
    *("carried_in", "carried_in_total", "carried_over", "carried_over_total"),
    *("cash_drops", "cash_drops_total", "covers", "receipts"),
)


class Figures(msgspec.Struct, frozen=True, array_like=True):
    """A day: packed keys of each block, the sums in their order, and what does not add up.

    Amounts are whole millionths. `unbalanced` are sales by account with their rest.
    """

    keys: bytes
    sums: list[int]
    unbalanced: list[tuple[str, int]]


class Keys(msgspec.Struct, frozen=True, array_like=True):
    """The keys of each block's entries, and the codes that were taken for gift cards."""

    blocks: list[list[Key]]
    gift_card_groups: list[str]


_KEYS = msgspec.msgpack.Decoder(Keys)
_FIGURES = msgspec.msgpack.Decoder(Figures)
_ENCODER = msgspec.msgpack.Encoder()


def figures_of(totals: Blocks, proof: Proof) -> Figures:
    """The figures of a day with these totals and this proof."""
    keys, sums = [], list[int]()
    for block in BLOCKS:
        entries = [msgspec.structs.astuple(each) for each in getattr(totals, block.name)]
        keys.append([entry[: block.keys] for entry in entries])
        for entry in entries:
            sums += entry[block.keys :]
    sums += _once(totals, proof)
    packed = _ENCODER.encode(Keys(keys, proof.gift_card_groups))
    unbalanced = [(each.account_fisc_id, micro(each.rest)) for each in proof.unbalanced]
    return Figures(packed, sums, unbalanced)


def _once(totals: Blocks, proof: Proof) -> Iterator[int]:
    sold = proof.sold
    yield from (micro(each) for each in (sold.net, sold.tax, sold.service_charges, sold.gift_cards))
    yield from _counted(proof.refunds)
    yield from totals.voids
    for each in (proof.carried_in, proof.carried_over, proof.cash_drops):
        yield from _counted(each)
    yield totals.covers
    yield totals.receipts


def _counted(counted: Counted) -> tuple[int, int]:
    return counted.count, micro(counted.total)


@lru_cache(maxsize=1024)
def read_keys(packed: bytes) -> Keys:
    """The keys of figures."""
    return _KEYS.decode(packed)


def pack(figures: Figures) -> bytes:
    """As they are kept; nothing where a sum is too large for 64 bits.

    Compressed they would be little smaller.
    """
    try:
        return _ENCODER.encode(figures)
    except OverflowError:
        return b""


def unpack(packed: bytes) -> Figures:
    """As they were."""
    return _FIGURES.decode(packed)
