"""Who is told what, by which mail: the only place where the programme's acts meet its mails.

Each mail is queued in the act's own transaction. Its key makes sure that a step tells its news
once, however often it is tried. No secret is ever in a mail.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tillgate.access.models import Integration
from tillgate.content.mails import render_mail
from tillgate.content.queries import DeclineReason, review_target_days
from tillgate.directory.models import Membership, Person, Role, StaffMembership, StaffRole
from tillgate.directory.queries import business_names, locations_by_id
from tillgate.foundation.addresses import address_of
from tillgate.foundation.mail import queue_mail
from tillgate.foundation.money import wire
from tillgate.programme.answers import read_answers
from tillgate.programme.models import (
    AccessRequest,
    Agreement,
    CredentialLink,
    Interest,
    Invitation,
    MailCode,
    Question,
)

_API_NAMES = {"financial-api": "Financial", "items": "Items"}


def interest_received(interest: Interest) -> None:
    """Tell who registered it that it has arrived."""
    send(
        "interest_received",
        interest.email,
        key=f"interest:{interest.pk}:received",
        name=interest.contact_name,
        business=interest.business_name,
        link=address_of("home"),
    )


def interest_assigned(interest: Interest) -> None:
    """Tell the account manager, if there is one, that an interest is theirs."""
    if interest.manager is None:
        return
    send(
        "interest_assigned",
        interest.manager.email,
        key=f"interest:{interest.pk}:assigned:{interest.manager_id}",
        name=interest.manager.get_full_name(),
        business=interest.business_name,
        contact=interest.contact_name,
        contact_email=interest.email,
        words=interest.wishes,
        link=address_of("interest_page", interest.pk),
    )


def form_link(invitation: Invitation, token: str) -> None:
    """Send the overview and the personal form link."""
    interest = invitation.interest
    assert interest is not None
    send(
        "overview_and_form_link",
        invitation.email,
        name=interest.contact_name,
        business=interest.business_name,
        account_manager=invitation.invited_by.get_full_name(),
        expires=day(invitation.expires_at),
        link=address_of("invitation", token),
    )


def invited(invitation: Invitation, token: str) -> None:
    """Invite somebody to act for a business."""
    send(
        "invitation",
        invitation.email,
        business=business_name(invitation.business_id),
        role=str(Role(invitation.role).label),
        invited_by=invitation.invited_by.get_full_name(),
        expires=day(invitation.expires_at),
        link=address_of("invitation", token),
    )


def request_submitted(request: AccessRequest, *, again: bool) -> None:
    """Tell the merchant, the account manager who is to price it, and Partner Services."""
    facts = {
        "business": business_name(request.business_id),
        "number": request.number,
        "locations": location_names(read_answers(request.answers).locations),
    }
    if not again:
        _tell_merchant("request_submitted", request, **facts)
        _tell_manager("price_needed", request, page="merchant_request", **facts)
    for person in staff(StaffRole.PARTNER_SERVICES):
        send(
            "review_waiting",
            person.email,
            business=facts["business"],
            number=request.number,
            target=_working_days(review_target_days()),
            link=address_of("review_request", request.number),
        )


def _working_days(count: int) -> str:
    return ngettext("%(n)d working day", "%(n)d working days", count) % {"n": count}


def price_needed(request: AccessRequest) -> None:
    """Tell the account manager that there is no agreement any more that could be signed."""
    locations = location_names(read_answers(request.answers).locations)
    _tell_manager("price_needed", request, page="merchant_request", locations=locations)


def agreement_to_sign(agreement: Agreement, token: str, *, reminder: bool = False) -> None:
    """Send the signatory a personal link to the agreement."""
    assert agreement.expires_at is not None
    send(
        "agreement_reminder" if reminder else "agreement_to_sign",
        agreement.basis["signatory_email"],
        name=agreement.basis["signatory_name"],
        business=business_name(agreement.request.business_id),
        number=agreement.request.number,
        price=price_words(agreement),
        locations="\n".join(line.location_name for line in agreement.lines.all()),
        expires=day(agreement.expires_at),
        link=address_of("sign", token),
    )


def signing_code(agreement: Agreement, code: MailCode, digits: str) -> None:
    """Send the code which proves the signatory's address."""
    send(
        "signing_code",
        code.email,
        business=business_name(agreement.request.business_id),
        number=agreement.request.number,
        minutes=_minutes(code),
        code=digits,
    )


