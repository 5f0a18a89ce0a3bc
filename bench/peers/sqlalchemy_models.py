"""The peers' tables as SQLAlchemy 2 maps them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, DateTime, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """All of them lie in one schema."""

    type_annotation_map = {  # noqa: RUF012  SQLAlchemy's own way
        int: BigInteger,
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(Text),
        list[Any]: JSONB,
    }
    __table_args__ = {"schema": "peers"}  # noqa: RUF012


class AccountingGroup(Base):
    """What lines are booked under."""

    __tablename__ = "accounting_group"
    id: Mapped[int] = mapped_column(primary_key=True)
    accounting_group_id: Mapped[int]
    name: Mapped[str]
    statistic_group: Mapped[str | None]
    code: Mapped[str | None]


class TaxLine(Base):
    """One tax on a line."""

    __tablename__ = "tax_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("peers.line.id"))
    tax_id: Mapped[str | None]
    tax_code: Mapped[str]
    tax_rate: Mapped[Decimal]
    tax_amount: Mapped[Decimal]
    tax_included: Mapped[bool]


class Line(Base):
    """A line of a sale."""

    __tablename__ = "line"
    id: Mapped[int] = mapped_column(primary_key=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("peers.sale.id"))
    line_id: Mapped[str]
    parent_line_id: Mapped[str | None]
    total_net_amount_with_tax: Mapped[Decimal]
    total_net_amount_without_tax: Mapped[Decimal]
    menu_list_price: Mapped[Decimal]
    unit_cost_price: Mapped[Decimal]
    service_charge: Mapped[Decimal]
    service_charge_type: Mapped[str]
    service_charge_rate: Mapped[Decimal | None]
    discount_amount: Mapped[Decimal]
    tax_amount: Mapped[Decimal]
    tax_code: Mapped[str | None]
    tax_rate_percentage: Mapped[Decimal | None]
    account_discount_amount: Mapped[Decimal]
    total_discount_amount: Mapped[Decimal]
    sku: Mapped[str | None]
    name: Mapped[str | None]
    name_override: Mapped[str]
    statistic_group: Mapped[str]
    quantity: Mapped[Decimal]
    accounting_group_id: Mapped[int | None] = mapped_column(ForeignKey("peers.accounting_group.id"))
    currency: Mapped[str]
    tags: Mapped[list[str]]
    categories: Mapped[list[Any]]
    time_of_sale: Mapped[datetime | None]
    device_id: Mapped[int | None]
    device_name: Mapped[str | None]
    void_reason: Mapped[str | None]
    discount_type: Mapped[str | None]
    discount_code: Mapped[str | None]
    discount_name: Mapped[str | None]
    account_discount_type: Mapped[str | None]
    account_discount_code: Mapped[str | None]
    account_discount_name: Mapped[str | None]
    tax_lines: Mapped[list[TaxLine]] = relationship(order_by=TaxLine.id)
    accounting_group: Mapped[AccountingGroup | None] = relationship()


class Payment(Base):
    """A tender."""

    __tablename__ = "payment"
    id: Mapped[int] = mapped_column(primary_key=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("peers.sale.id"))
    code: Mapped[str]
    description: Mapped[str | None]
    payment_method_id: Mapped[int | None]
    net_amount_with_tax: Mapped[Decimal]
    currency: Mapped[str]
    tip: Mapped[Decimal]
    type: Mapped[str]
    device_id: Mapped[int | None]
    device_name: Mapped[str | None]
    external_reference: Mapped[str | None]
    fisc_id: Mapped[str | None]
    uuid: Mapped[str]
    fisc_date: Mapped[datetime | None]
    surcharge: Mapped[Decimal]


class Sale(Base):
    """An account that was closed."""

    __tablename__ = "sale"
    id: Mapped[int] = mapped_column(primary_key=True)
    business_location_id: Mapped[int]
    account_reference: Mapped[str]
    account_fisc_id: Mapped[str]
    receipt_id: Mapped[str | None]
    initial_account_id: Mapped[str | None]
    previous_account_id: Mapped[str | None]
    time_of_opening: Mapped[datetime | None]
    time_of_close_and_paid: Mapped[datetime]
    cancelled: Mapped[bool | None]
    external_fiscal_number: Mapped[str | None]
    table_name: Mapped[str]
    type: Mapped[str]
    external_references: Mapped[list[str] | None]
    nb_covers: Mapped[int | None]
    dine_in: Mapped[bool | None]
    device_id: Mapped[int | None]
    device_name: Mapped[str | None]
    void_reason: Mapped[str | None]
    sales_lines: Mapped[list[Line]] = relationship(order_by=Line.id)
    payments: Mapped[list[Payment]] = relationship(order_by=Payment.id)

    @property
    def source(self) -> dict[str, str | None]:
        """The chain of accounts."""
        return {
            "initial_account_id": self.initial_account_id,
            "previous_account_id": self.previous_account_id,
        }
