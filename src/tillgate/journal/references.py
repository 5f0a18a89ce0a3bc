"""The things of a location's catalogue that can be booked, and the accounts the back office names.

Without Django and SQL: the portal and the API plane both bring the rows.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from tillgate.foundation.money import trimmed
from tillgate.journal.chart import References, reference_key
from tillgate.journal.mapping import What
from tillgate.journal.sources import Thing

# An id with the object that the catalogue keeps, as JSON text.
Row = tuple[Any, str]

_OBJECT = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_OF_GROUPS = (What.SALES, What.GIFT_CARDS)


def catalogued(
    tax_rates: Iterable[Row], payment_methods: Iterable[Row], accounting_groups: Iterable[Row]
) -> list[Thing]:
    """The things of one location's catalogue, each with the account its back office names.

    An accounting group whose code is the account of a payment method holds gift cards.
    """
    tenders = list(_tenders(payment_methods))
    owed = {each.reference for each in tenders if each.reference}
    return [*tenders, *_groups(accounting_groups, owed), *_taxes(tax_rates)]


def references_of(things: Iterable[Thing]) -> References:
    """The accounts that these things of a catalogue name; of several the first counts."""
    by_thing: dict[tuple[What, str], str] = {}
    names: dict[str, str] = {}
    groups = set()
    # Where a tender is booked as a group, the account is called what the group is.
    for thing in sorted(things, key=lambda each: each.what not in _OF_GROUPS):
        if not thing.reference:
            continue
        by_thing.setdefault(reference_key(thing), thing.reference)
        names.setdefault(thing.reference, thing.name or thing.reference)
        if thing.what in _OF_GROUPS:
            groups.add(thing.reference)
    return References(by_thing, names, frozenset(groups))


def _tenders(rows: Iterable[Row]) -> Iterator[Thing]:
    for number, body in rows:
        told = _OBJECT.decode(body)
        name = _text(told, "name") or _text(told, "code")
        yield Thing(What.TENDER, str(number), name, _text(told, "accountingReference"))


def _groups(rows: Iterable[Row], owed: set[str]) -> Iterator[Thing]:
    for number, body in rows:
        told = _OBJECT.decode(body)
        code = _text(told, "code")
        what = What.GIFT_CARDS if code in owed else What.SALES
        yield Thing(what, str(number), _text(told, "name"), code)


def _taxes(rows: Iterable[Row]) -> Iterator[Thing]:
    for code, body in rows:
        told = _OBJECT.decode(body)
        key = f"{code}@{_rate(told.get('rate'))}"
        name = _text(told, "description") or str(code)
        yield Thing(What.TAX, key, name, _text(told, "accountingReference"))


def _rate(value: Any) -> str:
    """A rate as sale lines have it, such as `1.2`."""
    try:
        return trimmed(Decimal(str(value)))
    except InvalidOperation:
        return ""


def _text(told: dict[str, Any], field: str) -> str:
    value = told.get(field)
    return "" if value is None else str(value)
