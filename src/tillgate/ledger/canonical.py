"""A sale brought to its one canonical form, and the texts the ledger keeps of it.

Amounts get the number of places they have on the wire, times are UTC with trimmed milliseconds.
Both are read off the types in `sale.py`. Two records of a sale say the same exactly when their
canonical texts are equal.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET
from msgspec.inspect import Field, Metadata, type_info

from tillgate.foundation.instants import BadInstant, format_instant, parse_instant
from tillgate.ledger.aborted_order import AbortedLine, AbortedOrder
from tillgate.ledger.card_payment import CardPayment, CurrencyAmount
from tillgate.ledger.parts import make_lean
from tillgate.ledger.sale import ENCODER, Line, Payment, Sale, TaxLine

# Amounts and times of a restaurant repeat: what was brought into form once is looked up.
_REMEMBERED = 50_000

_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_WHOLE_ID = re.compile(r"[1-9][0-9]{0,17}")  # V2 writes a payment's device id as a string
_FIRST_YEAR, _LAST_YEAR = "1970", "2199"


class BadValue(ValueError):
    """A value that the published contract does not allow, by its path in the sale."""

    def __init__(self, path: str, found: object, expected: str) -> None:
        super().__init__(f"{path}: {found!r}; expected {expected}")
        self.path = path
        self.found = found
        self.expected = expected


class Texts(NamedTuple):
    """What is kept of a sale; offsets are characters of `lean` (see `models.OpenSale`)."""

    body: str
    digest: bytes
    lean: str
    payments_start: int
    payments_end: int


class _Amounts(dict[Any, Any]):
    """Decimal texts by what was given; a new one is checked and brought into form once."""

    def __init__(self, *, least: int, most: int, digits: int, signed: bool) -> None:
        super().__init__({UNSET: UNSET})
        self.least, self.most, self.digits, self.signed = least, most, digits, signed

    def __missing__(self, text: str) -> str:
        match = _NUMBER.fullmatch(text)
        if match is None or (match[1] and not self.signed):
            raise ValueError(self.expected)
        whole = match[2].lstrip("0") or "0"
        places = (match[3] or "").rstrip("0")
        if len(whole) > self.digits or len(places) > self.most or len(text) > 40:
            raise ValueError(self.expected)
        places = places.ljust(self.least, "0")
        sign = match[1] if (whole + places).strip("0") else ""
        form = f"{sign}{whole}.{places}" if places else f"{sign}{whole}"
        if len(self) >= _REMEMBERED:
            self.clear()
            self[UNSET] = UNSET
        self[text] = form
        return form

    @property
    def expected(self) -> str:
        """The form in words, with an example."""
        example = "12.5" if self.least == 0 else f"12.{'5'.ljust(self.least, '0')}"
        sign = "" if self.signed else "positive "
        return (
            f'a {sign}decimal number in a string such as "{example}", '
            f"at most {self.digits} digits and {self.most} decimals"
        )


class _Instants:
    """Times by what was given, like `_Amounts`; without memory, since nearly all differ."""

    expected = 'a time with its zone such as "2026-03-14T19:08:12.4Z"'

    def __getitem__(self, text: Any) -> Any:
        if text is UNSET or _is_canonical(text):
            return text
        instant = parse_instant(text)
        if not _FIRST_YEAR <= f"{instant.year:04}" <= _LAST_YEAR:
            raise BadInstant(text)
        return format_instant(instant)


def _is_canonical(text: str) -> bool:
    """Whether the text is a canonical time that exists; cheap, and no for any doubt."""
    size = len(text)
    if size != 20 and (not 22 <= size <= 24 or text[19] != "." or text[-2] == "0"):
        return False
    # The positions leave `fromisoformat` no room for the other spellings it would take.
    if not (text[4] == text[7] == "-" and text[10] == "T" and text[13] == text[16] == ":"):
        return False
    if text[-1] != "Z" or not text.isascii() or not _FIRST_YEAR <= text[:4] <= _LAST_YEAR:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


_Forms = tuple[tuple[str, str, Any], ...]
_INSTANTS = _Instants()
_SHARED: dict[tuple[Any, ...], _Amounts] = {}


def _forms(struct: type[msgspec.Struct]) -> _Forms:
    """(attribute, name on the wire, forms) for each amount and time of a struct."""
    info = type_info(struct)
    return tuple(_each_form(info.fields))  # type: ignore[attr-defined]


def _each_form(fields: tuple[Field, ...]) -> Iterator[tuple[str, str, Any]]:
    for field in fields:
        choices = getattr(field.type, "types", (field.type,))
        for choice in choices:
            extra = choice.extra if isinstance(choice, Metadata) else None
            if extra:
                yield field.name, field.encode_name, _form(extra)


def _form(extra: dict[str, Any]) -> Any:
    if "instant" in extra:
        return _INSTANTS
    return _SHARED.setdefault(tuple(extra.values()), _Amounts(**extra))


_SALE, _LINE, _TAX_LINE, _PAYMENT = (_forms(kind) for kind in (Sale, Line, TaxLine, Payment))
_ORDER, _ABORTED = _forms(AbortedOrder), _forms(AbortedLine)
_CARD, _CURRENCY_AMOUNT = _forms(CardPayment), _forms(CurrencyAmount)
_MULTIPLIER = next(form for _, name, form in _TAX_LINE if name == "taxRate")
_EXPECTED: dict[str, str] = {
    name: form.expected
    for forms in (_SALE, _TAX_LINE, _PAYMENT, _LINE, _ORDER, _ABORTED, _CARD, _CURRENCY_AMOUNT)
    for _, name, form in forms
}


def canonical_multiplier(text: str) -> str:
    """A rate such as `"1.2"` without trailing zeros; raises ValueError saying what is expected."""
    form: str = _MULTIPLIER[text]
    return form


def expected_form(name: str) -> str:
    """What an amount or time must look like, by its name on the wire; "" for other fields."""
    return _EXPECTED.get(name, "")


def make_canonical(sale: Sale) -> None:
    """Bring the sale itself into canonical form; raises `BadValue` with the field's path."""
    _bring(sale, _SALE, "")
    for number, line in enumerate(sale.sales_lines):
        _bring(line, _LINE, f"salesLines[{number}].")
        for index, tax in enumerate(line.tax_lines):
            _bring(tax, _TAX_LINE, f"salesLines[{number}].taxLines[{index}].")
    for number, payment in enumerate(sale.payments or ()):
        _bring(payment, _PAYMENT, f"payments[{number}].")
        if isinstance(payment.device_id, str) and _WHOLE_ID.fullmatch(payment.device_id):
            payment.device_id = int(payment.device_id)
    if isinstance(sale.nb_covers, float) and sale.nb_covers.is_integer():
        sale.nb_covers = int(sale.nb_covers)


