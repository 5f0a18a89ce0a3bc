"""An account as a till keeps it: lines, payments and where it stands in the house."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from tillgate.simulator.group import Device, Location, PaymentMethod, RevenueCentre
from tillgate.simulator.items import Item
from tillgate.simulator.people import Worker
from tillgate.simulator.taxes import Tax

ONE = Decimal("1.000")
NOTHING = Decimal("0.00")


class Discount(NamedTuple):
    """A reduction by a share (0.1 is 10 percent) or, for type AMOUNT, by so much money."""

    type: str
    code: str
    name: str
    value: Decimal


@dataclass(slots=True, eq=False)
class Line:
    """One line; everything from `discount_amount` on is worked out by the till (`till.py`)."""

    item: Item
    taxes: tuple[Tax, ...]
    at: datetime
    staff: Worker
    price: Decimal
    quantity: Decimal = ONE
    parent: "Line | None" = None
    discount: Discount | None = None
    name_override: str = ""
    void_reason: str | None = None
    discount_amount: Decimal = NOTHING
    account_discount: Discount | None = None
    account_discount_amount: Decimal = NOTHING
    service_type: str = "NO_SERVICE_CHARGE"
    service_rate: Decimal | None = None
    service_charge: Decimal = NOTHING
    net: Decimal = NOTHING
    tax_amounts: tuple[Decimal, ...] = ()
    tax: Decimal = NOTHING
    gross: Decimal = NOTHING
    is_settled: bool = False
    id: str = ""


@dataclass(slots=True, eq=False)
class Payment:
    """A tender; tip and surcharge lie beside its amount."""

    method: PaymentMethod
    amount: Decimal
    at: datetime
    staff: Worker
    tip: Decimal = NOTHING
    surcharge: Decimal = NOTHING
    rounding: Decimal | None = None
    consumer: dict[str, Any] | None = None
    authorization: str | None = None
    external_reference: str | None = None
    id: str = ""
    uuid: str = ""


@dataclass(slots=True, eq=False)
class Account:
    """What becomes a sale of the feed; the ids are given when its day is complete."""

    location: Location
    device: Device
    centre: RevenueCentre
    owner: Worker
    opened: datetime
    closed: datetime
    type: str = "SALE"
    table: int | None = None
    covers: int = 0
    dine_in: bool = True
    profile: str | None = None
    lines: list[Line] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    discount: Discount | None = None
    has_service: bool = False
    has_receipt: bool = True
    cancelled: bool = False
    void_reason: str | None = None
    first: "Account | None" = None
    previous: "Account | None" = None
    external_references: list[str] = field(default_factory=list)
    external_fiscal_number: str | None = None
    id: str = ""
    receipt_id: str = ""
    is_reserved: bool = False
    reference: str = ""

    @property
    def total(self) -> Decimal:
        """What is to be paid: the gross of its lines, whole cents once settled."""
        return sum((line.gross for line in self.lines), NOTHING).quantize(NOTHING)
