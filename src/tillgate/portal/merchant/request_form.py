"""The request form: its steps one by one, and at the end all answers, to be checked and sent."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.directory.models import Person
from tillgate.directory.permissions import may
from tillgate.directory.queries import business_names, locations_of
from tillgate.portal.merchant.answers_shown import Section, sections_of
from tillgate.portal.merchant.seen import newest_check, own_request_or_404
from tillgate.portal.merchant.step_forms import FORMS, Asked, StepForm
from tillgate.portal.page import go, page, person_of
from tillgate.programme.acts.request import context_of, save_step, submit_request
from tillgate.programme.answers import STEPS, problems, read_answers
from tillgate.programme.errors import (
    Incomplete,
    NotChecked,
    Overtaken,
    OverviewUnread,
    ProgrammeError,
)
from tillgate.programme.models import AccessRequest
from tillgate.programme.notices import owners
from tillgate.programme.queries import reading_of
from tillgate.programme.states import RequestState

CHECK = "check"
ORDER = (*STEPS, CHECK)


class StepWords(NamedTuple):
    """How a step is called in the list, and what its page asks."""

    short: str | Promise
    title: str | Promise
    lead: str | Promise = ""


WORDS: dict[str, StepWords] = {
    "business": StepWords(
        _("Integration"),
        _("What is it, and for whom?"),
        _("A custom integration serves one business."),
    ),
    "locations": StepWords(
        _("Locations"),
        _("Which locations may it read?"),
        _("Where a franchisee runs the location, we need to know who agreed there."),
    ),
    "purpose": StepWords(
        _("Purpose"),
        _("What is the data for?"),
        _("Write for somebody who does not know your business."),
    ),
    "volume": StepWords(
        _("Volume"), _("How often will it call?"), _("This helps us to plan; it limits nothing.")
    ),
    "personal": StepWords(
        _("Personal data"),
        _("Does it need data about people?"),
        _("Most integrations do not. Without it, staff are known by a number."),
    ),
    "signatory": StepWords(
        _("Signatory"),
        _("Who signs the agreement?"),
        _("They get it by mail once your account manager has priced it."),
    ),
    "technical": StepWords(
        _("Technical contact"),
        _("Who gets the credentials?"),
        _("Somebody in your business, or a developer you hire."),
    ),
    "confirmations": StepWords(
        _("Confirmations"),
        _("What have you understood?"),
        _("If one of these is not true, talk to your account manager before you go on."),
    ),
    CHECK: StepWords(_("Check and send"), _("Check your answers")),
}


def step_page(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """One step; what is sent is saved, then the next step follows."""
    person = person_of(request)
    found = own_request_or_404(number, person)
    if step not in FORMS:
        raise Http404
    asked = _asked(found)
    if request.method == "POST":
        return _save(request, found, step, asked)
    if not _is_open(found):
        return _overtaken(request, found)
    return _draw_step(request, found, FORMS[step](asked=asked), step)


def check_page(request: HttpRequest, number: str) -> HttpResponse:
    """All answers with what is missing; an owner sends them from here."""
    person = person_of(request)
    found = own_request_or_404(number, person)
    if request.method == "POST":
        return _send(request, found, person)
    return _draw_check(request, found) if _is_open(found) else _overtaken(request, found)


def _save(request: HttpRequest, found: AccessRequest, step: str, asked: Asked) -> HttpResponse:
    is_for_later = "later" in request.POST
    form = FORMS[step](request.POST, asked=asked, is_for_later=is_for_later)
    if not form.is_valid():
        return _draw_step(request, found, form, step, status=422)
    try:
        save_step(request=found, step=step, values=form.values(), actor=person_of(request))
    except Overtaken as error:
        form.add_error(None, str(error))
        return _draw_step(request, found, form, step, status=error.status)
    if is_for_later:
        messages.success(request, gettext("Saved. You can go on at any time."))
        return go(request, reverse("request_page", args=[found.number]))
    return go(request, _path(found, _after(step, request)))


def _send(request: HttpRequest, found: AccessRequest, person: Person) -> HttpResponse:
    try:
        sent = submit_request(request=found, actor=person)
    except Overtaken:
        return _overtaken(request, found)
    except (Incomplete, OverviewUnread, NotChecked) as error:
        return _draw_check(request, found, refusal=error)
    words = gettext("%(number)s is sent. You will be mailed when it is decided.")
    messages.success(request, words % {"number": sent.number})
    return go(request, reverse("request_page", args=[sent.number]))


def _draw_step(
    request: HttpRequest, found: AccessRequest, form: StepForm, step: str, *, status: int = 200
) -> HttpResponse:
    facts = _frame(found, step) | {
        "form": form,
        "back": _path(found, _before(step)) if _before(step) else None,
        "check": _path(found, CHECK),
        "is_from_check": request.GET.get("from") == CHECK,
        "leads_elsewhere": _leads_elsewhere(form),
    }
    name = "locations" if step == "locations" else "step"
    return render(request, f"portal/merchant/form_{name}.html", facts, status=status)


def _draw_check(
    request: HttpRequest, found: AccessRequest, *, refusal: ProgrammeError | None = None
) -> HttpResponse:
    person = person_of(request)
    asked = _asked(found)
    sections = [_linked(found, section) for section in sections_of(asked)]
    reading = reading_of(person)
    facts = _frame(found, CHECK) | {
        "sections": sections,
        "missing": sum(len(section.problems) for section in sections),
        "first_missing": next((each for each in sections if each.problems), None),
        "refusal": refusal,
        "refusal_words": "" if isinstance(refusal, Incomplete) else str(refusal or ""),
        "has_read": reading is not None and reading.acknowledged_at is not None,
        "feasibility": newest_check(person, found.business_id),
        "may_send": may(person, "request:submit", business_id=found.business_id),
        "owners": owners(found.business_id),
        "is_draft": found.state == RequestState.DRAFT,
    }
    status = refusal.status if refusal else 200
    return render(request, "portal/merchant/form_check.html", facts, status=status)


def _frame(found: AccessRequest, step: str) -> dict[str, Any]:
    """What every page of the form shows: which request, which step, and how the others stand."""
    context = context_of(found)
    open_fields = problems(read_answers(found.answers), context)
    steps = [
        {
            "words": WORDS[name].short,
            "path": _path(found, name),
            "is_current": name == step,
            "is_done": name != CHECK and not _problems_in(name, open_fields),
        }
        for name in ORDER
    ]
    return {
        "request_shown": found,
        "business": business_names([found.business_id]).get(found.business_id, ""),
        "words": WORDS[step],
        "steps": steps,
        "position": ORDER.index(step) + 1,
        "count": len(ORDER),
    }


def _problems_in(step: str, found: dict[str, str]) -> bool:
    names = STEPS[step]
    return any(
        name in names or (name.startswith("consent_") and step == "locations") for name in found
    )


def _linked(found: AccessRequest, section: Section) -> Section:
    path = _path(found, section.step)
    return section._replace(
        title=str(WORDS[section.step].short),
        path=f"{path}?from={CHECK}",
        problems=[
            problem._replace(path=f"{path}?from={CHECK}#id_{problem.field}")
            for problem in section.problems
        ],
    )


def _leads_elsewhere(form: StepForm) -> bool:
    """Whether the Partner Program is the way for what was answered."""
    said = form.data.get("audience") if form.is_bound else form.initial.get("audience")
    return said in {"several", "public"}


def _asked(found: AccessRequest) -> Asked:
    return Asked(read_answers(found.answers), locations_of(found.business_id), context_of(found))


def _is_open(found: AccessRequest) -> bool:
    return found.state in {RequestState.DRAFT, RequestState.INFORMATION_ASKED}


def _overtaken(request: HttpRequest, found: AccessRequest) -> HttpResponse:
    found.refresh_from_db()
    words = gettext("%(number)s is sent, so its answers stay as they are.")
    if found.state in {RequestState.WITHDRAWN, RequestState.DECLINED, RequestState.APPROVED}:
        words = gettext("%(number)s has come to its end, so its answers stay as they are.")
    messages.info(request, words % {"number": found.number})
    return go(request, reverse("request_page", args=[found.number]))


def _path(found: AccessRequest, step: str) -> str:
    return reverse("request_form", args=[found.number, step])


def _before(step: str) -> str:
    position = ORDER.index(step)
    return ORDER[position - 1] if position else ""


def _after(step: str, request: HttpRequest) -> str:
    return CHECK if request.GET.get("from") == CHECK else ORDER[ORDER.index(step) + 1]


def _form(request: HttpRequest, number: str, step: str) -> HttpResponse:
    if step == CHECK:
        return check_page(request, number)
    return step_page(request, number, step)


PAGES: list[URLPattern] = [
    page("requests/<str:number>/form/<str:step>/", _form, name="request_form", may="request:draft"),
]
