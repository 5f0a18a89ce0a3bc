"""The page of sales in Django REST Framework: serializers, one view, and its path."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    DecimalField,
    IntegerField,
    Model,
    Prefetch,
    TextField,
)
from django.urls import path
from django.utils.dateparse import parse_datetime
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.peers import django_models as models
from bench.peers.instants import wire

_MOST = 1000


class Instant(serializers.Field):
    """An instant as the contract writes it."""

    def to_representation(self, value: Any) -> str:
        """The text."""
        return wire(value)


class Amount(serializers.Field):
    """A decimal with the places that it has."""

    def to_representation(self, value: Any) -> str:
        """The text."""
        return str(value)


class Shape(serializers.Serializer):  # type: ignore[type-arg]
    """An object of the published contract: camelCase, what is absent left out."""

    model: type[Model]
    names: str
    renamed: Mapping[str, str] = {}

    def get_fields(self) -> dict[str, serializers.Field]:
        """A field for each name, in their order; nested shapes are made by `nested`."""
        fields, nested = {}, self.nested()
        for name in self.names.split():
            wired = self.renamed.get(name) or _camel(name)
            field = nested.get(name) or _plain(self.model, name)
            field.source = name if wired != name else None
            fields[wired] = field
        return fields

    def nested(self) -> dict[str, serializers.Field]:
        """Fields that are shapes themselves."""
        return {}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """What the object has."""
        shown = super().to_representation(instance)
        return {name: value for name, value in shown.items() if value is not None}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _plain(model: type[Model], name: str) -> serializers.Field:
    kind = type(model._meta.get_field(name))
    return _KINDS[kind]()


_KINDS: Mapping[type, Callable[[], serializers.Field]] = {
    TextField: serializers.CharField,
    BigIntegerField: serializers.IntegerField,
    IntegerField: serializers.IntegerField,
    BooleanField: serializers.BooleanField,
    DateTimeField: Instant,
    DecimalField: Amount,
    ArrayField: lambda: serializers.ListField(child=serializers.CharField()),
}


class Source(Shape):
    """The chain of accounts."""

    model = models.Sale
    names = "initial_account_id previous_account_id"


class TaxLine(Shape):
    """One tax on a line."""

    model = models.TaxLine
    names = "tax_id tax_code tax_rate tax_amount tax_included"


class AccountingGroup(Shape):
    """What a line is booked under."""

    model = models.AccountingGroup
    names = "accounting_group_id name statistic_group code"


class Category(serializers.Serializer):  # type: ignore[type-arg]
    """A statistic category."""

    category = serializers.CharField()
    value = serializers.CharField()


class Line(Shape):
    """A line of a sale."""

    model = models.Line
    names = """
    line_id parent_line_id total_net_amount_with_tax total_net_amount_without_tax menu_list_price
    unit_cost_price service_charge service_charge_type service_charge_rate discount_amount
    tax_amount tax_code tax_rate_percentage tax_lines account_discount_amount total_discount_amount
    sku name name_override statistic_group quantity accounting_group currency tags categories
    time_of_sale device_id device_name void_reason discount_type discount_code discount_name
    account_discount_type account_discount_code account_discount_name
    """
    renamed: Mapping[str, str] = {"line_id": "id"}

    def nested(self) -> dict[str, serializers.Field]:
        """Its taxes, its group and its categories."""
        return {
            "tax_lines": TaxLine(many=True),
            "accounting_group": AccountingGroup(),
            "categories": Category(many=True),
        }


class Payment(Shape):
    """A tender."""

    model = models.Payment
    names = """
    code description payment_method_id net_amount_with_tax currency tip type device_id device_name
    external_reference fisc_id uuid fisc_date surcharge
    """


class Sale(Shape):
    """An account that was closed."""

    model = models.Sale
    names = """
    account_reference account_fisc_id receipt_id source sales_lines payments time_of_opening
    time_of_close_and_paid cancelled external_fiscal_number table_name type external_references
    nb_covers dine_in device_id device_name void_reason
    """

    def nested(self) -> dict[str, serializers.Field]:
        """Its parts."""
        return {"source": Source(), "sales_lines": Line(many=True), "payments": Payment(many=True)}


class Financials(APIView):
    """A page of sales."""

    def get(self, _request: Request, location: int, first: str, last: str) -> Response:
        """The first page of a range."""
        page = (
            models.Sale.objects.filter(
                business_location_id=location,
                time_of_close_and_paid__gte=parse_datetime(first),
                time_of_close_and_paid__lt=parse_datetime(last),
            )
            .order_by("time_of_close_and_paid", "account_fisc_id")
            .prefetch_related(_LINES, _PAYMENTS)
        )
        found = list(page[: _MOST + 1])
        body: dict[str, Any] = {
            "businessLocationId": location,
            "sales": Sale(found[:_MOST], many=True).data,
        }
        if len(found) > _MOST:
            body["nextPageToken"] = found[_MOST].account_fisc_id
        return Response(body)


_LINES = Prefetch(
    "sales_lines",
    models.Line.objects.order_by("id").prefetch_related(
        "accounting_group", Prefetch("tax_lines", models.TaxLine.objects.order_by("id"))
    ),
)
_PAYMENTS = Prefetch("payments", models.Payment.objects.order_by("id"))

urlpatterns = [
    path("f/finance/<int:location>/financials/<str:first>/<str:last>", Financials.as_view())
]
