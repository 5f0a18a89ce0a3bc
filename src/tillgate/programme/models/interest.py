"""A merchant's interest, and the invitations by which people come to act for a business."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from tillgate.directory.models import Business, Role
from tillgate.programme.states import InterestState


class Interest(models.Model):
    """Somebody wants access for a business.

    `business` is unknown until the account manager has found it in the back office; until then
    there is only what the person wrote. `person` is unknown until who was written to has signed up.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="interests"
    )
    business = models.ForeignKey(Business, models.PROTECT, null=True, related_name="interests")
    business_name = models.CharField(max_length=200)
    contact_name = models.CharField(max_length=200)
    email = models.EmailField()
    country = models.CharField(max_length=2, blank=True)
    locations = models.PositiveIntegerField(null=True)
    wishes = models.TextField(blank=True)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="interests_managed"
    )
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=InterestState.choices, default=InterestState.OPEN
    )
    state_since = models.DateTimeField()
    closed_because = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["manager", "state"], name="interests_of_manager")]

    def __str__(self) -> str:
        return self.business_name


class Invitation(models.Model):
    """An address is invited to act for a business, by a personal link that works once.

    With an interest it is the personal form link: it leads on to the request.
    """

    business = models.ForeignKey(Business, models.PROTECT, related_name="invitations")
    interest = models.ForeignKey(Interest, models.PROTECT, null=True, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.email} {self.role} {self.business_id}"
