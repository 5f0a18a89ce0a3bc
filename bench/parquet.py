"""The lines of the year as one Parquet file, for DuckDB: the same that `aggregatedSales` counts.

They come from the feed's records and not from our books, so that both can be held against each
other. Lines that do not count are left out, which spares DuckDB a filter.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import compute, parquet

from bench.year import sale_records

_AMOUNT = pa.decimal128(18, 6)
_SCHEMA = pa.schema(
    [
        ("business_date", pa.date32()),
        ("closed_at", pa.string()),
        ("staff", pa.string()),
        ("device", pa.string()),
        ("accounting_group", pa.string()),
        ("statistic_group", pa.string()),
        ("gross", _AMOUNT),
        ("service_charge", _AMOUNT),
        ("discount", _AMOUNT),
        ("tax", _AMOUNT),
    ]
)
_COUNTED = frozenset({"SALE", "REFUND"})
# What DuckDB itself makes its groups of rows by default, and works on at once.
_ROWS_TOGETHER = 122_880


def write_lines(path: Path, days: Sequence[date], sales: int) -> int:
    """Write them in the order of time; returns how many there are."""
    rows, count = list[dict[str, Any]](), 0
    with parquet.ParquetWriter(path, _SCHEMA) as writer:
        for day in days:
            rows += _rows(day, sales)
            while len(rows) >= _ROWS_TOGETHER or (day == days[-1] and rows):
                writer.write_table(pa.Table.from_pylist(rows[:_ROWS_TOGETHER], _SCHEMA))
                count += len(rows[:_ROWS_TOGETHER])
                del rows[:_ROWS_TOGETHER]
    return count


def write_years(path: Path, year: Path, *, years: int, days: int) -> None:
    """Write the lines of a year again for each of so many, so many days earlier each time."""
    table = parquet.read_table(year)
    place = table.schema.get_field_index("business_date")
    dates = table.column(place).cast(pa.int32())
    with parquet.ParquetWriter(path, _SCHEMA) as writer:
        for number in reversed(range(years)):
            moved = compute.subtract(dates, pa.scalar(number * days, pa.int32())).cast(pa.date32())
            shifted = table.set_column(place, _SCHEMA.field(place), moved)
            writer.write_table(shifted, row_group_size=_ROWS_TOGETHER)


def _rows(day: date, sales: int) -> Iterator[dict[str, Any]]:
    for record in sale_records(day, sales):
        sale = record["sale"]
        if sale["type"] in _COUNTED and not sale.get("cancelled"):
            for line in sale["salesLines"]:
                yield _row(line, day, sale["timeOfCloseAndPaid"])


def _row(line: dict[str, Any], day: date, closed_at: str) -> dict[str, Any]:
    group = line.get("accountingGroup", {})
    return {
        "business_date": day,
        "closed_at": closed_at,
        "staff": line.get("staffName") or str(line.get("staffId", "")),
        "device": line.get("deviceName", ""),
        "accounting_group": group.get("name", ""),
        "statistic_group": line.get("statisticGroup") or group.get("statisticGroup", ""),
        "gross": Decimal(line["totalNetAmountWithTax"]),
        "service_charge": Decimal(line.get("serviceCharge", "0")),
        "discount": Decimal(line.get("totalDiscountAmount", "0")),
        "tax": Decimal(line["taxAmount"]),
    }
