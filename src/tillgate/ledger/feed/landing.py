"""What was put aside of a batch goes to the acts that keep it, kind by kind."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, time
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET
from psycopg import Connection

from tillgate.catalogue import acts as catalogue
from tillgate.catalogue.acts import Entry
from tillgate.catalogue.item_acts import ItemEntry, record_items
from tillgate.directory.acts import Business, Location, record_businesses, record_locations
from tillgate.foundation.instants import parse_instant
from tillgate.foundation.settling import Recorded, Tally
from tillgate.ledger.acts import ClosedDay, close_days, record_sales
from tillgate.ledger.calendars import runs_forward
from tillgate.ledger.correcting import Correction, correct_days
from tillgate.ledger.feed.records import (
    AbortedOrderRecord,
    AccountingGroupRecord,
    AnyRecord,
    BusinessRecord,
    CardPaymentRecord,
    CorrectionRecord,
    DayClosedRecord,
    ItemRecord,
    ItemRemovedRecord,
    LocationRecord,
    PaymentMethodRecord,
    TaxRateRecord,
)
from tillgate.ledger.feed.stage import Stage, currency_of
from tillgate.ledger.unbooked import Unbooked, record_aborted_orders, record_card_payments

_LAST_DAY = """
SELECT greatest(
    (SELECT max(business_date) FROM ledger_businessday WHERE business_location_id = %(location)s),
    (SELECT max(business_date) FROM ledger_closedday WHERE business_location_id = %(location)s))
