"""The books. All writing is SQL (`acts.py`); these models serve migrations and reading."""

from typing import ClassVar

from django.db import models


class BusinessDay(models.Model):
    """A business day of a location, from its first record on.

    `starts_at` and `ends_at` are kept as they were when the day opened: a later change of zone or
    start hour moves no day. Closed once `closed_at` is set, by `feed` or by `clock`.
    """

    pk = models.CompositePrimaryKey("business_location_id", "business_date")
    business_location_id = models.BigIntegerField()
    business_date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    last_fed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=5, blank=True)


class OpenSale(models.Model):
    """A sale, one row: its key, what it is found by, and its texts.

    `body` is the canonical text with every part. `lean` is the published V1 text with payments
    and no other part; its characters [payments_start, payments_end) are the payments with their
    comma, so that the text without them is what remains. `digest` is the SHA-256 of `body`.
    """

    pk = models.CompositePrimaryKey("business_location_id", "account_reference")
    business_location_id = models.BigIntegerField()
    account_reference = models.TextField()
    account_id = models.TextField()
    business_date = models.DateField()
    closed_at = models.DateTimeField()
    type = models.CharField(max_length=10)
    recorded_at = models.DateTimeField()
    digest = models.BinaryField()
    payments_start = models.IntegerField()
    payments_end = models.IntegerField()
    lean = models.TextField()
    body = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["business_location_id", "account_id"], name="ledger_opensale_one_account"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["business_location_id", "closed_at", "account_id"],
                name="ledger_opensale_by_closing",
            ),
            models.Index(
                fields=["business_location_id", "business_date", "closed_at", "account_id"],
                name="ledger_opensale_by_day",
            ),
        ]


class ExternalReference(models.Model):
    """A reference of another system to a sale, as `saleByExternalReference` looks it up."""

    pk = models.CompositePrimaryKey("business_location_id", "reference", "account_reference")
    business_location_id = models.BigIntegerField()
    reference = models.TextField()
    account_reference = models.TextField()
