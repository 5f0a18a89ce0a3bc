"""The same rows as CSV (RFC 4180): a head, then each row, every text in quotes, numbers bare.

A text that a spreadsheet would take for a formula gets an apostrophe in front, and so does one that
begins with an apostrophe, so that taking away a first apostrophe always gives the text back.
Written by hand: the library's rules of quoting have changed between versions of Python, and these
bytes may not.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from tillgate.ledger.amounts import exact, micro
from tillgate.ledger.export import rows
from tillgate.ledger.export.columns import (
    LINES,
    NUMBERS,
    PAYMENTS,
    REFERENCES,
    SALES,
    TAXES,
    WITHIN,
)
from tillgate.ledger.export.rows import Place

_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_DEFUSED = ("=", "+", "-", "@", "\t", "\r", "'")


def sales(texts: Iterable[bytes], place: Place) -> bytes:
    """A row a sale, with what its lines and payments come to."""
    return _table(SALES, (_summed(msgspec.json.decode(text), place) for text in texts))


def lines(texts: Iterable[bytes], place: Place) -> bytes:
    """A row a line."""
    return _table(LINES, _rows(rows.lines, texts, place))


def payments(texts: Iterable[bytes], place: Place) -> bytes:
    """A row a payment."""
    return _table(PAYMENTS, _rows(rows.payments, texts, place))


def taxes(texts: Iterable[bytes], place: Place) -> bytes:
    """A row a tax."""
    return _table(TAXES, _rows(rows.taxes, texts, place))


def _rows(
    make: Callable[[Iterable[bytes], Place], bytes], texts: Iterable[bytes], place: Place
) -> Iterable[dict[str, Any]]:
    return (msgspec.json.decode(row) for row in make(texts, place).splitlines())


def _summed(sale: dict[str, Any], place: Place) -> dict[str, Any]:
    sold, paid = sale.get("salesLines", []), sale.get("payments", [])
    sums = {
        "gross": _sum(sold, "totalNetAmountWithTax"),
        "net": _sum(sold, "totalNetAmountWithoutTax"),
        "tax": _sum(sold, "taxAmount"),
        "serviceCharge": _sum(sold, "serviceCharge"),
        "paid": _sum(paid, "netAmountWithTax"),
        "tips": _sum(paid, "tip"),
        "surcharges": _sum(paid, "surcharge"),
    }
    counts = {"lineCount": len(sold), "paymentCount": len(paid)}
    where = {
        "businessLocationId": place.location,
        "businessDate": place.business_date.isoformat(),
    }
    return sale | where | counts | sums


def _sum(things: Iterable[dict[str, Any]], name: str) -> str:
    return exact(sum(micro(thing.get(name, "0")) for thing in things))


def _table(columns: Sequence[str], rows_of: Iterable[dict[str, Any]]) -> bytes:
    written = [",".join(f'"{column}"' for column in columns)]
    written += [",".join(_cell(row, column) for column in columns) for row in rows_of]
    return "".join(f"{line}\r\n" for line in written).encode()


def _cell(row: dict[str, Any], column: str) -> str:
    if column in REFERENCES:
        found = row.get(REFERENCES[column])
        return "" if found is None else f'"{found["part"]}/{found["value"]}"'
    outer, name = WITHIN.get(column, ("", column))
    value = (row.get(outer) or {}).get(name) if outer else row.get(name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return _quoted(msgspec.json.encode(value).decode())
    text = str(value)
    return text if column in NUMBERS and _NUMBER.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    doubled = defused(text).replace('"', '""')
    return f'"{doubled}"'


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_DEFUSED) else text
