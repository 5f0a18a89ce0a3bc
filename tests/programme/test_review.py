"""The review: nothing is approved unsigned, nobody reviews their own, and what then follows."""

import pytest
from tests.access.world import make_person
from tests.programme.way import (
    Cast,
    approved,
    mails_to,
    make_staff,
    sent,
    sign,
    signed,
    submitted,
)

from tillgate.access.acts import add_membership, add_staff_role
from tillgate.access.models import Client, ClientSecret, Integration
from tillgate.access.queries import licensed_today
from tillgate.content.queries import decline_reasons
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Membership, Person, Role, StaffRole
from tillgate.programme import queries
from tillgate.programme.acts import request as requests
from tillgate.programme.acts import review
from tillgate.programme.errors import (
    AlreadyDecided,
    Incomplete,
    NotSigned,
    Overtaken,
    OwnRequest,
    UnknownReason,
)
from tillgate.programme.models import AccessRequest, CredentialLink, Decision


@pytest.fixture
def reason(db: None) -> str:
    return decline_reasons()[0].code


def test_approving_opens_the_integration_with_what_was_asked(cast: Cast) -> None:
    request = approved(cast, staff=True, personal_reason="Tips by waiter")
    integration = Integration.objects.get()
    assert request.integration == integration
    assert integration.scope_words == ["financial-api", "items", "offline_access"]
    assert (integration.staff, integration.consumers) == (True, False)
    assert licensed_today(integration) == sorted(cast.shop.locations)
    assert request.agreements.get().state == "in_force"
    decision = Decision.objects.get()
    assert (decision.outcome, decision.reviewer) == ("approved", cast.reviewer)


def test_approving_makes_a_client_without_a_secret_and_mails_a_link(cast: Cast) -> None:
    approved(cast)
    client = Client.objects.get()
    assert client.redirect_uris == "https://books.lindqvist.example/callback"
    assert not ClientSecret.objects.exists()
    link = CredentialLink.objects.get()
    mail = mails_to("ines@okafor.example")[0]
    assert link.email == mail.to
    assert "/credentials/" in mail.text
    assert "approved" in mails_to(cast.owner.email)[0].subject.lower()


def test_the_technical_contact_becomes_one_and_sees_no_agreement(cast: Cast) -> None:
    request = approved(cast)
    contact = Person.objects.get(email="ines@okafor.example")
    membership = Membership.objects.get(person=contact)
    assert membership.role == Role.TECHNICAL_CONTACT
    assert request.integration is not None
    assert request.integration.technical_contact == contact
    assert not queries.requests_visible_to(contact).exists()
    assert not queries.sees_price(contact, request)


def test_an_owner_who_is_technical_contact_stays_owner(cast: Cast) -> None:
    approved(cast, technical_email=cast.owner.email.upper(), technical_outside=False)
    assert Membership.objects.get(person=cast.owner).role == Role.OWNER


@pytest.mark.parametrize("step", [submitted, lambda cast: sent(cast).request])
def test_nothing_is_approved_before_the_signature(cast: Cast, step) -> None:  # type: ignore[no-untyped-def]
    request = step(cast)
    with pytest.raises(NotSigned):
        review.approve_request(request=request, words="", actor=cast.reviewer)
    assert AccessRequest.objects.get().state == "submitted"
    assert not Integration.objects.exists()


def test_a_request_is_decided_once(cast: Cast, reason: str) -> None:
    request = approved(cast)
    for act in (
        lambda: review.approve_request(request=request, words="", actor=cast.second_reviewer),
        lambda: review.decline_request(
            request=request, reason=reason, words="no", actor=cast.second_reviewer
        ),
        lambda: review.ask_information(request=request, words="?", actor=cast.second_reviewer),
    ):
        with pytest.raises(AlreadyDecided):
            act()
    assert Decision.objects.count() == 1


def test_who_had_a_part_in_it_does_not_review_it(cast: Cast) -> None:
    agreement = signed(cast)
    for person in (cast.owner, cast.member, cast.manager):
        add_staff_role(person=person, role=StaffRole.PARTNER_SERVICES, actor="test")
        with pytest.raises(OwnRequest):
            review.approve_request(request=agreement.request, words="", actor=person)
    friend = make_staff("fay", StaffRole.PARTNER_SERVICES)
    add_membership(
        person=friend, business_id=cast.shop.business_id, role=Role.TECHNICAL_CONTACT, actor="test"
    )
    with pytest.raises(OwnRequest):
        review.approve_request(request=agreement.request, words="", actor=friend)


