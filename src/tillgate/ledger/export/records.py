"""Rows of a day as tables take them: a dict a row, and what a column says of it."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import msgspec

from tillgate.ledger.amounts import exact, micro
from tillgate.ledger.export import rows
from tillgate.ledger.export.columns import REFERENCES, WITHIN
from tillgate.ledger.export.rows import Place

Record: TypeAlias = dict[str, Any]


def sales(texts: Iterable[bytes], place: Place) -> Iterable[Record]:
    """Each sale, with what its lines and payments come to."""
    return (_summed(msgspec.json.decode(text), place) for text in texts)


def lines(texts: Iterable[bytes], place: Place) -> Iterable[Record]:
    """Each line."""
    return _decoded(rows.lines, texts, place)


def payments(texts: Iterable[bytes], place: Place) -> Iterable[Record]:
    """Each payment."""
    return _decoded(rows.payments, texts, place)


def taxes(texts: Iterable[bytes], place: Place) -> Iterable[Record]:
    """Each tax."""
    return _decoded(rows.taxes, texts, place)


def value(row: Record, column: str) -> Any:
    """What a row says in a column; None where it says nothing."""
    if column in REFERENCES:
        found = row.get(REFERENCES[column])
        return None if found is None else f"{found['part']}/{found['value']}"
    outer, name = WITHIN.get(column, ("", column))
    return (row.get(outer) or {}).get(name) if outer else row.get(name)


def _decoded(
    make: Callable[[Iterable[bytes], Place], bytes], texts: Iterable[bytes], place: Place
) -> Iterable[Record]:
    return (msgspec.json.decode(row) for row in make(texts, place).splitlines())


def _summed(sale: Record, place: Place) -> Record:
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


def _sum(things: Iterable[Record], name: str) -> str:
    return exact(sum(micro(thing.get(name, "0")) for thing in things))
