"""A sale in the published V1 shape as it is on the wire, with every part a caller may ask for.

Source: `financial-apiSaleDto` of the published contract, spelled as programs find it on the wire
(`timeOfOpening`, `timeOfCloseAndPaid`, `timeOfSale`). Amounts are decimal strings; an absent part
is `UNSET`, never null. The feed decodes into these shapes, `canonical.py` checks and normalises
what a type alone cannot say, and the ledger keeps their encoding, so what goes in comes out.
`parts.py` knows which `include` brings which field.
"""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

MAX_ID = 2**63 - 1


def _decimal(*, least: int, most: int, digits: int = 13, signed: bool = True) -> Meta:
    """A decimal string; `canonical.py` brings it to at least so many places."""
    return Meta(extra={"least": least, "most": most, "digits": digits, "signed": signed})


Id = Annotated[int, Meta(ge=1, le=MAX_ID)]
Key = Annotated[str, Meta(min_length=1, max_length=100)]
Reference = Annotated[str, Meta(min_length=1, max_length=255)]
Text = Annotated[str, Meta(max_length=1000)]
Currency = Annotated[str, Meta(min_length=3, max_length=3)]
Instant = Annotated[str, Meta(extra={"instant": True})]

Amount2 = Annotated[str, _decimal(least=2, most=2)]
Amount6 = Annotated[str, _decimal(least=6, most=6)]
UpTo6 = Annotated[str, _decimal(least=2, most=6)]
Quantity = Annotated[str, _decimal(least=3, most=3, digits=9)]
TaxAmount = Annotated[str, _decimal(least=0, most=6)]
Multiplier = Annotated[str, _decimal(least=0, most=10, digits=3, signed=False)]


class SaleType(StrEnum):
    """What kind of account a sale is; revenue counts on SALE and REFUND only."""

    SALE = "SALE"
    VOID = "VOID"
    RECALL = "RECALL"
    REFUND = "REFUND"
    SPLIT = "SPLIT"
    UPDATE = "UPDATE"
    TRANSFER = "TRANSFER"
    FLOAT = "FLOAT"
    TRANSITORY = "TRANSITORY"
    CROSS_BL = "CROSS_BL"
    CANCEL = "CANCEL"


class ServiceChargeType(StrEnum):
    """How a compulsory charge lies on a line."""

    UNTAXED = "UNTAXED"
    APPORTIONED = "APPORTIONED"
    NO_SERVICE_CHARGE = "NO_SERVICE_CHARGE"


class PaymentType(StrEnum):
    """Paid, or put on a receivable account."""

    NORMAL = "NORMAL"
    ACCOUNTS_RECEIVABLE = "ACCOUNTS_RECEIVABLE"


