"""Handing credentials over: a personal link that shows a secret once."""

from typing import ClassVar

from django.db import models

from tillgate.access.models import Client, ClientSecret


class CredentialLink(models.Model):
    """The technical contact's link to the credentials of a client, as its hash.

    The secret is made when the link is opened by a code, so that it is nowhere before. One link
    of a client is open at a time; a new one ends the earlier.
    """

    client = models.ForeignKey(Client, models.CASCADE, related_name="credential_links")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    secret = models.ForeignKey(ClientSecret, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client"],
                condition=models.Q(opened_at__isnull=True, ended_at__isnull=True),
                name="one_open_credential_link",
            )
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.created_at}"
