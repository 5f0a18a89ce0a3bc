"""Sales on their way into an answer: stretches of them, each rendered in the way it was kept.

A stretch of an open day is a list of texts. One of a closed day is a part of a frame, of which
the common views are a slice or two.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import pairwise
from typing import Protocol

import msgspec

from tillgate.ledger import pieces
from tillgate.ledger.frames import Frame
from tillgate.ledger.parts import Part
from tillgate.ledger.personal import Known
from tillgate.ledger.render import View, texts_of
from tillgate.ledger.texts import SaleText, Stretch

# (closing time in milliseconds since 1970, account id): the order of sales everywhere.
Key = tuple[int, str]


class Run(Protocol):
    """Sales next to each other in the order of their keys, at least one."""

    def __len__(self) -> int:
        """How many."""

    def key(self, place: int) -> Key:
        """The key of one of them."""

    def part(self, start: int, end: int) -> "Run":
        """Some of them."""

    def texts(self, view: View) -> Iterable[Stretch]:
        """The view of them, as objects separated by commas, in one text or several."""

    def made_of(self, view: View) -> Iterable[bytes]:
        """What tells this view of them from every other; the texts, or something shorter."""


class OpenRun(msgspec.Struct, frozen=True):
    """Sales of open days."""

    sales: Sequence[SaleText]

    def __len__(self) -> int:
        return len(self.sales)

    def key(self, place: int) -> Key:
        """The key of one of them."""
        sale = self.sales[place]
        return sale.closed, sale.account_id

    def part(self, start: int, end: int) -> "OpenRun":
        """Some of them."""
        return OpenRun(self.sales[start:end])

    def texts(self, view: View) -> Iterable[Stretch]:
        """Each text for itself."""
        return texts_of(self.sales, view)

    def made_of(self, view: View) -> Iterable[bytes]:
        """The texts as they are kept, and the view."""
        return [view.told(), *(sale.text for sale in self.sales)]


class ClosedRun:
    """Sales of one frame of a closed day, from `start` to before `end`."""

    __slots__ = ("_digest", "_end", "_frame", "_known", "_start")

    def __init__(self, digest: bytes, frame: Frame, known: Known, start: int, end: int) -> None:
        self._digest, self._frame, self._known = digest, frame, known
        self._start, self._end = start, end

    def _stretch(self, start: int, end: int) -> "ClosedRun":
        return ClosedRun(self._digest, self._frame, self._known, start, end)

    def __len__(self) -> int:
        return self._end - self._start

    def key(self, place: int) -> Key:
        """The key of one of them."""
        told, at = self._frame.directory, self._start + (place % len(self))
        return told.closed[at], told.accounts[at]

    def part(self, start: int, end: int) -> "ClosedRun":
        """Some of them."""
        first = self._start
        return self._stretch(first + start, min(first + end, self._end))

    def within(self, start: int, end: int, first: Key | None) -> "ClosedRun":
        """Those closed in [start, end), from `first` on."""
        told = self._frame.directory
        low = bisect_left(told.closed, start)
        if first is not None and first[0] >= start:
            keys = list(zip(told.closed, told.accounts, strict=True))
            low = bisect_left(keys, first)
        return self._stretch(low, max(bisect_left(told.closed, end), low))

    def unmoved(self) -> Iterator["ClosedRun"]:
        """Without the sales that a correction took from an earlier closed day."""
        moved_by, start = self._frame.directory.moved_by, self._start
        for at in range(self._start, self._end) if moved_by else ():
            if moved_by[at]:
                yield self._stretch(start, at)
                start = at + 1
        yield self._stretch(start, self._end)

    def made_of(self, view: View) -> Iterable[bytes]:
        """The document, which never changes; which of its sales, which view, and who is named."""
        place = f"{self._frame.span.start} {self._start} {self._end} "
        names = f"{self._known.numbers}" if view.text == "body" else ""
        return [self._digest, place.encode(), view.told(), names.encode()]

    def texts(self, view: View) -> Iterable[Stretch]:
        """One text where no sale has to be put together, else each for itself."""
        if view.text == "body":
            return self._viewed(view)
        if Part.PAYMENTS in view.parts and len(self) == self._frame.span.count:
            return [self._frame.lean]
        first, last = self._start, self._end - 1
        starts, sizes = self._frame.starts, self._frame.directory.sizes
        start, end = starts[first], starts[last] + sizes[last]
        if Part.PAYMENTS in view.parts:
            return [memoryview(self._frame.lean)[start:end]]
        return [b"".join(self._between_payments(start, end))]

    def _between_payments(self, start: int, end: int) -> Iterator[memoryview]:
        frame, told, reached = self._frame, self._frame.directory, start
        lean, starts = memoryview(frame.lean), frame.starts
        for at in range(self._start, self._end):
            payments = starts[at] + told.payments_at[at]
            yield lean[reached:payments]
            reached = payments + told.payments_sizes[at]
        yield lean[reached:end]

    def _viewed(self, view: View) -> Iterable[Stretch]:
        tags = pieces.shown_tags(view.parts, staff_names=view.staff_names, rounding=view.v2)
        if Part.PAYMENTS in view.parts:
            return [self._frame.with_payments(self._start, self._end, tags, self._known)]
        sales = self._frame.sales[self._start : self._end]
        return (pieces.view(sale, tags, self._known, payments=False) for sale in sales)


def in_order(runs: Iterable[Run]) -> list[Run]:
    """The runs so that their sales follow each other; those that overlap are taken apart."""
    ordered = sorted((run for run in runs if len(run)), key=lambda run: run.key(0))
    if all(run.key(-1) <= after.key(0) for run, after in pairwise(ordered)):
        return ordered
    singles = [[run.part(place, place + 1) for place in range(len(run))] for run in ordered]
    return list(merge(*singles, key=lambda run: run.key(0)))


def count(runs: Iterable[Run]) -> int:
    """How many sales."""
    return sum(len(run) for run in runs)


def split(runs: Sequence[Run], size: int) -> tuple[list[Run], str]:
    """The first so many sales, and the account of the one that follows, "" where none does."""
    taken: list[Run] = []
    for run in runs:
        if size < len(run):
            return [*taken, run.part(0, size)] if size else taken, run.key(size)[1]
        taken.append(run)
        size -= len(run)
    return taken, ""
