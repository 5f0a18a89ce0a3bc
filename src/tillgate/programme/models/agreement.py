"""The add-on sale of a request: what is to be paid, the paper, and who signed it."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from tillgate.access.models import Integration
from tillgate.content.models import Version
from tillgate.programme.models.codes import MailCode
from tillgate.programme.models.request import FIRST_NUMBER, AccessRequest
from tillgate.programme.states import LIVING, AgreementState


class Amends(models.TextChoices):
    """What an amendment changes: further locations, or the price of those that are in."""

    LOCATIONS = "locations", "further locations"
    PRICES = "prices", "new prices"


class Agreement(models.Model):
    """An offer of an account manager, and the agreement it becomes when it is signed.

    `list_price` is what the price book said for one location and month, in `currency`;
    `discount_percent` of it is taken off each line, and `monthly_total` is the sum of the lines.
    `basis` is what was priced (locations, APIs, personal data, signatory): when the merchant
    changes it, the agreement is void. `facts` is what the paper states, as JSON, once it is sent.

    An amendment is an agreement of its own about an `integration` that exists: `amends` says what,
    `starts_on` from which of the locations' dates on. It takes effect when it is signed.
    """

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="agreements")
    state = models.CharField(
        max_length=10, choices=AgreementState.choices, default=AgreementState.PRICED
    )
    state_since = models.DateTimeField()
    priced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    list_price = models.DecimalField(max_digits=12, decimal_places=2)
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    discount_reason = models.CharField(max_length=300, blank=True)
    monthly_total = models.DecimalField(max_digits=14, decimal_places=2)
    terms = models.ForeignKey(Version, models.PROTECT, related_name="+")
    basis = models.JSONField()
    facts = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    ended_because = models.TextField(blank=True)
    integration = models.ForeignKey(
        Integration, models.PROTECT, null=True, related_name="amendments"
    )
    amends = models.CharField(max_length=10, choices=Amends.choices, blank=True)
    starts_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["request"],
                condition=models.Q(
                    state__in=[*LIVING, AgreementState.IN_FORCE], integration__isnull=True
                ),
                name="one_living_agreement",
            ),
            models.UniqueConstraint(
                fields=["integration"],
                condition=models.Q(state__in=LIVING, integration__isnull=False),
                name="one_living_amendment",
            ),
            models.CheckConstraint(
                condition=models.Q(integration__isnull=True, amends="", starts_on__isnull=True)
                | (
                    models.Q(integration__isnull=False, starts_on__isnull=False)
                    & ~models.Q(amends="")
                ),
                name="an_amendment_says_what_and_when",
            ),
            models.CheckConstraint(
                condition=models.Q(discount_percent__gte=0, discount_percent__lte=100),
                name="discount_is_a_share",
            ),
            models.CheckConstraint(
                condition=models.Q(discount_percent=0) | ~models.Q(discount_reason=""),
                name="discount_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """How people call it, such as `A-1007`."""
        return f"A-{FIRST_NUMBER + self.pk}"


class AgreementLine(models.Model):
    """One business location of an agreement, as it was called then, and its price a month."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="lines")
    location_id = models.BigIntegerField()
    location_name = models.TextField()
    run_by = models.TextField()
    monthly_price = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agreement", "location_id"], name="one_line_a_location")
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.location_id}"


class FileKind(models.TextChoices):
    """Which paper of an agreement: as it was sent, or as it was signed and sealed."""

    DOCUMENT = "document", "document"
    SEALED = "sealed", "sealed"


class AgreementFile(models.Model):
    """A PDF of an agreement and its SHA-256 in hex; never changed."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="files")
    kind = models.CharField(max_length=10, choices=FileKind.choices)
    sha256 = models.CharField(max_length=64, db_index=True)
    content = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agreement", "kind"], name="one_file_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.kind}"


class SigningLink(models.Model):
    """The signatory's personal link to an agreement, as its hash; each mail brings one of its own.

    It lives as long as the agreement can be signed.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.created_at}"


class Signature(models.Model):
    """A signatory signed: who, in what role, by which words, proved how, from where.

    `drawing` is an SVG path of moves and lines, where one was drawn.
    """

    agreement = models.OneToOneField(Agreement, models.PROTECT, related_name="signature")
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    email = models.EmailField()
    consent = models.TextField()
    authority = models.TextField()
    drawing = models.TextField(blank=True)
    code = models.OneToOneField(MailCode, models.PROTECT, related_name="signature")
    address = models.TextField(blank=True)
    browser = models.TextField(blank=True)
    document_sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.name}"
