"""What a correction is in V2: the sale as it stood, negated, and the sale as it is now.

Both are sales of type UPDATE, closed at the instant of the correction, with ids of their own that
follow from the place of the correction's document in the chain, so they are the same for ever.
`docs/contract.md` says for others what is negated, what stays, and why.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import UNSET

from tillgate.foundation.instants import format_instant
from tillgate.ledger.closed_sales import OpenedDay
from tillgate.ledger.differing import differing
from tillgate.ledger.public import COUNTED
from tillgate.ledger.sale import DECODER, Line, Payment, Sale, SaleType, Source

_LINE_AMOUNTS = (
    "quantity",
    "total_net_amount_with_tax",
    "total_net_amount_without_tax",
    "tax_amount",
    "service_charge",
    "discount_amount",
    "account_discount_amount",
    "total_discount_amount",
)
_PAYMENT_AMOUNTS = ("net_amount_with_tax", "tip", "surcharge", "rounding_amount")


class Change(NamedTuple):
    """A sale that a correction touched: its text on the day before, and after.

    One of the two is None where the sale came to the day, or left it.
    """

    reference: str
    before: bytes | None
    after: bytes | None


class Place(NamedTuple):
    """The document of a correction: whose, where in the chain, and when it was written."""

    location: int
    position: int
    closed_at: datetime


def account_of(position: int, number: int) -> str:
    """The account id of an UPDATE: no till is 0, and all have as many digits as their order needs.

    `number` is that of the sale in its document, see `updates`.
    """
    return f"A{_counter(position, number)}"


def _counter(position: int, number: int) -> str:
    return f"0.1{position:08}{number:06}"


def changes(before: OpenedDay, after: OpenedDay) -> list[Change]:
    """What two revisions of a day differ by, by account id as it is now, else as it was."""
    old, new = ({sale.reference: sale for sale in sales} for sales in differing(before, after))
    touched = {reference: (old.get(reference), new.get(reference)) for reference in {*old, *new}}

    def order(reference: str) -> tuple[str, str]:
        was, now = touched[reference]
        return (now or was).account_id, reference  # type: ignore[union-attr]

    return [
        Change(
            reference,
            before.body(was) if (was := touched[reference][0]) else None,
            after.body(now) if (now := touched[reference][1]) else None,
        )
        for reference in sorted(touched, key=order)
    ]


def updates(place: Place, touched: Sequence[Change]) -> Iterator[Sale]:
    """The sales that V2 shows of a correction, in their order: the n-th change has two numbers."""
    for index, change in enumerate(touched):
        if change.before is not None:
            sale = DECODER.decode(change.before)
            _negate(sale)
            yield _as_update(sale, place, 2 * index + 1)
        if change.after is not None:
            yield _as_update(DECODER.decode(change.after), place, 2 * index + 2)


def _negate(sale: Sale) -> None:
    for line in sale.sales_lines:
        _turn(line, _LINE_AMOUNTS)
        for tax in line.tax_lines:
            _turn(tax, ("tax_amount",))
    for payment in sale.payments or ():
        _turn(payment, _PAYMENT_AMOUNTS)
    if sale.nb_covers is not UNSET:
        sale.nb_covers = -sale.nb_covers


def _turn(thing: object, names: Sequence[str]) -> None:
    for name in names:
        text = getattr(thing, name)
        if text is not UNSET:
            setattr(thing, name, negated(text))


def negated(amount: str) -> str:
    """A canonical amount with the other sign; nought has none."""
    if amount.startswith("-"):
        return amount[1:]
    return f"-{amount}" if amount.strip("0.") else amount


def _as_update(sale: Sale, place: Place, number: int) -> Sale:
    """Make the sale one of its own that says of which account it speaks, and counts as that did."""
    kind, account = sale.type, sale.account_fisc_id
    first = account if sale.source is UNSET else sale.source.initial_account_id
    sale.source = Source(initial_account_id=first, previous_account_id=account)
    sale.account_fisc_id = account_of(place.position, number)
    sale.account_reference = _key(place, number)
    sale.receipt_id = UNSET
    sale.time_of_close_and_paid = format_instant(place.closed_at)
    sale.type = SaleType.UPDATE
    if kind is SaleType.UPDATE:
        sale.sales_lines = []
    elif kind not in COUNTED:
        sale.cancelled = True
    if kind is not SaleType.SALE:
        sale.nb_covers = UNSET
    _rename_lines(sale.sales_lines, place, number)
    for index, payment in enumerate(sale.payments or (), start=1):
        _rename_payment(payment, place, number, index)
    return sale


def _rename_lines(lines: Sequence[Line], place: Place, number: int) -> None:
    names = {
        line.id: f"S{_counter(place.position, number)}{index:04}"
        for index, line in enumerate(lines, start=1)
    }
    for index, line in enumerate(lines, start=1):
        if line.parent_line_id is not UNSET:
            line.parent_line_id = names.get(line.parent_line_id, line.parent_line_id)
        line.id = f"S{_counter(place.position, number)}{index:04}"


def _rename_payment(payment: Payment, place: Place, number: int, index: int) -> None:
    payment.uuid = _key(place, number, index)
    if payment.fisc_id is not UNSET:
        payment.fisc_id = f"T{_counter(place.position, number)}{index:04}"
    if payment.fisc_date is not UNSET:
        payment.fisc_date = format_instant(place.closed_at)


def _key(place: Place, *numbers: int) -> str:
    """A reference that nothing else has: 16 bytes of a SHA-256, as tills write theirs."""
    words = "/".join(map(str, (place.location, place.position, *numbers)))
    return urlsafe_b64encode(hashlib.sha256(words.encode()).digest()[:16]).decode()
