"""In which sales two revisions of a day differ, without taking every sale apart.

A correction leaves most sales alone, and those have the same texts byte for byte.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, pairwise

from tillgate.ledger.closed_sales import OpenedDay, OpenedSale
from tillgate.ledger.frames import Frame

# Lean texts, and the columns of their pieces and payments.
_Rest = tuple[list[object], ...]


def differing(before: OpenedDay, after: OpenedDay) -> tuple[list[OpenedSale], list[OpenedSale]]:
    """The sales that only one of the two has as they are: of the one, and of the other."""
    kept = _leans(before) & _leans(after)
    others = _others(before, kept), _others(after, kept)
    if _rest(before, kept) == _rest(after, kept):
        return others
    # Beside the lean texts, pieces differ: of which sales, only a look at each can tell.
    was, now = ({sale.cut.lean: sale for sale in day.sales} for day in (before, after))
    changed = [lean for lean in was if lean in kept and was[lean].cut != now[lean].cut]
    others[0].extend(was[lean] for lean in changed)
    others[1].extend(now[lean] for lean in changed)
    return others


def _leans(day: OpenedDay) -> set[bytes]:
    return {lean for frame in day.frames for lean in frame.leans}


def _others(day: OpenedDay, kept: Collection[bytes]) -> list[OpenedSale]:
    return [day.sale(frame, place) for frame in day.frames for place in _places(frame, kept)]


def _places(frame: Frame, kept: Collection[bytes]) -> list[int]:
    """Where the sales are that are not kept."""
    return [place for place, lean in enumerate(frame.leans) if lean not in kept]


def _rest(day: OpenedDay, kept: Collection[bytes]) -> _Rest:
    """All that is known of the sales that are kept, one behind the other."""
    rest: _Rest = tuple([] for _ in range(7))
    for frame in day.frames:
        pieces, told = frame.pieces, frame.directory
        edges = [0, *accumulate(pieces.counts)]
        by_sale = (frame.leans, pieces.counts, told.payments_at, told.payments_sizes)
        by_piece = (pieces.gaps, pieces.tags, pieces.texts)
        for first, last in _stretches(frame, kept):
            stretch = [column[first:last] for column in by_sale]
            stretch += [column[edges[first] : edges[last]] for column in by_piece]
            for column, some in zip(rest, stretch, strict=True):
                column.extend(some)
    return rest


def _stretches(frame: Frame, kept: Collection[bytes]) -> Iterator[tuple[int, int]]:
    """The sales that are kept, from the first to behind the last of each stretch."""
    dropped: Sequence[int] = [-1, *_places(frame, kept), len(frame.leans)]
    return ((before + 1, after) for before, after in pairwise(dropped))
