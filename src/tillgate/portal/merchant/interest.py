"""Registering interest, and where one's own interests stand."""

from typing import ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.hub.countries import COUNTRIES
from tillgate.portal.countries import by_name
from tillgate.portal.forms import Form
from tillgate.portal.page import go, page, person_of
from tillgate.programme.acts.interest import register_interest
from tillgate.programme.queries import interests_visible_to

MOST_LOCATIONS = 100_000


def _countries() -> list[tuple[str, str]]:
    return [("", gettext("choose")), *by_name(COUNTRIES)]


class InterestForm(Form):
    """What an account manager needs to know before the first call."""

    autocomplete: ClassVar = {
        "business_name": "organization",
        "contact_name": "name",
        "country": "country",
    }
    business_name = forms.CharField(label=_("Business"), max_length=150)
    contact_name = forms.CharField(label=_("Your name"), max_length=150)
    country = forms.ChoiceField(label=_("Country"), choices=_countries)
    locations = forms.IntegerField(
        label=_("How many business locations?"),
        required=False,
        min_value=1,
        max_value=MOST_LOCATIONS,
    )
    wishes = forms.CharField(
        label=_("What would you like to do with your data?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def interest(request: HttpRequest) -> HttpResponse:
    """The form, and below it what was registered already."""
    person = person_of(request)
    said = request.POST if request.method == "POST" else None
    form = InterestForm(said, initial={"contact_name": person.name})
    if form.is_valid():
        register_interest(**form.cleaned_data, actor=person)
        messages.success(request, gettext("Your interest is registered."))
        return go(request, "interest")
    interests = list(interests_visible_to(person).filter(person=person))
    facts = {"form": form, "interests": interests, "is_more": "more" in request.GET}
    status = 422 if form.errors else 200
    return render(request, "portal/merchant/interest.html", facts, status=status)


PAGES: list[URLPattern] = [page("interest/", interest, name="interest", may="interest:register")]
