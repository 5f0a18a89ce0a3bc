"""What a location sells and how it books it: items, tax rates, payment methods, groups.

`body` is the published JSON object as text, ready to be sent; the other columns find it. Written
by the feed in SQL; these models serve migrations and the portal's reading.
"""

from typing import ClassVar

from django.db import models


class Entry(models.Model):
    """A thing the back office keeps for one location."""

    business_location_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    body = models.TextField()

    class Meta:
        abstract = True


class TaxRate(Entry):
    """A tax rate, known by its code (published `financial-apiTaxRate`)."""

    pk = models.CompositePrimaryKey("business_location_id", "code")
    code = models.TextField()


class PaymentMethod(Entry):
    """A payment method (published `PaymentMethod`)."""

    pk = models.CompositePrimaryKey("business_location_id", "payment_method_id")
    payment_method_id = models.BigIntegerField()


class AccountingGroup(Entry):
    """An accounting group (published `AccountingGroup`)."""

    pk = models.CompositePrimaryKey("business_location_id", "accounting_group_id")
    accounting_group_id = models.BigIntegerField()


class Item(Entry):
    """An item of the menu as it is now (published `items-apiItemDTO`)."""

    pk = models.CompositePrimaryKey("business_location_id", "item_id")
    item_id = models.BigIntegerField()
    name = models.TextField()
    sku = models.TextField(blank=True)
    accounting_group_id = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["business_location_id", "sku"], name="catalogue_item_by_sku"),
            models.Index(fields=["business_location_id", "name"], name="catalogue_item_by_name"),
        ]
