"""All requests of a merchant's businesses, and starting one."""

from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse

from tillgate.directory.models import Person
from tillgate.portal.merchant.seen import own_businesses, own_request_or_404
from tillgate.portal.page import go, page, person_of
from tillgate.programme.acts.request import start_request
from tillgate.programme.answers import read_answers
from tillgate.programme.models import AccessRequest
from tillgate.programme.queries import requests_visible_to
from tillgate.programme.states import RequestState


class Row(NamedTuple):
    """A request in the list, by the name the merchant gave it."""

    request: AccessRequest
    name: str
    locations: int


class Shelf(NamedTuple):
    """The requests of one business, the newest first; `draft` is the one not sent yet."""

    business_id: int
    business: str
    rows: list[Row]
    draft: AccessRequest | None


def listing(request: HttpRequest) -> HttpResponse:
    """Every request of the businesses somebody asks for."""
    shelves = shelves_of(person_of(request))
    return render(request, "portal/merchant/requests.html", {"shelves": shelves})


def start(request: HttpRequest) -> HttpResponse:
    """Begin a request for a business, or from an earlier one's answers; then to its form."""
    person = person_of(request)
    previous = _previous(request, person)
    business_id = previous.business_id if previous else _business(request, person)
    draft = start_request(business_id=business_id, actor=person, previous=previous)
    return go(request, reverse("request_form", args=[draft.number, "business"]))


def shelves_of(person: Person) -> list[Shelf]:
    """The businesses somebody asks for, each with its requests."""
    businesses = own_businesses(person)
    rows: dict[int, list[Row]] = {business_id: [] for business_id in businesses}
    for found in requests_visible_to(person).filter(business_id__in=businesses):
        answers = read_answers(found.answers)
        rows[found.business_id].append(Row(found, answers.name, len(answers.locations)))
    return [
        Shelf(business_id, name, rows[business_id], _draft(rows[business_id]))
        for business_id, name in businesses.items()
    ]


def _draft(rows: list[Row]) -> AccessRequest | None:
    return next((row.request for row in rows if row.request.state == RequestState.DRAFT), None)


def _previous(request: HttpRequest, person: Person) -> AccessRequest | None:
    number = request.POST.get("previous", "")
    return own_request_or_404(number, person) if number else None


def _business(request: HttpRequest, person: Person) -> int:
    asked = request.POST.get("business", "")
    known = {str(business_id): business_id for business_id in own_businesses(person)}
    if asked not in known:
        raise Http404
    return known[asked]


PAGES: list[URLPattern] = [
    page("requests/", listing, name="requests", may="request:draft", methods=("GET",)),
    page("requests/start/", start, name="request_start", may="request:draft", methods=("POST",)),
]
