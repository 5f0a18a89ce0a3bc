"""The queue of Partner Services: what waits, the longest first, and what is over."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from tillgate.directory.models import Person
from tillgate.directory.queries import business_names, find_businesses
from tillgate.portal.forms import Form
from tillgate.portal.page import page, person_of
from tillgate.portal.paging import page_of
from tillgate.programme.models import AccessRequest
from tillgate.programme.office_queries import living_states, requests_that_are_over
from tillgate.programme.queries import request_numbered, review_queue
from tillgate.programme.states import RequestState

PAGE_SIZE = 30


class LookFor(Form):
    """Which of the requests that are over to show."""

    q = forms.CharField(
        label=_("Business or request"), required=False, max_length=100, widget=forms.SearchInput
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            (RequestState.APPROVED.value, _("approved")),
            (RequestState.DECLINED.value, _("declined")),
            (RequestState.WITHDRAWN.value, _("withdrawn")),
        ],
    )


def queue(request: HttpRequest) -> HttpResponse:
    """The queue, and below it what was decided or withdrawn."""
    waiting = review_queue()
    states = living_states(row.request.pk for row in waiting)
    form = LookFor(request.GET)
    over = page_of(request, _over(form, person_of(request)), size=PAGE_SIZE)
    names = business_names({row.business_id for row in over})
    facts: dict[str, Any] = {
        "waiting": [(row, states.get(row.request.pk, "")) for row in waiting],
        "late": sum(row.is_late for row in waiting),
        "oldest": waiting[0] if waiting else None,
        "form": form,
        "is_narrowed": any(request.GET.get(name) for name in ("q", "state")),
        "page": over,
        "over": [(row, names.get(row.business_id, "")) for row in over],
    }
    return render(request, "portal/office/review_queue.html", facts)


def _over(form: LookFor, person: Person) -> Any:
    """What the filter asks for; a field that cannot be understood asks for nothing."""
    form.is_valid()
    rows = requests_that_are_over(person).select_related("decision__reviewer")
    if state := form.cleaned_data.get("state"):
        rows = rows.filter(state=state)
    if words := form.cleaned_data.get("q"):
        rows = rows.filter(pk__in=_fitting(words, person))
    return rows


def _fitting(words: str, person: Person) -> Any:
    numbered = request_numbered(words.strip().upper(), person)
    if numbered is not None:
        return [numbered.pk]
    businesses = [found.business_id for found in find_businesses(words)]
    return AccessRequest.objects.filter(business_id__in=businesses).values("pk")


PAGES: list[URLPattern] = [
    page("review/", queue, name="review", may="request:review", methods=("GET",))
]
