"""A request for access, what was asked about it, and how it was decided."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from tillgate.access.models import Integration
from tillgate.content.models import Version
from tillgate.directory.models import Business
from tillgate.programme.models.preparation import FeasibilityCheck
from tillgate.programme.states import RequestState

FIRST_NUMBER = 1000


class AccessRequest(models.Model):
    """A business asks for access to its own data.

    `answers` is what `tillgate.programme.answers.Answers` describes, as far as it was filled in.
    `overview` and `feasibility` are what the person who filed it had read and been told.
    """

    business = models.ForeignKey(Business, models.PROTECT, related_name="requests")
    state = models.CharField(
        max_length=20, choices=RequestState.choices, default=RequestState.DRAFT
    )
    state_since = models.DateTimeField()
    answers = models.JSONField(default=dict)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    overview = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    feasibility = models.ForeignKey(
        FeasibilityCheck, models.PROTECT, null=True, related_name="requests"
    )
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="later")
    integration = models.OneToOneField(
        Integration, models.PROTECT, null=True, related_name="request"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["business"],
                condition=models.Q(state="draft"),
                name="one_draft_a_business",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(integration__isnull=False),
                name="approved_with_an_integration",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "submitted_at"], name="review_queue")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """How people call it, such as `R-1042`."""
        return f"R-{FIRST_NUMBER + self.pk}"


class Question(models.Model):
    """Partner Services asked for more, and what the merchant answered."""

    request = models.ForeignKey(AccessRequest, models.CASCADE, related_name="questions")
    words = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["request"],
                condition=models.Q(answered_at__isnull=True),
                name="one_open_question",
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.asked_at}"


class Outcome(models.TextChoices):
    """How a request can be decided."""

    APPROVED = "approved", "approved"
    DECLINED = "declined", "declined"


class Decision(models.Model):
    """How a request was decided, by whom and why; kept for ever, and only one."""

    request = models.OneToOneField(AccessRequest, models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(outcome="approved") | ~models.Q(reason=""),
                name="declined_with_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.outcome}"