class Wire(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A published object: camelCase on the wire; a field it does not know is an error."""


class Source(Wire, kw_only=True):
    """The chain of accounts; `initial_account_id` is the sale's own account when unlinked."""

    initial_account_id: Key
    previous_account_id: Key | UnsetType = UNSET


class TaxLine(Wire, kw_only=True):
    """One tax on a line; `tax_rate` is a multiplier (`"1.2"` is 20 percent)."""

    tax_id: Text | UnsetType = UNSET
    tax_code: Text
    tax_rate: Multiplier
    tax_amount: TaxAmount
    tax_included: bool


class LineAccountingGroup(Wire, kw_only=True):
    """The accounting group of the item sold."""

    accounting_group_id: Id
    name: Text
    statistic_group: Text | UnsetType = UNSET
    code: Text | UnsetType = UNSET


class Category(Wire, kw_only=True):
    """A statistic category of the item sold."""

    category: Text
    value: Text


class Line(Wire, kw_only=True):
    """One line: gross = net + tax + service charge, exactly, tax-inclusive or not."""

    id: Key
    parent_line_id: Key | UnsetType = UNSET
    total_net_amount_with_tax: Amount6
    total_net_amount_without_tax: Amount6
    menu_list_price: Amount2 = "0.00"
    unit_cost_price: Amount2 = "0.00"
    service_charge: Amount2 = "0.00"
    service_charge_type: ServiceChargeType = ServiceChargeType.NO_SERVICE_CHARGE
    service_charge_rate: Amount2 | UnsetType = UNSET
    discount_amount: UpTo6 = "0.00"
    tax_amount: Amount6
    tax_code: Text | UnsetType = UNSET
    tax_rate_percentage: Amount2 | UnsetType = UNSET
    tax_lines: list[TaxLine] = []
    account_discount_amount: Amount2 = "0.00"
    total_discount_amount: Amount2 = "0.00"
    sku: Text | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    name_override: Text = ""
    statistic_group: Text = ""
    quantity: Quantity
    accounting_group: LineAccountingGroup | UnsetType = UNSET
    currency: Currency
    tags: list[Text] = []
    revenue_center: Text | UnsetType = UNSET
    revenue_center_id: Id | UnsetType = UNSET
    categories: list[Category] = []
    time_of_sale: Instant | UnsetType = UNSET
    staff_id: Id | UnsetType = UNSET
    staff_name: Text | UnsetType = UNSET
    device_id: Id | UnsetType = UNSET
    device_name: Text | UnsetType = UNSET
    void_reason: Text | UnsetType = UNSET
    account_profile_code: Text | UnsetType = UNSET
    discount_type: Text | UnsetType = UNSET
    discount_code: Text | UnsetType = UNSET
    discount_name: Text | UnsetType = UNSET
    account_discount_type: Text | UnsetType = UNSET
    account_discount_code: Text | UnsetType = UNSET
    account_discount_name: Text | UnsetType = UNSET


class Consumer(Wire, kw_only=True):
    """Who paid: personal data, given only where the agreement says so."""

    id: Text | UnsetType = UNSET
    customer_id: Id | UnsetType = UNSET
    title: Text | UnsetType = UNSET
    first_name: Text | UnsetType = UNSET
    last_name: Text | UnsetType = UNSET
    phone_number1: Text | UnsetType = UNSET
    phone_number2: Text | UnsetType = UNSET
    company_name: Text | UnsetType = UNSET
    address_line1: Text | UnsetType = UNSET
    address_line2: Text | UnsetType = UNSET
    zip_code: Text | UnsetType = UNSET
    city: Text | UnsetType = UNSET
    state: Text | UnsetType = UNSET
    email: Text | UnsetType = UNSET
    tax_identifier: Text | UnsetType = UNSET
    fiscal_code: Text | UnsetType = UNSET
    destination_code: Text | UnsetType = UNSET


class Payment(Wire, kw_only=True):
    """A tender; tips and surcharges lie here, outside the lines.

    `rounding_amount` is published in V2 only, so V1 leaves it out.
    """

    code: Text
    description: Text | UnsetType = UNSET
    payment_method_id: Id | UnsetType = UNSET
    net_amount_with_tax: Amount2
    currency: Currency
    tip: Amount2 = "0.00"
    consumer: Consumer | UnsetType = UNSET
    type: PaymentType = PaymentType.NORMAL
    device_id: Id | Key | UnsetType = UNSET
    device_name: Text | UnsetType = UNSET
    staff_id: Id | UnsetType = UNSET
    staff_name: Text | UnsetType = UNSET
    authorization: Text | UnsetType = UNSET
    external_reference: Text | UnsetType = UNSET
    revenue_center: Text | UnsetType = UNSET
    revenue_center_id: Id | UnsetType = UNSET
    fisc_id: Key | UnsetType = UNSET
    uuid: Key
    fisc_date: Instant | UnsetType = UNSET
    surcharge: Amount2 = "0.00"
    rounding_amount: Amount2 | UnsetType = UNSET


class Sale(Wire, kw_only=True):
    """An account that was closed; key: location and `account_reference`, stable for ever."""

    account_reference: Key
    account_fisc_id: Key
    receipt_id: Key | UnsetType = UNSET
    source: Source | UnsetType = UNSET
    sales_lines: list[Line] = []
    payments: list[Payment] | UnsetType = UNSET
    time_of_opening: Instant | UnsetType = UNSET
    time_of_close_and_paid: Instant
    cancelled: bool | UnsetType = UNSET
    external_fiscal_number: Text | UnsetType = UNSET
    table_number: Text | UnsetType = UNSET
    table_name: Text = ""
    account_profile_code: Text | UnsetType = UNSET
    owner_name: Text | UnsetType = UNSET
    owner_id: Id | UnsetType = UNSET
    type: SaleType
    external_references: list[Reference] | UnsetType = UNSET
    nb_covers: int | float | UnsetType = UNSET
    dine_in: bool | UnsetType = UNSET
    device_id: Id | UnsetType = UNSET
    device_name: Text | UnsetType = UNSET
    void_reason: Text | UnsetType = UNSET


DECODER = msgspec.json.Decoder(Sale)
ENCODER = msgspec.json.Encoder()
