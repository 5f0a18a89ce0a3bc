"""The way from interest to the first call, as the steps that a merchant sees."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from tillgate.content.feasibility_rules import Verdict
from tillgate.directory.models import Person
from tillgate.portal.merchant.seen import listed, newest_check, so_many_locations
from tillgate.portal.templatetags.tillgate import ago, day
from tillgate.programme.answers import Answers, read_answers
from tillgate.programme.models import (
    AccessRequest,
    Agreement,
    CredentialLink,
    FeasibilityCheck,
    Interest,
    OverviewReading,
)
from tillgate.programme.notices import manager_of
from tillgate.programme.queries import (
    agreements_of,
    credential_link_of,
    interest_about,
    interests_visible_to,
    place_in_queue,
    reading_of,
)
from tillgate.programme.states import LIVING, AgreementState, RequestState
from tillgate.programme.wording import API_NAMES

DONE, NOW, STOPPED, LATER = "done", "now", "stopped", ""


class Step(NamedTuple):
    """A step: how it stands (a class of the way), what it is, and what is known of it.

    `state` is shown as a badge of its `kind` where there is no day on which it was done.
    """

    standing: str
    title: str
    words: str = ""
    at: datetime | None = None
    state: str = ""
    kind: str = ""
    link: str = ""
    link_words: str = ""


class Preparation(NamedTuple):
    """How somebody stands before there is a request."""

    interest: Interest | None
    manager: Person | None
    reading: OverviewReading | None
    check: FeasibilityCheck | None

    @property
    def has_read(self) -> bool:
        """Whether the current overview was acknowledged."""
        return self.reading is not None and self.reading.acknowledged_at is not None


class Standing(NamedTuple):
    """A request with all that belongs to it."""

    request: AccessRequest
    answers: Answers
    manager: Person | None
    interest: Interest | None
    agreement: Agreement | None
    link: CredentialLink | None

    @property
    def is_signed(self) -> bool:
        """Whether the agreement was signed and still counts."""
        done = {AgreementState.SIGNED, AgreementState.IN_FORCE}
        return self.agreement is not None and self.agreement.state in done

    @property
    def is_unsignable(self) -> bool:
        """Whether the newest agreement ended without counting."""
        over = {AgreementState.REFUSED, AgreementState.EXPIRED, AgreementState.VOID}
        return self.agreement is not None and self.agreement.state in over


def preparation_of(person: Person, business_id: int | None) -> Preparation:
    """What somebody has done before a request, for a business where they have one."""
    if business_id is None:
        interest = interests_visible_to(person).filter(person=person).first()
        manager = interest.manager if interest else None
    else:
        interest, manager = interest_about(business_id), manager_of(business_id)
    check = newest_check(person, business_id)
    return Preparation(interest, manager, reading_of(person), check)


def standing_of(request: AccessRequest) -> Standing:
    """A request with what belongs to it, in a few queries."""
    return Standing(
        request,
        read_answers(request.answers),
        manager_of(request.business_id),
        interest_about(request.business_id),
        agreements_of(request).first(),
        credential_link_of(request) if request.state == RequestState.APPROVED else None,
    )


def way_before(prepared: Preparation, *, has_business: bool) -> list[Step]:
    """The steps of somebody who has no request yet; the first that is not done is now."""
    steps = [_interest(prepared.interest, prepared.manager, has_business=has_business)]
    steps += [_overview(prepared), _check(prepared.check), *_ahead(has_business)]
    return list(_one_is_now(steps))


def way_of(standing: Standing, person: Person) -> list[Step]:
    """The steps of a request, as they stand; before it is sent, as they stand for the person."""
    steps = [_interest(standing.interest, standing.manager, has_business=True)]
    if standing.request.submitted_at is None:
        prepared = preparation_of(person, standing.request.business_id)
        steps += [_overview(prepared), _check(prepared.check)]
    else:
        steps.append(_prepared(standing.request))
    steps += [_sent(standing), _signed(standing)]
    return [*steps, _reviewed(standing), _handed_over(standing)]


def verdict_words(check: FeasibilityCheck) -> str:
    """How many of the wishes are possible."""
    total = len(check.answers)
    possible = sum(answer["verdict"] == Verdict.POSSIBLE for answer in check.answers)
    return _("%(possible)s of %(total)s wishes possible") % {"possible": possible, "total": total}


def api_names(answers: Answers) -> str:
    """The APIs that are asked for, in a sentence."""
    return listed([str(API_NAMES[api]) for api in answers.apis if api in API_NAMES])


def _interest(interest: Interest | None, manager: Person | None, *, has_business: bool) -> Step:
    words = ""
    if manager is not None:
        words = _("Your account manager is %(name)s") % {"name": manager.get_full_name()}
    elif interest is not None:
        words = _("An account manager will be in touch")
    is_done = has_business or interest is not None
    title = _("Interest registered") if is_done else _("Register your interest")
    if interest is None and has_business:
        title = _("Invited")
    return Step(DONE if is_done else LATER, title, words, interest.created_at if interest else None)


def _overview(prepared: Preparation) -> Step:
    reading = prepared.reading
    if reading is not None and reading.acknowledged_at is not None:
        words = _("Version %(label)s") % {"label": reading.version.label}
        return Step(DONE, _("Overview read"), words, reading.acknowledged_at)
    return Step(LATER, _("Read the overview"), _("What the two APIs give, field by field"))


def _check(check: FeasibilityCheck | None) -> Step:
    if check is None:
        return Step(LATER, _("Check what is feasible"), _("Your wishes, answered one by one"))
    link = reverse("feasibility_result", args=[check.pk])
    words = verdict_words(check)
    return Step(
        DONE, _("Feasibility checked"), words, check.created_at, link=link, link_words=_("result")
    )


def _ahead(has_business: bool) -> Iterator[Step]:
    if not has_business:
        words = _("Your account manager sends you a personal link to it")
        yield Step(LATER, _("Request form"), words)
    else:
        words = _("Locations, purpose, signatory, technical contact; saved as you go")
        yield Step(LATER, _("Fill in the request"), words)
    yield Step(LATER, _("Agreement signed, request reviewed"))
    yield Step(LATER, _("Credentials for your technical contact"), _("by a one-time link"))


def _one_is_now(steps: list[Step]) -> Iterator[Step]:
    first = next((step for step in steps if step.standing != DONE), None)
    for step in steps:
        yield step._replace(standing=NOW) if step is first else step


def _prepared(request: AccessRequest) -> Step:
    check = request.feasibility
    if check is None:
        return Step(DONE, _("Overview read"))
    link = reverse("feasibility_result", args=[check.pk])
    return Step(
        DONE,
        _("Overview read, feasibility checked"),
        verdict_words(check),
        check.created_at,
        link=link,
        link_words=_("result"),
    )


def _sent(standing: Standing) -> Step:
    request, answers = standing.request, standing.answers
    asked = [api_names(answers), so_many_locations(len(answers.locations))]
    words = ", ".join(filter(None, asked)) if answers.locations else api_names(answers)
    if request.submitted_at is not None:
        return Step(DONE, _("Request sent"), words, request.submitted_at)
    if request.state == RequestState.WITHDRAWN:
        return Step(STOPPED, _("Request not sent"), words, state="withdrawn")
    return Step(NOW, _("Fill in and send the request"), words, state="draft")


def _signed(standing: Standing) -> Step:
    agreement, title = standing.agreement, _("Agreement signed")
    if standing.request.submitted_at is None:
        return Step(LATER, title)
    if agreement is None or agreement.state == AgreementState.PRICED:
        words = _("Your account manager prices it and sends it for signature")
        return _unless_over(standing, Step(NOW, _("Agreement in preparation"), words))
    if standing.is_signed:
        signature = agreement.signature
        words = _("by %(name)s, %(title)s") % {"name": signature.name, "title": signature.title}
        return Step(DONE, title, words, signature.signed_at)
    return _not_signed(standing, agreement)


def _not_signed(standing: Standing, agreement: Agreement) -> Step:
    if agreement.state in LIVING:
        words = _("sent to %(name)s, can be signed until %(day)s") % {
            "name": agreement.basis["signatory_name"],
            "day": day(agreement.expires_at),
        }
        return Step(NOW, _("Agreement to be signed"), words, state="sent", kind="agreement")
    titles = {
        AgreementState.REFUSED: _("The signatory declined to sign"),
        AgreementState.EXPIRED: _("The agreement expired unsigned"),
    }
    title = titles.get(AgreementState(agreement.state), _("The agreement is void"))
    return Step(STOPPED, title, agreement.ended_because, state=agreement.state)


def _unless_over(standing: Standing, step: Step) -> Step:
    over = {RequestState.DECLINED, RequestState.WITHDRAWN}
    if standing.request.state in over:
        return Step(LATER, _("No agreement was signed"), _("Nothing is charged"))
    return step


def _reviewed(standing: Standing) -> Step:
    request = standing.request
    match request.state:
        case RequestState.SUBMITTED:
            return Step(NOW, _("In review"), _waiting_words(request), state=request.state)
        case RequestState.INFORMATION_ASKED:
            words = _("Partner Services wait for your answer")
            return Step(NOW, _("In review"), words, state=request.state)
        case RequestState.APPROVED:
            return Step(DONE, _("Approved by Partner Services"), at=request.decision.decided_at)
        case RequestState.DECLINED:
            return Step(STOPPED, _("Declined by Partner Services"), at=request.decision.decided_at)
        case RequestState.WITHDRAWN if request.submitted_at is not None:
            return Step(STOPPED, _("Withdrawn"), at=request.state_since)
    return Step(LATER, _("Review by Partner Services"))


def _waiting_words(request: AccessRequest) -> str:
    place = place_in_queue(request)
    ordinals = {1: _("first"), 2: _("second"), 3: _("third"), 4: _("fourth"), 5: _("fifth")}
    facts = {"ago": ago(request.submitted_at), "place": ordinals.get(place, place)}
    if place in ordinals:
        return _("sent %(ago)s, %(place)s in the queue") % facts
    return _("sent %(ago)s, number %(place)s in the queue") % facts


def _handed_over(standing: Standing) -> Step:
    title, link = _("Credentials for your technical contact"), standing.link
    email = standing.answers.technical_email
    if link is not None and link.opened_at is not None:
        words = _("opened by %(email)s") % {"email": link.email}
        return Step(DONE, _("Credentials handed over"), words, link.opened_at)
    if link is not None:
        words = _("a one-time link was mailed to %(email)s, good until %(day)s") % {
            "email": link.email,
            "day": day(link.expires_at),
        }
        return Step(NOW, title, words)
    words = _("by a one-time link to %(email)s") % {"email": email} if email else ""
    return Step(LATER, title, words)
