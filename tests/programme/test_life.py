"""Suspension, end and handover of an integration: with a reason, at once, by who may."""

from collections.abc import Callable
from typing import Any

import pytest
from oauth2_provider.models import AccessToken
from tests.access.world import assert_oauth_error, basic, make_person, post
from tests.programme.way import Cast, approved, credentials_token, mails_to, make_staff, opened

from tillgate.access import credentials
from tillgate.access.acts import issue_refresh_token
from tillgate.access.errors import IntegrationEnded
from tillgate.access.models import ClientSecret, Consent, Integration, State, Suspension
from tillgate.access.queries import integrations_visible_to, licensed_today
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Membership, Person, StaffRole
from tillgate.foundation.models import Event
from tillgate.programme.acts import life as acts
from tillgate.programme.acts.handover import Credentials
from tillgate.programme.acts.life import Contact
from tillgate.programme.errors import Incomplete, LinkUnknown, NotSuspended, PlatformsSuspension
from tillgate.programme.models import CredentialLink

INES = "ines@okafor.example"
NEW = Contact("Tess Abara", "tess@abara.example")


@pytest.fixture
def integration(cast: Cast) -> Integration:
    found = approved(cast).integration
    assert found is not None
    return found


@pytest.fixture
def given(integration: Integration) -> Credentials:
    return opened(CredentialLink.objects.get())


def token_answer(given: Credentials) -> Any:
    headers = basic(given.client_id, given.secret)
    return post("/oauth/token", headers, grant_type="client_credentials")


def suspend(integration: Integration, actor: Person, reason: str = "unpaid") -> None:
    acts.suspend_integration(integration=integration, reason=reason, actor=actor)


def test_a_suspension_refuses_tokens_and_is_told_with_its_reason(
    cast: Cast, integration: Integration, given: Credentials
) -> None:
    assert token_answer(given).status_code == 200
    suspend(integration, cast.owner, "a leak")
    words = assert_oauth_error(token_answer(given), 400, "unauthorized_client")
    assert "a leak" in words
    assert AccessToken.objects.count() == 1
    for email in (cast.owner.email, INES):
        assert "a leak" in mails_to(email)[0].text
    acts.resume_integration(integration=integration, actor=cast.owner)
    assert token_answer(given).status_code == 200
    [row] = Suspension.objects.all()
    assert row.until_at is not None
    assert row.until_at > row.from_at


def test_the_merchant_lifts_what_the_merchant_stopped_and_nothing_else(
    cast: Cast, integration: Integration
) -> None:
    suspend(integration, cast.reviewer)
    for act in (
        lambda: acts.resume_integration(integration=integration, actor=cast.owner),
        lambda: suspend(integration, cast.owner),
    ):
        with pytest.raises(PlatformsSuspension):
            act()
    acts.resume_integration(integration=integration, actor=cast.manager)
    suspend(integration, cast.owner)
    suspend(integration, cast.reviewer, "the platform too")
    with pytest.raises(PlatformsSuspension):
        acts.resume_integration(integration=integration, actor=cast.owner)
    assert Suspension.objects.filter(until_at=None).count() == 1
    acts.resume_integration(integration=integration, actor=cast.reviewer)
    with pytest.raises(NotSuspended):
        acts.resume_integration(integration=integration, actor=cast.reviewer)


def test_the_end_is_for_good_and_takes_everything_along(
    cast: Cast, integration: Integration, given: Credentials
) -> None:
    assert token_answer(given).status_code == 200
    client = integration.clients.get()
    issue_refresh_token(client=client, person=cast.owner, scopes=["items"])
    acts.end_integration(integration=integration, reason="we closed", actor=cast.owner)
    assert_oauth_error(token_answer(given), 401, "invalid_client")
    assert not AccessToken.objects.exists()
    assert not Consent.objects.filter(ended_at=None).exists()
    assert not ClientSecret.objects.filter(revoked_at=None).exists()
    assert "has ended" in mails_to(INES)[0].subject
    for act in (
        lambda: suspend(integration, cast.owner),
        lambda: acts.resume_integration(integration=integration, actor=cast.owner),
        lambda: acts.end_integration(integration=integration, reason="x", actor=cast.owner),
        lambda: acts.transfer_integration(
            integration=integration, to=NEW, reason="x", stops=True, actor=cast.owner
        ),
        lambda: credentials.make_secret(client=client, actor=cast.owner),
    ):
        with pytest.raises(IntegrationEnded):
            act()


