"""Invitations: the only way to come to act for a business."""

from datetime import timedelta

from django.db import models, transaction

from tillgate.access.acts import add_membership
from tillgate.directory.models import Membership, Person, Role
from tillgate.directory.permissions import require
from tillgate.foundation import clock
from tillgate.programme import notices
from tillgate.programme.errors import LinkExpired, LinkUnknown, LinkUsed, OtherAddress
from tillgate.programme.links import hash_of, new_link
from tillgate.programme.models import Interest, Invitation
from tillgate.programme.recording import record

INVITATION_LIFE = timedelta(days=14)
INVITABLE = (Role.OWNER, Role.MEMBER)
"""A technical contact is named in a request, for one integration."""

_RANK = (Role.TECHNICAL_CONTACT, Role.MEMBER, Role.OWNER)


@transaction.atomic
def invite_person(*, business_id: int, email: str, role: Role, actor: Person) -> Invitation:
    """Invite an address to act for a business as its owner or a member."""
    assert role in INVITABLE
    invitation, token = make_invitation(
        business_id=business_id, email=email, role=role, actor=actor, interest=None
    )
    notices.invited(invitation, token)
    return invitation


def make_invitation(
    *, business_id: int, email: str, role: Role, actor: Person, interest: Interest | None
) -> tuple[Invitation, str]:
    """An invitation and the token for its link; earlier ones to the address and business end."""
    require(actor, "person:invite", business_id=business_id)
    email, now, link = email.strip().lower(), clock.now(), new_link()
    _open().filter(business_id=business_id, email=email).update(ended_at=now)
    invitation = Invitation.objects.create(
        business_id=business_id,
        interest=interest,
        email=email,
        role=role,
        token_hash=link.token_hash,
        invited_by=actor,
        created_at=now,
        expires_at=now + INVITATION_LIFE,
    )
    data = {"email": email, "role": role.value}
    record("invitation:sent", f"business:{business_id}", actor, **data)
    return invitation, link.token


@transaction.atomic
def end_invitation(*, invitation: Invitation, actor: Person) -> None:
    """Take an invitation back; one that was accepted stays. Raises `LinkUsed`."""
    require(actor, "person:invite", business_id=invitation.business_id)
    if not _open().filter(pk=invitation.pk).update(ended_at=clock.now()):
        raise LinkUsed
    data = {"email": invitation.email}
    record("invitation:ended", f"business:{invitation.business_id}", actor, **data)


def find_invitation(token: str) -> Invitation:
    """The invitation of a link. Raises `LinkUnknown`, `LinkUsed` or `LinkExpired`."""
    invitation = Invitation.objects.filter(token_hash=hash_of(token)).first()
    if invitation is None or invitation.ended_at is not None:
        raise LinkUnknown
    if invitation.accepted_at is not None:
        raise LinkUsed
    if invitation.expires_at <= clock.now():
        raise LinkExpired
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, actor: Person) -> Invitation:
    """Act for the business from now on; who is more already stays so.

    Raises `LinkUnknown`, `LinkUsed`, `LinkExpired` or `OtherAddress`.
    """
    require(actor, "invitation:accept")
    invitation = find_invitation(token)
    if invitation.email != actor.email.lower():
        raise OtherAddress
    now = clock.now()
    if not _open().filter(pk=invitation.pk).update(accepted_at=now, accepted_by=actor):
        raise LinkUsed
    if _is_promotion(invitation, actor):
        add_membership(
            person=actor,
            business_id=invitation.business_id,
            role=Role(invitation.role),
            actor=f"person:{actor.pk}",
        )
    if invitation.interest_id is not None:
        Interest.objects.filter(pk=invitation.interest_id, person=None).update(person=actor)
    data = {"email": invitation.email, "role": invitation.role}
    record("invitation:accepted", f"business:{invitation.business_id}", actor, **data)
    return invitation


def _is_promotion(invitation: Invitation, actor: Person) -> bool:
    held = Membership.objects.filter(person=actor, business_id=invitation.business_id).first()
    return held is None or _RANK.index(Role(held.role)) < _RANK.index(Role(invitation.role))


def _open() -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(accepted_at=None, ended_at=None)
