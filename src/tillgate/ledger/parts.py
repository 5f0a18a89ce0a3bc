"""Which parts of a sale a caller asks for by name, and how two records of one sale add up.

The published description names seven values of `include` and leaves open what each brings; this
table is our answer (`docs/contract.md`). Reading leaves parts out by it, and the feed knows by it
what a record may lack without saying that it is gone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from copy import copy
from enum import StrEnum
from typing import Any, NamedTuple

from msgspec import UNSET

from tillgate.ledger.sale import Line, Payment, Sale


class Part(StrEnum):
    """A value of `include`; CONSUMER and PAYMENT_AUTHORIZATION lie within PAYMENTS."""

    STAFF = "staff"
    TABLE = "table"
    CONSUMER = "consumer"
    PAYMENTS = "payments"
    REVENUE_CENTER = "revenue_center"
    ACCOUNT_PROFILE = "account_profile"
    PAYMENT_AUTHORIZATION = "payment_authorization"


class _Fields(NamedTuple):
    """The fields of one part: on the sale, on each line, on each payment."""

    sale: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    payment: tuple[str, ...] = ()


_STAFF = ("staff_id", "staff_name")
_REVENUE_CENTER = ("revenue_center", "revenue_center_id")

FIELDS = {
    Part.STAFF: _Fields(("owner_name", "owner_id"), _STAFF, _STAFF),
    Part.TABLE: _Fields(("table_number",)),
    Part.CONSUMER: _Fields(payment=("consumer",)),
    Part.PAYMENTS: _Fields(("payments",)),
    Part.REVENUE_CENTER: _Fields((), _REVENUE_CENTER, _REVENUE_CENTER),
    Part.ACCOUNT_PROFILE: _Fields(("account_profile_code",), ("account_profile_code",)),
    Part.PAYMENT_AUTHORIZATION: _Fields(payment=("authorization",)),
}

# Only V2 publishes it, so an answer of V1 lacks it without saying that there was no rounding.
_ROUNDING = _Fields(payment=("rounding_amount",))

_EVERY_PART = frozenset(Part)
_NOT_LEAN = tuple(fields for part, fields in FIELDS.items() if part is not Part.PAYMENTS)


def without(sale: Sale, parts: Iterable[Part]) -> Sale:
    """A copy of the sale that lacks these parts."""
    stripped = copied(sale)
    _strip(stripped, [FIELDS[part] for part in parts])
    return stripped


def make_lean(sale: Sale) -> None:
    """Strip the sale itself of every part but payments, and of what V1 does not publish."""
    _strip(sale, (*_NOT_LEAN, _ROUNDING))


def carried(sale: Sale) -> frozenset[Part]:
    """The parts of which the sale says anything."""
    return frozenset(part for part in _EVERY_PART if _carries(sale, FIELDS[part]))


def merged(old: Sale, new: Sale) -> Sale:
    """The new sale, and of the old one the parts that the new one says nothing of.

    What belongs to a line or payment goes to the one with the same id, if it is still there.
    """
    result = copied(new)
    if result.payments is UNSET:
        result.payments = _copy_each(old.payments)
    for fields in (*FIELDS.values(), _ROUNDING):
        _borrow([result], [old], fields.sale)
        _borrow(result.sales_lines, old.sales_lines, fields.line)
        _borrow(result.payments or (), old.payments or (), fields.payment)
    return result


def copied(sale: Sale) -> Sale:
    """A copy as deep as parts lie: of the sale, its lines and its payments."""
    result = copy(sale)
    result.sales_lines = _copy_each(sale.sales_lines)
    result.payments = _copy_each(sale.payments)
    return result


def _copy_each(things: Any) -> Any:
    return [copy(thing) for thing in things] if isinstance(things, list) else things


def _strip(sale: Sale, parts: Iterable[_Fields]) -> None:
    for fields in parts:
        for name in fields.sale:
            setattr(sale, name, UNSET)
        for line in sale.sales_lines if fields.line else ():
            for name in fields.line:
                setattr(line, name, UNSET)
        for payment in (sale.payments or ()) if fields.payment else ():
            for name in fields.payment:
                setattr(payment, name, UNSET)


def _carries(sale: Sale, fields: _Fields) -> bool:
    return (
        _says(fields.sale, [sale])
        or _says(fields.line, sale.sales_lines)
        or _says(fields.payment, sale.payments or ())
    )


def _says(names: tuple[str, ...], things: Iterable[Sale | Line | Payment]) -> bool:
    return any(getattr(thing, name) is not UNSET for thing in things for name in names)


def _borrow(
    takers: Iterable[Sale | Line | Payment],
    givers: Iterable[Sale | Line | Payment],
    names: tuple[str, ...],
) -> None:
    if not names or _says(names, takers) or not _says(names, givers):
        return
    known = dict(_keyed(givers))
    for key, taker in _keyed(takers):
        giver = known.get(key)
        for name in names if giver is not None else ():
            setattr(taker, name, getattr(giver, name))


def _keyed(
    things: Iterable[Sale | Line | Payment],
) -> Iterator[tuple[tuple[str, int], Sale | Line | Payment]]:
    """Each thing under its id and how often that id came before: ids can repeat in real data."""
    seen: Counter[str] = Counter()
    for thing in things:
        name = _name(thing)
        yield (name, seen[name]), thing
        seen[name] += 1


def _name(thing: Sale | Line | Payment) -> str:
    if isinstance(thing, Line):
        return thing.id
    return thing.uuid if isinstance(thing, Payment) else ""
