"""The lines, taxes and payments of some days as Parquet files, for DuckDB: what a journal books.

They come from the feed's records and not from our books, so that both can be held against each
other. What does not count is left out, which spares DuckDB a filter.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from bench.year import sale_records

_AMOUNT = pa.decimal128(18, 6)
_SCHEMAS = {
    "lines": {
        "accounting_group": pa.int64(),
        "net": _AMOUNT,
        "tax": _AMOUNT,
        "service_type": pa.string(),
        "service_charge": _AMOUNT,
    },
    "taxes": {"code": pa.string(), "rate": pa.string(), "tax": _AMOUNT},
    "payments": {
        "method": pa.int64(),
        "amount": _AMOUNT,
        "tip": _AMOUNT,
        "surcharge": _AMOUNT,
        "rounding": _AMOUNT,
    },
}
_COUNTED = frozenset({"SALE", "REFUND"})


def write_takings(folder: Path, days: Sequence[date], sales: int) -> None:
    """Write `lines.parquet`, `taxes.parquet` and `payments.parquet` in the order of time."""
    folder.mkdir()
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _SCHEMAS}
    for day in days:
        for name, row in _rows(day, sales):
            rows[name].append({"business_date": day, **row})
    for name, columns in _SCHEMAS.items():
        schema = pa.schema([("business_date", pa.date32()), *columns.items()])
        parquet.write_table(pa.Table.from_pylist(rows[name], schema), folder / f"{name}.parquet")


def _rows(day: date, sales: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for record in sale_records(day, sales):
        sale = record["sale"]
        if sale.get("cancelled"):
            continue
        if sale["type"] in _COUNTED:
            for line in sale["salesLines"]:
                yield "lines", _line(line)
                for tax in line["taxLines"]:
                    yield "taxes", _tax(tax)
        if sale["type"] in {*_COUNTED, "UPDATE"}:
            for payment in sale["payments"]:
                yield "payments", _payment(payment)


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "accounting_group": line.get("accountingGroup", {}).get("accountingGroupId"),
        "net": Decimal(line["totalNetAmountWithoutTax"]),
        "tax": Decimal(line["taxAmount"]),
        "service_type": line["serviceChargeType"],
        "service_charge": Decimal(line["serviceCharge"]),
    }


def _tax(tax: dict[str, Any]) -> dict[str, Any]:
    return {"code": tax["taxCode"], "rate": tax["taxRate"], "tax": Decimal(tax["taxAmount"])}


def _payment(payment: dict[str, Any]) -> dict[str, Any]:
    return {
        "method": payment["paymentMethodId"],
        "amount": Decimal(payment["netAmountWithTax"]),
        "tip": Decimal(payment["tip"]),
        "surcharge": Decimal(payment["surcharge"]),
        "rounding": Decimal(payment.get("roundingAmount", "0")),
    }
