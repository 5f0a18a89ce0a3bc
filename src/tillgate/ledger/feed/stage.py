"""A batch on its way: what was read of a file, put aside until it is known to be good whole.

Sales go into a temporary table as rows of the books, all else as the text of its record; so memory
does not grow with the file.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import msgspec
from psycopg import Connection, Copy

from tillgate.ledger.canonical import closing_time, render_texts
from tillgate.ledger.feed.records import AnyRecord, Found, SaleRecord
from tillgate.ledger.lookup import key_of
from tillgate.ledger.sale import Sale
from tillgate.ledger.staging import IncomingSale, copying_sales, create_stage

# Records held until the copying of sales is interrupted for them.
_HELD = 2000
_FETCHED = 1000
_INDEX_BITS = 24

_TABLE = """
CREATE TEMP TABLE incoming_record (origin bigint, kind text, lenient bool, record text)
ON COMMIT DROP
"""
_COPY = "COPY incoming_record (origin, kind, lenient, record) FROM STDIN (FORMAT BINARY)"
_FETCH = "SELECT origin, lenient, record FROM incoming_record WHERE kind = %s ORDER BY origin"

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def origin_of(found: Found) -> int:
    """One number for where a record stands: later in the file is more."""
    return found.line << _INDEX_BITS | found.index


def place_of(origin: int) -> tuple[int, int]:
    """The line of an origin, and the record's index within it."""
    return origin >> _INDEX_BITS, origin & ((1 << _INDEX_BITS) - 1)


class Stage:
    """Where the records of one batch are put and found again; a context for the writing."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self.locations: set[int] = set()
        self.businesses: set[int] = set()
        self.kinds: set[str] = set()
        self._held: list[tuple[int, str, bool, str]] = []
        self._copying = ExitStack()
        self._copy: Copy | None = None
        create_stage(connection)
        connection.execute(_TABLE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._copying.__exit__(kind, error, trace)
        if kind is None:
            self._write_held()

    def put(self, found: Found) -> None:
        """Put a checked record aside; a sale is used up by it."""
        kind = found.record.__struct_config__.tag
        self.kinds.add(str(kind))
        if isinstance(found.record, SaleRecord):
            self._put_sale(found, found.record)
            return
        for ids, name in (
            (self.locations, "business_location_id"),
            (self.businesses, "business_id"),
        ):
            if hasattr(found.record, name):
                ids.add(getattr(found.record, name))
        text = _ENCODER.encode(found.record).decode()
        self._held.append((origin_of(found), str(kind), found.lenient, text))
        if len(self._held) >= _HELD:
            self._copying.close()
            self._copy = None
            self._write_held()

    def _put_sale(self, found: Found, record: SaleRecord) -> None:
        if self._copy is None:
            self._copy = self._copying.enter_context(copying_sales(self.connection))
        self.locations.add(record.business_location_id)
        self._copy.write_row(_row(found, record))

    def _write_held(self) -> None:
        if not self._held:
            return
        with self.connection.cursor().copy(_COPY) as copy:
            copy.set_types(("int8", "text", "bool", "text"))
            for row in self._held:
                copy.write_row(row)
        self._held.clear()

    def records(self, kind: str, shape: type[AnyRecord]) -> Iterator[tuple[int, bool, Any]]:
        """The records of a kind in their order, as (origin, lenient, record)."""
        if kind not in self.kinds:
            return
        decoder = msgspec.json.Decoder(shape, float_hook=Decimal)
        with self.connection.cursor(f"records_{kind}") as cursor:
            cursor.itersize = _FETCHED
            cursor.execute(_FETCH, (kind,))
            for origin, lenient, text in cursor:
                yield origin, lenient, decoder.decode(text)


def currency_of(sale: Sale) -> str | None:
    """What its amounts are in, None where there is none; the feed has checked that they agree."""
    return next((line.currency for line in (*sale.sales_lines, *(sale.payments or ()))), None)


def _row(found: Found, record: SaleRecord) -> IncomingSale:
    sale = record.sale
    account, kind, references = sale.account_fisc_id, sale.type, sale.external_references
    closed_at = closing_time(sale)
    texts = render_texts(sale)
    return IncomingSale(
        origin_of(found),
        record.business_location_id,
        sale.account_reference,
        account,
        record.business_date or None,
        closed_at,
        kind.value,
        found.recorded_at,
        currency_of(sale),
        found.lenient,
        texts.digest,
        texts.payments_start,
        texts.payments_end,
        references or None,
        key_of(sale.account_reference),
        key_of(account),
        texts.lean,
        texts.body,
    )
