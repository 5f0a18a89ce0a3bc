"""The technical contact's pages: a one-time link, a code by mail, then the secret is shown once."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse

from tillgate.access.oauth.origin import issuer
from tillgate.access.queries import licensed_today
from tillgate.directory.queries import locations_by_id
from tillgate.foundation import clock
from tillgate.portal.first_call import first_call
from tillgate.portal.page import go, page
from tillgate.portal.signing import CodeForm, masked
from tillgate.portal.visitor import origin_of
from tillgate.programme.acts import handover as acts
from tillgate.programme.errors import WrongCode
from tillgate.programme.models import CredentialLink


def door(request: HttpRequest, token: str) -> HttpResponse:
    """Whether the link is good, was opened, or is too old; it changes nothing."""
    return _door_page(request, acts.find_credential_link(token), token)


def send_code(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a code to the technical contact, whoever presses the button."""
    acts.send_credentials_code(token=token)
    return go(request, reverse("credentials_open", args=[token]))


def reveal(request: HttpRequest, token: str) -> HttpResponse:
    """Type the code; the answer to the right one shows the secret, this once."""
    link = acts.find_credential_link(token)
    if request.method != "POST":
        return _door_page(request, link, token, form=CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _door_page(request, link, token, form=form, status=422)
    try:
        code = acts.prove_technical_contact(token=token, typed=form.cleaned_data["code"])
    except WrongCode as error:
        form.add_error("code", str(error))
        return _door_page(request, link, token, form=form, status=error.status)
    shown = acts.open_credentials(token=token, code_id=code.pk, origin=origin_of(request))
    return _secret_page(request, link, shown)


def renew(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a new link to the address that got this one."""
    link = acts.renew_credential_link(token=token)
    facts = {"link": link, "masked": masked(link.email)}
    return render(request, "portal/credentials/renewed.html", facts)


def _secret_page(
    request: HttpRequest, link: CredentialLink, shown: acts.Credentials
) -> HttpResponse:
    integration = link.client.integration
    places = locations_by_id(licensed_today(integration))
    base_url = issuer(request)
    facts = {
        "integration": integration,
        "shown": shown,
        "base_url": base_url,
        "locations": places,
        "redirect_uris": link.client.redirect_uris.split(),
        "first_call": first_call(base_url, *shown, places[0].pk) if places else "",
    }
    return render(request, "portal/credentials/secret.html", facts)


def _door_page(
    request: HttpRequest, link: CredentialLink, token: str, *, status: int = 200, **given: Any
) -> HttpResponse:
    is_open = link.opened_at is None and link.ended_at is None and link.expires_at > clock.now()
    facts = {
        "link": link,
        "token": token,
        "integration": link.client.integration,
        "masked": masked(link.email),
        "is_open": is_open,
    }
    return render(request, "portal/credentials/door.html", facts | given, status=status)


PAGES: list[URLPattern] = [
    page(
        "credentials/<str:token>/",
        door,
        name="credentials",
        may="credentials:open",
        methods=("GET",),
    ),
    page(
        "credentials/<str:token>/send-code/",
        send_code,
        name="credentials_send_code",
        may="credentials:open",
        methods=("POST",),
    ),
    page("credentials/<str:token>/open/", reveal, name="credentials_open", may="credentials:open"),
    page(
        "credentials/<str:token>/renew/",
        renew,
        name="credentials_renew",
        may="credentials:renew_link",
        methods=("POST",),
    ),
]