def test_a_handover_that_stops_ends_all_the_former_contact_knows(
    cast: Cast, integration: Integration, given: Credentials
) -> None:
    assert token_answer(given).status_code == 200
    client = integration.clients.get()
    issue_refresh_token(client=client, person=cast.owner, scopes=["items"])
    old_link = credentials_token(CredentialLink.objects.get())
    acts.transfer_integration(
        integration=integration, to=NEW, reason="other company", stops=True, actor=cast.owner
    )
    assert token_answer(given).status_code == 401
    assert not AccessToken.objects.exists()
    assert not Consent.objects.filter(ended_at=None).exists()
    ines = Person.objects.get(email=INES)
    assert not integrations_visible_to(ines).exists()
    assert not Membership.objects.filter(person=ines).exists()
    assert old_link != credentials_token(CredentialLink.objects.latest("pk"))
    fresh = opened(CredentialLink.objects.latest("pk"))
    assert token_answer(fresh).status_code == 200
    assert integrations_visible_to(Person.objects.get(email=NEW.email)).exists()
    assert licensed_today(integration) == sorted(cast.shop.locations)


def test_a_handover_without_a_stop_lets_the_program_go_on(
    cast: Cast, integration: Integration, given: Credentials
) -> None:
    acts.transfer_integration(
        integration=integration, to=NEW, reason="other company", stops=False, actor=cast.manager
    )
    assert token_answer(given).status_code == 200
    assert "looks after" in mails_to(INES)[0].subject
    client = integration.clients.get()
    with pytest.raises(NotPermitted):
        credentials.make_secret(client=client, actor=Person.objects.get(email=INES))


def test_a_link_that_was_not_opened_yet_dies_with_the_handover(
    cast: Cast, integration: Integration
) -> None:
    from_before = CredentialLink.objects.get()
    acts.transfer_integration(
        integration=integration, to=NEW, reason="x", stops=True, actor=cast.owner
    )
    with pytest.raises(LinkUnknown):
        opened(from_before)


@pytest.mark.parametrize(
    ("to", "field"),
    [
        (Contact("", "tess@abara.example"), "name"),
        (Contact("Tess", "tess"), "email"),
        (Contact("Ines", INES.upper()), "email"),
    ],
)
def test_a_handover_to_nobody_is_refused_and_changes_nothing(
    cast: Cast, integration: Integration, to: Contact, field: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        acts.transfer_integration(
            integration=integration, to=to, reason="x", stops=True, actor=cast.owner
        )
    assert field in refused.value.problems
    integration.refresh_from_db()
    assert integration.technical_contact == Person.objects.get(email=INES)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_each_needs_a_reason(cast: Cast, integration: Integration, reason: str) -> None:
    for act in (acts.suspend_integration, acts.end_integration):
        with pytest.raises(Incomplete):
            act(integration=integration, reason=reason, actor=cast.owner)
    integration.refresh_from_db()
    assert integration.state == State.ACTIVE


Act = Callable[[Integration, Person], None]
ACTS: dict[str, Act] = {
    "suspend": suspend,
    "end": lambda found, person: acts.end_integration(integration=found, reason="x", actor=person),
    "transfer": lambda found, person: acts.transfer_integration(
        integration=found, to=NEW, reason="x", stops=False, actor=person
    ),
}


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("suspend", {"owner", "manager", "reviewer", "operator"}),
        ("end", {"owner", "manager", "reviewer"}),
        ("transfer", {"owner", "manager"}),
    ],
)
def test_who_may(cast: Cast, integration: Integration, name: str, allowed: set[str]) -> None:
    people = {
        "owner": cast.owner,
        "member": cast.member,
        "contact": Person.objects.get(email=INES),
        "manager": cast.manager,
        "other manager": make_staff("ola", StaffRole.ACCOUNT_MANAGER),
        "reviewer": cast.reviewer,
        "operator": make_staff("otto", StaffRole.OPERATOR),
        "stranger": make_person("sid"),
    }
    before = Event.objects.count()
    for who in people.keys() - allowed:
        with pytest.raises(NotPermitted):
            ACTS[name](integration, people[who])
    assert Event.objects.count() == before
    for who in allowed:
        Integration.objects.filter(pk=integration.pk).update(state=State.ACTIVE)
        Integration.objects.filter(pk=integration.pk).update(technical_contact=people["contact"])
        Suspension.objects.all().delete()
        integration.refresh_from_db()
        ACTS[name](integration, people[who])
