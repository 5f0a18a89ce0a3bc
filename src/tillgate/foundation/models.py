"""The audit trail, one row for each thing that was done, never changed; and the mail."""

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


class MessageState(models.TextChoices):
    """Where a mail stands."""

    WAITING = "waiting", "waiting"
    SENT = "sent", "sent"
    FAILED = "failed", "failed for good"


class Message(models.Model):
    """A mail to one address, sent once; queued by `mail.queue_mail` and by nothing else.

    `key` names what it tells about, where that must be told only once. Text and HTML are emptied
    when it has been sent, for they may hold codes and links; a demo keeps them for its outbox.
    """

    to = models.TextField()
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField(blank=True)
    key = models.TextField(unique=True, null=True)  # noqa: DJ001  a missing key equals no other
    state = models.CharField(
        max_length=10, choices=MessageState.choices, default=MessageState.WAITING
    )
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=models.Q(state="waiting"), name="messages_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"
