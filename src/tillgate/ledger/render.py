"""From kept texts of sales to what one caller may see of them, in the published V1 shape.

V2 says the same of a sale but for one name and for the rounding of cash: see `View.v2`.
"""

from collections.abc import Iterable, Sequence

import msgspec

from tillgate.ledger.parts import Part, without
from tillgate.ledger.sale import DECODER, ENCODER, Sale
from tillgate.ledger.texts import SaleText, Stretch, Text

_ON_PAYMENTS = frozenset({Part.CONSUMER, Part.PAYMENT_AUTHORIZATION})


class View(msgspec.Struct, frozen=True):
    """The parts of a sale that are shown; without `staff_names` staff are shown by id alone.

    A view for `v2` says of payments how cash was rounded. The one name that differs is left to
    whoever puts the answer together.
    """

    parts: frozenset[Part]
    staff_names: bool
    v2: bool = False

    def told(self) -> bytes:
        """The view in words, the same in every process."""
        return f"{sorted(self.parts)} {self.staff_names} {self.v2}".encode()

    @property
    def text(self) -> Text:
        """Which of the kept texts the view is made from: the lean one needs no parsing."""
        rounds = self.v2 and Part.PAYMENTS in self.parts
        return "lean" if self.parts <= {Part.PAYMENTS} and not rounds else "body"


def view_of(
    include: frozenset[Part],
    *,
    staff: bool,
    consumers: bool,
    authorizations: bool,
    v2: bool = False,
) -> View:
    """What is shown of what was asked for, under an agreement that covers these personal data."""
    hidden = set[Part]()
    if not consumers:
        hidden.add(Part.CONSUMER)
    if not authorizations:
        hidden.add(Part.PAYMENT_AUTHORIZATION)
    if Part.PAYMENTS not in include:
        hidden |= _ON_PAYMENTS
    return View(include - hidden, staff, v2)


def render(
    sales: Sequence[SaleText], view: View, *, opening: bytes = b"", closing: bytes = b""
) -> bytes:
    """The sales as JSON objects, separated by commas, between an opening and a closing."""
    return framed(texts_of(sales, view), opening=opening, closing=closing)


def framed(texts: Iterable[Stretch], *, opening: bytes = b"", closing: bytes = b"") -> bytes:
    """Texts separated by commas, between an opening and a closing."""
    return b"".join(stretches(texts, opening=opening, closing=closing))


def stretches(texts: Iterable[Stretch], *, opening: bytes, closing: bytes) -> list[Stretch]:
    """As `framed`, not yet put together: each copy of a page's megabytes takes a millisecond."""
    found: list[Stretch] = [opening]
    for text in texts:
        found += (text, b",")
    if len(found) > 1:
        found.pop()
    return [*found, closing]


def texts_of(sales: Sequence[SaleText], view: View) -> Iterable[bytes]:
    """The view of each sale."""
    if view.text == "body":
        return _rendered(sales, view)
    if Part.PAYMENTS in view.parts:
        return (sale.text for sale in sales)
    return (_without_payments(sale) for sale in sales)


def _without_payments(sale: SaleText) -> bytes:
    if sale.text.isascii():
        return sale.text[: sale.payments_start] + sale.text[sale.payments_end :]
    text = sale.text.decode()
    return (text[: sale.payments_start] + text[sale.payments_end :]).encode()


def _rendered(sales: Iterable[SaleText], view: View) -> Iterable[bytes]:
    hidden = frozenset(Part) - view.parts
    for text in sales:
        sale = without(DECODER.decode(text.text), hidden)
        if not view.staff_names:
            _drop_names(sale)
        for payment in (sale.payments or ()) if not view.v2 else ():
            payment.rounding_amount = msgspec.UNSET
        yield ENCODER.encode(sale)


def _drop_names(sale: Sale) -> None:
    sale.owner_name = msgspec.UNSET
    for part in (*sale.sales_lines, *(sale.payments or ())):
        part.staff_name = msgspec.UNSET
