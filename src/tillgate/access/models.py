"""Who may call: integrations, their clients and secrets, what was consented to, what was called.

Access and refresh tokens are the OAuth library's own tables, with hashes in place of tokens.
"""

import uuid
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from oauth2_provider.models import AbstractApplication, AbstractGrant

from tillgate.access.fields import HashedField
from tillgate.access.metered import CallCount, CallGap, DayUsage, LoggedCall
from tillgate.access.tokens import new_client_id
from tillgate.directory.models import Business, BusinessLocation

__all__ = ["CallCount", "CallGap", "DayUsage", "LoggedCall"]  # found by Django from here

UNUSABLE_SECRET = "!"  # noqa: S105  the one value that no hash equals; secrets have their own table


class State(models.TextChoices):
    """Whether an integration may call: a suspended one may again later, an ended one never."""

    ACTIVE = "active", "active"
    SUSPENDED = "suspended", "suspended"
    ENDED = "ended", "ended"


class Integration(models.Model):  # type: ignore[django-manager-missing]
    """One program of one business, and what it may read: scopes, personal data, how often.

    `scopes` is written as in OAuth, separated by spaces. `staff`, `consumers` and
    `authorizations` say which personal data its answers may carry. `technical_contact` looks after
    its credentials.
    """

    business = models.ForeignKey(Business, models.PROTECT, related_name="integrations")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    state_reason = models.TextField(blank=True)
    scopes = models.TextField()
    staff = models.BooleanField(default=False)
    consumers = models.BooleanField(default=False)
    authorizations = models.BooleanField(default=False)
    calls_per_minute = models.PositiveIntegerField()
    technical_contact = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="integrations"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def scope_words(self) -> list[str]:
        """The scopes, one by one."""
        return self.scopes.split()


class LicensedLocation(models.Model):
    """A location an integration may read, on each of its own dates from first to last.

    The dates say when one may call, not which business dates one may read. `monthly_price` is what
    a whole month costs by `agreement`, null where nothing is charged. Read `LicencePeriod` instead:
    a location may end before its licence does.
    """

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="licences")
    location = models.ForeignKey(
        BusinessLocation, models.PROTECT, db_column="business_location_id", related_name="+"
    )
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)
    monthly_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True, db_default="")
    agreement = models.CharField(max_length=20, blank=True, db_default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(monthly_price__isnull=True) | ~models.Q(currency=""),
                name="a_price_has_a_currency",
            ),
            models.UniqueConstraint(
                fields=["integration", "location", "from_date"], name="one_licence_a_start"
            ),
            models.CheckConstraint(
                condition=models.Q(until_date__isnull=True)
                | models.Q(until_date__gte=models.F("from_date")),
                name="licence_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.integration_id} {self.location_id}"


class LicencePeriod(models.Model):
    """A licence as it counts: it ends with its location too, where that is closed or sold.

    A view of the database, and the one source of when a location may be read and what it costs:
    grants, statements and pages agree because they all read it.
    """

    id = models.BigIntegerField(primary_key=True)
    integration = models.ForeignKey(Integration, models.DO_NOTHING, related_name="periods")
    location_id = models.BigIntegerField(db_column="business_location_id")
    from_date = models.DateField()
    last_date = models.DateField(null=True)
    monthly_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)
    agreement = models.CharField(max_length=20)

    class Meta:
        managed = False
        db_table = "access_licenceperiod"

    def __str__(self) -> str:
        return f"{self.integration_id} {self.location_id} {self.from_date}"

    def holds_on(self, day: date) -> bool:
        """Whether the location may be read on a date of its own calendar."""
        return self.from_date <= day and (self.last_date is None or day <= self.last_date)


class Suspension(models.Model):
    """An integration stands still from an instant until another, null while it does."""

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="suspensions")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    reason = models.TextField()
    by_platform = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["integration"],
                condition=models.Q(until_at__isnull=True),
                name="one_open_suspension",
            )
        ]

    def __str__(self) -> str:
        return f"{self.integration_id} {self.from_at}"