def make_order_canonical(order: AbortedOrder) -> None:
    """Bring an aborted order into canonical form; raises `BadValue` with the field's path."""
    _bring(order, _ORDER, "")
    for number, line in enumerate(order.aborted_line_items):
        _bring(line, _ABORTED, f"abortedLineItems[{number}].")


def make_card_payment_canonical(payment: CardPayment) -> None:
    """Bring a card payment into canonical form; raises `BadValue` with the field's path."""
    _bring(payment, _CARD, "")
    for name, amount in (("fees", payment.fees), ("surcharge", payment.surcharge)):
        if amount is not UNSET:
            _bring(amount, _CURRENCY_AMOUNT, f"{name}.")


def _bring(thing: msgspec.Struct, forms: _Forms, prefix: str) -> None:
    for attribute, name, known in forms:
        given = getattr(thing, attribute)
        try:
            form = known[given]
        except ValueError as error:
            raise BadValue(f"{prefix}{name}", given, known.expected) from error
        if form is not given:
            setattr(thing, attribute, form)


def closing_time(sale: Sale) -> datetime:
    """When a canonical sale was closed and paid, in UTC."""
    return datetime.fromisoformat(sale.time_of_close_and_paid).astimezone(UTC)


def render_texts(sale: Sale) -> Texts:
    """The texts of a canonical sale, which is stripped of its parts by it."""
    body = ENCODER.encode(sale)
    payments, sale.payments = sale.payments, UNSET
    make_lean(sale)
    bare = ENCODER.encode(sale).decode()
    if payments is UNSET:
        return Texts(body.decode(), hashlib.sha256(body).digest(), bare, 0, 0)
    sale.payments = payments
    make_lean(sale)
    start = _payments_belong_at(bare)
    between = f',"payments":{ENCODER.encode(payments).decode()}'
    return Texts(
        body.decode(),
        hashlib.sha256(body).digest(),
        f"{bare[:start]}{between}{bare[start:]}",
        start,
        start + len(between),
    )


def _payments_belong_at(bare: str) -> int:
    # A quote within a string is escaped, so neither text can occur but as a key of the sale.
    opening = bare.find(',"timeOfOpening":')
    return opening if opening >= 0 else bare.find(',"timeOfCloseAndPaid":')
