"""The files that a closed day is given out as, each made of its document alone.

The bytes of a file are the same for ever: what is once made differently gets a new `VERSION`,
which stands in its address. Only `people.ndjson` changes, when a person is erased.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

import msgspec
import zstandard

from tillgate.foundation.instants import format_instant
from tillgate.ledger import pieces
from tillgate.ledger.document import instant_of
from tillgate.ledger.export import cells, rows
from tillgate.ledger.frames import Frame, decode_spans
from tillgate.ledger.jwk import base64url

VERSION = "v1"


class File(StrEnum):
    """The name of a file; the first three and `people.ndjson` are what the signature is about."""

    DAY = "day.json"
    SIGNATURE = "signature.json"
    TOTALS = "totals.json"
    SALES = "sales.ndjson"
    LINES = "lines.ndjson"
    PAYMENTS = "payments.ndjson"
    TAXES = "taxes.ndjson"
    PEOPLE = "people.ndjson"
    SALES_CSV = "sales.csv"
    LINES_CSV = "lines.csv"
    PAYMENTS_CSV = "payments.csv"
    TAXES_CSV = "taxes.csv"

    @property
    def content_type(self) -> str:
        """What HTTP calls it."""
        return _TYPES[self.value.rpartition(".")[2]]


class Format(StrEnum):
    """How rows are written."""

    NDJSON = "ndjson"
    CSV = "csv"


_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8; header=present",
}
PARTS = {
    Format.NDJSON: (File.SALES, File.LINES, File.PAYMENTS, File.TAXES),
    Format.CSV: (File.SALES_CSV, File.LINES_CSV, File.PAYMENTS_CSV, File.TAXES_CSV),
}
# What `tillgate verify` needs, and what it is enough for.
SIGNED = (File.DAY, File.SIGNATURE, File.TOTALS, File.SALES)


@dataclass(frozen=True)
class StoredDay:
    """A document as it lies in the books; its texts are taken out of it once."""

    location: int
    business_date: date
    digest: bytes
    key_id: str
    signature: bytes
    manifest: bytes
    totals: bytes
    spans: bytes
    data: bytes

    @property
    def place(self) -> rows.Place:
        """Where its rows belong."""
        return rows.Place(self.location, self.business_date)

    @cached_property
    def texts(self) -> list[bytes]:
        """The signed text of each sale; raises `Torn`.

        What lies beside them unsigned is looked at too, for pages rely on it.
        """
        texts, reached = list[bytes](), 0
        for span in decode_spans(self.spans):
            frame = Frame(span, self.data[span.start : span.start + span.size])
            told, found = frame.directory, list(map(pieces.whole, frame.sales))
            bounds = (min(told.closed, default=None), max(told.closed, default=None))
            if (span.start, span.count, (span.first, span.last)) != (reached, len(found), bounds):
                raise Torn(f"{self.business_date}: a frame does not hold what its span says")
            if not all(map(_is_told, found, told.accounts, told.closed)):
                raise Torn(f"{self.business_date}: a frame's directory is of other sales")
            texts += found
            reached += span.size
        if reached != len(self.data):
            raise Torn(f"{self.business_date}: there are bytes that no frame holds")
        return texts


class Torn(ValueError):
    """What helps to find the sales of a stored day does not fit the sales."""


def _is_told(text: bytes, account: str, closed: int) -> bool:
    """Whether a text is of the account and closing time that the directory says."""
    time = format_instant(instant_of(closed)).encode()
    named = b'"accountFiscId":%b,' % msgspec.json.encode(account)
    return b'"timeOfCloseAndPaid":"%b"' % time in text and named in text


class Signature(msgspec.Struct, frozen=True, rename="camel"):
    """`signature.json`: the digest in hex, the key's thumbprint, the signature in base64url."""

    digest: str
    key_id: str
    signature: str


def make_file(file: File, day: StoredDay) -> bytes:
    """The bytes of a file; `people.ndjson` is made by `people.make_people`."""
    return _MAKERS[file](day)


def digest_of(text: bytes) -> str:
    """SHA-256 in hex, as manifests give it."""
    return hashlib.sha256(text).hexdigest()


def _signature(day: StoredDay) -> bytes:
    return msgspec.json.encode(Signature(day.digest.hex(), day.key_id, base64url(day.signature)))


def _totals(day: StoredDay) -> bytes:
    return zstandard.ZstdDecompressor().decompress(day.totals)


def _sales(day: StoredDay) -> bytes:
    # An empty text at the end puts a line feed after the last one.
    return b"\n".join([*day.texts, b""])


def _made(make: Callable[[Iterable[bytes], rows.Place], bytes]) -> Callable[[StoredDay], bytes]:
    return lambda day: make(day.texts, day.place)


_MAKERS: dict[File, Callable[[StoredDay], bytes]] = {
    File.DAY: lambda day: day.manifest,
    File.SIGNATURE: _signature,
    File.TOTALS: _totals,
    File.SALES: _sales,
    File.LINES: _made(rows.lines),
    File.PAYMENTS: _made(rows.payments),
    File.TAXES: _made(rows.taxes),
    File.SALES_CSV: _made(cells.sales),
    File.LINES_CSV: _made(cells.lines),
    File.PAYMENTS_CSV: _made(cells.payments),
    File.TAXES_CSV: _made(cells.taxes),
}
