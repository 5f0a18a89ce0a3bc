"""The audit trail: one row for each thing that was done, never changed."""

from typing import ClassVar

from django.db import models


class Event(models.Model):
    """Something happened: `kind` such as `access:client:issued`, to `subject`, by `actor`.

    Subject and actor are written `thing:id` (`client:tg_…`, `person:7`, `feed`); `data` holds what
    a reader will want to know and never a secret.
    """

    at = models.DateTimeField()
    kind = models.TextField()
    actor = models.TextField()
    subject = models.TextField()
    data = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject", "at"], name="events_of_a_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
