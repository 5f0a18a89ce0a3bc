"""The reviewer's page: everything about a request at one place, and the decision."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.content.queries import decline_reasons
from tillgate.directory.models import Person
from tillgate.portal.forms import Form
from tillgate.portal.office.papers import paper_of
from tillgate.portal.office.review_facts import facts_of
from tillgate.portal.office.trying import UNPROCESSABLE, refusal_of
from tillgate.portal.page import go, page, person_of
from tillgate.programme.acts.review import approve_request, ask_information, decline_request
from tillgate.programme.models import AccessRequest, Decision
from tillgate.programme.queries import request_numbered
from tillgate.programme.states import RequestState


def _reasons() -> list[tuple[str, Any]]:
    listed = [(reason.code, reason.words) for reason in decline_reasons()]
    return [("", _("Choose a reason")), *listed]


class NoteForm(Form):
    """What the reviewer says with an approval, or wants to know."""

    words = forms.CharField(
        label=_("Note"),
        required=False,
        help_text=_("The merchant reads this."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DeclineForm(Form):
    """Why a request is declined: a reason of the list, and words."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=_reasons,
        error_messages={"invalid_choice": _("Choose a reason from the list.")},
    )
    words = forms.CharField(
        label=_("In your words"),
        help_text=_("What would have to change. The merchant reads this."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def review(request: HttpRequest, number: str) -> HttpResponse:
    """A request with all that belongs to it; what is decided is sent here too."""
    found = _found(request, number)
    act = _ACTS.get(request.POST.get("act", ""))
    return act(request, found) if act else _page(request, found)


def agreement(request: HttpRequest, number: str) -> HttpResponse:
    """The paper of the agreement, sealed once it is signed."""
    return paper_of(request, _found(request, number))


def _found(request: HttpRequest, number: str) -> AccessRequest:
    """The request, if it was ever sent; a draft is the merchant's own."""
    found = request_numbered(number, person_of(request))
    if found is None or found.submitted_at is None:
        raise Http404
    return found


def _approve(request: HttpRequest, found: AccessRequest) -> HttpResponse:
    note = NoteForm(request.POST)
    told = gettext("%(number)s is approved. The technical contact is mailed a one-time link.")
    act = _with(approve_request, note, as_of=_seen(request))
    return _try(request, found, act, told, note=note, target=RequestState.APPROVED)


def _ask(request: HttpRequest, found: AccessRequest) -> HttpResponse:
    note = NoteForm(request.POST)
    told = gettext("Your question about %(number)s is on its way to the merchant.")
    act = _with(ask_information, note)
    return _try(request, found, act, told, note=note, target=RequestState.INFORMATION_ASKED)


def _decline(request: HttpRequest, found: AccessRequest) -> HttpResponse:
    decline = DeclineForm(request.POST, prefix="decline")
    told = gettext("%(number)s is declined. The merchant is mailed the reason and your words.")
    act = _with(decline_request, decline, as_of=_seen(request))
    return _try(request, found, act, told, decline=decline, target=RequestState.DECLINED)


Act = Callable[[AccessRequest, Person], object]
_ACTS: dict[str, Callable[[HttpRequest, AccessRequest], HttpResponse]] = {
    "approve": _approve,
    "ask": _ask,
    "decline": _decline,
}


def _with(act: Callable[..., object], form: Form, **more: Any) -> Act:
    """An act of the review with what the form says."""
    return lambda found, actor: act(request=found, actor=actor, **form.cleaned_data, **more)


def _seen(request: HttpRequest) -> datetime | None:
    """As of when the page showed the request; None where it does not say."""
    try:
        return datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        return None


def _try(  # noqa: PLR0913  what is done, what is told, and what was typed
    request: HttpRequest,
    found: AccessRequest,
    act: Act,
    told: str,
    *,
    target: RequestState,
    note: NoteForm | None = None,
    decline: DeclineForm | None = None,
) -> HttpResponse:
    """Do it and say so; or say why not beside what was typed, and show the request as it is now."""
    form: Any = note or decline
    if not form.is_valid():
        return _page(request, found, note=note, decline=decline, status=UNPROCESSABLE)
    actor, said = person_of(request), {**form.cleaned_data}
    refusal = refusal_of(lambda: act(found, actor), form)
    now = _found(request, found.number)
    if refusal is None or _did_so_already(now, actor, target, said):
        messages.success(request, told % {"number": found.number})
        return go(request, reverse("review_request", args=[found.number]))
    facts = {"note": note, "decline": decline, "unsent": said["words"]}
    return _page(request, now, problem=refusal.words, status=refusal.status, **facts)


def _did_so_already(
    now: AccessRequest, actor: Person, target: RequestState, said: dict[str, str]
) -> bool:
    """Whether this is the second click of the same person: it was done by the first."""
    if now.state != target:
        return False
    said = {name: text.strip() for name, text in said.items()}
    if target == RequestState.INFORMATION_ASKED:
        return now.questions.filter(asked_by=actor, answered_at=None, **said).exists()
    return Decision.objects.filter(request=now, reviewer=actor, **said).exists()


def _page(
    request: HttpRequest,
    found: AccessRequest,
    *,
    problem: str = "",
    status: int = 200,
    **typed: Any,
) -> HttpResponse:
    facts = facts_of(found, person_of(request)) | {
        "problem": problem,
        "unsent": typed.get("unsent", ""),
        "note": typed.get("note") or NoteForm(initial=_typed(request, "words")),
        "decline": typed.get("decline")
        or DeclineForm(prefix="decline", initial=_typed(request, "reason", "words", of="decline-")),
    }
    return render(request, "portal/office/review.html", facts, status=status)


def _typed(request: HttpRequest, *names: str, of: str = "") -> dict[str, str]:
    """What stood in the fields that the pressed button was not about, so that it stays there."""
    return {name: request.POST.get(of + name, "") for name in names}


PAGES: list[URLPattern] = [
    page("review/<str:number>/", review, name="review_request", may="request:review"),
    page(
        "review/<str:number>/agreement.pdf",
        agreement,
        name="review_agreement",
        may="request:review",
        methods=("GET",),
    ),
]