def agreement_signed(agreement: Agreement, token: str, signed_at: datetime) -> None:
    """Tell all who wait for it; each gets a link that is theirs to open."""
    number, manager = agreement.request.number, agreement.priced_by
    facts = {
        "business": business_name(agreement.request.business_id),
        "number": number,
        "signatory": agreement.basis["signatory_name"],
        "signed_at": f"{signed_at:%Y-%m-%d %H:%M} UTC",
    }
    signatory = agreement.basis["signatory_email"]
    links = {
        signatory: (agreement.basis["signatory_name"], address_of("sign", token)),
        manager.email: (manager.get_full_name(), address_of("merchant_request", number)),
    }
    for owner in owners(agreement.request.business_id):
        links.setdefault(owner.email, (owner.get_full_name(), address_of("request_page", number)))
    for email, (name, link) in links.items():
        send("agreement_signed", email, name=name, link=link, **facts)
    for person in staff(StaffRole.PARTNER_SERVICES):
        send(
            "review_ready",
            person.email,
            business=facts["business"],
            number=number,
            link=address_of("review_request", number),
        )


def agreement_ended(agreement: Agreement, *, name: str, words: str | None = None) -> None:
    """Tell the account manager that it was refused or has expired."""
    facts = {} if words is None else {"words": words}
    page, of = "merchant_request", agreement.request.number
    if agreement.integration_id is not None:
        page, of = "amendment", str(agreement.integration_id)
    send(
        name,
        agreement.priced_by.email,
        name=agreement.priced_by.get_full_name(),
        business=business_name(agreement.request.business_id),
        number=agreement.request.number,
        signatory=agreement.basis["signatory_name"],
        link=address_of(page, of),
        **facts,
    )


def agreement_void(agreement: Agreement, reason: str) -> None:
    """Tell a signatory who was asked to sign that it cannot be signed any more."""
    send(
        "agreement_void",
        agreement.basis["signatory_email"],
        name=agreement.basis["signatory_name"],
        business=business_name(agreement.request.business_id),
        number=agreement.request.number,
        reason=reason,
    )


def information_asked(question: Question) -> None:
    """Tell the merchant what Partner Services want to know."""
    _tell_merchant("information_asked", question.request, question=question.words)


def information_given(question: Question) -> None:
    """Tell the reviewer who asked."""
    request = question.request
    send(
        "information_given",
        question.asked_by.email,
        business=business_name(request.business_id),
        number=request.number,
        words=question.answer,
        link=address_of("review_request", request.number),
    )


def request_approved(request: AccessRequest) -> None:
    """Tell the merchant what they have now, and who gets the credentials."""
    answers = read_answers(request.answers)
    _tell_merchant(
        "request_approved",
        request,
        apis=", ".join(_API_NAMES[api] for api in answers.apis),
        locations=location_names(answers.locations),
        technical_contact=answers.technical_name,
    )


def request_declined(request: AccessRequest, reason: DeclineReason, words: str) -> None:
    """Tell the merchant why, with the advice that fits, and tell the account manager too."""
    advice = (
        _("Talk to your account manager, who knows about this, before you ask again.")
        if reason.advise_account_manager
        else ""
    )
    facts = {"reason": reason.words, "words": words}
    _tell_merchant("request_declined", request, advice=advice, **facts)
    _tell_manager("request_declined_account_manager", request, page="merchant_request", **facts)


