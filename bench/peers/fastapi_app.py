"""The page of sales as a plain FastAPI application: SQLAlchemy 2, Pydantic, gzip by middleware."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import psycopg
from fastapi import Depends, FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from pydantic import AliasGenerator, BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, selectinload, sessionmaker

from bench.peers import sqlalchemy_models as models
from bench.peers.instants import wire

Instant = Annotated[datetime, PlainSerializer(wire, return_type=str, when_used="unless-none")]
_MOST = 1000


class Shape(BaseModel):
    """An object of the published contract, read from a mapped row."""

    model_config = ConfigDict(
        from_attributes=True, alias_generator=AliasGenerator(serialization_alias=to_camel)
    )


class Source(Shape):
    """The chain of accounts."""

    initial_account_id: str | None
    previous_account_id: str | None


class TaxLine(Shape):
    """One tax on a line."""

    tax_id: str | None
    tax_code: str
    tax_rate: Decimal
    tax_amount: Decimal
    tax_included: bool


class AccountingGroup(Shape):
    """What a line is booked under."""

    accounting_group_id: int
    name: str
    statistic_group: str | None
    code: str | None


class Category(Shape):
    """A statistic category."""

    category: str
    value: str


class Line(Shape):
    """A line of a sale."""

    line_id: str = Field(serialization_alias="id")
    parent_line_id: str | None
    total_net_amount_with_tax: Decimal
    total_net_amount_without_tax: Decimal
    menu_list_price: Decimal
    unit_cost_price: Decimal
    service_charge: Decimal
    service_charge_type: str
    service_charge_rate: Decimal | None
    discount_amount: Decimal
    tax_amount: Decimal
    tax_code: str | None
    tax_rate_percentage: Decimal | None
    tax_lines: list[TaxLine]
    account_discount_amount: Decimal
    total_discount_amount: Decimal
    sku: str | None
    name: str | None
    name_override: str
    statistic_group: str
    quantity: Decimal
    accounting_group: AccountingGroup | None
    currency: str
    tags: list[str]
    categories: list[Category]
    time_of_sale: Instant | None
    device_id: int | None
    device_name: str | None
    void_reason: str | None
    discount_type: str | None
    discount_code: str | None
    discount_name: str | None
    account_discount_type: str | None
    account_discount_code: str | None
    account_discount_name: str | None


class Payment(Shape):
    """A tender."""

    code: str
    description: str | None
    payment_method_id: int | None
    net_amount_with_tax: Decimal
    currency: str
    tip: Decimal
    type: str
    device_id: int | None
    device_name: str | None
    external_reference: str | None
    fisc_id: str | None
    uuid: str
    fisc_date: Instant | None
    surcharge: Decimal


class Sale(Shape):
    """An account that was closed."""

    account_reference: str
    account_fisc_id: str
    receipt_id: str | None
    source: Source
    sales_lines: list[Line]
    payments: list[Payment]
    time_of_opening: Instant | None
    time_of_close_and_paid: Instant
    cancelled: bool | None
    external_fiscal_number: str | None
    table_name: str
    type: str
    external_references: list[str] | None
    nb_covers: int | None
    dine_in: bool | None
    device_id: int | None
    device_name: str | None
    void_reason: str | None


class Page(Shape):
    """A page of sales."""

    business_location_id: int
    sales: list[Sale]
    next_page_token: str | None


def make_app(url: str) -> FastAPI:
    """The application on a database."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    make_session = sessionmaker(engine)
    app = FastAPI()
    app.add_middleware(GZipMiddleware)

    def session() -> Iterator[Session]:
        with make_session() as opened:
            yield opened

    # Not asynchronous, which makes SQLAlchemy no faster: a thread of the framework's pool runs it.
    @app.get("/f/finance/{location}/financials/{first}/{last}", response_model_exclude_none=True)
    def financials(
        location: int,
        first: datetime,
        last: datetime,
        session: Annotated[Session, Depends(session)],
    ) -> Page:
        found = session.scalars(_page(location, first, last)).all()
        following = found[_MOST].account_fisc_id if len(found) > _MOST else None
        return {  # type: ignore[return-value]  FastAPI reads the rows into the page
            "business_location_id": location,
            "sales": found[:_MOST],
            "next_page_token": following,
        }

    return app


def _page(location: int, first: datetime, last: datetime) -> Any:
    sale, line = models.Sale, models.Line
    lines = selectinload(sale.sales_lines)
    return (
        select(sale)
        .where(sale.business_location_id == location)
        .where(sale.time_of_close_and_paid >= first, sale.time_of_close_and_paid < last)
        .order_by(sale.time_of_close_and_paid, sale.account_fisc_id)
        .limit(_MOST + 1)
        .options(
            lines.selectinload(line.tax_lines),
            lines.selectinload(line.accounting_group),
            selectinload(sale.payments),
        )
    )
