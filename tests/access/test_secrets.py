"""Two live secrets with an overlap that people control, and how each of them ends."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections
from oauth2_provider.models import AccessToken
from tests.access.world import World, basic, first_refresh_token, make_person, post, refresh

from tillgate.access import acts, credentials, secrets
from tillgate.access.errors import (
    BadOverlap,
    IntegrationEnded,
    LastSecret,
    NoSuchSecret,
    RedirectRefused,
    TooManySecrets,
)
from tillgate.access.models import ClientSecret
from tillgate.access.queries import live_secrets
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Role
from tillgate.foundation import clock
from tillgate.foundation.models import Event, Message

Travel = Callable[[timedelta], None]


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """Let the clock stand so much later (or earlier) than it is."""

    def go(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + by)

    return go


def today(days: int = 0) -> date:
    return clock.now().date() + timedelta(days=days)


def change(world: World, *, until: int = 14, idle: int = 3, last_day: date | None = None) -> str:
    return credentials.make_secret(
        client=world.client,
        actor=world.owner,
        overlap_until=today(until),
        idle_days=idle,
        last_day=last_day,
    )


def status(world: World, secret: str) -> int:
    headers = basic(world.client.client_id, secret)
    return post("/oauth/token", headers, grant_type="client_credentials").status_code


def old_of(world: World) -> ClientSecret:
    return world.client.secrets.earliest("pk")


def subjects() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("subject", flat=True))


def test_both_secrets_work_until_the_old_one_was_not_used_for_its_days(
    world: World, travel: Travel
) -> None:
    new = change(world)
    for days in (2, 4, 6):
        travel(timedelta(days=days))
        assert (status(world, world.secret), status(world, new)) == (200, 200)
    travel(timedelta(days=8, hours=23))
    assert old_of(world) in live_secrets(world.client)
    travel(timedelta(days=9, minutes=1))
    assert (status(world, world.secret), status(world, new)) == (401, 200)


def test_a_retired_secret_never_outlives_the_date_that_was_set(
    world: World, travel: Travel
) -> None:
    change(world, until=5, idle=30)
    end = datetime.combine(today(6), datetime.min.time(), UTC)
    travel(end - clock.now() - timedelta(minutes=1))
    assert status(world, world.secret) == 200
    travel(end - datetime.now(UTC))
    assert status(world, world.secret) == 401


def test_nor_a_date_that_was_set_before(world: World) -> None:
    ClientSecret.objects.update(expires_at=clock.now() + timedelta(days=2))
    change(world, until=60)
    old = old_of(world)
    assert old.expires_at is not None
    assert old.expires_at < clock.now() + timedelta(days=2)


def test_a_third_secret_is_refused_while_two_live(world: World) -> None:
    change(world)
    with pytest.raises(TooManySecrets, match="Revoke one"):
        change(world)
    assert world.client.secrets.count() == 2


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("overlap_until", {"until": -1}),
        ("overlap_until", {"until": 91}),
        ("idle_days", {"idle": 0}),
        ("idle_days", {"idle": 31}),
        ("last_day", {"last_day": date(2020, 1, 1)}),
        ("last_day", {"last_day": date(9999, 12, 31)}),
    ],
)
def test_an_overlap_out_of_bounds_is_refused_and_nothing_is_made(
    world: World, field: str, wrong: dict[str, object]
) -> None:
    with pytest.raises(BadOverlap) as refused:
        change(world, **wrong)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert world.client.secrets.count() == 1


def test_a_revoked_secret_takes_its_own_tokens_with_it_and_no_others(world: World) -> None:
    new = change(world)
    for secret in (world.secret, new):
        assert status(world, secret) == 200
    credentials.end_secret(
        client=world.client, secret_id=old_of(world).pk, actor=world.owner, knows_last=False
    )
    assert AccessToken.objects.count() == 1
    assert (status(world, world.secret), status(world, new)) == (401, 200)
    with pytest.raises(NoSuchSecret):
        credentials.end_secret(
            client=world.client, secret_id=old_of(world).pk, actor=world.owner, knows_last=True
        )


def test_the_last_secret_goes_only_when_that_is_meant(world: World) -> None:
    only = old_of(world)
    with pytest.raises(LastSecret, match="only live secret"):
        credentials.end_secret(
            client=world.client, secret_id=only.pk, actor=world.owner, knows_last=False
        )
    assert status(world, world.secret) == 200
    credentials.end_secret(
        client=world.client, secret_id=only.pk, actor=world.owner, knows_last=True
    )
    assert status(world, world.secret) == 401
    again = credentials.make_secret(client=world.client, actor=world.owner)
    assert status(world, again) == 200


def test_a_rotation_in_the_middle_of_a_refresh_breaks_neither(world: World) -> None:
    first = first_refresh_token(world)
    change(world)
    pair = refresh(world, first)
    assert pair.status_code == 200
    secrets.revoke_secret(secret=old_of(world), actor="test")
    token = pair.json()["refresh_token"]  # type: ignore[attr-defined]
    assert refresh(world, token).status_code == 401
    new = credentials.make_secret(
        client=world.client, actor=world.owner, overlap_until=today(1), idle_days=1
    )
    # The family lives on: the program goes on with its refresh token and the new secret.
    assert refresh(world._replace(secret=new), token).status_code == 200


def test_no_token_of_a_secret_is_left_that_is_revoked_while_it_is_asked_for(
    committed: World,
) -> None:
    start = Barrier(5)

    def ask() -> int:
        try:
            start.wait()
            return status(committed, committed.secret)
        finally:
            connections.close_all()

    def revoke() -> int:
        try:
            start.wait()
            return int(secrets.revoke_secret(secret=old_of(committed), actor="test"))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(ask) for _ in range(4)]
        assert pool.submit(revoke).result() == 1
        assert {answer.result() for answer in answers} <= {200, 401}
    assert not AccessToken.objects.filter(application=committed.client).exists()


def test_what_ended_by_itself_is_said_once(world: World, travel: Travel) -> None:
    change(world, until=10, idle=3)
    assert secrets.end_due_secrets() == 0
    travel(timedelta(days=4))
    assert [secrets.end_due_secrets() for _ in range(3)] == [1, 0, 0]
    old = old_of(world)
    assert (old.end_reason, old.revoked_at) == ("unused", old.idle_at)
    assert Event.objects.filter(kind="access:secret:ended").count() == 1
    assert subjects().count("A secret of Ledger Bridge has ended") == 1


def test_a_clock_that_jumped_and_came_back_leaves_one_outcome(world: World, travel: Travel) -> None:
    new = change(world, until=10, idle=3)
    travel(timedelta(days=400))
    assert status(world, world.secret) == 401
    secrets.end_due_secrets()
    travel(timedelta(0))
    assert (status(world, world.secret), status(world, new)) == (401, 200)
    assert [secret.pk for secret in live_secrets(world.client)] == [
        world.client.secrets.latest("pk").pk
    ]


def test_warnings_come_14_and_3_days_before_the_end_once_each(world: World, travel: Travel) -> None:
    contact = make_person("ines")
    acts.set_technical_contact(integration=world.integration, person=contact, actor="test")
    ClientSecret.objects.update(expires_at=clock.now() + timedelta(days=40))
    told = []
    for days in range(41):
        travel(timedelta(days=days, minutes=1))
        told += [days] * secrets.warn_of_expiries() + [days] * secrets.warn_of_expiries()
        Message.objects.update(text="")
    sent = Message.objects.filter(subject__contains="ends on")
    assert sorted(sent.values_list("to", flat=True)) == sorted(
        [contact.email, world.owner.email] * 2
    )
    assert set(told) == set(range(26, 40))


def test_a_date_that_is_near_when_it_is_set_is_no_news(world: World, travel: Travel) -> None:
    change(world, until=10, idle=30)
    assert secrets.warn_of_expiries() == 0
    travel(timedelta(days=9))
    assert secrets.warn_of_expiries() == 1


def test_owner_and_technical_contact_have_a_hand_on_credentials_and_nobody_else(
    world: World,
) -> None:
    contact, member, stranger = make_person("ines"), make_person("milo"), make_person("sid")
    for person, role in ((contact, Role.TECHNICAL_CONTACT), (member, Role.MEMBER)):
        acts.add_membership(
            person=person, business_id=world.shop.business_id, role=role, actor="test"
        )
    acts.set_technical_contact(integration=world.integration, person=contact, actor="test")
    former = make_person("old")
    acts.add_membership(
        person=former,
        business_id=world.shop.business_id,
        role=Role.TECHNICAL_CONTACT,
        actor="test",
    )
    for person in (member, stranger, former):
        for act in (
            lambda p: credentials.make_secret(client=world.client, actor=p),
            lambda p: credentials.end_secret(
                client=world.client, secret_id=old_of(world).pk, actor=p, knows_last=True
            ),
            lambda p: credentials.change_redirects(client=world.client, redirect_uris=[], actor=p),
        ):
            with pytest.raises(NotPermitted):
                act(person)
    credentials.change_redirects(
        client=world.client, redirect_uris=["https://new.example/back"], actor=contact
    )
    world.client.refresh_from_db()
    assert world.client.redirect_uris == "https://new.example/back"
    assert "Redirect addresses of Ledger Bridge were changed" in subjects()


def test_redirect_addresses_follow_the_rules_that_exist(world: World) -> None:
    with pytest.raises(RedirectRefused):
        credentials.change_redirects(
            client=world.client, redirect_uris=["http://evil.example/"], actor=world.owner
        )


def test_an_ended_integration_gets_no_secret(world: World) -> None:
    acts.end_integration(integration=world.integration, reason="left", actor="test")
    with pytest.raises(IntegrationEnded):
        credentials.make_secret(client=world.client, actor=world.owner)
    assert old_of(world).end_reason == "integration"


def test_no_mail_and_no_event_holds_a_secret(world: World) -> None:
    new = change(world)
    for secret in (new, world.secret):
        said = [*Message.objects.values_list("text", "html"), *Event.objects.values_list("data")]
        assert secret not in str(said)
