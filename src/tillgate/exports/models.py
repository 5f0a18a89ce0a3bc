"""Files over many closed days that somebody asked for, made by the worker."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class TableChoice(models.TextChoices):
    """What the rows of a file are; the same names as `ledger.export.parquet.Table`."""

    SALES = "sales", _("Sales")
    LINES = "lines", _("Lines")
    PAYMENTS = "payments", _("Payments")
    TAXES = "taxes", _("Taxes")


class FileState(models.TextChoices):
    """How far a file is."""

    WAITING = "waiting", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("not made")


class ParquetFile(models.Model):
    """The closed days of a range as one Parquet file.

    `content` is the file once it is ready, `why` what kept it from being made. Both go with the
    row some days after it was asked for.
    """

    business_location_id = models.BigIntegerField()
    table = models.CharField(max_length=10, choices=TableChoice.choices)
    first = models.DateField()
    last = models.DateField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=FileState.choices, default=FileState.WAITING)
    why = models.TextField(blank=True)
    days = models.IntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    content = models.BinaryField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["business_location_id", "asked_at"], name="parquet_by_location")
        ]
