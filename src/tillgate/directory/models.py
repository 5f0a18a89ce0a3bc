"""Businesses, their locations, and the people who act for them."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Now


class PersonManager(BaseUserManager["Person"]):
    """Makes people, known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """A person who can sign in; without a password only by other means."""
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractUser):
    """Somebody who signs in, known by an e-mail address in lower case."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[PersonManager] = PersonManager()  # type: ignore[assignment]

    def get_full_name(self) -> str:
        """The name to greet with, the address where none is known."""
        return self.name or self.email


class Business(models.Model):
    """A merchant, as the back office knows it; written by the feed."""

    id = models.BigIntegerField(primary_key=True, db_column="business_id")
    name = models.TextField()
    currency = models.CharField(max_length=3)
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class BusinessLocation(models.Model):
    """A place that sells; its currency is the one of all its amounts.

    `since` is its first business date. `close_after_hours` says how long after its end a day is
    closed by the clock, null for never. `first_fed_at` is when the feed first brought it here: its
    history may still follow. `until` is its last business date once it is `closed` or `sold`
    (`ended_as`), and `until_fed_at` when the feed said so.
    """

    id = models.BigIntegerField(primary_key=True, db_column="business_location_id")
    business = models.ForeignKey(Business, models.PROTECT, related_name="locations")
    name = models.TextField()
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    since = models.DateField()
    franchisee = models.TextField(blank=True)
    close_after_hours = models.PositiveIntegerField(null=True, default=24)
    recorded_at = models.DateTimeField()
    first_fed_at = models.DateTimeField(db_default=Now())
    until = models.DateField(null=True)
    ended_as = models.TextField(blank=True, db_default="")
    until_fed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class DayRule(models.Model):
    """Zone and start of the business day of a location, from a business date on."""

    pk = models.CompositePrimaryKey("business_location_id", "valid_from")
    business_location_id = models.BigIntegerField()
    valid_from = models.DateField()
    timezone = models.TextField()
    day_start = models.TimeField()


class Role(models.TextChoices):
    """What a person may be to a business."""

    OWNER = "owner", "owner"
    MEMBER = "member", "member"
    TECHNICAL_CONTACT = "technical_contact", "technical contact"


class Membership(models.Model):
    """A person acts for a business, in one role."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    business = models.ForeignKey(Business, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "business"], name="one_role_a_business")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.business_id}"


class StaffRole(models.TextChoices):
    """What a person may be on the platform's side."""

    ACCOUNT_MANAGER = "account_manager", "account manager"
    PARTNER_SERVICES = "partner_services", "Partner Services"
    PARTNER_GROWTH = "partner_growth", "partner growth manager"
    OPERATOR = "operator", "operator"


class StaffMembership(models.Model):
    """A person works for the platform, in one role; somebody may hold several."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="staff_memberships")
    role = models.CharField(max_length=20, choices=StaffRole.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "role"], name="one_membership_a_role")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class MerchantAccount(models.Model):
    """What the platform has settled with a business: who looks after it, and any partnership.

    A business in a formal partnership may share a program with others; `partnership_note` says
    what was agreed.
    """

    business = models.OneToOneField(
        Business, models.PROTECT, primary_key=True, related_name="account"
    )
    manager = models.ForeignKey(Person, models.PROTECT, null=True, related_name="merchants")
    formal_partnership = models.BooleanField(default=False)
    partnership_note = models.TextField(blank=True)

    def __str__(self) -> str:
        return str(self.business_id)
