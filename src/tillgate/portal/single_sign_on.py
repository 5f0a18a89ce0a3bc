"""Signing in by the operator's identity provider."""

from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from tillgate.directory.models import Person


class Adapter(DefaultSocialAccountAdapter):
    """Takes the name that the provider knows."""

    def populate_user(
        self, request: HttpRequest, sociallogin: Any, data: Mapping[str, Any]
    ) -> Person:
        """A person with the address and the name that the provider says."""
        person: Person = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        name = data.get("name") or " ".join(part for part in parts if part)
        limit = Person._meta.get_field("name").max_length
        person.name = "".join(c for c in str(name) if c.isprintable())[:limit]
        return person
