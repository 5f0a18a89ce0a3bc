"""From interest to the personal form link, and who comes to act for a business."""

from datetime import timedelta

import pytest
from tests.access.world import Shop, make_person
from tests.programme.way import Cast, mails_to, make_staff, newest_token

from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Membership, MerchantAccount, Person, Role, StaffRole
from tillgate.directory.permissions import Who, roles_of
from tillgate.foundation import clock
from tillgate.foundation.models import Event
from tillgate.programme.acts import interest as acts
from tillgate.programme.acts import invitation
from tillgate.programme.errors import (
    InterestClosed,
    LinkExpired,
    LinkUnknown,
    LinkUsed,
    OtherAddress,
    OtherManager,
    Overtaken,
    UnknownMerchant,
)
from tillgate.programme.models import Interest, Invitation
from tillgate.programme.queries import interests_visible_to


def register(person: Person, name: str = "Harbour Street") -> Interest:
    return acts.register_interest(
        business_name=name,
        contact_name="Maya Lindqvist",
        country="IE",
        locations=3,
        wishes="Our journal",
        actor=person,
    )


def form_link(cast: Cast, person: Person) -> str:
    """A linked interest of the person, and the token of its form link."""
    interest = register(person)
    acts.link_interest(interest=interest, business_id=cast.shop.business_id, actor=cast.manager)
    acts.send_form_link(interest=interest, actor=cast.manager)
    return newest_token(person.email, "invitation")


def test_register_assigns_and_tells_the_account_manager(cast: Cast) -> None:
    person = make_person("nia")
    interest = register(person)
    assert interest.manager == cast.manager
    assert "Our journal" in mails_to(cast.manager.email)[0].text
    assert mails_to(person.email)
    event = Event.objects.get(kind="programme:interest:registered")
    assert event.actor == f"person:{person.pk}"


def test_register_twice_is_one_interest(cast: Cast) -> None:
    person = make_person("nia")
    assert register(person) == register(person, " harbour street ")
    assert Interest.objects.filter(person=person).count() == 1
    assert len(mails_to(person.email)) == 1


def test_the_account_manager_with_the_fewest_open_interests_is_chosen(cast: Cast) -> None:
    other = make_staff("ola", StaffRole.ACCOUNT_MANAGER)
    chosen = [register(make_person("nia"), f"Shop {n}").manager for n in range(4)]
    assert chosen == [cast.manager, other, cast.manager, other]


def test_without_an_account_manager_it_waits_for_one_to_take_it(shop: Shop, db: None) -> None:
    interest = register(make_person("nia"))
    assert interest.manager is None
    manager, late = (make_staff(name, StaffRole.ACCOUNT_MANAGER) for name in ("dana", "ola"))
    stale = Interest.objects.get(pk=interest.pk)
    assert interest in interests_visible_to(late)
    acts.take_interest(interest=interest, actor=manager)
    with pytest.raises(OtherManager):
        acts.take_interest(interest=stale, actor=late)
    assert interest not in interests_visible_to(late)


def test_a_registered_person_sees_no_business_until_invited(cast: Cast) -> None:
    person = make_person("nia")
    register(person)
    assert roles_of(person) == {Who.ANYONE, Who.SIGNED_IN}
    assert not Membership.objects.filter(person=person).exists()


def test_link_makes_the_business_the_account_managers(cast: Cast, shops: tuple[Shop, Shop]) -> None:
    interest = register(make_person("nia"))
    business_id = shops[1].business_id
    acts.link_interest(interest=interest, business_id=business_id, actor=cast.manager)
    assert MerchantAccount.objects.get(business_id=business_id).manager == cast.manager
    assert interest.business_name == shops[1].name
    with pytest.raises(Overtaken):
        acts.link_interest(interest=interest, business_id=business_id, actor=cast.manager)


def test_link_refuses_an_unknown_business_and_another_managers(cast: Cast) -> None:
    other = make_staff("ola", StaffRole.ACCOUNT_MANAGER)
    interest = register(make_person("nia"))
    with pytest.raises(UnknownMerchant):
        acts.link_interest(interest=interest, business_id=17, actor=cast.manager)
    acts.hand_over_interest(interest=interest, to=other, actor=cast.manager)
    with pytest.raises(OtherManager):
        acts.link_interest(interest=interest, business_id=cast.shop.business_id, actor=other)
    assert Interest.objects.get(pk=interest.pk).state == "open"


