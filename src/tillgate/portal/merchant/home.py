"""Home, by who comes: what they can do next, or where their request stands."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from tillgate.access.queries import integrations_of
from tillgate.directory.models import Person
from tillgate.directory.permissions import Who, roles_of
from tillgate.portal.integration.listing import integrations_page
from tillgate.portal.merchant.headlines import headline_before
from tillgate.portal.merchant.requests import Row, Shelf, shelves_of
from tillgate.portal.merchant.seen import integration_row, url_if_there
from tillgate.portal.merchant.status import status_page
from tillgate.portal.merchant.way import preparation_of, way_before
from tillgate.portal.page import go, page, person_of
from tillgate.programme.states import RequestState

# Where somebody who works for the platform begins: the first of their roles that has a page here.
STAFF_HOMES = (
    (Who.ACCOUNT_MANAGER, "merchants"),
    (Who.PARTNER_SERVICES, "review"),
    (Who.PARTNER_GROWTH, "enquiries"),
    (Who.OPERATOR, "content"),
)


def home(request: HttpRequest) -> HttpResponse:
    """The page that the platform's name leads to."""
    if not isinstance(request.user, Person):
        return render(request, "portal/merchant/landing.html")
    roles = roles_of(request.user)
    if not roles.isdisjoint({Who.OWNER, Who.MEMBER}):
        return _merchant(request)
    for role, name in STAFF_HOMES:
        if role in roles and (path := url_if_there(name)):
            return go(request, path)
    if Who.TECHNICAL_CONTACT in roles:
        return integrations_page(request)
    return _newcomer(request)


def _merchant(request: HttpRequest) -> HttpResponse:
    shelves = shelves_of(person_of(request))
    shelf = _chosen(request, shelves)
    if shelf is None:
        return render(request, "portal/merchant/choose.html", {"shelves": shelves})
    newest = _newest(shelf)
    return _before(request, shelf) if newest is None else status_page(request, newest.request)


def _before(request: HttpRequest, shelf: Shelf) -> HttpResponse:
    """There is no request of this business yet, or only some that were taken back."""
    person = person_of(request)
    prepared = preparation_of(person, shelf.business_id)
    integrations = integrations_of(person).filter(business_id=shelf.business_id)
    facts = {
        "shelf": shelf,
        "prepared": prepared,
        "headline": headline_before(prepared, has_business=True),
        "steps": way_before(prepared, has_business=True),
        "rows": [integration_row(each) for each in integrations],
    }
    return render(request, "portal/merchant/home.html", facts)


def _newcomer(request: HttpRequest) -> HttpResponse:
    prepared = preparation_of(person_of(request), None)
    facts = {
        "prepared": prepared,
        "headline": headline_before(prepared, has_business=False),
        "steps": way_before(prepared, has_business=False),
    }
    return render(request, "portal/merchant/newcomer.html", facts)


def _chosen(request: HttpRequest, shelves: list[Shelf]) -> Shelf | None:
    asked = request.GET.get("business")
    if asked is None:
        return shelves[0] if len(shelves) == 1 else None
    for shelf in shelves:
        if str(shelf.business_id) == asked:
            return shelf
    raise Http404


def _newest(shelf: Shelf) -> Row | None:
    """What was done last and not taken back."""
    living = (row for row in shelf.rows if row.request.state != RequestState.WITHDRAWN)
    return next(living, None)


PAGES: list[URLPattern] = [page("", home, name="home", may="home:read", methods=("GET",))]
