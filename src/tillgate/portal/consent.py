"""`/oauth/authorize`: a person decides whether a program may read their business's books.

The decision is posted to the very address that was asked for, and the request is read from it
again. Nothing skips the question: not an earlier consent, not a parameter.
"""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tillgate.access.grants import refresh_life
from tillgate.access.oauth import authorization
from tillgate.access.oauth.authorization import Asked, CannotAuthorize, SendBack
from tillgate.access.oauth.origin import issuer
from tillgate.access.queries import licensed_today
from tillgate.access.rules import can_connect
from tillgate.access.scopes import FINANCIAL
from tillgate.directory.models import Person
from tillgate.directory.queries import locations_by_id
from tillgate.portal.headers import form_targets_for, policy
from tillgate.portal.words import in_words


@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Ask the person, or send the browser back with the answer."""
    try:
        asked = authorization.read_request(request.GET, issuer=issuer(request))
        if not isinstance(request.user, Person):
            return redirect_to_login(request.get_full_path())
        if not can_connect(request.user, asked.client.integration):
            return _not_yours(request, asked)
        if request.method == "POST":
            return _redirect(_decide(request, asked, request.user))
        return _ask(request, asked)
    except SendBack as back:
        return _redirect(back.location)
    except CannotAuthorize as error:
        return render(request, "portal/cannot_authorize.html", {"why": str(error)}, status=400)


def _decide(request: HttpRequest, asked: Asked, person: Person) -> str:
    if request.POST.get("decision") != "allow":
        return authorization.deny(asked, issuer=issuer(request))
    return authorization.allow(asked, person=person, issuer=issuer(request))


def _ask(request: HttpRequest, asked: Asked) -> HttpResponse:
    response = render(request, "portal/consent.html", _question(asked))
    response["Content-Security-Policy"] = policy(*form_targets_for(asked.redirect_uri))
    return response


def _question(asked: Asked) -> dict[str, Any]:
    integration = asked.client.integration
    locations = locations_by_id(licensed_today(integration))
    return {
        "integration": integration,
        "business": locations[0].business if locations else None,
        "locations": locations,
        "may_read": in_words(asked.scopes),
        "idle_days": refresh_life(asked.scopes).days,
        "personal": _personal(asked),
        "goes_to": asked.redirect_uri.split("?")[0],
    }


def _personal(asked: Asked) -> list[str]:
    integration = asked.client.integration
    if FINANCIAL not in asked.scopes:
        return []
    said = {
        _("the names of staff"): integration.staff,
        _("what is known of consumers"): integration.consumers,
        _("card payment authorisations"): integration.authorizations,
    }
    return [words for words, included in said.items() if included]


def _not_yours(request: HttpRequest, asked: Asked) -> HttpResponse:
    facts = {"integration": asked.client.integration}
    return render(request, "portal/not_yours.html", facts, status=403)


def _redirect(location: str) -> HttpResponse:
    # Not Django's redirect class, which would rewrite the address; it was checked and encoded.
    return HttpResponse(status=302, headers={"Location": location})
