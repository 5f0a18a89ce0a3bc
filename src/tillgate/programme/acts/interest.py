"""Interest: a merchant registers it, or an account manager opens it; then the way to the form."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import MerchantAccount, Person, Role, StaffRole
from tillgate.directory.permissions import require
from tillgate.directory.queries import business_by_id
from tillgate.foundation import clock
from tillgate.programme import notices
from tillgate.programme.acts.invitation import make_invitation
from tillgate.programme.errors import InterestClosed, OtherManager, UnknownMerchant
from tillgate.programme.models import Interest, Invitation
from tillgate.programme.recording import record
from tillgate.programme.states import InterestState, move

ONE_CLICK = timedelta(minutes=1)


@transaction.atomic
def register_interest(  # noqa: PLR0913  what the form asks
    *,
    business_name: str,
    contact_name: str,
    country: str,
    locations: int | None,
    wishes: str,
    actor: Person,
) -> Interest:
    """A merchant is interested; the account manager with the fewest open interests is told.

    The same business named again by the same person, while the first is open, is the first one.
    """
    require(actor, "interest:register")
    # One registration at a time for a person, so that a double click finds the first.
    Person.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    mine = Interest.objects.filter(person=actor, state=InterestState.OPEN)
    if known := mine.filter(business_name__iexact=business_name.strip()).first():
        return known
    interest = _add(
        person=actor,
        opened_by=actor,
        business_name=business_name.strip(),
        contact_name=contact_name.strip(),
        email=actor.email,
        country=country,
        locations=locations,
        wishes=wishes.strip(),
        manager=_least_busy_manager(),
    )
    record("interest:registered", _subject(interest), actor, business=interest.business_name)
    notices.interest_received(interest)
    notices.interest_assigned(interest)
    return interest


@transaction.atomic
def open_interest(
    *, business_id: int, contact_name: str, email: str, wishes: str, actor: Person
) -> Interest:
    """An account manager opens an interest for a merchant; the business becomes theirs.

    For the same address, while the first is open, it is the first one. Raises `UnknownMerchant`
    or `OtherManager`.
    """
    require(actor, "interest:open")
    name = _claim(business_id, actor)
    # The claim holds the business until the end, so that a double click finds the first.
    same = Interest.objects.filter(business_id=business_id, email=email.strip().lower())
    if known := same.filter(state=InterestState.LINKED, manager=actor).first():
        return known
    interest = _add(
        business_id=business_id,
        opened_by=actor,
        business_name=name,
        contact_name=contact_name.strip(),
        email=email.strip().lower(),
        wishes=wishes.strip(),
        manager=actor,
        state=InterestState.LINKED,
    )
    record("interest:opened", _subject(interest), actor, business_id=business_id)
    return interest


@transaction.atomic
def take_interest(*, interest: Interest, actor: Person) -> None:
    """An account manager takes over an interest that nobody has. Raises `OtherManager`."""
    require(actor, "interest:handle")
    if not Interest.objects.filter(pk=interest.pk, manager=None).update(manager=actor):
        raise OtherManager
    interest.manager = actor
    record("interest:taken", _subject(interest), actor)


@transaction.atomic
def hand_over_interest(*, interest: Interest, to: Person, actor: Person) -> None:
    """Give an interest, and the merchant it is about, to another account manager."""
    _check_mine(interest, actor)
    if not to.staff_memberships.filter(role=StaffRole.ACCOUNT_MANAGER).exists():
        raise NotPermitted("interest:handle")
    Interest.objects.filter(pk=interest.pk).update(manager=to)
    if interest.business_id is not None:
        MerchantAccount.objects.filter(business_id=interest.business_id).update(manager=to)
    interest.manager = to
    record("interest:handed_over", _subject(interest), actor, to=f"person:{to.pk}")
    notices.interest_assigned(interest)


@transaction.atomic
def link_interest(*, interest: Interest, business_id: int, actor: Person) -> None:
    """Say which business of the back office an interest is about; it becomes the manager's.

    Raises `Overtaken`, `UnknownMerchant` or `OtherManager`.
    """
    _check_mine(interest, actor)
    name = _claim(business_id, actor)
    move(interest, InterestState.LINKED, business_id=business_id, business_name=name)
    record("interest:linked", _subject(interest), actor, business_id=business_id)


@transaction.atomic
def send_form_link(*, interest: Interest, actor: Person) -> Invitation:
    """Mail the overview and a personal form link; an earlier link that was not used ends.

    A second click within a minute mails nothing. Raises `InterestClosed`.
    """
    interest = Interest.objects.select_for_update(of=("self",)).get(pk=interest.pk)
    _check_mine(interest, actor)
    if interest.state != InterestState.LINKED or interest.business_id is None:
        raise InterestClosed
    just_now = clock.now() - ONE_CLICK
    sent = Invitation.objects.filter(interest=interest, ended_at=None, created_at__gt=just_now)
    if known := sent.first():
        return known
    invitation, token = make_invitation(
        business_id=interest.business_id,
        email=interest.email,
        role=Role.OWNER,
        actor=actor,
        interest=interest,
    )
    record("interest:form_link_sent", _subject(interest), actor, email=interest.email)
    notices.form_link(invitation, token)
    return invitation


@transaction.atomic
def close_interest(*, interest: Interest, because: str, actor: Person) -> None:
    """End an interest which leads nowhere, in words. Raises `Overtaken`."""
    _check_mine(interest, actor)
    move(interest, InterestState.CLOSED, closed_because=because.strip())
    record("interest:closed", _subject(interest), actor, because=because.strip())


@transaction.atomic
def mark_partnership(*, business_id: int, formal: bool, note: str, actor: Person) -> None:
    """Say whether a business is in a formal partnership, and what was agreed."""
    require(actor, "merchant:mark_partnership", business_id=business_id)
    if business_by_id(business_id) is None:
        raise UnknownMerchant
    MerchantAccount.objects.update_or_create(
        business_id=business_id,
        defaults={"formal_partnership": formal, "partnership_note": note.strip()},
    )
    data = {"formal": formal, "note": note.strip()}
    record("merchant:partnership_marked", f"business:{business_id}", actor, **data)


def _add(**columns: object) -> Interest:
    now = clock.now()
    return Interest.objects.create(created_at=now, state_since=now, **columns)


def _claim(business_id: int, manager: Person) -> str:
    """Make the business the manager's unless it is another's; returns its name."""
    business = business_by_id(business_id)
    if business is None:
        raise UnknownMerchant
    account, _ = MerchantAccount.objects.get_or_create(business_id=business_id)
    mine = MerchantAccount.objects.filter(pk=account.pk).filter(
        Q(manager=None) | Q(manager=manager)
    )
    if not mine.update(manager=manager):
        raise OtherManager
    return business.name


def _check_mine(interest: Interest, actor: Person) -> None:
    require(actor, "interest:handle")
    if interest.manager_id != actor.pk:
        raise OtherManager(_("This interest is another account manager's."))


def _least_busy_manager() -> Person | None:
    open_interests = Count("interests_managed", filter=Q(interests_managed__state="open"))
    managers = Person.objects.filter(
        staff_memberships__role=StaffRole.ACCOUNT_MANAGER, is_active=True
    )
    return managers.annotate(load=open_interests).order_by("load", "pk").first()


def _subject(interest: Interest) -> str:
    return f"interest:{interest.pk}"
