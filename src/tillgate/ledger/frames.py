"""The frames of a closed day: some hundred sales each, packed so that a page unpacks only its own.

A frame is three packed blocks, one after the other: the directory (who, when, where), the lean
texts joined by commas, and the other pieces. V1 with and without payments needs the first two.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, islice, pairwise
from typing import NamedTuple

import msgspec
import zstandard

from tillgate.ledger.pieces import PERSONAL, Cut

# Larger frames pack no better; smaller ones make pages of large days cheaper.
_MOST = 320
# Above this the time to close a day grows faster than the day shrinks (docs/speed.md).
_LEVEL = 9


class Facts(NamedTuple):
    """What the directory says of a sale; instants are milliseconds since 1970.

    `moved_by` is the position of the correction that took it from a closed day, 0 if none did.
    """

    account_id: str
    closed: int
    recorded: int
    moved_by: int = 0


class Directory(msgspec.Struct, frozen=True, array_like=True):
    """Columns, a value a sale, in the order of the texts; sizes and places in bytes.

    `moved_by` is empty where no sale came from a closed day.
    """

    accounts: list[str]
    closed: list[int]
    recorded_after: list[int]
    sizes: list[int]
    payments_at: list[int]
    payments_sizes: list[int]
    moved_by: list[int] = []


class Pieces(msgspec.Struct, frozen=True, array_like=True):
    """The pieces of all sales of a frame in a row; `gaps` counts from the piece before."""

    counts: list[int]
    gaps: list[int]
    tags: list[int]
    texts: list[bytes]


class Span(msgspec.Struct, frozen=True, array_like=True):
    """Where a frame lies in the day's data, and which sales it holds; instants as in `Facts`."""

    count: int
    first: int
    last: int
    start: int
    directory: int
    lean: int
    pieces: int

    @property
    def size(self) -> int:
        """All three blocks."""
        return self.directory + self.lean + self.pieces


# Plain numbers, as tags are here: they compare faster.
_PERSONAL = frozenset(map(int, PERSONAL))

_DIRECTORY = msgspec.msgpack.Decoder(Directory)
_PIECES = msgspec.msgpack.Decoder(Pieces)
_SPANS = msgspec.msgpack.Decoder(list[Span])
_ENCODER = msgspec.msgpack.Encoder()