"""
_KNOWN_LOCATIONS = """
SELECT business_location_id FROM directory_businesslocation WHERE business_location_id = any(%s)
"""


class _Kind(NamedTuple):
    """A kind of record that is settled by itself: its shape, its thing, and the act."""

    name: str
    shape: type[AnyRecord]
    to_thing: Callable[[Any], Any]
    keep: Callable[[Connection[Any], Iterator[Recorded[Any]]], Tally]


def land_kinds(connection: Connection[Any], stage: Stage) -> Iterator[tuple[str, Tally]]:
    """Settle each kind of record in the order in which they need each other.

    The connection holds the locks of the locations and may see them. A tally that refuses any
    must end the transaction.
    """
    yield "business", _land_businesses(connection, stage)
    yield "location", _land_locations(connection, stage)
    yield from _land_each(connection, stage, _ENTRIES)
    if "sale" in stage.kinds:
        yield "sale", record_sales(connection)
    yield from _land_each(connection, stage, _UNBOOKED)
    yield "day_closed", _land_closings(connection, stage)
    if "correction" in stage.kinds:
        yield "correction", _land_corrections(connection, stage)


def _land_businesses(connection: Connection[Any], stage: Stage) -> Tally:
    given = [
        _recorded(origin, r, Business(r.business_id, r.name, r.currency))
        for origin, _, r in stage.records("business", BusinessRecord)
    ]
    return record_businesses(connection, given) if given else Tally()


def _land_locations(connection: Connection[Any], stage: Stage) -> Tally:
    given = [
        _recorded(origin, record, _location(record))
        for origin, _, record in stage.records("location", LocationRecord)
    ]
    if not given:
        return Tally()

    def last_day(location: int) -> date | None:
        row = connection.execute(_LAST_DAY, {"location": location}).fetchone()
        return row[0] if row else None

    return record_locations(connection, given, last_day=last_day, runs_forward=runs_forward)


def _location(record: LocationRecord) -> Location:
    return Location(
        business_location_id=record.business_location_id,
        business_id=record.business_id,
        name=record.name,
        country=record.country,
        timezone=record.timezone,
        currency=record.currency,
        since=record.since or None,
        day_start=time.fromisoformat(record.day_start) if record.day_start else None,
        calendar_from=record.calendar_from or None,
        franchisee=None if record.franchisee is UNSET else record.franchisee,
        close_after_hours=record.close_after_hours or None,
        until=record.until or None,
        ended_as=record.ended_as or None,
    )


def _land_each(
    connection: Connection[Any], stage: Stage, kinds: Iterable[_Kind]
) -> Iterator[tuple[str, Tally]]:
    for kind in kinds:
        if kind.name not in stage.kinds:
            continue
        tally = Tally()
        _refuse_unknown(connection, stage, kind, tally)
        if not tally.refused:
            given = (
                _recorded(origin, record, kind.to_thing(record))
                for origin, _, record in stage.records(kind.name, kind.shape)
            )
            tally = kind.keep(connection, given)
        yield kind.name, tally


def _refuse_unknown(connection: Connection[Any], stage: Stage, kind: _Kind, tally: Tally) -> None:
    known = {row[0] for row in connection.execute(_KNOWN_LOCATIONS, (list(stage.locations),))}
    if known == stage.locations:
        return
    cure = "feed its `location` record or the recorded businesses answer first"
    for origin, _, record in stage.records(kind.name, kind.shape):
        location = record.business_location_id
        if location not in known:
            problem = f"location {location} is not known"
            tally.refuse(origin, "businessLocationId", problem, cure)


def _land_closings(connection: Connection[Any], stage: Stage) -> Tally:
    days = [
        ClosedDay(origin, r.business_location_id, r.business_date, parse_instant(r.recorded_at))
        for origin, _, r in stage.records("day_closed", DayClosedRecord)
    ]
    return close_days(connection, days) if days else Tally()


def _land_corrections(connection: Connection[Any], stage: Stage) -> Tally:
    given = [
        Correction(
            origin,
            record.business_location_id,
            parse_instant(record.recorded_at),
            record.business_date or None,
            record.reason,
            currency_of(record.sale),
            record.sale,
        )
        for origin, _, record in stage.records("correction", CorrectionRecord)
    ]
    return correct_days(connection, given)


def _recorded(origin: int, record: AnyRecord, thing: Any) -> Recorded[Any]:
    return Recorded(parse_instant(record.recorded_at), thing, origin)


def _tax_rate(record: TaxRateRecord) -> Entry:
    rate = Decimal(record.rate)
    body = {
        "code": record.code,
        "description": record.description,
        "rate": int(rate) if rate == rate.to_integral_value() else rate,
        "taxIncluded": record.tax_included,
        "accountingReference": record.accounting_reference,
    }
    return Entry(record.business_location_id, record.code, _present(body))


def _method(record: PaymentMethodRecord) -> Entry:
    body = {
        "name": record.name,
        "code": record.code,
        "accountingReference": record.accounting_reference,
        "pmId": record.payment_method_id,
    }
    return Entry(record.business_location_id, record.payment_method_id, _present(body))


def _group(record: AccountingGroupRecord) -> Entry:
    groups = record.statistic_groups
    body = {
        "accountingGroupId": record.accounting_group_id,
        "name": record.name,
        # Published as JSON inside a string.
        "statisticGroup": UNSET if groups is UNSET else msgspec.json.encode(groups).decode(),
        "code": record.code,
    }
    return Entry(record.business_location_id, record.accounting_group_id, _present(body))


def _item(record: ItemRecord) -> ItemEntry:
    return ItemEntry(record.business_location_id, record.item["id"], record.item)


def _item_removed(record: ItemRemovedRecord) -> ItemEntry:
    return ItemEntry(record.business_location_id, record.item_id, None)


def _aborted_order(record: AbortedOrderRecord) -> Unbooked:
    told = {
        "businessDate": UNSET if record.business_date is UNSET else str(record.business_date),
        "staffId": record.staff_id,
    }
    fields = msgspec.to_builtins(record.order) | _present(told)
    currencies = (("currency", record.currency),)
    return Unbooked(record.business_location_id, record.aborted_order_id, fields, currencies)


def _card_payment(record: CardPaymentRecord) -> Unbooked:
    payment = record.payment
    amounts = (("payment.fees", payment.fees), ("payment.surcharge", payment.surcharge))
    currencies = tuple(
        (f"{path}.currency", amount.currency) for path, amount in amounts if amount is not UNSET
    )
    fields = msgspec.to_builtins(payment)
    key = payment.lightspeed_payment_id
    return Unbooked(record.business_location_id, key, fields, currencies)


def _present(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not UNSET}


_ENTRIES = (
    _Kind("tax_rate", TaxRateRecord, _tax_rate, catalogue.record_tax_rates),
    _Kind("payment_method", PaymentMethodRecord, _method, catalogue.record_payment_methods),
    _Kind("accounting_group", AccountingGroupRecord, _group, catalogue.record_accounting_groups),
    _Kind("item", ItemRecord, _item, record_items),
    _Kind("item_removed", ItemRemovedRecord, _item_removed, record_items),
)
_UNBOOKED = (
    _Kind("aborted_order", AbortedOrderRecord, _aborted_order, record_aborted_orders),
    _Kind("card_payment", CardPaymentRecord, _card_payment, record_card_payments),
)
