"""Home, and where signing out leads."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tillgate.access.models import Integration
from tillgate.access.queries import integrations_of, licensed_today
from tillgate.directory.queries import locations_by_id
from tillgate.portal.page import page, person_of
from tillgate.portal.words import in_words


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and the integrations of their businesses."""
    rows = [_row(integration) for integration in integrations_of(person_of(request))]
    return render(request, "portal/home.html", {"rows": rows})


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Where signing out leads."""
    return render(request, "portal/signed_out.html")


def _row(integration: Integration) -> dict[str, object]:
    locations = locations_by_id(licensed_today(integration))
    return {
        "integration": integration,
        "business": locations[0].business if locations else None,
        "locations": locations,
        "may_read": in_words(integration.scope_words),
    }


PAGES = [page("", home, name="home", may="home:read", methods=["GET"])]
