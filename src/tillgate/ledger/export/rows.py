"""Lines, payments and taxes of a day as rows: each a stretch of the signed text, copied as it is.

Before it stands what it belongs to: location, business date, and the sale with its type and time.
Personal values are references, as in the text: `people.ndjson` has them.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import msgspec
from msgspec import Raw

_ABSENT = Raw(b"")


class Place(NamedTuple):
    """Where a row belongs."""

    location: int
    business_date: date


class _Head(msgspec.Struct, rename="camel", gc=False):
    account_reference: Raw
    account_fisc_id: Raw
    type: Raw
    time_of_close_and_paid: Raw
    cancelled: Raw = _ABSENT


class _Sale(_Head, rename="camel", gc=False):
    sales_lines: list[Raw] = []
    payments: list[Raw] = []


class _TaxedLine(msgspec.Struct, rename="camel", gc=False):
    id: Raw
    total_net_amount_without_tax: Raw
    tax_lines: list[Raw] = []


class _TaxedSale(_Head, rename="camel", gc=False):
    sales_lines: list[_TaxedLine] = []


_SALE = msgspec.json.Decoder(_Sale)
_TAXED = msgspec.json.Decoder(_TaxedSale)


def lines(texts: Iterable[bytes], place: Place) -> bytes:
    """Every line of every sale, in their order."""
    start = _start(place)
    return b"".join(
        b"%b%b\n" % (opening, bytes(line)[1:])
        for sale in map(_SALE.decode, texts)
        for opening in (_opening(start, sale),)
        for line in sale.sales_lines
    )


def payments(texts: Iterable[bytes], place: Place) -> bytes:
    """Every payment of every sale, in their order."""
    start = _start(place)
    return b"".join(
        b"%b%b\n" % (opening, bytes(payment)[1:])
        for sale in map(_SALE.decode, texts)
        for opening in (_opening(start, sale),)
        for payment in sale.payments
    )


def taxes(texts: Iterable[bytes], place: Place) -> bytes:
    """Every tax on every line, with the line's id and net."""
    start = _start(place)
    return b"".join(
        b'%b"lineId":%b,"lineNetAmount":%b,%b\n'
        % (opening, line.id, line.total_net_amount_without_tax, bytes(tax)[1:])
        for sale in map(_TAXED.decode, texts)
        for opening in (_opening(start, sale),)
        for line in sale.sales_lines
        for tax in line.tax_lines
    )


def _start(place: Place) -> bytes:
    date_text = place.business_date.isoformat().encode()
    return b'{"businessLocationId":%d,"businessDate":"%b"' % (place.location, date_text)


def _opening(start: bytes, sale: _Head) -> bytes:
    cancelled = b',"cancelled":%b' % sale.cancelled if sale.cancelled else b""
    return b'%b,"accountReference":%b,"accountFiscId":%b,"saleType":%b%b,%b%b,' % (
        start,
        sale.account_reference,
        sale.account_fisc_id,
        sale.type,
        cancelled,
        b'"timeOfCloseAndPaid":',
        sale.time_of_close_and_paid,
    )
