"""The page of one integration: its keys, where it reads, and what can be done about it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from tillgate.access.credentials import may_manage
from tillgate.access.models import Integration
from tillgate.access.oauth.origin import issuer
from tillgate.access.queries import clients_of, licensed_today
from tillgate.directory.models import Person
from tillgate.directory.permissions import may
from tillgate.directory.queries import business_names
from tillgate.portal.first_call import first_call
from tillgate.portal.integration import credentials, life, locations
from tillgate.portal.integration.found import integration_or_404
from tillgate.portal.integration.keys import keys_of
from tillgate.portal.merchant.seen import integration_row
from tillgate.portal.page import page, person_of
from tillgate.programme.audit import PERMISSION as AUDIT

Act = Callable[[HttpRequest, Integration, credentials.Show], HttpResponse]
_ACTS: dict[str, Act] = {
    "make_secret": credentials.make_secret,
    "end_secret": credentials.end_secret,
    "redirects": credentials.change_redirects,
    "take_out": locations.take_out,
    "ask": locations.ask,
    "suspend": life.suspend,
    "resume": life.resume,
    "end": life.end,
    "transfer": life.transfer,
}


def integration_page(request: HttpRequest, number: int) -> HttpResponse:
    """An integration as it stands; its forms are sent here too."""
    found = integration_or_404(number, person_of(request))
    show = partial(_show, request, found)
    act = _ACTS.get(request.POST.get("act", "")) if request.method == "POST" else None
    return act(request, found, show) if act else show()


def _show(
    request: HttpRequest, found: Integration, *, status: int = 200, **given: Any
) -> HttpResponse:
    """The page itself, with forms as they were filled in, or a secret that was just made."""
    found = integration_or_404(found.pk, person_of(request))
    facts = _facts(found, person_of(request), given)
    if secret := given.get("secret"):
        facts |= _shown_once(request, found, given["shown_client"].client_id, secret)
    response = render(request, "portal/integration/detail.html", facts, status=status)
    # Not even the way back shows a secret again.
    response["Cache-Control"] = "no-store"
    return response


def _facts(found: Integration, person: Person, given: dict[str, Any]) -> dict[str, Any]:
    clients = list(clients_of([found]))
    row = integration_row(found) | {"clients": clients}
    client = clients[0] if clients else None
    manages = may_manage(person, found)
    names = business_names([found.business_id])
    return {
        "integration": found,
        "row": row,
        "business_name": names.get(found.business_id, str(found.business_id)),
        "client": client,
        "keys": keys_of(clients, {found.pk: row}),
        "may_manage": manages,
        "may_audit": may(person, AUDIT, business_id=found.business_id),
        **(credentials.facts_of(found, client, given) if manages else {}),
        **locations.facts_of(found, person, given),
        **life.facts_of(found, person, given),
    }


def _shown_once(
    request: HttpRequest, found: Integration, client_id: str, secret: str
) -> dict[str, Any]:
    places, base_url = licensed_today(found), issuer(request)
    example = first_call(base_url, client_id, secret, places[0]) if places else ""
    return {"secret": secret, "first_call": example}


PAGES: list[URLPattern] = [
    page(
        "integrations/<int:number>/", integration_page, name="integration", may="integration:read"
    ),
]
