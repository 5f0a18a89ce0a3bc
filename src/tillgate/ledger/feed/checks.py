"""Reading one record strictly: what the types say, and what they cannot."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET

from tillgate.catalogue.item import Item
from tillgate.foundation import sandbox_ids
from tillgate.foundation.instants import BadInstant, parse_instant
from tillgate.ledger.canonical import (
    BadValue,
    canonical_multiplier,
    make_canonical,
    make_card_payment_canonical,
    make_order_canonical,
)
from tillgate.ledger.feed import codes
from tillgate.ledger.feed.errors import Unreadable
from tillgate.ledger.feed.records import (
    AbortedOrderRecord,
    AnyRecord,
    BusinessRecord,
    CardPaymentRecord,
    CorrectionRecord,
    ItemRecord,
    LocationRecord,
    SaleRecord,
    TaxRateRecord,
)
from tillgate.ledger.feed.wording import explain

_DECODER = msgspec.json.Decoder(AnyRecord, float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")

_WHOLE_LINE = "one whole JSON object a line (was the file cut, or the object spread over lines?)"
_OWNERS = (("business_id", "businessId"), ("business_location_id", "businessLocationId"))
_RESERVED = f"from {sandbox_ids.FIRST} to {sandbox_ids.LAST}"
_RECORDED_AT = 'a time with its zone and at most milliseconds, such as "2026-03-14T19:08:12.4Z"'


def decode_record(line: bytes) -> tuple[AnyRecord, datetime]:
    """The record of a line and when it was recorded; raises `Unreadable`.

    The line is written back and compared, which costs little and shows that no key came twice;
    only one written otherwise (spaces, another order of fields) is looked through for that.
    """
    record = _decoded(line)
    if _ENCODER.encode(record) != line:
        load_json(line)
    if b"\\u0000" in line:
        refuse_nul(msgspec.json.decode(line))
    recorded_at = _recorded_at(record.recorded_at)
    check_record(record, lenient=False)
    return record, recorded_at


def _decoded(line: bytes) -> AnyRecord:
    try:
        record: AnyRecord = _DECODER.decode(line)
    except msgspec.ValidationError as error:
        raise explain(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        load_json(line)
        raise Unreadable("", "is not JSON", _WHOLE_LINE) from error
    return record


def load_json(text: bytes) -> Any:
    """The JSON value, numbers with decimals as Decimal; raises `Unreadable` for any doubt.

    Refuses what many parsers take: a key twice in one object, NaN, half a surrogate pair.
    """
    try:
        decoded = text.decode()
        value = json.loads(
            decoded,
            object_pairs_hook=_unique,
            parse_float=Decimal,
            parse_constant=_no_constant,
        )
        if "\\u" in decoded:
            json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeDecodeError as error:
        byte = f"byte 0x{text[error.start]:02x} at position {error.start + 1}"
        raise Unreadable("", f"is not UTF-8 ({byte})", "UTF-8 text") from error
    except UnicodeEncodeError as error:
        raise Unreadable("", "holds half a surrogate pair", "UTF-8 text") from error
    except json.JSONDecodeError as error:
        problem = f"is not JSON ({error.msg[0].lower()}{error.msg[1:]}, column {error.colno})"
        raise Unreadable("", problem, _WHOLE_LINE, below=error.lineno - 1) from error
    except RecursionError as error:
        raise Unreadable("", "is nested too deeply", "the documented shape") from error
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable("", f"the key {twice!r} comes twice in one object", "each key once")
    return found


def _no_constant(name: str) -> Any:
    raise Unreadable("", f"holds {name}, which is no JSON number", "a number")


def refuse_nul(value: Any) -> None:
    """Raise `Unreadable` with the path of a text that holds the character NUL."""
    for path, text in _texts(value, ""):
        if "\0" in text:
            raise Unreadable(path, "holds the character NUL", "text without it")


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts(each, f"{path}[{index}]")


@lru_cache(maxsize=1024)
def _recorded_at(text: str) -> datetime:
    try:
        instant = parse_instant(text)
    except BadInstant as error:
        raise Unreadable("recordedAt", f"is {text!r}", _RECORDED_AT) from error
    if instant.microsecond % 1000 or not 1970 <= instant.year < 2200:
        raise Unreadable("recordedAt", f"is {text!r}", _RECORDED_AT)
    return instant


def check_record(record: AnyRecord, *, lenient: bool) -> None:
    """Check what the types alone cannot say; a sale is canonical afterwards.

    Raises `Unreadable`. A lenient record is a recorded answer, which may lack what only our own
    records know.
    """
    if isinstance(record, SaleRecord | CorrectionRecord):
        check_sale(record)
    elif isinstance(record, LocationRecord):
        _check_location(record, lenient=lenient)
    elif isinstance(record, BusinessRecord):
        check_currency("currency", record.currency)
    elif isinstance(record, ItemRecord):
        check_item(record.item)
    elif isinstance(record, TaxRateRecord):
        _check_rate(record)
    elif isinstance(record, AbortedOrderRecord):
        _check_order(record)
    elif isinstance(record, CardPaymentRecord):
        _check_card_payment(record)
    _check_dates(record)


def check_ids(record: AnyRecord, *, sandbox: bool) -> None:
    """Raise `Unreadable` for an id of the sandbox, or for any other where the sandbox is fed.

    So no back office reaches what everybody may read, and the sandbox's feed reaches nothing else.
    """
    for name, wire in _OWNERS:
        number = getattr(record, name, None)
        if number is None or sandbox_ids.is_sandbox_id(number) is sandbox:
            continue
        if sandbox:
            raise Unreadable(wire, f"{number} is no id of the sandbox", f"one {_RESERVED}")
        raise Unreadable(wire, f"{number} is reserved for the sandbox", f"an id not {_RESERVED}")


def _check_dates(record: AnyRecord) -> None:
    for name in ("since", "until", "calendar_from", "business_date"):
        day = getattr(record, name, UNSET)
        if day is not UNSET and not 1970 <= day.year < 2200:
            fields = msgspec.structs.fields(type(record))
            wire = next(field.encode_name for field in fields if field.name == name)
            raise Unreadable(wire, f"is {day}", "a date from 1970 to 2199")


def check_sale(record: SaleRecord | CorrectionRecord) -> None:
    """Bring the sale into canonical form; all its amounts are in one currency."""
    try:
        make_canonical(record.sale)
    except BadValue as error:
        raise Unreadable(f"sale.{error.path}", f"is {error.found!r}", error.expected) from error
    sale = record.sale
    known = sale.sales_lines[0].currency if sale.sales_lines else None
    for index, line in enumerate(sale.sales_lines):
        if line.currency != known:
            path = f"sale.salesLines[{index}].currency"
            raise Unreadable(path, f"is {line.currency!r}", f"{known!r} as on the other lines")
    for index, payment in enumerate(sale.payments or ()):
        known = known or payment.currency
        if payment.currency != known:
            path = f"sale.payments[{index}].currency"
            raise Unreadable(path, f"is {payment.currency!r}", f"{known!r}, the sale's currency")
    if known is not None and known not in codes.CURRENCIES:
        where = "salesLines" if sale.sales_lines else "payments"
        check_currency(f"sale.{where}[0].currency", known)


def check_currency(path: str, code: str) -> None:
    """Raise `Unreadable` unless the code is one of ISO 4217."""
    if code not in codes.CURRENCIES:
        raise Unreadable(path, f"no currency is called {code!r}", 'an ISO 4217 code such as "GBP"')


def _check_location(record: LocationRecord, *, lenient: bool) -> None:
    check_currency("currency", record.currency)
    if record.timezone not in codes.timezones():
        expected = 'a name of the tz database such as "Europe/London"'
        raise Unreadable("timezone", f"no time zone is called {record.timezone!r}", expected)
    if record.country not in codes.countries():
        expected = 'an ISO 3166-1 code such as "GB"'
        raise Unreadable("country", f"no country has the code {record.country!r}", expected)
    if record.since is UNSET and not lenient:
        raise Unreadable("since", "is missing", "the location's first business date")


def _check_rate(record: TaxRateRecord) -> None:
    try:
        record.rate = canonical_multiplier(record.rate)
    except ValueError as error:
        raise Unreadable("rate", f"is {record.rate!r}", str(error)) from error


def _check_order(record: AbortedOrderRecord) -> None:
    check_currency("currency", record.currency)
    try:
        make_order_canonical(record.order)
    except BadValue as error:
        raise Unreadable(f"order.{error.path}", f"is {error.found!r}", error.expected) from error


def _check_card_payment(record: CardPaymentRecord) -> None:
    payment = record.payment
    try:
        make_card_payment_canonical(payment)
    except BadValue as error:
        raise Unreadable(f"payment.{error.path}", f"is {error.found!r}", error.expected) from error
    for name, amount in (("fees", payment.fees), ("surcharge", payment.surcharge)):
        if amount is not UNSET:
            check_currency(f"payment.{name}.currency", amount.currency)
    created = parse_instant(payment.created_date)
    for name, later in (
        ("captureDate", payment.capture_date),
        ("modificationDate", payment.modification_date),
    ):
        if later is not UNSET and parse_instant(later) < created:
            raise Unreadable(f"payment.{name}", f"is {later!r}", "a time not before createdDate")


def check_item(item: dict[str, Any]) -> None:
    """Raise `Unreadable` unless the object has the published shape of an item."""
    try:
        msgspec.convert(item, Item)
    except msgspec.ValidationError as error:
        raise explain(error, "item.") from error
