"""What is counted of a sale as a closed day holds it: its text without what is personal.

The same shapes read a sale of an open day, whose text still has the names.
"""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from tillgate.ledger.sale import PaymentType, SaleType, ServiceChargeType

COUNTED = frozenset({SaleType.SALE, SaleType.REFUND})


class Reference(msgspec.Struct, frozen=True):
    """Where a personal value lies: the day's part, and which of its values."""

    part: int
    value: int


class Shape(msgspec.Struct, rename="camel"):
    """An object of the published sale; fields that are not counted are passed over."""


class Group(msgspec.Struct, kw_only=True, frozen=True, rename="camel"):
    """An accounting group."""

    accounting_group_id: int | None = None
    name: str = ""
    statistic_group: str = ""
    code: str = ""


class TaxLine(Shape, kw_only=True):
    """One tax on a line."""

    tax_code: str
    tax_rate: str
    tax_amount: str
    tax_included: bool


_NO_GROUP = Group()


class Line(Shape, kw_only=True):
    """A sales line."""

    total_net_amount_with_tax: str
    total_net_amount_without_tax: str = "0"
    tax_amount: str
    service_charge: str = "0"
    service_charge_type: ServiceChargeType = ServiceChargeType.NO_SERVICE_CHARGE
    service_charge_rate: str = ""
    discount_amount: str = "0"
    account_discount_amount: str = "0"
    total_discount_amount: str = "0"
    discount_type: str = ""
    discount_code: str = ""
    discount_name: str = ""
    account_discount_type: str = ""
    account_discount_code: str = ""
    account_discount_name: str = ""
    tax_lines: list[TaxLine] = []
    statistic_group: str = ""
    accounting_group: Group = _NO_GROUP
    tags: list[str] = []
    staff_id: int | None = None
    staff_name: Reference | str = ""
    device_id: int | None = None
    device_name: str = ""
    void_reason: str | UnsetType = UNSET


class Payment(Shape, kw_only=True):
    """A payment."""

    code: str
    description: str = ""
    payment_method_id: int | None = None
    net_amount_with_tax: str
    tip: str = "0"
    surcharge: str = "0"
    rounding_amount: str = "0"
    type: PaymentType = PaymentType.NORMAL


class PublicSale(Shape, kw_only=True):
    """A sale."""

    account_reference: str = ""
    account_fisc_id: str = ""
    sales_lines: list[Line] = []
    payments: list[Payment] = []
    time_of_opening: str = ""
    time_of_close_and_paid: str = ""
    cancelled: bool = False
    type: SaleType = SaleType.SALE
    nb_covers: float = 0
    external_references: list[str] = []

    @property
    def counts(self) -> bool:
        """Whether its lines are revenue."""
        return self.type in COUNTED and not self.cancelled


_DECODER = msgspec.json.Decoder(PublicSale)


def read_public(text: str | bytes) -> PublicSale:
    """The sale of a text."""
    return _DECODER.decode(text)


def group_values(line: Line) -> tuple[Any, ...]:
    """What `aggregatedSales` can group a line by, but for staff: see `totals.LineTotal`."""
    group = line.accounting_group
    statistic = line.statistic_group or group.statistic_group
    return line.device_id, line.device_name, group.name, statistic, tuple(dict.fromkeys(line.tags))