def pack(facts: Sequence[Facts], sales: Sequence[Cut]) -> tuple[list[Span], bytes]:
    """All frames of a day and where each lies; the sales are in their order."""
    spans, blocks, at = [], [], 0
    number = max(-(-len(sales) // _MOST), 1)
    edges = [len(sales) * place // number for place in range(number + 1)]
    for first, last in pairwise(edges):
        if first < last:
            span, packed = _frame(facts[first:last], sales[first:last], at)
            spans.append(span)
            blocks.append(packed)
            at += span.size
    return spans, b"".join(blocks)


def _frame(facts: Sequence[Facts], sales: Sequence[Cut], at: int) -> tuple[Span, bytes]:
    compressor = zstandard.ZstdCompressor(level=_LEVEL)
    # What the directory says follows from nothing else; the texts are what the digest is about.
    checked = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    blocks = [
        checked.compress(_ENCODER.encode(_directory(facts, sales))),
        compressor.compress(b",".join(sale.lean for sale in sales)),
        compressor.compress(_ENCODER.encode(_pieces(sales))),
    ]
    closed = [each.closed for each in facts]
    sizes = [len(block) for block in blocks]
    return Span(len(sales), min(closed), max(closed), at, *sizes), b"".join(blocks)


def _directory(facts: Sequence[Facts], sales: Sequence[Cut]) -> Directory:
    moved_by = [each.moved_by for each in facts]
    return Directory(
        [each.account_id for each in facts],
        [each.closed for each in facts],
        [each.recorded - each.closed for each in facts],
        [len(sale.lean) for sale in sales],
        [sale.payments_start for sale in sales],
        [sale.payments_end - sale.payments_start for sale in sales],
        moved_by if any(moved_by) else [],
    )


def _pieces(sales: Sequence[Cut]) -> Pieces:
    gaps: list[int] = []
    for sale in sales:
        before = 0
        for place in sale.places:
            gaps.append(place - before)
            before = place
    return Pieces(
        [len(sale.places) for sale in sales],
        gaps,
        [tag for sale in sales for tag in sale.tags],
        [text for sale in sales for text in sale.texts],
    )


def encode_spans(spans: list[Span]) -> bytes:
    """As they stand in the day's row."""
    return _ENCODER.encode(spans)


def decode_spans(packed: bytes) -> list[Span]:
    """As they were."""
    return _SPANS.decode(packed)


class Frame:
    """An unpacked frame; its blocks are unpacked when they are needed first."""

    def __init__(self, span: Span, packed: bytes) -> None:
        self.span = span
        self._packed = memoryview(packed)
        unpack = zstandard.ZstdDecompressor().decompress
        self.directory = _DIRECTORY.decode(unpack(self._packed[: span.directory]))
        lean = self._packed[span.directory : span.directory + span.lean]
        self.lean = unpack(lean)

    @cached_property
    def starts(self) -> list[int]:
        """Where each text begins in `lean`."""
        at, starts = 0, list[int]()
        for size in self.directory.sizes:
            starts.append(at)
            at += size + 1
        return starts

    @cached_property
    def leans(self) -> list[bytes]:
        """Each lean text."""
        places = zip(self.starts, self.directory.sizes, strict=True)
        return [self.lean[start : start + size] for start, size in places]

    @cached_property
    def pieces(self) -> Pieces:
        """The third block, as it is kept."""
        block = self._packed[self.span.directory + self.span.lean :]
        return _PIECES.decode(zstandard.ZstdDecompressor().decompress(block))

    def sale(self, place: int) -> Cut:
        """One sale in its pieces, without taking the others apart."""
        return self._cut(place, sum(self.pieces.counts[:place]))

    @cached_property
    def sales(self) -> list[Cut]:
        """Every sale in its pieces."""
        firsts = accumulate(self.pieces.counts[:-1], initial=0)
        return [self._cut(place, first) for place, first in enumerate(firsts)]

    def _cut(self, place: int, first: int) -> Cut:
        """A sale whose pieces begin with this one of the frame's."""
        told, pieces = self.directory, self.pieces
        last = first + pieces.counts[place]
        places = list(accumulate(pieces.gaps[first:last]))
        start = told.payments_at[place]
        end = start + told.payments_sizes[place]
        tags, texts = pieces.tags[first:last], pieces.texts[first:last]
        return Cut(self.leans[place], start, end, places, tags, texts)

    def with_payments(
        self, start: int, end: int, tags: Collection[int], values: Mapping[bytes, bytes]
    ) -> bytearray:
        """The sales from `start` to before `end`, with commas, as a view shows them with payments.

        It says the same as `pieces.view` of each, and takes three quarters of the time.
        """
        lean, found = self.lean, self.pieces
        first, last = sum(found.counts[:start]), sum(found.counts[:end])
        columns = (found.tags[first:last], found.texts[first:last])
        text, reached = bytearray(), self.starts[start]
        for place, tag, piece in zip(self._places(start, end, first), *columns, strict=True):
            if tag in tags:
                text += lean[reached:place]
                text += values[piece] if tag in _PERSONAL else piece
                reached = place
        text += lean[reached : self.starts[end - 1] + self.directory.sizes[end - 1]]
        return text

    def _places(self, start: int, end: int, at: int) -> list[int]:
        """Where the pieces of some sales belong in `lean`; `at` is the number of the first."""
        gaps, places = self.pieces.gaps, list[int]()
        for sale in range(start, end):
            count = self.pieces.counts[sale]
            places += islice(accumulate(gaps[at : at + count], initial=self.starts[sale]), 1, None)
            at += count
        return places
