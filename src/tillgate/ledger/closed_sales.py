"""Single sales of closed days as the feed needs them: whole, on a plain connection."""

from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from psycopg import Connection

from tillgate.ledger import pieces
from tillgate.ledger.document import instant_of
from tillgate.ledger.frames import Frame, decode_spans
from tillgate.ledger.parts import Part
from tillgate.ledger.personal import Known, known_of
from tillgate.ledger.pieces import Cut

_DOCUMENT = """
SELECT business_date, revision, spans, data FROM ledger_closedday
WHERE business_location_id = %s AND position = %s
"""

_PARTS = """
SELECT number, part_values FROM ledger_personalpart
WHERE business_location_id = %s AND business_date = %s
"""

_EVERYTHING = pieces.shown_tags(list(Part), staff_names=True, rounding=True)


class OpenedSale(NamedTuple):
    """A sale of a document, by its account reference; `moved_by` as in `frames.Facts`."""

    cut: Cut
    account_id: str
    closed_at: datetime
    recorded_at: datetime
    moved_by: int

    @property
    def reference(self) -> str:
        """Its account reference."""
        return pieces.account_reference(self.cut.lean)


class OpenedDay:
    """A document unpacked; its sales are taken apart when they are needed."""

    def __init__(self, spans: bytes, data: bytes, known: Known) -> None:
        self.known = known
        self.frames = [
            Frame(span, data[span.start : span.start + span.size]) for span in decode_spans(spans)
        ]

    @cached_property
    def sales(self) -> list[OpenedSale]:
        """All of them, in their order."""
        return [
            _opened(frame, place, cut)
            for frame in self.frames
            for place, cut in enumerate(frame.sales)
        ]

    def sale(self, frame: Frame, place: int) -> OpenedSale:
        """One of them."""
        return _opened(frame, place, frame.sale(place))

    def body(self, sale: OpenedSale) -> bytes:
        """The canonical text of a sale; what was erased is missing."""
        return pieces.view(sale.cut, _EVERYTHING, self.known, payments=True)


def _opened(frame: Frame, place: int, cut: Cut) -> OpenedSale:
    told = frame.directory
    closed, after = told.closed[place], told.recorded_after[place]
    times = instant_of(closed), instant_of(closed + after)
    return OpenedSale(
        cut, told.accounts[place], *times, told.moved_by[place] if told.moved_by else 0
    )


def open_day(connection: Connection[Any], location: int, position: int) -> OpenedDay:
    """The document at a position of a location's chain."""
    day, _, spans, data = connection.execute(_DOCUMENT, (location, position)).fetchall()[0]
    parts = connection.execute(_PARTS, (location, day)).fetchall()
    return OpenedDay(bytes(spans), bytes(data), known_of(parts))


class ClosedSales:
    """Sales of closed days, asked for day by day: one day is kept at a time."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._at: tuple[int, int] | None = None
        self._bodies: dict[str, tuple[bytes, datetime]] = {}

    def fetch(self, location: int, position: int, reference: str) -> tuple[bytes, datetime]:
        """The canonical text of a sale, and when it was recorded."""
        if self._at != (location, position):
            day = open_day(self._connection, location, position)
            self._bodies = {
                sale.reference: (day.body(sale), sale.recorded_at) for sale in day.sales
            }
            self._at = location, position
        return self._bodies[reference]
