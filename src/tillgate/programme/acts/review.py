"""The review: asking for more, approving, declining. Nobody reviews what they filed."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tillgate.access.acts import (
    add_membership,
    add_person,
    issue_client,
    open_integration,
    set_technical_contact,
)
from tillgate.access.models import Client, Integration
from tillgate.content.queries import DeclineReason, decline_reasons
from tillgate.directory.models import Membership, MerchantAccount, Person, Role
from tillgate.directory.permissions import require
from tillgate.foundation import clock
from tillgate.programme import notices
from tillgate.programme.acts.handover import make_credential_link
from tillgate.programme.acts.sale import lock_request, prices_of, void_living_agreement
from tillgate.programme.answers import Answers, read_answers
from tillgate.programme.errors import (
    AlreadyDecided,
    ChangedSince,
    Incomplete,
    NotSigned,
    OwnRequest,
    UnknownReason,
)
from tillgate.programme.models import AccessRequest, Agreement, Decision, Outcome, Question
from tillgate.programme.recording import agreement_event, request_event
from tillgate.programme.states import AgreementState, RequestState, move


@transaction.atomic
def ask_information(*, request: AccessRequest, words: str, actor: Person) -> AccessRequest:
    """Ask the merchant for more; the request waits for them meanwhile.

    Raises `OwnRequest`, `Incomplete` or `Overtaken`.
    """
    request = _to_review(request, actor)
    if not words.strip():
        raise Incomplete({"words": _("Write what you want to know.")})
    move(request, RequestState.INFORMATION_ASKED)
    question = Question.objects.create(
        request=request, words=words.strip(), asked_by=actor, asked_at=clock.now()
    )
    request_event("information_asked", request, actor, question=question.pk)
    notices.information_asked(question)
    return request


@transaction.atomic
def approve_request(
    *, request: AccessRequest, words: str, actor: Person, as_of: datetime | None = None
) -> AccessRequest:
    """Say yes: the agreement takes effect, the integration exists with its locations, and the
    technical contact is mailed a one-time link.

    `as_of` is the request's `state_since` that the reviewer saw: answers may have changed after it.
    Raises `OwnRequest`, `AlreadyDecided`, `ChangedSince`, `NotSigned`, and what opening an
    integration raises.
    """
    request = _to_review(request, actor, as_of)
    agreement = _signed_agreement(request)
    integration = _open_integration(request, agreement, actor)
    _decide(request, RequestState.APPROVED, actor, words=words, integration=integration)
    move(agreement, AgreementState.IN_FORCE)
    agreement_event("in_force", agreement, actor)
    answers = read_answers(request.answers)
    client = _issue_client(integration, answers, actor)
    link, token = make_credential_link(
        client=client, name=answers.technical_name, email=answers.technical_email, actor=actor
    )
    notices.credentials_link(link, token)
    notices.request_approved(request)
    return request


@transaction.atomic
def decline_request(
    *,
    request: AccessRequest,
    reason: str,
    words: str,
    actor: Person,
    as_of: datetime | None = None,
) -> AccessRequest:
    """Say no, with a reason of the list and words; the agreement is void, nothing is charged.

    Raises `OwnRequest`, `AlreadyDecided`, `ChangedSince`, `UnknownReason` or `Incomplete`.
    """
    request = _to_review(request, actor, as_of)
    chosen = _reason(reason)
    if not words.strip():
        raise Incomplete({"words": _("Say why, in words the merchant can do something with.")})
    _decide(request, RequestState.DECLINED, actor, words=words, reason=reason)
    void_living_agreement(request, because=_("The request was declined."), actor=actor)
    notices.request_declined(request, chosen, words.strip())
    return request


def had_a_part(person: Person, request: AccessRequest) -> bool:
    """Whether somebody filed the request, acts for its business, or sells to it."""
    filed = {request.drafted_by_id, request.submitted_by_id}
    acts_for = Membership.objects.filter(person=person, business_id=request.business_id)
    sells_to = MerchantAccount.objects.filter(manager=person, business_id=request.business_id)
    sold = request.agreements.filter(priced_by=person)
    return person.pk in filed or acts_for.exists() or sells_to.exists() or sold.exists()


def _to_review(
    request: AccessRequest, actor: Person, as_of: datetime | None = None
) -> AccessRequest:
    require(actor, "request:review", business_id=request.business_id)
    request = lock_request(request)
    if had_a_part(actor, request):
        raise OwnRequest
    if request.state in {RequestState.APPROVED, RequestState.DECLINED}:
        raise AlreadyDecided
    if as_of is not None and as_of != request.state_since:
        raise ChangedSince
    return request


def _signed_agreement(request: AccessRequest) -> Agreement:
    signed = Agreement.objects.select_for_update(of=("self",)).filter(
        request=request, state=AgreementState.SIGNED
    )
    agreement = signed.first()
    if agreement is None:
        raise NotSigned
    agreement.request = request
    return agreement


def _decide(  # noqa: PLR0913  what a decision consists of
    request: AccessRequest,
    target: RequestState,
    actor: Person,
    *,
    words: str,
    reason: str = "",
    integration: Integration | None = None,
) -> None:
    changes = {} if integration is None else {"integration": integration}
    move(request, target, **changes)
    Decision.objects.create(
        request=request,
        outcome=Outcome(target.value),
        reason=reason,
        words=words.strip(),
        reviewer=actor,
        decided_at=clock.now(),
    )
    request_event(target.value, request, actor, reason=reason, words=words.strip())


def _reason(code: str) -> DeclineReason:
    for reason in decline_reasons():
        if reason.code == code:
            return reason
    raise UnknownReason


def _open_integration(request: AccessRequest, agreement: Agreement, actor: Person) -> Integration:
    answers = read_answers(request.answers)
    return open_integration(
        business_id=request.business_id,
        name=answers.name,
        scopes=[*answers.apis, "offline_access"],
        location_ids=answers.locations,
        staff=answers.staff,
        consumers=answers.consumers,
        authorizations=answers.authorizations,
        prices=prices_of(agreement),
        actor=f"person:{actor.pk}",
    )


def _issue_client(integration: Integration, answers: Answers, actor: Person) -> Client:
    """A client without a secret yet, and its technical contact, who may connect it."""
    by = f"person:{actor.pk}"
    contact = _person(answers.technical_email, answers.technical_name, by)
    if not Membership.objects.filter(person=contact, business_id=integration.business_id).exists():
        add_membership(
            person=contact,
            business_id=integration.business_id,
            role=Role.TECHNICAL_CONTACT,
            actor=by,
        )
    set_technical_contact(integration=integration, person=contact, actor=by)
    issued = issue_client(
        integration=integration,
        redirect_uris=answers.redirect_uris,
        actor=by,
        with_secret=False,
    )
    return issued.client


def _person(email: str, name: str, by: str) -> Person:
    known = Person.objects.filter(email__iexact=email).first()
    return known or add_person(email=email, password=None, name=name, actor=by)
