"""The integrations somebody sees, with their clients and which secrets are in use."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from tillgate.access.queries import clients_of, integrations_of
from tillgate.portal.merchant.seen import integration_row
from tillgate.portal.page import page, person_of


def integrations_page(request: HttpRequest) -> HttpResponse:
    """What programs read the books, where, and by which credentials; never a secret."""
    seen = list(integrations_of(person_of(request)))
    clients = list(clients_of(seen))
    rows = [
        integration_row(each)
        | {"clients": [client for client in clients if client.integration_id == each.pk]}
        for each in seen
    ]
    return render(request, "portal/merchant/integrations.html", {"rows": rows})


PAGES: list[URLPattern] = [
    page(
        "integrations/",
        integrations_page,
        name="integrations",
        may="integration:read",
        methods=("GET",),
    )
]
