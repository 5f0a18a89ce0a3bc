"""Which businesses are in a formal partnership: the operator looks them up and marks them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.translation import gettext

from tillgate.directory.models import MerchantAccount
from tillgate.directory.queries import business_by_id, business_names, find_businesses
from tillgate.portal.office.lookup import LONGEST
from tillgate.portal.office.merchant import PartnershipForm
from tillgate.portal.office.trying import UNPROCESSABLE, refusal_of
from tillgate.portal.page import go, page, person_of
from tillgate.portal.paging import page_of
from tillgate.programme.acts.interest import mark_partnership
from tillgate.programme.office_queries import partnerships

PAGE_SIZE = 50
_LARGEST_ID = 2**63 - 1


def listing(request: HttpRequest) -> HttpResponse:
    """Who is in one, and a look-up of whom to mark."""
    words = request.GET.get("q", "")[:LONGEST]
    rows = page_of(request, partnerships(), size=PAGE_SIZE)
    names = business_names(row.business_id for row in rows.object_list)
    facts = {
        "words": words,
        "found": find_businesses(words),
        "page": rows,
        "rows": [(row, names.get(row.business_id, row.business_id)) for row in rows.object_list],
    }
    return render(request, "portal/office/partnerships.html", facts)


def partnership(request: HttpRequest, business_id: int) -> HttpResponse:
    """Whether a business is in one, and what was agreed."""
    business = business_by_id(business_id) if business_id <= _LARGEST_ID else None
    if business is None:
        raise Http404
    account = MerchantAccount.objects.filter(business_id=business_id).first()
    form = PartnershipForm(request.POST or None, initial=_said(account))
    facts = {"business": business, "account": account, "form": form}
    if request.method == "POST":
        if not form.is_valid():
            return _again(request, facts, UNPROCESSABLE)
        said, who = form.cleaned_data, person_of(request)
        refusal = refusal_of(
            lambda: mark_partnership(business_id=business_id, actor=who, **said), form
        )
        if refusal:
            form.add_error(None, refusal.words)
            return _again(request, facts, refusal.status)
        messages.success(request, gettext("It is noted. Partner Services see it when they review."))
        return go(request, "partnerships")
    return _again(request, facts, 200)


def _said(account: MerchantAccount | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"formal": account.formal_partnership, "note": account.partnership_note}


def _again(request: HttpRequest, facts: dict[str, Any], status: int) -> HttpResponse:
    return render(request, "portal/office/partnership.html", facts, status=status)


PAGES: list[URLPattern] = [
    page("partnerships/", listing, name="partnerships", may="partnerships:keep", methods=("GET",)),
    page(
        "partnerships/<int:business_id>/", partnership, name="partnership", may="partnerships:keep"
    ),
]
