"""What a merchant reads and asks before filing a request."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from tillgate.content.models import Version
from tillgate.directory.models import Business


class OverviewReading(models.Model):
    """A person opened a version of the access overview, and perhaps acknowledged it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="readings")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "version"], name="one_reading_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.version_id}"


class FeasibilityCheck(models.Model):
    """What a merchant wanted to do, and what was answered, point by point, never changed.

    `answers` is a list of objects as `tillgate.content.feasibility.Answer` has them.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="checks")
    business = models.ForeignKey(Business, models.PROTECT, null=True, related_name="+")
    wishes = models.JSONField(default=list)
    free_text = models.TextField(blank=True)
    answers = models.JSONField(default=list)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id} {self.created_at}"
