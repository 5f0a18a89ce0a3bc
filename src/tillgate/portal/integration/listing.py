"""The integrations somebody sees, and one list of all their keys."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from tillgate.access.queries import clients_of, integrations_visible_to
from tillgate.directory.permissions import is_staff
from tillgate.directory.queries import business_names
from tillgate.portal.integration.keys import keys_of
from tillgate.portal.merchant.seen import integration_row
from tillgate.portal.page import page, person_of

PAGE_SIZE = 25


def integrations_page(request: HttpRequest) -> HttpResponse:
    """What programs read the books, where, and by which keys; never a secret."""
    person = person_of(request)
    found = Paginator(integrations_visible_to(person), PAGE_SIZE).get_page(request.GET.get("page"))
    seen = list(found.object_list)
    names = business_names({each.business_id for each in seen})
    clients = list(clients_of(seen))
    rows = [
        integration_row(each)
        | {
            "name": names.get(each.business_id, str(each.business_id)),
            "clients": [client for client in clients if client.integration_id == each.pk],
        }
        for each in seen
    ]
    facts: dict[str, Any] = {
        "rows": rows,
        "page": found,
        "keys": keys_of(clients, {each.pk: row for each, row in zip(seen, rows, strict=True)}),
        "is_staff": is_staff(person),
    }
    return render(request, "portal/integration/listing.html", facts)


PAGES: list[URLPattern] = [
    page(
        "integrations/",
        integrations_page,
        name="integrations",
        may="integration:read",
        methods=("GET",),
    )
]
