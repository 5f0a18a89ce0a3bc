"""Codes by mail: how somebody without an account proves that an address is theirs."""

from typing import ClassVar

from django.db import models


class MailCode(models.Model):
    """A code that was mailed, as its keyed hash; good for one subject, a while and a few tries.

    `subject` is what it opens, as in the audit trail: `agreement:A-1007`, `credentials:12`.
    """

    subject = models.TextField()
    email = models.EmailField()
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField()
    proved_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject", "sent_at"], name="codes_of_a_subject")]

    def __str__(self) -> str:
        return f"{self.subject} {self.sent_at}"
