"""A person's sandbox: at once, one at a time, for 30 days, and apart from everything live."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, connections, transaction
from tests.access.sandboxes import committed_people, feed_directory, in_the_books
from tests.access.world import LOOPBACK, Shop, World, make_person, post
from tests.access.world import basic as basic_header

from tillgate.access import acts, licences, sandbox
from tillgate.access.errors import (
    ForeignLocation,
    NobodysBusiness,
    NoSandbox,
    NoSandboxHere,
    NoSuchSecret,
    RedirectRefused,
    SandboxNotReady,
    SandboxOpen,
    TooManySecrets,
)
from tillgate.access.models import ClientSecret, Integration, Sandbox, State
from tillgate.access.queries import licensed_today
from tillgate.access.rules import can_connect
from tillgate.access.tokens import looks_genuine
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Person, Role
from tillgate.foundation import clock, sandbox_ids
from tillgate.foundation.config import config
from tillgate.foundation.models import Event, Message

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def fed(owner_url: str, ledger_url: str) -> Iterator[None]:
    """Before `db`, so that its transaction has let go of the business when it goes."""
    with in_the_books(owner_url):
        feed_directory(ledger_url)
        yield


@pytest.fixture
def maya(fed: None, shops: tuple[Shop, Shop], db: None) -> Person:
    return make_person()


def at(monkeypatch: pytest.MonkeyPatch, instant: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: instant)


def the_sandbox(person: Person) -> Sandbox:
    found = sandbox.sandbox_of(person)
    assert found is not None
    return found


def test_whoever_is_signed_in_opens_one_at_once(maya: Person) -> None:
    issued = sandbox.open_sandbox(actor=maya)
    mine = the_sandbox(maya).integration
    assert mine.business_id == sandbox_ids.BUSINESS
    assert licensed_today(mine) == list(sandbox_ids.LOCATIONS)
    assert mine.scope_words == ["financial-api", "items", "offline_access"]
    assert (mine.staff, mine.consumers, mine.authorizations) == (True, True, True)
    assert mine.calls_per_minute == 60
    assert issued.client == the_sandbox(maya).client
    assert issued.client.sandbox


def test_everything_about_it_says_test(maya: Person) -> None:
    issued = sandbox.open_sandbox(actor=maya)
    assert issued.client_id.startswith("tg_test_client_")
    assert issued.secret.startswith("tg_test_")
    assert looks_genuine(issued.secret)


def test_it_is_written_into_the_audit_trail_without_the_secret(maya: Person) -> None:
    issued = sandbox.open_sandbox(actor=maya)
    event = Event.objects.get(kind="access:sandbox:opened")
    assert event.subject == f"sandbox:{the_sandbox(maya).pk}"
    assert event.actor == f"person:{maya.pk}"
    assert issued.secret not in str(Event.objects.values_list("data", flat=True))


def test_nobody_opens_one_without_signing_in(fed: None, db: None) -> None:
    with pytest.raises(NotPermitted):
        sandbox.open_sandbox(actor=AnonymousUser())  # type: ignore[arg-type]


def test_before_it_was_fed_one_is_asked_for_patience_and_nothing_is_made(db: None) -> None:
    with pytest.raises(SandboxNotReady, match="Try again in a minute"):
        sandbox.open_sandbox(actor=make_person())
    assert not Integration.objects.filter(business_id=sandbox_ids.BUSINESS).exists()
    assert not Sandbox.objects.exists()


def test_where_there_is_none_it_says_so(maya: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    without = msgspec.structs.replace(config(), sandbox=False)
    monkeypatch.setattr(sandbox, "config", lambda: without)
    with pytest.raises(NoSandboxHere):
        sandbox.open_sandbox(actor=maya)


def test_a_second_one_is_refused_while_the_first_is_open(maya: Person) -> None:
    first = sandbox.open_sandbox(actor=maya)
    with pytest.raises(SandboxOpen):
        sandbox.open_sandbox(actor=maya)
    assert [mine.client for mine in Sandbox.objects.filter(person=maya)] == [first.client]


def test_two_clicks_at_once_open_one(fed: None, django_db_blocker: Any) -> None:
    def click(person: Person) -> str:
        try:
            return sandbox.open_sandbox(actor=person).client_id
        except SandboxOpen:
            return "open"
        finally:
            connections.close_all()

    with committed_people(django_db_blocker):
        maya = make_person()
        with ThreadPoolExecutor(6) as several:
            said = list(several.map(click, [maya] * 6))
        assert sorted(said)[:5] == ["open"] * 5
        assert the_sandbox(maya).client.client_id == max(said)
        assert Integration.objects.filter(business_id=sandbox_ids.BUSINESS).count() == 1


def test_each_person_has_ones_own(maya: Person) -> None:
    noor = make_person("noor")
    clients = {sandbox.open_sandbox(actor=person).client_id for person in (maya, noor)}
    assert clients == {the_sandbox(maya).client.client_id, the_sandbox(noor).client.client_id}
    assert len(clients) == 2


# --- secrets -------------------------------------------------------------------------------------


def test_a_lost_secret_is_replaced_by_a_further_one(maya: Person) -> None:
    first = sandbox.open_sandbox(actor=maya).secret
    second = sandbox.add_sandbox_secret(actor=maya)
    assert second.startswith("tg_test_")
    assert second != first
    with pytest.raises(TooManySecrets):
        sandbox.add_sandbox_secret(actor=maya)
    oldest = ClientSecret.objects.earliest("pk")
    sandbox.revoke_sandbox_secret(secret_id=oldest.pk, actor=maya)
    assert sandbox.add_sandbox_secret(actor=maya)


def test_nobody_touches_the_secrets_of_another(maya: Person) -> None:
    sandbox.open_sandbox(actor=maya)
    hers = ClientSecret.objects.get()
    noor = make_person("noor")
    sandbox.open_sandbox(actor=noor)
    with pytest.raises(NoSuchSecret):
        sandbox.revoke_sandbox_secret(secret_id=hers.pk, actor=noor)
    hers.refresh_from_db()
    assert hers.revoked_at is None


def test_a_revoked_secret_is_not_revoked_again(maya: Person) -> None:
    sandbox.open_sandbox(actor=maya)
    secret_id = ClientSecret.objects.get().pk
    sandbox.revoke_sandbox_secret(secret_id=secret_id, actor=maya)
    with pytest.raises(NoSuchSecret):
        sandbox.revoke_sandbox_secret(secret_id=secret_id, actor=maya)
    assert Event.objects.filter(kind="access:secret:revoked").count() == 1


def test_without_a_sandbox_there_is_nothing_to_change(maya: Person) -> None:
    for act in (sandbox.add_sandbox_secret, sandbox.close_sandbox):
        with pytest.raises(NoSandbox):
            act(actor=maya)


# --- its time ------------------------------------------------------------------------------------


def test_it_ends_with_the_thirtieth_day(maya: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOON)
    sandbox.open_sandbox(actor=maya)
    mine = the_sandbox(maya)
    assert mine.ends_at == datetime(2026, 12, 26, tzinfo=UTC)
    untils = set(mine.integration.licences.values_list("until_date", flat=True))
    assert untils == {(NOON + timedelta(days=30)).date()}
    last = mine.ends_at - timedelta(seconds=1)
    at(monkeypatch, last)
    assert sandbox.end_due_sandboxes() == 0
    assert licensed_today(mine.integration)
    at(monkeypatch, mine.ends_at)
    assert sandbox.sandbox_of(maya) is None
    # While nobody looks after it, its licences end with the day of each location.
    at(monkeypatch, mine.ends_at + timedelta(days=1))
    assert not licensed_today(mine.integration)


def test_when_it_is_over_its_secrets_and_tokens_are_gone(
    maya: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOON)
    issued = sandbox.open_sandbox(actor=maya)
    at(monkeypatch, NOON + timedelta(days=31))
    assert sandbox.end_due_sandboxes() == 1
    assert sandbox.end_due_sandboxes() == 0
    issued.client.integration.refresh_from_db()
    assert issued.client.integration.state == State.ENDED
    answer = post(
        "/oauth/token",
        basic_header(issued.client_id, issued.secret),
        grant_type="client_credentials",
    )
    assert answer.status_code == 401
    ended = Event.objects.get(kind="access:sandbox:ended")
    assert (ended.actor, ended.data) == ("clock", {"reason": "its time is over"})


@pytest.mark.parametrize("looked_after", [True, False])
def test_afterwards_it_may_be_opened_anew(
    maya: Person, monkeypatch: pytest.MonkeyPatch, looked_after: bool
) -> None:
    at(monkeypatch, NOON)
    first = sandbox.open_sandbox(actor=maya)
    at(monkeypatch, NOON + timedelta(days=31))
    if looked_after:
        sandbox.end_due_sandboxes()
    second = sandbox.open_sandbox(actor=maya)
    assert second.client_id != first.client_id
    assert the_sandbox(maya).client == second.client
    first.client.integration.refresh_from_db()
    assert first.client.integration.state == State.ENDED


def test_its_owner_may_close_it_before(maya: Person) -> None:
    sandbox.open_sandbox(actor=maya)
    sandbox.close_sandbox(actor=maya)
    assert sandbox.sandbox_of(maya) is None
    with pytest.raises(NoSandbox):
        sandbox.close_sandbox(actor=maya)
    assert sandbox.open_sandbox(actor=maya)


def test_one_whose_integration_was_ended_otherwise_does_not_stand_in_the_way(maya: Person) -> None:
    issued = sandbox.open_sandbox(actor=maya)
    acts.end_integration(integration=issued.client.integration, reason="misuse", actor="operator")
    assert sandbox.sandbox_of(maya) is None
    assert sandbox.open_sandbox(actor=maya).client != issued.client


# --- mail ----------------------------------------------------------------------------------------


def mails(name: str) -> list[Message]:
    return list(Message.objects.filter(key__endswith=f":{name}").order_by("pk"))


def test_its_owner_is_mailed_where_it_is_and_no_secret(maya: Person) -> None:
    issued = sandbox.open_sandbox(actor=maya)
    (mail,) = mails("sandbox_ready")
    assert mail.to == maya.email
    assert "/sandbox/" in mail.text
    assert f"{the_sandbox(maya).ends_at:%Y-%m-%d}" in mail.text
    for secret in (issued.secret, issued.secret[8:], issued.client_id):
        assert secret not in mail.subject + mail.text + mail.html


def test_a_week_before_its_end_they_are_reminded_once(
    maya: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOON)
    sandbox.open_sandbox(actor=maya)
    week_before = the_sandbox(maya).ends_at - timedelta(days=7)
    at(monkeypatch, week_before - timedelta(seconds=1))
    assert sandbox.remind_of_endings() == 0
    at(monkeypatch, week_before)
    assert [sandbox.remind_of_endings() for _ in range(3)] == [1, 0, 0]
    assert [mail.to for mail in mails("sandbox_ending")] == [maya.email]


def test_nobody_is_reminded_of_one_that_was_closed(
    maya: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOON)
    sandbox.open_sandbox(actor=maya)
    sandbox.close_sandbox(actor=maya)
    at(monkeypatch, NOON + timedelta(days=28))
    assert sandbox.remind_of_endings() == 0


# --- letting a program in ------------------------------------------------------------------------


def test_a_program_of_the_sandbox_is_let_in_by_whoever_opened_it(maya: Person) -> None:
    issued = sandbox.open_sandbox(actor=maya)
    sandbox.change_sandbox_redirects(redirect_uris=[LOOPBACK], actor=maya)
    issued.client.refresh_from_db()
    assert issued.client.redirect_uris == LOOPBACK
    assert can_connect(maya, issued.client.integration)
    assert not can_connect(make_person("noor"), issued.client.integration)


def test_refresh_tokens_of_the_sandbox_say_test_too(maya: Person) -> None:
    client = sandbox.open_sandbox(actor=maya)
    first = acts.issue_refresh_token(
        client=client.client, person=maya, scopes=["financial-api", "offline_access"]
    )
    answer = post(
        "/oauth/token",
        basic_header(client.client_id, client.secret),
        grant_type="refresh_token",
        refresh_token=first,
    )
    pair = answer.json()  # type: ignore[attr-defined]
    tokens = [first, pair["access_token"], pair["refresh_token"]]
    assert all(token.startswith("tg_test_") and looks_genuine(token) for token in tokens)


def test_a_bad_redirect_address_changes_nothing(maya: Person) -> None:
    issued = sandbox.open_sandbox(actor=maya)
    with pytest.raises(RedirectRefused):
        sandbox.change_sandbox_redirects(redirect_uris=["http://x.example/"], actor=maya)
    issued.client.refresh_from_db()
    assert issued.client.redirect_uris == ""


# --- apart from everything live ------------------------------------------------------------------


def test_a_live_integration_never_gets_a_location_of_the_sandbox(fed: None, world: World) -> None:
    place = sandbox_ids.LOCATIONS[0]
    with pytest.raises(ForeignLocation):
        licences.license_location(integration=world.integration, location_id=place, actor="test")


def test_a_sandbox_never_gets_a_live_location(maya: Person, shop: Shop) -> None:
    integration = sandbox.open_sandbox(actor=maya).client.integration
    for place in shop.locations:
        with pytest.raises(ForeignLocation):
            licences.license_location(integration=integration, location_id=place, actor="test")


def test_a_live_client_is_none_of_the_sandbox_and_the_other_way_round(
    maya: Person, world: World
) -> None:
    assert not world.client.sandbox
    assert not world.client.client_id.startswith("tg_test_")
    mine = the_sandbox_opened(maya)
    further = acts.issue_client(integration=mine.integration, redirect_uris=[], actor="test")
    assert further.client.sandbox


def the_sandbox_opened(person: Person) -> Sandbox:
    sandbox.open_sandbox(actor=person)
    return the_sandbox(person)


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("UPDATE access_client SET sandbox = true WHERE integration_id = %(live)s", "no other"),
        ("UPDATE access_client SET sandbox = false WHERE integration_id = %(own)s", "no other"),
        ("UPDATE access_client SET integration_id = %(own)s WHERE NOT sandbox", "no other"),
        (
            """UPDATE access_licensedlocation SET business_location_id = 9000000001000000
            WHERE integration_id = %(live)s""",
            "nobody else",
        ),
        (
            """INSERT INTO access_licensedlocation
            (integration_id, business_location_id, from_date)
            VALUES (%(own)s, %(place)s, '2026-01-01')""",
            "nobody else",
        ),
        (
            "UPDATE access_integration SET business_id = 9000000000000001 WHERE id = %(live)s",
            "stays with its business",
        ),
    ],
)
def test_not_even_the_portals_role_brings_them_together(
    maya: Person, world: World, statement: str, complaint: str
) -> None:
    own = the_sandbox_opened(maya).integration
    values = {"live": world.integration.pk, "own": own.pk, "place": world.shop.locations[0]}
    with (
        pytest.raises(IntegrityError, match=complaint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)


def test_nobody_is_made_a_member_of_the_sandboxs_business(maya: Person) -> None:
    with pytest.raises(NobodysBusiness):
        acts.add_membership(
            person=maya, business_id=sandbox_ids.BUSINESS, role=Role.OWNER, actor="test"
        )