def test_only_partner_services_decide(cast: Cast, reason: str) -> None:
    request = signed(cast).request
    others = [StaffRole.ACCOUNT_MANAGER, StaffRole.PARTNER_GROWTH, StaffRole.OPERATOR]
    for actor in (make_staff("all", *others), cast.owner, make_person("nia")):
        with pytest.raises(NotPermitted):
            review.approve_request(request=request, words="", actor=actor)
        with pytest.raises(NotPermitted):
            review.decline_request(request=request, reason=reason, words="no", actor=actor)


def test_declining_mails_the_reason_and_voids_the_agreement(cast: Cast) -> None:
    agreement = signed(cast)
    advised = next(r for r in decline_reasons() if r.advise_account_manager)
    review.decline_request(
        request=agreement.request, reason=advised.code, words="Say more.", actor=cast.reviewer
    )
    agreement.refresh_from_db()
    assert agreement.state == "void"
    told = mails_to(cast.owner.email)[0].text
    assert "Say more." in told
    assert "account manager" in told
    assert "Say more." in mails_to(cast.manager.email)[0].text
    decision = Decision.objects.get()
    assert (decision.reason, decision.words) == (advised.code, "Say more.")


def test_declining_needs_a_known_reason_and_words(cast: Cast, reason: str) -> None:
    request = submitted(cast)
    with pytest.raises(UnknownReason):
        review.decline_request(request=request, reason="because", words="no", actor=cast.reviewer)
    with pytest.raises(Incomplete):
        review.decline_request(request=request, reason=reason, words=" ", actor=cast.reviewer)
    assert not Decision.objects.exists()


def test_an_asked_request_is_not_approved_until_answered(cast: Cast) -> None:
    request = signed(cast).request
    asked = review.ask_information(request=request, words="Which?", actor=cast.reviewer)
    with pytest.raises(Overtaken):
        review.approve_request(request=asked, words="", actor=cast.reviewer)
    assert not Integration.objects.exists()
    back = requests.give_information(request=asked, words="This.", actor=cast.owner)
    review.approve_request(request=back, words="", actor=cast.second_reviewer)


def test_a_location_that_is_no_longer_the_business_s_stops_the_approval(
    cast: Cast, owner_url: str
) -> None:
    from tillgate.access.errors import ForeignLocation  # noqa: PLC0415

    request = signed(cast).request
    AccessRequest.objects.update(answers=request.answers | {"locations": [17]})
    with pytest.raises(ForeignLocation):
        review.approve_request(request=request, words="", actor=cast.reviewer)
    assert not Decision.objects.exists()


# --- what the reviewer sees ----------------------------------------------------------------------


def test_the_queue_has_the_longest_waiting_first(cast: Cast) -> None:
    waiting = queries.review_queue()
    assert waiting == []
    request = submitted(cast)
    (only,) = queries.review_queue()
    assert (only.request, only.business, only.waited_days) == (request, cast.shop.name, 0)
    assert not only.is_late
    assert queries.place_in_queue(request) == 1


def test_others_with_the_same_traits_are_shown(cast: Cast, shops) -> None:  # type: ignore[no-untyped-def]
    from tests.programme.way import make_cast  # noqa: PLC0415

    other = submitted(make_cast(shops[1]), technical_email="INES@okafor.example")
    mine = submitted(cast)
    shared = queries.shared_traits(mine)
    assert {(trait.kind, trait.request) for trait in shared} == {
        ("technical_contact", other),
        ("redirect_host", other),
    }
    assert list(queries.others_of_business(mine)) == []


def test_everybody_sees_what_is_theirs(cast: Cast, shops) -> None:  # type: ignore[no-untyped-def]
    from tests.programme.way import drafted, make_cast  # noqa: PLC0415

    other_cast = make_cast(shops[1])
    draft, filed = drafted(other_cast), submitted(cast)
    seen = {
        cast.owner: {filed},
        cast.member: {filed},
        cast.manager: {filed},
        cast.reviewer: {filed},
        other_cast.owner: {draft},
        other_cast.manager: set(),
        make_staff("op", StaffRole.OPERATOR): set(),
        make_staff("gro", StaffRole.PARTNER_GROWTH): set(),
        make_person("nia"): set(),
    }
    for person, expected in seen.items():
        assert set(queries.requests_visible_to(person)) == expected
        assert (queries.request_numbered(filed.number, person) == filed) == (filed in expected)


@pytest.mark.parametrize("number", ["", "R-", "R-x", "R-٣", "1", "R-" + "9" * 30, "R--1"])
def test_odd_numbers_are_no_requests(cast: Cast, number: str) -> None:
    assert queries.request_numbered(number, cast.reviewer) is None


def test_signing_after_the_request_was_declined_is_too_late(cast: Cast, reason: str) -> None:
    agreement = sent(cast)
    review.decline_request(
        request=agreement.request, reason=reason, words="No.", actor=cast.reviewer
    )
    with pytest.raises(Overtaken):
        sign(agreement)
