"""Many days as one Parquet file, with the types that each column has. Needs pyarrow.

Only the worker makes these: the library weighs 150 MB, and a year of lines takes a while. Nothing
is defused here, for a Parquet file holds no formulas.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from io import BytesIO
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
from pyarrow import parquet

from tillgate.ledger.export import columns, records
from tillgate.ledger.export.files import StoredDay
from tillgate.ledger.export.records import Record
from tillgate.ledger.export.rows import Place

_AMOUNT = pa.decimal128(19, 6)
# A rate has up to ten places, and is no amount.
_RATE = pa.decimal128(13, 10)
_INSTANT = pa.timestamp("ms", tz="UTC")
_KINDS: Mapping[str, pa.DataType] = {
    **dict.fromkeys(columns.NUMBERS, _AMOUNT),
    **dict.fromkeys(columns.WHOLE, pa.int64()),
    "nbCovers": pa.float64(),
    "taxRate": _RATE,
    "businessDate": pa.date32(),
    **dict.fromkeys(("cancelled", "dineIn", "taxIncluded"), pa.bool_()),
    **dict.fromkeys(("tags", "externalReferences"), pa.list_(pa.string())),
    **dict.fromkeys(("timeOfOpening", "timeOfCloseAndPaid", "timeOfSale", "fiscDate"), _INSTANT),
}


class Table(StrEnum):
    """What the rows of a file are."""

    SALES = "sales"
    LINES = "lines"
    PAYMENTS = "payments"
    TAXES = "taxes"


class _How(NamedTuple):
    columns: tuple[str, ...]
    records: Callable[[Iterable[bytes], Place], Iterable[Record]]


_TABLES = {
    Table.SALES: _How(columns.SALES, records.sales),
    Table.LINES: _How(columns.LINES, records.lines),
    Table.PAYMENTS: _How(columns.PAYMENTS, records.payments),
    Table.TAXES: _How(columns.TAXES, records.taxes),
}


class Made(NamedTuple):
    """A file, and how many rows it has."""

    content: bytes
    rows: int


def make_parquet(table: Table, days: Iterable[StoredDay]) -> Made:
    """One file of closed days, a row group each; what it is made of stands in its metadata.

    `tillgate.documents` there is a JSON list of business date, digest and number of rows.
    """
    buffer, written, told = BytesIO(), 0, list[tuple[date, str, int]]()
    schema = schema_of(table)
    with parquet.ParquetWriter(buffer, schema, compression="zstd") as writer:
        for day in days:
            rows = list(_TABLES[table].records(day.texts, day.place))
            told.append((day.business_date, day.digest.hex(), len(rows)))
            if rows:
                writer.write_table(_table(schema, rows))
                written += len(rows)
        writer.add_key_value_metadata({"tillgate.documents": msgspec.json.encode(told)})
    return Made(buffer.getvalue(), written)


def schema_of(table: Table) -> pa.Schema:
    """The columns in the order that the CSV has them, with their types."""
    names = _TABLES[table].columns
    kinds = dict(_KINDS)
    if table is Table.PAYMENTS:
        # Of a payment the device may have a name instead of a number.
        kinds["deviceId"] = pa.string()
    return pa.schema([(name, kinds.get(name, pa.string())) for name in names])


def _table(schema: pa.Schema, rows: list[Record]) -> pa.Table:
    arrays = [
        pa.array([_typed(records.value(row, field.name), field.type) for row in rows], field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _typed(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_decimal(kind):
        return Decimal(str(value))
    if pa.types.is_date(kind):
        return date.fromisoformat(value)
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(value)
    if pa.types.is_string(kind) and not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return value
