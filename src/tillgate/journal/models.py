"""How a business has books made of its days, version by version."""

from django.conf import settings
from django.db import models

from tillgate.directory.models import Business


class KeptMapping(models.Model):
    """A version of a business's mapping; the newest is in force.

    The table only grows: an entry says which version made it, and that version stays readable.
    `body` is a `mapping.Mapping` as JSON, its version included; versions count from 1.
    """

    pk = models.CompositePrimaryKey("business_id", "version")
    business = models.ForeignKey(Business, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    body = models.TextField()

    class Meta:
        db_table = "journal_mapping"

    def __str__(self) -> str:
        return f"{self.business_id} version {self.version}"
