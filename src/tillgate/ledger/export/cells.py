"""The same rows as CSV (RFC 4180): a head, then each row, every text in quotes, numbers bare.

A text that a spreadsheet would take for a formula gets an apostrophe in front, and so does one that
begins with an apostrophe, so that taking away a first apostrophe always gives the text back.
Written by hand: the library's rules of quoting have changed between versions of Python, and these
bytes may not.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from tillgate.ledger.export import records
from tillgate.ledger.export.columns import LINES, NUMBERS, PAYMENTS, SALES, TAXES
from tillgate.ledger.export.records import Record
from tillgate.ledger.export.rows import Place

_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_DEFUSED = ("=", "+", "-", "@", "\t", "\r", "'")


def sales(texts: Iterable[bytes], place: Place) -> bytes:
    """A row a sale, with what its lines and payments come to."""
    return _table(SALES, records.sales(texts, place))


def lines(texts: Iterable[bytes], place: Place) -> bytes:
    """A row a line."""
    return _table(LINES, records.lines(texts, place))


def payments(texts: Iterable[bytes], place: Place) -> bytes:
    """A row a payment."""
    return _table(PAYMENTS, records.payments(texts, place))


def taxes(texts: Iterable[bytes], place: Place) -> bytes:
    """A row a tax."""
    return _table(TAXES, records.taxes(texts, place))


def _table(columns: Sequence[str], rows: Iterable[Record]) -> bytes:
    written = [",".join(f'"{column}"' for column in columns)]
    written += [",".join(_cell(row, column) for column in columns) for row in rows]
    return "".join(f"{line}\r\n" for line in written).encode()


def _cell(row: Record, column: str) -> str:
    value = records.value(row, column)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return quoted(msgspec.json.encode(value).decode())
    text = str(value)
    return text if column in NUMBERS and _NUMBER.fullmatch(text) else quoted(text)


def quoted(text: str) -> str:
    """A cell with a text, which no spreadsheet takes for a formula."""
    doubled = defused(text).replace('"', '""')
    return f'"{doubled}"'


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_DEFUSED) else text