def test_an_account_manager_opens_an_interest_and_sends_the_form_link(cast: Cast) -> None:
    interest = acts.open_interest(
        business_id=cast.shop.business_id,
        contact_name="Nia",
        email="Nia@Example.com",
        wishes="",
        actor=cast.manager,
    )
    sent = acts.send_form_link(interest=interest, actor=cast.manager)
    assert (sent.email, sent.role) == ("nia@example.com", Role.OWNER)
    assert newest_token("nia@example.com", "invitation")


def test_only_their_account_manager_handles_an_interest(cast: Cast) -> None:
    interest = register(make_person("nia"))
    other = make_staff("ola", StaffRole.ACCOUNT_MANAGER)
    with pytest.raises(OtherManager):
        acts.close_interest(interest=interest, because="no", actor=other)
    with pytest.raises(NotPermitted):
        acts.close_interest(interest=interest, because="no", actor=cast.owner)
    acts.close_interest(interest=interest, because="too small", actor=cast.manager)
    with pytest.raises(InterestClosed):
        acts.send_form_link(interest=interest, actor=cast.manager)


def test_hand_over_needs_another_account_manager(cast: Cast) -> None:
    interest = register(make_person("nia"))
    with pytest.raises(NotPermitted):
        acts.hand_over_interest(interest=interest, to=cast.owner, actor=cast.manager)


# --- invitations ---------------------------------------------------------------------------------


def test_the_form_link_makes_its_reader_an_owner(cast: Cast) -> None:
    person = make_person("nia")
    token = form_link(cast, person)
    invitation.accept_invitation(token=token, actor=person)
    assert Who.OWNER in roles_of(person, cast.shop.business_id)
    with pytest.raises(LinkUsed):
        invitation.accept_invitation(token=token, actor=person)


def test_an_invitation_opens_to_its_address_only(cast: Cast) -> None:
    token = form_link(cast, make_person("nia"))
    stranger = make_person("sid")
    with pytest.raises(OtherAddress):
        invitation.accept_invitation(token=token, actor=stranger)
    assert Who.OWNER not in roles_of(stranger)


@pytest.mark.parametrize("change", [lambda t: t[:-1] + "-", lambda t: t + "x", lambda t: "é\0"])
def test_an_altered_link_is_unknown(cast: Cast, change) -> None:  # type: ignore[no-untyped-def]
    person = make_person("nia")
    altered = change(form_link(cast, person))
    if altered == form_link(cast, person):
        pytest.skip("the change hit the same letter")
    with pytest.raises(LinkUnknown):
        invitation.accept_invitation(token=altered, actor=person)


def test_an_expired_link_says_so(cast: Cast) -> None:
    person = make_person("nia")
    token = form_link(cast, person)
    Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(LinkExpired):
        invitation.accept_invitation(token=token, actor=person)


def test_a_new_invitation_ends_the_earlier(cast: Cast) -> None:
    person = make_person("nia")
    old = form_link(cast, person)
    invitation.invite_person(
        business_id=cast.shop.business_id, email=person.email, role=Role.MEMBER, actor=cast.owner
    )
    with pytest.raises(LinkUnknown):
        invitation.accept_invitation(token=old, actor=person)
    invitation.accept_invitation(token=newest_token(person.email, "invitation"), actor=person)
    assert Who.MEMBER in roles_of(person, cast.shop.business_id)


def test_an_owner_invited_as_a_member_stays_an_owner(cast: Cast) -> None:
    invitation.invite_person(
        business_id=cast.shop.business_id,
        email=cast.owner.email,
        role=Role.MEMBER,
        actor=cast.manager,
    )
    token = newest_token(cast.owner.email, "invitation")
    invitation.accept_invitation(token=token, actor=cast.owner)
    assert Who.OWNER in roles_of(cast.owner, cast.shop.business_id)


def test_who_may_not_invite_does_not(cast: Cast, shops: tuple[Shop, Shop]) -> None:
    for actor in (cast.member, cast.reviewer, make_staff("ola", StaffRole.ACCOUNT_MANAGER)):
        with pytest.raises(NotPermitted):
            invitation.invite_person(
                business_id=cast.shop.business_id, email="x@y.example", role=Role.OWNER, actor=actor
            )
    with pytest.raises(NotPermitted):
        invitation.invite_person(
            business_id=shops[1].business_id, email="x@y.example", role=Role.OWNER, actor=cast.owner
        )
    assert not Invitation.objects.exists()


def test_an_invitation_is_taken_back(cast: Cast) -> None:
    made = invitation.invite_person(
        business_id=cast.shop.business_id, email="x@y.example", role=Role.OWNER, actor=cast.owner
    )
    invitation.end_invitation(invitation=made, actor=cast.owner)
    with pytest.raises(LinkUsed):
        invitation.end_invitation(invitation=made, actor=cast.owner)
