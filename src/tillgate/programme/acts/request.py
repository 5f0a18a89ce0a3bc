"""The request: drafted step by step, sent, answered when more is asked, withdrawn."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tillgate.content.queries import current
from tillgate.directory.models import MerchantAccount, Person
from tillgate.directory.permissions import require
from tillgate.directory.queries import locations_of
from tillgate.foundation import clock
from tillgate.programme import notices
from tillgate.programme.acts.sale import lock_request, void_living_agreement, void_unless_it_fits
from tillgate.programme.answers import (
    CONFIRMATIONS,
    STEPS,
    Answers,
    Context,
    problems,
    read_answers,
    stored,
)
from tillgate.programme.errors import Incomplete, NotChecked, Overtaken, OverviewUnread
from tillgate.programme.models import (
    AccessRequest,
    FeasibilityCheck,
    OverviewReading,
    Question,
)
from tillgate.programme.recording import request_event
from tillgate.programme.states import RequestState, move

_SAY_SOMETHING = _("Write an answer: the reviewer waits for it.")
_WITHDRAWN = _("The merchant withdrew the request.")
_OPEN_TO_CHANGE = (RequestState.DRAFT, RequestState.INFORMATION_ASKED)


@transaction.atomic
def start_request(
    *, business_id: int, actor: Person, previous: AccessRequest | None = None
) -> AccessRequest:
    """The draft of a business: there is one at a time, and whoever drafts goes on with it.

    After a denial or withdrawal it starts from the old answers; the confirmations are given anew.
    """
    require(actor, "request:draft", business_id=business_id)
    if previous is not None and previous.business_id != business_id:
        previous = None
    now = clock.now()
    draft = AccessRequest(
        business_id=business_id,
        answers=_old_answers(previous),
        drafted_by=actor,
        created_at=now,
        state_since=now,
        previous=previous,
    )
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        return AccessRequest.objects.get(business_id=business_id, state=RequestState.DRAFT)
    request_event("drafted", draft, actor, previous=previous and previous.number)
    return draft


@transaction.atomic
def save_step(
    *, request: AccessRequest, step: str, values: Mapping[str, Any], actor: Person
) -> None:
    """Keep what was said in one step of the form; the rest stays as it is.

    Values are those of `Answers`. Raises `Overtaken` once the request is out of the merchant's
    hands, and KeyError for a step that there is not.
    """
    require(actor, "request:draft", business_id=request.business_id)
    locked = lock_request(request)
    if locked.state not in _OPEN_TO_CHANGE:
        raise Overtaken(locked, RequestState.DRAFT)
    said = {name: values[name] for name in STEPS[step] if name in values}
    answers = msgspec.convert(locked.answers | msgspec.to_builtins(said), Answers)
    locked.answers = request.answers = stored(answers)
    locked.save(update_fields=["answers"])


@transaction.atomic
def submit_request(*, request: AccessRequest, actor: Person) -> AccessRequest:
    """Send a draft to Partner Services, and to the account manager to be priced.

    Raises `Overtaken`, `OverviewUnread`, `NotChecked`, or `Incomplete` with what is wrong by field.
    """
    require(actor, "request:submit", business_id=request.business_id)
    request = lock_request(request)
    if request.state != RequestState.DRAFT:
        raise Overtaken(request, RequestState.SUBMITTED)
    reading = _acknowledged(actor)
    check = _latest_check(request, actor)
    _check_answers(request)
    move(
        request,
        RequestState.SUBMITTED,
        submitted_by=actor,
        submitted_at=clock.now(),
        overview=reading.version,
        feasibility=check,
    )
    request_event("submitted", request, actor, overview=reading.version.label, check=check.pk)
    notices.request_submitted(request, again=False)
    return request


@transaction.atomic
def give_information(*, request: AccessRequest, words: str, actor: Person) -> AccessRequest:
    """Answer what Partner Services asked; answers of the form may have been changed meanwhile.

    An agreement that does not fit the changed answers is void. Raises `Overtaken` or `Incomplete`.
    """
    require(actor, "request:inform", business_id=request.business_id)
    request = lock_request(request)
    if request.state != RequestState.INFORMATION_ASKED:
        raise Overtaken(request, RequestState.SUBMITTED)
    if not words.strip():
        raise Incomplete({"words": str(_SAY_SOMETHING)})
    _check_answers(request)
    question = Question.objects.select_related("asked_by").get(request=request, answered_at=None)
    question.answer, question.answered_by = words.strip(), actor
    question.answered_at = clock.now()
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    move(request, RequestState.SUBMITTED)
    request_event("information_given", request, actor, question=question.pk)
    void_unless_it_fits(request, actor=actor)
    notices.information_given(question)
    return request


@transaction.atomic
def withdraw_request(*, request: AccessRequest, actor: Person) -> AccessRequest:
    """Take a request back; an agreement that came with it is void, and nothing is charged."""
    require(actor, "request:withdraw", business_id=request.business_id)
    request = lock_request(request)
    was_draft = request.state == RequestState.DRAFT
    move(request, RequestState.WITHDRAWN)
    request_event("withdrawn", request, actor)
    void_living_agreement(request, because=_WITHDRAWN, actor=actor)
    if not was_draft:
        notices.request_withdrawn(request, actor)
    return request


def context_of(request: AccessRequest) -> Context:
    """What a request's answers are held against, as it is now."""
    places = locations_of(request.business_id)
    account = MerchantAccount.objects.filter(business_id=request.business_id).first()
    return Context(
        locations={place.pk for place in places},
        run_by={place.pk: place.franchisee for place in places},
        formal_partnership=account is not None and account.formal_partnership,
    )


def _check_answers(request: AccessRequest) -> None:
    if found := problems(read_answers(request.answers), context_of(request)):
        raise Incomplete(found)


def _old_answers(previous: AccessRequest | None) -> dict[str, Any]:
    if previous is None:
        return {}
    return {name: said for name, said in previous.answers.items() if name not in CONFIRMATIONS}


def _acknowledged(actor: Person) -> OverviewReading:
    reading = OverviewReading.objects.filter(
        person=actor, version=current("overview"), acknowledged_at__isnull=False
    )
    found = reading.select_related("version").first()
    if found is None:
        raise OverviewUnread
    return found


def _latest_check(request: AccessRequest, actor: Person) -> FeasibilityCheck:
    """The newest check made for the business, or by the person before there was one."""
    for_business = FeasibilityCheck.objects.filter(business_id=request.business_id)
    own = FeasibilityCheck.objects.filter(person=actor, business=None)
    found = (for_business | own).order_by("-pk").first()
    if found is None:
        raise NotChecked
    return found