def request_withdrawn(request: AccessRequest, actor: Person) -> None:
    """Tell the merchant's people and the account manager."""
    facts = {
        "business": business_name(request.business_id),
        "number": request.number,
        "withdrawn_by": actor.get_full_name(),
    }
    people = [*_merchants(request), *filter(None, [manager_of(request.business_id)])]
    for person in people:
        send("request_withdrawn", person.email, name=person.get_full_name(), **facts)


def credentials_link(link: CredentialLink, token: str) -> None:
    """Send the technical contact the one-time link; never a secret."""
    integration = link.client.integration
    send(
        "credentials_link",
        link.email,
        name=link.name,
        business=business_name(integration.business_id),
        integration=integration.name,
        expires=day(link.expires_at),
        link=address_of("credentials", token),
    )


def credentials_code(link: CredentialLink, code: MailCode, digits: str) -> None:
    """Send the code which opens the link."""
    integration = link.client.integration
    send(
        "credentials_code",
        code.email,
        business=business_name(integration.business_id),
        integration=integration.name,
        minutes=_minutes(code),
        code=digits,
    )


def credentials_opened(link: CredentialLink, integration: Integration) -> None:
    """Tell the owners that the credentials were taken over, and by whom."""
    assert link.opened_at is not None
    for owner in owners(integration.business_id):
        send(
            "credentials_opened",
            owner.email,
            name=owner.get_full_name(),
            business=business_name(integration.business_id),
            integration=integration.name,
            technical_contact=link.name,
            opened_at=f"{link.opened_at:%Y-%m-%d %H:%M} UTC",
            link=address_of("home"),
        )


def business_name(business_id: int) -> str:
    """What a business is called."""
    return business_names([business_id]).get(business_id, str(business_id))


def manager_of(business_id: int) -> Person | None:
    """The account manager of a business."""
    return Person.objects.filter(merchants__business_id=business_id, is_active=True).first()


def owners(business_id: int) -> list[Person]:
    """Those who own the business, in the order in which they came."""
    mine = Membership.objects.filter(business_id=business_id, role=Role.OWNER)
    return [each.person for each in mine.select_related("person").order_by("pk")]


def staff(role: StaffRole) -> list[Person]:
    """Everybody who holds a role on the platform's side."""
    holding = StaffMembership.objects.filter(role=role, person__is_active=True)
    return [each.person for each in holding.select_related("person").order_by("pk")]


def price_words(agreement: Agreement) -> str:
    """What it costs in all, such as `EUR 87.00 a month`."""
    return _("%(currency)s %(total)s a month") % {
        "currency": agreement.currency,
        "total": wire(agreement.monthly_total, 2),
    }


def _merchants(request: AccessRequest) -> list[Person]:
    """The owners, and whoever filed it."""
    people = {person.pk: person for person in owners(request.business_id)}
    if request.submitted_by is not None:
        people.setdefault(request.submitted_by.pk, request.submitted_by)
    return list(people.values())


def _tell_merchant(mail: str, request: AccessRequest, **facts: str) -> None:
    facts = {"business": business_name(request.business_id), "number": request.number} | facts
    for person in _merchants(request):
        link = address_of("request_page", request.number)
        send(mail, person.email, name=person.get_full_name(), link=link, **facts)


def _tell_manager(mail: str, request: AccessRequest, *, page: str, **facts: str) -> None:
    manager = manager_of(request.business_id)
    if manager is None:
        return
    facts = {"business": business_name(request.business_id), "number": request.number} | facts
    link = address_of(page, request.number)
    send(mail, manager.email, name=manager.get_full_name(), link=link, **facts)


def send(mail: str, to: str, *, key: str = "", **facts: str) -> None:
    """Queue a mail of the programme."""
    made = render_mail(mail, facts)
    queue_mail(to=to, subject=made.subject, text=made.text, html=made.html, key=key)


def location_names(location_ids: Iterable[int]) -> str:
    """What locations are called, one a line."""
    return "\n".join(place.name for place in locations_by_id(location_ids))


def day(instant: datetime) -> str:
    """An instant as mails write it."""
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _minutes(code: MailCode) -> str:
    return str(round((code.expires_at - code.sent_at).total_seconds() / 60))
