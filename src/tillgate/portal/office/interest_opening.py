"""Opening an interest for a merchant: the business is looked up, then who to write to."""

from typing import ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.directory.queries import business_by_id
from tillgate.portal.forms import Form
from tillgate.portal.office.lookup import LONGEST, candidates
from tillgate.portal.office.trying import UNPROCESSABLE
from tillgate.portal.page import go, page, person_of
from tillgate.programme.acts.interest import open_interest
from tillgate.programme.errors import OtherManager, UnknownMerchant


class OpenForm(Form):
    """Who to write to at the business."""

    contact_name = forms.CharField(label=_("Contact"), max_length=200)
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The personal form link goes there, and opens for that address only."),
    )
    wishes = forms.CharField(
        label=_("What they want"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    autocomplete: ClassVar = {"contact_name": "off", "email": "off"}


def opening(request: HttpRequest) -> HttpResponse:
    """Look the business up; with `?business=` say who to write to."""
    business_id = _number(request.GET.get("business", ""))
    business = business_by_id(business_id) if business_id else None
    if business is None:
        return _lookup(request, not_found=business_id is not None)
    form = OpenForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = open_interest(
                business_id=business.pk, actor=person_of(request), **form.cleaned_data
            )
        except (OtherManager, UnknownMerchant) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, gettext("The interest is open. Nothing was mailed yet."))
            return go(request, reverse("interest_page", args=[made.pk]))
    facts = {"business": business, "form": form}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "portal/office/interest_open.html", facts, status=status)


def _lookup(request: HttpRequest, *, not_found: bool) -> HttpResponse:
    words = request.GET.get("q", "")[:LONGEST]
    facts = {
        "words": words,
        "found": candidates(words, person_of(request)),
        "not_found": not_found,
    }
    return render(request, "portal/office/interest_lookup.html", facts)


def _number(text: str) -> int | None:
    """A business's number; None where nothing was named, 0 for what is no number."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


PAGES: list[URLPattern] = [
    page("merchants/open/", opening, name="interest_open", may="interest:open")
]
