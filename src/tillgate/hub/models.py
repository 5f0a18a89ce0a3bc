"""Public integrations of the Integration Hub, and what people ask of the Partner Program."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tillgate.directory.models import Person
from tillgate.directory.permissions import may


class Category(models.TextChoices):
    """What a public integration is for."""

    PROPERTY_MANAGEMENT = "property_management", _("Property management")
    RESERVATIONS = "reservations", _("Reservations")
    INVENTORY = "inventory", _("Inventory")
    ACCOUNTING = "accounting", _("Accounting")
    ONLINE_ORDERING = "online_ordering", _("Online ordering")
    LOYALTY = "loyalty", _("Loyalty")
    STAFF_SCHEDULING = "staff_scheduling", _("Staff scheduling")
    DELIVERY = "delivery", _("Delivery")
    PAYMENTS = "payments", _("Payments")
    ANALYTICS = "analytics", _("Analytics")


class PublicIntegrationQuerySet(models.QuerySet["PublicIntegration"]):
    """Public integrations, and who may see which."""

    def visible_to(self, person: AbstractBaseUser | AnonymousUser) -> "PublicIntegrationQuerySet":
        """What is listed, and to those who keep the Hub also what is not."""
        return self if may(person, "hub:edit") else self.filter(is_listed=True)


class PublicIntegration(models.Model):
    """A validated app that any merchant may choose, made and kept by its provider.

    `description` is Markdown. `countries` holds two-letter codes; none means everywhere. Each
    change makes the next `revision`, by which two operators notice each other. `sort_name` and
    `search_text` repeat the words without accents and case, for sorting and searching; the acts
    keep them in step.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    provider = models.CharField(max_length=80)
    summary = models.CharField(max_length=200)
    description = models.TextField(max_length=5000)
    categories = ArrayField(models.CharField(max_length=30, choices=Category.choices))
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    website = models.URLField(max_length=300)
    contact = models.EmailField()
    validated_on = models.DateField(null=True, blank=True)
    is_listed = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    sort_name = models.TextField(editable=False)
    search_text = models.TextField(editable=False)

    objects: ClassVar = PublicIntegrationQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sort_name", "id"], name="hub_by_name")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(is_listed=False) | Q(validated_on__isnull=False),
                name="only_validated_is_listed",
            ),
            models.CheckConstraint(
                condition=Q(categories__len__gte=1) & Q(categories__contained_by=Category.values),
                name="known_categories",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def category_labels(self) -> list[str]:
        """The categories in words."""
        return [str(Category(category).label) for category in self.categories]


class EnquiryState(models.TextChoices):
    """Where an enquiry stands: waiting, talked about, answered, or ended without an answer."""

    NEW = "new", _("new")
    IN_TALK = "in_talk", _("in talk")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", _("closed")


class PartnerEnquiryQuerySet(models.QuerySet["PartnerEnquiry"]):
    """Enquiries, and who may see which."""

    def visible_to(self, person: AbstractBaseUser | AnonymousUser) -> "PartnerEnquiryQuerySet":
        """All to those who handle them, their own to everybody else."""
        if may(person, "enquiry:handle"):
            return self
        return self.filter(person=person) if isinstance(person, Person) else self.none()


class PartnerEnquiry(models.Model):
    """Somebody who wants to serve several merchants, or to be listed, asks how.

    `email` is the address the person signed in with, so it is known to be theirs. `answer` is what
    was mailed to them, `note` why it was closed, which stays with the platform.
    """

    FIRST_NUMBER = 1000

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="partner_enquiries"
    )
    name = models.CharField(max_length=100)
    email = models.EmailField()
    company = models.CharField(max_length=100)
    website = models.URLField(max_length=300, blank=True)
    builds = models.TextField(max_length=3000)
    serves_several_merchants = models.BooleanField()
    wants_listing = models.BooleanField()
    merchants_expected = models.PositiveIntegerField(null=True, blank=True)
    locations_expected = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=EnquiryState.choices, default=EnquiryState.NEW)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    answer = models.TextField(max_length=5000, blank=True)
    note = models.TextField(max_length=1000, blank=True)
    filed_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar = PartnerEnquiryQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "filed_at"], name="enquiry_queue")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=["new", "in_talk"]),
                name="one_open_enquiry_a_person",
            ),
            models.CheckConstraint(
                condition=(Q(state="answered") & ~Q(answer=""))
                | (~Q(state="answered") & Q(answer="")),
                name="answered_with_words",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people call it: "E-1001"."""
        return f"E-{self.FIRST_NUMBER + self.pk}"
