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


class ItemVersion(models.Model):
    """What was recorded of an item at an instant, and what the item was from then on.

    `given` is what the record said, `body` the item by it; both are absent where it was removed.
    `repeated_at` is when exactly that was last said again. What holds now has no `valid_until`; a
    record that changed nothing has its own beginning there. `position` counts the changes of the
    present of a location's items; it matters where there is no `valid_until`.
    """

    pk = models.CompositePrimaryKey("business_location_id", "item_id", "valid_from")
    business_location_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    valid_from = models.DateTimeField()
    repeated_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    position = models.BigIntegerField()
    given = models.TextField(null=True)  # noqa: DJ001  no object is not an empty one
    body = models.TextField(null=True)  # noqa: DJ001  the same
    name = models.TextField(blank=True)
    sku = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["business_location_id", "position"],
                condition=models.Q(valid_until=None),
                name="catalogue_itemversion_changes",
            ),
            models.Index(
                fields=["business_location_id", "sku"], name="catalogue_itemversion_by_sku"
            ),
        ]