class Client(AbstractApplication):
    """The credentials' holder: one client of exactly one integration, for both of its grants."""

    client_id = models.CharField(max_length=255, unique=True, default=new_client_id)
    client_secret = models.CharField(max_length=255, default=UNUSABLE_SECRET, editable=False)
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="clients")
    sandbox = models.BooleanField(default=False)

    objects: ClassVar[models.Manager["Client"]] = models.Manager()

    class Meta(AbstractApplication.Meta):
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"

    def __str__(self) -> str:
        return self.client_id

    def allows_grant_type(self, *grant_types: str) -> bool:
        """Authorization code for every client, client credentials for those with a secret."""
        allowed = {self.GRANT_AUTHORIZATION_CODE}
        if self.is_confidential:
            allowed.add(self.GRANT_CLIENT_CREDENTIALS)
        return not allowed.isdisjoint(grant_types)

    def is_usable(self, request: object) -> bool:
        """A client of an ended integration is as good as unknown."""
        return bool(self.integration.state != State.ENDED)

    @property
    def is_confidential(self) -> bool:
        """Whether it can keep a secret."""
        return bool(self.client_type == self.CLIENT_CONFIDENTIAL)


class Grant(AbstractGrant):
    """An authorization code, as its hash; `family` is what it was exchanged for, once it was."""

    code = HashedField(max_length=255, unique=True)
    family = models.UUIDField(null=True, editable=False)

    class Meta(AbstractGrant.Meta):
        swappable = "OAUTH2_PROVIDER_GRANT_MODEL"


class Consent(models.Model):
    """A person let a client in, once; every token that follows from it belongs to this family.

    `scopes` is what was agreed to. The family ends at `ends_at`, or earlier at `ended_at`.
    """

    family = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, models.CASCADE, related_name="consents")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents")
    scopes = models.TextField()
    given_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return str(self.family)


class SecretEnd(models.TextChoices):
    """Why a secret is over."""

    REVOKED = "revoked", "revoked"
    UNUSED = "unused", "not used any more"
    EXPIRED = "expired", "expired"
    INTEGRATION = "integration", "integration ended"
    TRANSFER = "transfer", "handed over"


class ClientSecret(models.Model):
    """A secret of a client, as its hash; at most two are live at a time.

    One that has a successor was `retired_at`: it ends at `idle_at`, which each use moves to
    `idle_days` later, and never outlives `expires_at`. `revoked_at` is when it ended, for whatever
    reason; it is set a little later for one that ends by itself.
    """

    client = models.ForeignKey(Client, models.CASCADE, related_name="secrets")
    hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    idle_days = models.PositiveSmallIntegerField(null=True)
    idle_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=12, choices=SecretEnd.choices, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(retired_at__isnull=True)
                | models.Q(
                    idle_days__isnull=False, idle_at__isnull=False, expires_at__isnull=False
                ),
                name="a_retired_secret_has_an_end",
            )
        ]

    def __str__(self) -> str:
        return f"{self.hint}…"


class SecretToken(models.Model):
    """With which secret an access token was had, so that it goes when the secret is revoked."""

    token = models.OneToOneField(
        "oauth2_provider.AccessToken", models.CASCADE, primary_key=True, related_name="had_with"
    )
    secret = models.ForeignKey(ClientSecret, models.CASCADE, related_name="tokens")

    def __str__(self) -> str:
        return f"{self.token_id} {self.secret_id}"


class Sandbox(models.Model):
    """A person's own client of the sandbox's business, until `ends_at` or the earlier `ended_at`.

    `reminded_at` is when the person was told that the end is near.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sandboxes")
    integration = models.OneToOneField(Integration, models.CASCADE, related_name="sandbox")
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(ended_at__isnull=True),
                name="one_open_sandbox_a_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.opened_at:%Y-%m-%d}"

    @property
    def client(self) -> Client:
        """The one client it was opened with."""
        return self.integration.clients.get()
