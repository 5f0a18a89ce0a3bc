"""Signing in by the operator's identity provider."""

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

from tillgate.directory.models import Person
from tillgate.foundation.config import config
from tillgate.portal.headers import form_targets_for, policy

log = logging.getLogger(__name__)

View = Callable[..., HttpResponse]


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


def may_lead_to_provider(view: View) -> View:
    """A page whose form may lead to the identity provider, as its policy must say."""

    @wraps(view)
    def leading(request: HttpRequest, **parts: Any) -> HttpResponse:
        response = view(request, **parts)
        if provider := config().single_sign_on:
            targets = form_targets_for(provider.issuer)
            response.headers["Content-Security-Policy"] = policy(*targets)
        return response

    return leading


def told_of_failures(view: View) -> View:
    """A view that asks the identity provider, which may be away or answer what nobody expects."""

    @wraps(view)
    def asking(request: HttpRequest, **parts: Any) -> HttpResponse:
        try:
            return view(request, **parts)
        except (RequestException, KeyError, TypeError, ValueError) as error:
            log.warning("the identity provider failed: %s", error)
            return render(request, "socialaccount/authentication_error.html", status=503)

    return asking
