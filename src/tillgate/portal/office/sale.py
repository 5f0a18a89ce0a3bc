"""A request as its account manager needs it: priced, sent for signature, reminded of."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.content.queries import decline_reasons
from tillgate.directory.queries import business_by_id
from tillgate.foundation import clock
from tillgate.portal.office.asked import asked_of
from tillgate.portal.office.discount import DiscountForm
from tillgate.portal.office.papers import paper_of
from tillgate.portal.office.trying import UNPROCESSABLE, Refusal, refusal_of
from tillgate.portal.page import go, page, person_of
from tillgate.programme.acts.sale import (
    is_current,
    offer_for,
    price_request,
    remind_signatory,
    send_agreement,
)
from tillgate.programme.models import AccessRequest, Agreement
from tillgate.programme.office_queries import currencies_on_sale, happenings_of, looks_after
from tillgate.programme.queries import agreements_of, request_numbered
from tillgate.programme.states import IN_REVIEW, LIVING, AgreementState


class PriceForm(DiscountForm):
    """What the add-on is to cost; the price itself is the price book's."""

    field_order = ("currency",)

    currency = forms.ChoiceField(label=_("Currency"))
    instead_of = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency: Any = self.fields["currency"]
        currency.choices = [(code, code) for code in currencies_on_sale()]


def merchant_request(request: HttpRequest, number: str) -> HttpResponse:
    """A request and the next act of its sale; its forms are sent here too."""
    found = _found(request, number)
    act = _ACTS.get(request.POST.get("act", ""))
    return act(request, found) if act else _page(request, found)


def agreement(request: HttpRequest, number: str) -> HttpResponse:
    """The paper of the agreement, sealed once it is signed."""
    return paper_of(request, _found(request, number))


def _found(request: HttpRequest, number: str) -> AccessRequest:
    """The request, if it was sent and is one of the account manager's merchants'."""
    person = person_of(request)
    found = request_numbered(number, person)
    if found is None or found.submitted_at is None or not looks_after(person, found.business_id):
        raise Http404
    return found


def _preview(request: HttpRequest, found: AccessRequest) -> HttpResponse:
    form = PriceForm(request.POST)
    return _page(request, found, form, status=200 if form.is_valid() else UNPROCESSABLE)


def _price(request: HttpRequest, found: AccessRequest) -> HttpResponse:
    form = PriceForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=UNPROCESSABLE)
    refusal = refusal_of(
        lambda: price_request(request=found, actor=person_of(request), **form.cleaned_data), form
    )
    told = gettext("%(number)s is priced. Nothing was mailed yet.")
    return _answer(request, found, refusal, told, form)


def _send(request: HttpRequest, found: AccessRequest) -> HttpResponse:
    meant = _meant(request, found)
    refusal = refusal_of(lambda: send_agreement(agreement=meant, actor=person_of(request)))
    if refusal and _stands(meant, AgreementState.SENT):
        messages.info(request, gettext("It was sent for signature already."))
        return _back(request, found)
    return _answer(request, found, refusal, gettext("%(number)s is out for signature."))


def _remind(request: HttpRequest, found: AccessRequest) -> HttpResponse:
    meant = _meant(request, found)
    refusal = refusal_of(lambda: remind_signatory(agreement=meant, actor=person_of(request)))
    return _answer(request, found, refusal, gettext("The signatory is reminded."))


_ACTS: dict[str, Callable[[HttpRequest, AccessRequest], HttpResponse]] = {
    "preview": _preview,
    "price": _price,
    "send": _send,
    "remind": _remind,
}


def _meant(request: HttpRequest, found: AccessRequest) -> Agreement:
    """The agreement that the page showed, which need not be the newest any more."""
    for each in agreements_of(found):
        if each.number == request.POST.get("agreement"):
            return each
    raise Http404


def _stands(agreement: Agreement, state: AgreementState) -> bool:
    return Agreement.objects.filter(pk=agreement.pk, state=state).exists()


def _answer(
    request: HttpRequest,
    found: AccessRequest,
    refusal: Refusal | None,
    told: str,
    form: PriceForm | None = None,
) -> HttpResponse:
    if refusal is None:
        messages.success(request, told % {"number": found.number})
        return _back(request, found)
    found = _found(request, found.number)
    return _page(request, found, form, problem=refusal.words, status=refusal.status)


def _back(request: HttpRequest, found: AccessRequest) -> HttpResponse:
    return go(request, reverse("merchant_request", args=[found.number]))


def _page(
    request: HttpRequest,
    found: AccessRequest,
    form: PriceForm | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    offers = list(agreements_of(found))
    newest = offers[0] if offers else None
    living = newest if newest is not None and newest.state in LIVING else None
    asked, business = asked_of(found), business_by_id(found.business_id)
    may_price = found.state in IN_REVIEW and not (
        living is not None and living.state == AgreementState.SIGNED
    )
    form = form or _blank(business.currency if business else "", living)
    decision = getattr(found, "decision", None)
    facts = {
        "found": found,
        "asked": asked,
        "business": business.name if business else str(found.business_id),
        "offers": offers,
        "newest": newest,
        "living": living,
        "is_outdated": living is not None and not is_current(living),
        "opened_at": _opened_at(newest),
        "may_price": may_price,
        "form": form,
        "preview": _offer(found, form) if may_price else None,
        "decision": decision,
        "reason": _reason_words(decision.reason) if decision else "",
        "happenings": happenings_of(found),
        "question": found.questions.filter(answered_at=None).first(),
        "problem": problem,
        "now": clock.now(),
        "paper_url": reverse("merchant_request_agreement", args=[found.number]),
    }
    return render(request, "portal/office/sale.html", facts, status=status)


def _blank(currency: str, living: Agreement | None) -> PriceForm:
    """The form as it is offered: in the business's currency, or with what was offered last."""
    if living is None:
        return PriceForm(initial={"currency": currency, "instead_of": ""})
    return PriceForm(
        initial={
            "currency": living.currency,
            "discount_percent": living.discount_percent or None,
            "discount_reason": living.discount_reason,
            "instead_of": living.number,
        }
    )


def _offer(found: AccessRequest, form: PriceForm) -> dict[str, Any] | None:
    """What the form comes to, as far as it can be told."""
    said = form.initial
    if form.is_bound:
        said = form.cleaned_data if form.is_valid() else {}
    currency = said.get("currency") or ""
    if currency not in currencies_on_sale():
        return None
    percent = said.get("discount_percent") or Decimal(0)
    offer = offer_for(found, currency=currency, discount_percent=percent)
    return {**offer._asdict(), "currency": currency, "percent": percent}


def _opened_at(agreement: Agreement | None) -> Any:
    links = agreement.links.filter(opened_at__isnull=False) if agreement else None
    return (
        links.order_by("opened_at").values_list("opened_at", flat=True).first() if links else None
    )


def _reason_words(code: str) -> str:
    return next((each.words for each in decline_reasons() if each.code == code), code)


PAGES: list[URLPattern] = [
    page(
        "merchants/requests/<str:number>/",
        merchant_request,
        name="merchant_request",
        may="merchant:read",
    ),
    page(
        "merchants/requests/<str:number>/agreement.pdf",
        agreement,
        name="merchant_request_agreement",
        may="merchant:read",
        methods=("GET",),
    ),
]
