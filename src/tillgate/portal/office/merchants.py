"""An account manager's desk: their merchants, and what waits for them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from tillgate.directory.models import Person
from tillgate.directory.queries import business_names
from tillgate.portal.page import page, person_of
from tillgate.portal.paging import page_of
from tillgate.programme.models import AccessRequest
from tillgate.programme.office_queries import (
    newest_requests,
    open_interests,
    out_for_signature,
    partners_among,
    requests_to_price,
)
from tillgate.programme.queries import merchants_of

PAGE_SIZE = 30
MOST_WAITING = 100


class Merchant(NamedTuple):
    """A merchant in the list, with their newest request."""

    business_id: int
    name: str
    request: AccessRequest | None
    is_partner: bool


def merchants(request: HttpRequest) -> HttpResponse:
    """What waits for the account manager, and all their merchants below."""
    person = person_of(request)
    waiting = _waiting(person)
    rows = page_of(request, list(merchants_of(person).items()), size=PAGE_SIZE)
    facts = {
        **waiting,
        "waits": len(waiting["to_price"]) + len(waiting["interests"]),
        "page": rows,
        "merchants": _rows(dict(rows.object_list)),
    }
    return render(request, "portal/office/merchants.html", facts)


def _waiting(person: Person) -> dict[str, Any]:
    to_price = list(requests_to_price(person)[:MOST_WAITING])
    unsigned = list(out_for_signature(person)[:MOST_WAITING])
    ids = {row.business_id for row in to_price} | {row.request.business_id for row in unsigned}
    names = business_names(ids)
    return {
        "to_price": [(row, names.get(row.business_id, "")) for row in to_price],
        "unsigned": [(row, names.get(row.request.business_id, "")) for row in unsigned],
        "interests": list(open_interests(person)[:MOST_WAITING]),
    }


def _rows(names: dict[int, str]) -> Iterable[Merchant]:
    newest, partners = newest_requests(names), partners_among(names)
    return [Merchant(key, name, newest.get(key), key in partners) for key, name in names.items()]


PAGES: list[URLPattern] = [
    page("merchants/", merchants, name="merchants", may="merchant:read", methods=("GET",))
]
