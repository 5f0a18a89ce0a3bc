"""The locations of an integration: when each may be read, taking one out, asking for more."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.access.leaving import take_out_location
from tillgate.access.models import Integration
from tillgate.access.queries import periods_of
from tillgate.directory.models import BusinessLocation, Person
from tillgate.directory.permissions import may
from tillgate.directory.queries import dates_at, locations_by_id, locations_of
from tillgate.portal.forms import Form
from tillgate.portal.integration.credentials import UNPROCESSABLE, Show, date_field
from tillgate.portal.office.trying import refusal_of
from tillgate.portal.page import go, person_of
from tillgate.programme.acts.amendment import ask_for_locations


class Licence(NamedTuple):
    """A period as the page shows it; `state` is to_come, in or over."""

    location_id: int
    name: str
    from_date: date
    last_date: date | None
    monthly_price: Decimal | None
    currency: str
    agreement: str
    state: str


class TakeOutForm(Form):
    """Which location leaves, and with which day."""

    location = forms.TypedChoiceField(label=_("Location"), coerce=int)
    last_date = date_field(
        _("Its last day"), help_text=_("By the location's own calendar; today at the earliest.")
    )

    def __init__(self, places: list[BusinessLocation], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["location"]
        field.choices = [("", _("Choose a location")), *((each.pk, each.name) for each in places)]


class AskForm(Form):
    """Which locations are wanted."""

    locations = forms.TypedMultipleChoiceField(
        label=_("Further locations"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    words = forms.CharField(
        label=_("From when on, and anything else"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, places: list[BusinessLocation], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["locations"]
        field.choices = [(each.pk, each.name) for each in places]


def take_out(request: HttpRequest, found: Integration, show: Show) -> HttpResponse:
    """Take a location out with a day."""
    form = TakeOutForm(_inside(found), request.POST)
    if not form.is_valid():
        return show(take_out_form=form, status=UNPROCESSABLE)
    said = form.cleaned_data
    refusal = refusal_of(
        lambda: take_out_location(
            integration=found,
            location_id=said["location"],
            last_date=said["last_date"],
            actor=person_of(request),
        )
    )
    if refusal:
        form.add_error("last_date", refusal.words)
        return show(take_out_form=form, status=refusal.status)
    messages.success(request, gettext("Access and charge end together, with that day."))
    return go(request, reverse("integration", args=[found.pk]))


def ask(request: HttpRequest, found: Integration, show: Show) -> HttpResponse:
    """Ask the account manager for further locations."""
    form = AskForm(outside(found), request.POST)
    if not form.is_valid():
        return show(ask_form=form, status=UNPROCESSABLE)
    said = form.cleaned_data
    refusal = refusal_of(
        lambda: ask_for_locations(
            integration=found,
            location_ids=tuple(said["locations"]),
            words=said["words"],
            actor=person_of(request),
        )
    )
    if refusal:
        form.add_error("locations", refusal.words)
        return show(ask_form=form, status=refusal.status)
    messages.success(
        request, gettext("Your account manager was told, and sends an amendment to be signed.")
    )
    return go(request, reverse("integration", args=[found.pk]))


def facts_of(found: Integration, person: Person, given: dict[str, Any]) -> dict[str, Any]:
    """What the page needs of the locations, for whoever looks."""

    def allowed(permission: str) -> bool:
        return may(person, permission, business_id=found.business_id)

    goes_on = found.state != "ended"
    inside, more = _inside(found), outside(found) if goes_on else []
    facts: dict[str, Any] = {
        "licences": licences_of(found),
        "sees_price": allowed("statement:read"),
        "may_offer": goes_on and allowed("agreement:price"),
        "is_last": len(inside) == 1,
    }
    if goes_on and inside and allowed("location:remove"):
        facts["take_out_form"] = given.get("take_out_form") or TakeOutForm(inside)
    if more and allowed("location:ask"):
        facts["ask_form"] = given.get("ask_form") or AskForm(more)
    return facts


def licences_of(found: Integration) -> list[Licence]:
    """Every period of every location, by name and start."""
    periods = periods_of(found)
    ids = {period.location_id for period in periods}
    names = {place.pk: place.name for place in locations_by_id(ids)}
    today = dates_at(ids)
    rows = [
        Licence(
            period.location_id,
            names.get(period.location_id, str(period.location_id)),
            period.from_date,
            period.last_date,
            period.monthly_price,
            period.currency,
            period.agreement,
            _state(period.from_date, period.last_date, today[period.location_id]),
        )
        for period in periods
    ]
    return sorted(rows, key=lambda row: (row.name, row.location_id, row.from_date))


def outside(found: Integration) -> list[BusinessLocation]:
    """The locations of the business that are not in, and that go on."""
    inside = {row.location_id for row in licences_of(found) if row.last_date is None}
    return [
        place
        for place in locations_of(found.business_id)
        if place.pk not in inside and place.until is None
    ]


def _inside(found: Integration) -> list[BusinessLocation]:
    ids = {row.location_id for row in licences_of(found) if row.state != "licence:over"}
    return locations_by_id(ids)


def _state(first: date, last: date | None, today: date) -> str:
    if first > today:
        return "licence:to_come"
    return "licence:over" if last is not None and last < today else "licence:in"
