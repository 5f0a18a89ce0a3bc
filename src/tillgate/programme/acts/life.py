"""What becomes of an integration after the yes: suspended, resumed, ended, handed over.

Each has a reason, takes effect at once, and is told to the owners and the technical contact. The
API answers a suspended one with 403 `access_suspended`, an ended one with 401.
"""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from tillgate.access import acts as access
from tillgate.access import notices as told
from tillgate.access.errors import IntegrationEnded
from tillgate.access.licences import hold
from tillgate.access.models import Client, ClientSecret, Integration, SecretEnd, State, Suspension
from tillgate.access.secrets import revoke_secret
from tillgate.directory.models import Membership, Person, Role
from tillgate.directory.permissions import Who, require, roles_of
from tillgate.foundation.events import record_event
from tillgate.programme import notices
from tillgate.programme.acts.amendment import void_amendment
from tillgate.programme.acts.handover import make_credential_link
from tillgate.programme.errors import Incomplete, NotSuspended, PlatformsSuspension

LONGEST_REASON = 1000


class Contact(NamedTuple):
    """Who is to look after an integration's credentials."""

    name: str
    email: str


@transaction.atomic
def suspend_integration(*, integration: Integration, reason: str, actor: Person) -> None:
    """Stop an integration for now; days that lie wholly within are not charged.

    The platform's word stands before the merchant's. Raises `Incomplete`, `IntegrationEnded` or
    `PlatformsSuspension`.
    """
    _begin(integration, "integration:suspend", actor, reason)
    if _is_platforms(integration) and not _is_of_platform(actor, integration):
        raise PlatformsSuspension
    access.suspend_integration(
        integration=integration,
        reason=reason.strip(),
        actor=_name(actor),
        by_platform=_is_of_platform(actor, integration),
    )
    told.integration_changed("integration_suspended", integration, actor, reason)


@transaction.atomic
def resume_integration(*, integration: Integration, actor: Person) -> None:
    """Let a suspended integration go on; the merchant only what the merchant has stopped.

    Raises `IntegrationEnded`, `NotSuspended` or `PlatformsSuspension`.
    """
    _begin(integration, "integration:suspend", actor)
    if integration.state != State.SUSPENDED:
        raise NotSuspended
    if _is_platforms(integration) and not _is_of_platform(actor, integration):
        raise PlatformsSuspension
    reason = integration.state_reason
    access.resume_integration(integration=integration, actor=_name(actor))
    told.integration_changed("integration_resumed", integration, actor, reason)


@transaction.atomic
def end_integration(*, integration: Integration, reason: str, actor: Person) -> None:
    """End an integration for good: credentials, tokens, licences and charge, and any open
    amendment. Today is its last day. Raises `Incomplete` or `IntegrationEnded`.
    """
    _begin(integration, "integration:end", actor, reason)
    access.end_integration(integration=integration, reason=reason.strip(), actor=_name(actor))
    because = _("The integration has ended.")
    void_amendment(integration=integration, because=because, actor=actor)
    told.integration_changed("integration_ended", integration, actor, reason)


@transaction.atomic
def transfer_integration(
    *, integration: Integration, to: Contact, reason: str, stops: bool, actor: Person
) -> None:
    """Hand an integration over to another technical contact, who is mailed a one-time link.

    The former one sees and changes nothing of it any more. With `stops`, all that they may know
    ends at once: secrets, consents and tokens; else the program goes on with what it has.
    Raises `Incomplete` or `IntegrationEnded`.
    """
    _begin(integration, "integration:transfer", actor, reason)
    to = _checked(to)
    before, people = integration.technical_contact, told.people_of(integration)
    contact = _person(to, actor)
    if before == contact:
        raise Incomplete({"email": _("This is the technical contact already.")})
    by = _name(actor)
    business_id = integration.business_id
    if not Membership.objects.filter(person=contact, business_id=business_id).exists():
        role = Role.TECHNICAL_CONTACT
        access.add_membership(person=contact, business_id=business_id, role=role, actor=by)
    access.set_technical_contact(integration=integration, person=contact, actor=by)
    if before is not None:
        _let_go(before, integration, by)
    if stops:
        _stop_all(integration, by)
    record_event(
        kind="access:integration:transferred",
        subject=f"integration:{integration.pk}",
        actor=by,
        data={"to": to.email, "reason": reason.strip(), "stops": stops},
    )
    for client in Client.objects.filter(integration=integration):
        link, token = make_credential_link(client=client, name=to.name, email=to.email, actor=actor)
        notices.credentials_link(link, token)
    told.integration_transferred(integration, people, actor=actor, to=to.name, reason=reason)


def may_resume(person: Person, integration: Integration) -> bool:
    """Whether somebody who may suspend may lift what is suspended now."""
    return not _is_platforms(integration) or _is_of_platform(person, integration)


def _begin(
    integration: Integration, permission: str, actor: Person, reason: str | None = None
) -> None:
    require(actor, permission, business_id=integration.business_id)
    hold(integration)
    integration.refresh_from_db()
    if integration.state == State.ENDED:
        raise IntegrationEnded(integration.name)
    if reason is not None and not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise Incomplete({"reason": _("Say why: whom it concerns is told these words.")})


def _is_of_platform(person: Person, integration: Integration) -> bool:
    platform = {Who.ACCOUNT_MANAGER, Who.PARTNER_SERVICES, Who.OPERATOR}
    return bool(roles_of(person, integration.business_id) & platform)


def _is_platforms(integration: Integration) -> bool:
    suspended = Suspension.objects.filter(integration=integration, until_at=None)
    return suspended.filter(by_platform=True).exists()


def _checked(to: Contact) -> Contact:
    to = Contact(to.name.strip(), to.email.strip().lower())
    problems = {} if to.name else {"name": _("Name the person.")}
    try:
        validate_email(to.email)
    except ValidationError:
        problems["email"] = _("Write an e-mail address, such as name@example.com.")
    if problems:
        raise Incomplete(problems)
    return to


def _person(to: Contact, actor: Person) -> Person:
    known = Person.objects.filter(email__iexact=to.email).first()
    return known or access.add_person(
        email=to.email, password=None, name=to.name, actor=_name(actor)
    )


def _let_go(person: Person, integration: Integration, by: str) -> None:
    """Take the role away from somebody who looks after nothing of the business any more."""
    business_id = integration.business_id
    if Integration.objects.filter(business_id=business_id, technical_contact=person).exists():
        return
    gone, _rows = Membership.objects.filter(
        person=person, business_id=business_id, role=Role.TECHNICAL_CONTACT
    ).delete()
    if gone:
        record_event(
            kind="directory:membership:ended",
            subject=f"person:{person.pk}",
            actor=by,
            data={"business_id": business_id, "role": Role.TECHNICAL_CONTACT.value},
        )


def _stop_all(integration: Integration, by: str) -> None:
    live = ClientSecret.objects.filter(client__integration=integration, revoked_at=None)
    for secret in live.select_related("client"):
        revoke_secret(secret=secret, actor=by, because=SecretEnd.TRANSFER)
    access.end_all_tokens(integration=integration, reason="handed over", actor=by)


def _name(person: Person) -> str:
    return f"person:{person.pk}"
