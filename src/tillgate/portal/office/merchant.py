"""The page of one merchant, for their account manager."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.directory.models import Membership, MerchantAccount, Person
from tillgate.directory.queries import locations_of
from tillgate.portal.forms import Form
from tillgate.portal.office.trying import UNPROCESSABLE, refusal_of
from tillgate.portal.page import go, page, person_of
from tillgate.programme.acts.interest import mark_partnership
from tillgate.programme.notices import business_name
from tillgate.programme.office_queries import looks_after
from tillgate.programme.queries import (
    interests_visible_to,
    invitations_visible_to,
    requests_visible_to,
)

PAGE_SIZE = 50


class PartnershipForm(Form):
    """Whether there is a formal partnership, and what was agreed."""

    formal = forms.BooleanField(
        label=_("In a formal partnership"),
        required=False,
        help_text=_("Then it may share a program with other businesses."),
    )
    note = forms.CharField(
        label=_("What was agreed"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """A partnership says what it rests on."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("formal") and "note" in said and not said["note"].strip():
            self.add_error("note", gettext("Say what was agreed, and where it is written."))
        return said


def merchant(request: HttpRequest, business_id: int) -> HttpResponse:
    """A merchant with their locations, people and requests; the partnership is marked here."""
    if not looks_after(person_of(request), business_id):
        raise Http404
    if request.method != "POST":
        return _page(request, business_id)
    form = PartnershipForm(request.POST)
    if not form.is_valid():
        return _page(request, business_id, form, status=UNPROCESSABLE)
    said, who = form.cleaned_data, person_of(request)
    refusal = refusal_of(lambda: mark_partnership(business_id=business_id, actor=who, **said), form)
    if refusal:
        form.add_error(None, refusal.words)
        return _page(request, business_id, form, status=refusal.status)
    messages.success(request, gettext("It is noted. Partner Services see it when they review."))
    return go(request, reverse("merchant", args=[business_id]))


def _page(
    request: HttpRequest,
    business_id: int,
    form: PartnershipForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    person = person_of(request)
    account = MerchantAccount.objects.get(business_id=business_id)
    said = {"formal": account.formal_partnership, "note": account.partnership_note}
    facts = {
        **_known(person, business_id),
        "business_id": business_id,
        "name": business_name(business_id),
        "account": account,
        "form": form or PartnershipForm(initial=said),
        "page": Paginator(locations_of(business_id), PAGE_SIZE).get_page(request.GET.get("page")),
    }
    facts["newest"] = next(iter(facts["requests"]), None)
    return render(request, "portal/office/merchant.html", facts, status=status)


def _known(person: Person, business_id: int) -> dict[str, Any]:
    people = Membership.objects.filter(business_id=business_id).select_related("person")
    requests = requests_visible_to(person).filter(business_id=business_id)
    interests = interests_visible_to(person).filter(business_id=business_id)
    return {
        "people": people.order_by("person__name", "person__email"),
        "invited": invitations_visible_to(person).filter(business_id=business_id),
        "requests": list(requests.exclude(submitted_at=None)[:PAGE_SIZE]),
        "interests": interests[:PAGE_SIZE],
    }


PAGES: list[URLPattern] = [
    page("merchants/<int:business_id>/", merchant, name="merchant", may="merchant:read")
]
