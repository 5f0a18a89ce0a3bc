"""Registrations that were never finished."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from tillgate.directory.models import Person
from tillgate.foundation import clock

KEPT_FOR = timedelta(days=1)


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
