"""The account manager's page for amendments of an integration: offered, sent, reminded of."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.access.models import Integration
from tillgate.access.queries import licensed_today
from tillgate.directory.queries import business_names, locations_by_id
from tillgate.portal.integration.credentials import UNPROCESSABLE, date_field
from tillgate.portal.integration.found import integration_or_404
from tillgate.portal.integration.locations import outside
from tillgate.portal.office.discount import DiscountForm
from tillgate.portal.office.trying import Refusal, refusal_of
from tillgate.portal.page import go, page, person_of
from tillgate.portal.papers import agreement_response
from tillgate.programme.acts.amendment import Amendment, price_amendment
from tillgate.programme.acts.sale import remind_signatory, send_agreement
from tillgate.programme.models import Agreement, Amends
from tillgate.programme.office_queries import looks_after
from tillgate.programme.queries import amendments_of
from tillgate.programme.states import LIVING


class OfferForm(DiscountForm):
    """What an amendment changes, from when on, and at what discount."""

    field_order = ("amends", "locations", "starts_on", "consent")

    amends = forms.ChoiceField(
        label=_("What it is about"),
        choices=[
            (Amends.LOCATIONS, _("further locations")),
            (Amends.PRICES, _("new prices for locations that are in")),
        ],
        widget=forms.RadioSelect,
    )
    locations = forms.TypedMultipleChoiceField(
        label=_("Locations"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    starts_on = date_field(
        _("From which day on"),
        help_text=_("By each location's own calendar; today at the earliest."),
    )
    consent = forms.CharField(
        label=_("Who agreed at franchised locations, and when"), required=False, max_length=500
    )

    def __init__(self, found: Integration, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["locations"]
        inside = locations_by_id(licensed_today(found))
        field.choices = [
            *((place.pk, place.name) for place in outside(found)),
            *(
                (place.pk, gettext("%(name)s, in already") % {"name": place.name})
                for place in inside
            ),
        ]


def amendment(request: HttpRequest, number: int) -> HttpResponse:
    """The amendments of an integration and the next act; its forms are sent here too."""
    found = _found(request, number)
    act = _ACTS.get(request.POST.get("act", ""))
    return act(request, found) if act else _page(request, found)


def amendment_paper(request: HttpRequest, number: int, agreement: str) -> HttpResponse:
    """The paper of an amendment, for those who see the price."""
    found = _found(request, number)
    return agreement_response(request, _meant(found, agreement))


def _found(request: HttpRequest, number: int) -> Integration:
    person = person_of(request)
    found = integration_or_404(number, person)
    if not looks_after(person, found.business_id):
        raise Http404
    return found


def _offer(request: HttpRequest, found: Integration) -> HttpResponse:
    form = OfferForm(found, request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=UNPROCESSABLE)
    said = form.cleaned_data
    refusal = refusal_of(
        lambda: price_amendment(
            integration=found,
            amendment=Amendment(
                amends=Amends(said["amends"]),
                location_ids=tuple(said["locations"]),
                starts_on=said["starts_on"],
                consent=said["consent"],
            ),
            discount_percent=said["discount_percent"],
            discount_reason=said["discount_reason"],
            actor=person_of(request),
        ),
        form,
    )
    return _answer(
        request, found, refusal, gettext("It is priced. Nothing was mailed yet."), form=form
    )


def _send(request: HttpRequest, found: Integration) -> HttpResponse:
    meant = _meant(found, request.POST.get("agreement", ""))
    refusal = refusal_of(lambda: send_agreement(agreement=meant, actor=person_of(request)))
    return _answer(request, found, refusal, gettext("It is out for signature."))


def _remind(request: HttpRequest, found: Integration) -> HttpResponse:
    meant = _meant(found, request.POST.get("agreement", ""))
    refusal = refusal_of(lambda: remind_signatory(agreement=meant, actor=person_of(request)))
    return _answer(request, found, refusal, gettext("The signatory is reminded."))


_ACTS: dict[str, Callable[[HttpRequest, Integration], HttpResponse]] = {
    "offer": _offer,
    "send": _send,
    "remind": _remind,
}


def _meant(found: Integration, number: str) -> Agreement:
    for each in amendments_of(found):
        if each.number == number:
            return each
    raise Http404


def _answer(
    request: HttpRequest,
    found: Integration,
    refusal: Refusal | None,
    told: str,
    *,
    form: OfferForm | None = None,
) -> HttpResponse:
    if refusal is None:
        messages.success(request, told)
        return go(request, reverse("amendment", args=[found.pk]))
    return _page(request, found, form, problem=refusal.words, status=refusal.status)


def _page(
    request: HttpRequest,
    found: Integration,
    form: OfferForm | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    offers = list(amendments_of(found))
    names = business_names([found.business_id])
    facts = {
        "integration": found,
        "business_name": names.get(found.business_id, str(found.business_id)),
        "offers": offers,
        "living": next((each for each in offers if each.state in LIVING), None),
        "form": form or OfferForm(found, initial={"amends": Amends.LOCATIONS}),
        "problem": problem,
    }
    return render(request, "portal/integration/amendment.html", facts, status=status)


PAGES: list[URLPattern] = [
    page(
        "integrations/<int:number>/amendment/", amendment, name="amendment", may="agreement:price"
    ),
    page(
        "integrations/<int:number>/amendment/<str:agreement>.pdf",
        amendment_paper,
        name="amendment_paper",
        may="agreement:price",
        methods=("GET",),
    ),
]
