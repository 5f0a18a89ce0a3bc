"""Registrations: recorded when they are made, forgotten when they are never finished."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import user_signed_up
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from tillgate.directory.models import Person
from tillgate.foundation import clock
from tillgate.foundation.events import record_event

KEPT_FOR = timedelta(days=1)


def listen() -> None:
    """Have the audit trail say who registered."""
    user_signed_up.connect(_registered, dispatch_uid="registered")


def _registered(user: Person, **_more: Any) -> None:
    record_registration(user)


def record_registration(person: Person) -> None:
    """Have the audit trail say that somebody registered."""
    who = f"person:{person.pk}"
    record_event(kind="directory:person:registered", subject=who, actor=who)


def forget_unfinished() -> int:
    """Delete who registered a day ago, never proved the address, and never signed in."""
    unproven = EmailAddress.objects.filter(verified=False).values("user_id")
    proven = EmailAddress.objects.filter(verified=True).values("user_id")
    people = Person.objects.filter(
        pk__in=unproven,
        last_login__isnull=True,
        date_joined__lt=clock.now() - KEPT_FOR,
        memberships__isnull=True,
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
    ).exclude(pk__in=proven)
    return people.delete()[1].get("directory.Person", 0)
