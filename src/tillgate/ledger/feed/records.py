"""The records of the feed, one JSON object a line (`docs/feed.md`).

Every record has its kind and the instant it was recorded; absent is left out, never null; a field
that is not known is an error.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tillgate.catalogue.item import Statistic
from tillgate.ledger.aborted_order import AbortedOrder
from tillgate.ledger.card_payment import CardPayment
from tillgate.ledger.sale import Currency, Id, Key, Sale, Text

Name = Annotated[str, Meta(min_length=1, max_length=1000)]
Country = Annotated[str, Meta(min_length=2, max_length=2)]
ClockTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]
Hours = Annotated[int, Meta(ge=1, le=24 * 366)]
Rate = Annotated[str, Meta(max_length=20)]


class Record(msgspec.Struct, tag_field="record", rename="camel", forbid_unknown_fields=True):
    """What every record says; `recorded_at` has a zone and at most milliseconds."""

    recorded_at: str


class BusinessRecord(Record, tag="business", kw_only=True):
    """A merchant and the currency of its home books."""

    business_id: Id
    name: Name
    currency: Currency


class LocationRecord(Record, tag="location", kw_only=True):
    """A place that sells. A recorded answer does not know `since`, our own records must say it."""

    business_location_id: Id
    business_id: Id
    name: Name
    country: Country
    timezone: Text
    currency: Currency
    since: date | UnsetType = UNSET
    day_start: ClockTime | UnsetType = UNSET
    calendar_from: date | UnsetType = UNSET
    franchisee: Text | UnsetType = UNSET
    close_after_hours: Hours | Literal["never"] | UnsetType = UNSET
    until: date | UnsetType = UNSET
    ended_as: Literal["closed", "sold"] | UnsetType = UNSET


class TaxRateRecord(Record, tag="tax_rate", kw_only=True):
    """A tax rate; `rate` is a multiplier in a string, `"1.2"` for 20 percent."""

    business_location_id: Id
    code: Key
    description: Text
    rate: Rate
    tax_included: bool
    accounting_reference: Text | UnsetType = UNSET


class PaymentMethodRecord(Record, tag="payment_method", kw_only=True):
    """A payment method."""

    business_location_id: Id
    payment_method_id: Id
    code: Key
    name: Text
    accounting_reference: Text | UnsetType = UNSET


class AccountingGroupRecord(Record, tag="accounting_group", kw_only=True):
    """An accounting group with its statistic groups."""

    business_location_id: Id
    accounting_group_id: Id
    name: Text
    statistic_groups: list[Statistic] | UnsetType = UNSET
    code: Text | UnsetType = UNSET


class ItemRecord(Record, tag="item", kw_only=True):
    """An item; the object is checked against `catalogue.item.Item` and kept as it came."""

    business_location_id: Id
    item: dict[str, Any]


class ItemRemovedRecord(Record, tag="item_removed", kw_only=True):
    """An item is no longer there from then on; what was sold of it stays sold."""

    business_location_id: Id
    item_id: Id


class SaleRecord(Record, tag="sale", kw_only=True):
    """A sale; without `business_date` it belongs to the day that holds its closing time."""

    business_location_id: Id
    business_date: date | UnsetType = UNSET
    sale: Sale


class CorrectionRecord(Record, tag="correction", kw_only=True):
    """A sale of a closed day as it should be, and why; it may come late or move to another day."""

    business_location_id: Id
    business_date: date | UnsetType = UNSET
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]
    sale: Sale


class AbortedOrderRecord(Record, tag="aborted_order", kw_only=True):
    """An order all of whose items were removed; `staff_id` finds the name when it is erased."""

    business_location_id: Id
    aborted_order_id: Key
    business_date: date | UnsetType = UNSET
    currency: Currency
    staff_id: Id | UnsetType = UNSET
    order: AbortedOrder


class CardPaymentRecord(Record, tag="card_payment", kw_only=True):
    """A payment taken by the platform, as it stands now; known by `lightspeedPaymentId`."""

    business_location_id: Id
    payment: CardPayment


class DayClosedRecord(Record, tag="day_closed", kw_only=True):
    """The back office says that a business day is final."""

    business_location_id: Id
    business_date: date


AnyRecord: TypeAlias = (
    BusinessRecord
    | LocationRecord
    | TaxRateRecord
    | PaymentMethodRecord
    | AccountingGroupRecord
    | ItemRecord
    | ItemRemovedRecord
    | SaleRecord
    | CorrectionRecord
    | AbortedOrderRecord
    | CardPaymentRecord
    | DayClosedRecord
)

KINDS = (
    ("business", BusinessRecord),
    ("location", LocationRecord),
    ("tax_rate", TaxRateRecord),
    ("payment_method", PaymentMethodRecord),
    ("accounting_group", AccountingGroupRecord),
    ("item", ItemRecord),
    ("item_removed", ItemRemovedRecord),
    ("sale", SaleRecord),
    ("correction", CorrectionRecord),
    ("aborted_order", AbortedOrderRecord),
    ("card_payment", CardPaymentRecord),
    ("day_closed", DayClosedRecord),
)


class Found(msgspec.Struct):
    """A record and where it was found.

    `line` counts from 1, `index` counts the records of one line from 0. `lenient` is true for those
    of a recorded answer.
    """

    line: int
    recorded_at: datetime
    record: AnyRecord
    index: int = 0
    lenient: bool = False
