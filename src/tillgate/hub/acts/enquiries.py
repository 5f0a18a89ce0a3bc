"""Enquiries about the Partner Program: filed, taken, answered or closed."""

from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction

from tillgate.content.mails import render_mail
from tillgate.directory.models import Person, StaffRole
from tillgate.directory.permissions import require
from tillgate.foundation import clock
from tillgate.foundation.addresses import address_of
from tillgate.foundation.events import record_event
from tillgate.foundation.mail import queue_mail
from tillgate.hub.errors import AlreadyHandled, EnquiryOpen, NothingToSend
from tillgate.hub.models import EnquiryState, PartnerEnquiry
from tillgate.hub.queries import open_enquiry_of
from tillgate.hub.states import move

HANDLE = "enquiry:handle"


@dataclass(frozen=True, kw_only=True)
class EnquiryFacts:
    """What somebody says of what they build; the expected numbers may be unknown."""

    name: str
    company: str
    builds: str
    serves_several_merchants: bool
    wants_listing: bool
    website: str = ""
    merchants_expected: int | None = None
    locations_expected: int | None = None


@transaction.atomic
def file_enquiry(*, facts: EnquiryFacts, actor: Person) -> PartnerEnquiry:
    """Ask about the Partner Program; its managers and the person get a mail.

    Answers go to the address the person signed in with: one that was merely typed could be
    anybody's. The same words again, as of a second click, return the enquiry that is there.
    Raises `EnquiryOpen` for other words while an earlier enquiry waits.
    """
    require(actor, "enquiry:file")
    enquiry = PartnerEnquiry(person=actor, email=actor.email, filed_at=clock.now(), **asdict(facts))
    try:
        with transaction.atomic():
            enquiry.save(force_insert=True)
    except IntegrityError:
        earlier = open_enquiry_of(actor)
        if earlier is None:
            raise
        return _the_same(earlier, facts)
    _record("filed", enquiry, actor)
    _tell_enquirer("partner_enquiry_received", enquiry)
    _tell_managers(enquiry)
    return enquiry


@transaction.atomic
def take_enquiry(*, enquiry: PartnerEnquiry, actor: Person) -> None:
    """Begin to look after an enquiry; twice is as good as once.

    Raises `AlreadyHandled` if a colleague was faster.
    """
    require(actor, HANDLE)
    try:
        move(enquiry, EnquiryState.IN_TALK, assigned_to=actor, taken_at=clock.now())
    except AlreadyHandled:
        if enquiry.state == EnquiryState.IN_TALK and enquiry.assigned_to == actor:
            return
        raise
    _record("taken", enquiry, actor)


@transaction.atomic
def answer_enquiry(*, enquiry: PartnerEnquiry, answer: str, actor: Person) -> None:
    """Mail an answer to whoever asked, which ends the enquiry.

    Whoever handles enquiries may, not only the colleague who took it, for people go on leave. The
    same words twice are mailed once. Raises `NothingToSend` or `AlreadyHandled`.
    """
    require(actor, HANDLE)
    words = answer.strip()
    if not words:
        raise NothingToSend
    try:
        move(enquiry, EnquiryState.ANSWERED, answer=words, ended_at=clock.now())
    except AlreadyHandled:
        if enquiry.answer == words:
            return
        raise
    _record("answered", enquiry, actor)
    _tell_enquirer("partner_enquiry_answered", enquiry, answer=words)


@transaction.atomic
def close_enquiry(*, enquiry: PartnerEnquiry, actor: Person, note: str = "") -> None:
    """End an enquiry without an answer; nothing is mailed. Raises `AlreadyHandled`."""
    require(actor, HANDLE)
    move(enquiry, EnquiryState.CLOSED, note=note.strip(), ended_at=clock.now())
    _record("closed", enquiry, actor)


def _the_same(earlier: PartnerEnquiry, facts: EnquiryFacts) -> PartnerEnquiry:
    if any(getattr(earlier, name) != value for name, value in asdict(facts).items()):
        raise EnquiryOpen
    return earlier


def _tell_enquirer(name: str, enquiry: PartnerEnquiry, **more: str) -> None:
    _mail(name, enquiry, enquiry.email, name=enquiry.name, company=enquiry.company, **more)


def _tell_managers(enquiry: PartnerEnquiry) -> None:
    managers = Person.objects.filter(
        is_active=True, staff_memberships__role=StaffRole.PARTNER_GROWTH
    )
    for manager in managers:
        _mail(
            "partner_enquiry_new",
            enquiry,
            manager.email,
            company=enquiry.company,
            contact=enquiry.name,
            contact_email=enquiry.email,
            words=enquiry.builds,
            link=address_of("enquiry", enquiry.number),
        )


def _mail(slot: str, enquiry: PartnerEnquiry, to: str, **facts: str) -> None:
    mail = render_mail(slot, facts)
    key = f"{slot}:{enquiry.number}:{to}"
    queue_mail(to=to, subject=mail.subject, text=mail.text, html=mail.html, key=key)


def _record(what: str, enquiry: PartnerEnquiry, actor: Person) -> None:
    record_event(
        kind=f"hub:enquiry:{what}",
        subject=f"enquiry:{enquiry.number}",
        actor=f"person:{actor.pk}",
    )
