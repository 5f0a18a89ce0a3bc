"""The page of a request: where it stands, what happens next, and what the merchant can do."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.content.queries import DeclineReason, decline_reasons
from tillgate.directory.models import Person
from tillgate.directory.permissions import may
from tillgate.directory.queries import business_names, locations_by_id
from tillgate.portal.forms import Form
from tillgate.portal.merchant.headlines import headline_of
from tillgate.portal.merchant.seen import agreed_at, integration_row, request_or_404
from tillgate.portal.merchant.way import Standing, api_names, standing_of, way_of
from tillgate.portal.page import go, page, person_of
from tillgate.portal.papers import agreement_response
from tillgate.programme.acts.request import give_information, withdraw_request
from tillgate.programme.errors import Incomplete, Overtaken
from tillgate.programme.models import AccessRequest
from tillgate.programme.queries import agreements_of, sees_price
from tillgate.programme.states import AgreementState, RequestState, may_move


class AnswerForm(Form):
    """The merchant's answer to what Partner Services asked."""

    words = forms.CharField(
        label=_("Your answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6})
    )


class Place(NamedTuple):
    """A location of a request: who runs it, who there agreed, and its price a month if known."""

    pk: int
    name: str
    run_by: str
    is_franchised: bool
    agreed_by: str
    agreed_on: date | None
    price: Decimal | None


def status(request: HttpRequest, number: str) -> HttpResponse:
    """A request as it stands; its forms are sent here too."""
    found = request_or_404(number, person_of(request))
    act = _ACTS.get(request.POST.get("act", ""), status_page)
    try:
        return act(request, found)
    except Overtaken as error:
        messages.warning(request, str(error))
        return go(request, reverse("request_page", args=[found.number]))


def agreement_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The paper of the newest agreement: sealed once it is signed."""
    person = person_of(request)
    found = request_or_404(number, person)
    agreement = agreements_of(found).first() if sees_price(person, found) else None
    if agreement is None:
        raise Http404
    return agreement_response(request, agreement)


def status_page(
    request: HttpRequest,
    found: AccessRequest,
    *,
    form: AnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page itself, with the answer as it was typed."""
    standing = standing_of(found)
    facts = _facts(standing, person_of(request)) | {"form": form or AnswerForm()}
    if form is not None and not facts["may_answer"]:
        facts["unsent"] = form.cleaned_data["words"]
    return render(request, "portal/merchant/status.html", facts, status=status)


def _answer(request: HttpRequest, found: AccessRequest) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return status_page(request, found, form=form, status=422)
    try:
        give_information(request=found, words=form.cleaned_data["words"], actor=person_of(request))
    except Incomplete as error:
        form.add_error(None, _mend(error))
        return status_page(request, found, form=form, status=error.status)
    except Overtaken as error:
        # What was typed is shown once more, for the form is gone and it would be lost.
        messages.warning(request, str(error))
        fresh = request_or_404(found.number, person_of(request))
        return status_page(request, fresh, form=form, status=error.status)
    messages.success(request, gettext("Your answer is with Partner Services."))
    return go(request, reverse("request_page", args=[found.number]))


def _withdraw(request: HttpRequest, found: AccessRequest) -> HttpResponse:
    withdraw_request(request=found, actor=person_of(request))
    messages.success(request, gettext("%(number)s is withdrawn.") % {"number": found.number})
    return go(request, reverse("request_page", args=[found.number]))


_ACTS: dict[str, Callable[[HttpRequest, AccessRequest], HttpResponse]] = {
    "answer": _answer,
    "withdraw": _withdraw,
}


def _mend(error: Incomplete) -> str:
    if "words" in error.problems:
        return error.problems["words"]
    return gettext(
        "Some answers of the form need another look before this can be sent: %(words)s"
    ) % {"words": " ".join(error.problems.values())}


def _facts(standing: Standing, person: Person) -> dict[str, Any]:
    found = standing.request
    questions = list(found.questions.select_related("asked_by").order_by("pk"))
    agreement, is_read = standing.agreement, sees_price(person, found)
    facts = {
        "standing": standing,
        "request_shown": found,
        "answers": standing.answers,
        "apis": api_names(standing.answers),
        "headline": headline_of(standing),
        "steps": way_of(standing, person),
        "next_part": f"portal/merchant/next/{_next_part(standing)}.html",
        "business": business_names([found.business_id]).get(found.business_id, ""),
        "questions": questions,
        "question": next((each for each in questions if each.answered_at is None), None),
        "places": _places(standing, is_priced=is_read),
        "total": _total(standing) if is_read else None,
        "has_paper": is_read and agreement is not None and agreement.sent_at is not None,
        "row": found.integration and integration_row(found.integration),
    }
    return facts | _decided(found) | _may(person, found)


def _next_part(standing: Standing) -> str:
    """Which template says what happens next."""
    state, agreement = standing.request.state, standing.agreement
    if state == RequestState.SUBMITTED and agreement and agreement.state == AgreementState.SENT:
        return "to_sign"
    return str(state)


def _may(person: Person, found: AccessRequest) -> dict[str, bool]:
    """What the person may do here, now."""

    def allowed(permission: str) -> bool:
        return may(person, permission, business_id=found.business_id)

    is_open = found.state in {RequestState.DRAFT, RequestState.INFORMATION_ASKED}
    over = {RequestState.DECLINED, RequestState.WITHDRAWN}
    drafts = allowed("request:draft")
    return {
        "may_change": is_open and drafts,
        "may_answer": found.state == RequestState.INFORMATION_ASKED and allowed("request:inform"),
        "may_withdraw": may_move(found, RequestState.WITHDRAWN) and allowed("request:withdraw"),
        "may_start_again": found.state in over and drafts,
    }


def _decided(found: AccessRequest) -> dict[str, Any]:
    decision = getattr(found, "decision", None)
    if decision is None:
        return {"decision": None, "reason": None}
    return {"decision": decision, "reason": _reason(decision.reason)}


def _reason(code: str) -> DeclineReason | None:
    """The reason in words; one that is no longer in the list has only its code."""
    if not code:
        return None
    known = {reason.code: reason for reason in decline_reasons()}
    return known.get(code) or DeclineReason(code, code.replace("_", " "), True)


def _places(standing: Standing, *, is_priced: bool) -> list[Place]:
    answers = standing.answers
    prices = _prices(standing) if is_priced else {}
    return [
        Place(
            place.pk,
            place.name,
            place.franchisee or place.business.name,
            bool(place.franchisee),
            *agreed_at(answers, place),
            prices.get(place.pk),
        )
        for place in locations_by_id(answers.locations)
    ]


def _prices(standing: Standing) -> dict[int, Decimal]:
    if standing.agreement is None or standing.is_unsignable:
        return {}
    return {line.location_id: line.monthly_price for line in standing.agreement.lines.all()}


def _total(standing: Standing) -> Decimal | None:
    if standing.agreement is None or standing.is_unsignable:
        return None
    return standing.agreement.monthly_total


PAGES: list[URLPattern] = [
    page("requests/<str:number>/", status, name="request_page", may="request:read"),
    page(
        "requests/<str:number>/agreement.pdf",
        agreement_pdf,
        name="request_agreement",
        may="agreement:read",
        methods=("GET",),
    ),
]
