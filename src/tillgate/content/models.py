"""What the platform says, version by version, and what the add-on costs.

Both tables only grow: the portal's role may select and insert, so that an agreement can always
show the very words and the price it was made with.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Version(models.Model):
    """What a slot said from `published_at` on, until its next version; the newest is in force.

    `number` counts from 1 within the slot; `label` is for people, such as `2026-1`, the first of
    its slot in that year. `text` holds the words, `fields` what has a structure (a subject, a list
    of reasons). `published_by` is null for what came with the program.
    """

    slot = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    fields = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["slot", "number"], name="one_version_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.slot} {self.label}"


class PriceBookEntry(models.Model):
    """The add-on costs `monthly_price` a business location and month, from a date (UTC) on.

    `number` counts from 1 within the currency. Of two entries for the same date the later counts.
    """

    currency = models.CharField(max_length=3)
    number = models.PositiveIntegerField()
    monthly_price = models.DecimalField(max_digits=12, decimal_places=2)
    valid_from = models.DateField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["currency", "number"], name="one_price_a_number"),
            models.CheckConstraint(
                condition=models.Q(monthly_price__gte=0), name="price_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.monthly_price} from {self.valid_from}"
