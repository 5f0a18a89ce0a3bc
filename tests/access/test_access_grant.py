"""What the API plane learns of a token through `access_grant`, as the reader role."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from tests.access.world import World, first_refresh_token, refresh, token_call

from tillgate.access import acts, grants
from tillgate.access.models import Consent, LicensedLocation
from tillgate.access.tokens import new_token, token_hash
from tillgate.foundation import clock

Look = Callable[[str], dict[str, Any] | None]


@pytest.fixture
def look(reader_url: str) -> Look:
    def row(token: str) -> dict[str, Any] | None:
        with psycopg.connect(reader_url, row_factory=dict_row) as connection:
            call = "SELECT * FROM access_grant(%s)"
            return connection.execute(call, (token_hash(token),)).fetchone()

    return row


@pytest.fixture
def token(committed: World) -> str:
    return str(token_call(committed, grant_type="client_credentials").json()["access_token"])


def test_a_token_tells_client_scopes_locations_and_limits(
    committed: World, token: str, look: Look
) -> None:
    row = look(token)
    assert row is not None
    left = row.pop("expires_at") - clock.now()
    assert timedelta(minutes=59) < left <= timedelta(minutes=60)
    assert row == {
        "client_id": committed.client.client_id,
        "integration_id": committed.integration.pk,
        "integration_state": "active",
        "scopes": "financial-api items",
        "locations": committed.shop.locations,
        "staff": True,
        "consumers": False,
        "authorizations": False,
        "calls_per_minute": 600,
    }


def test_unknown_tokens_refresh_tokens_and_plain_hashes_tell_nothing(
    committed: World, look: Look
) -> None:
    for nothing in (new_token(), first_refresh_token(committed), "", "x"):
        assert look(nothing) is None


def test_revoking_bites_at_once(committed: World, token: str, look: Look) -> None:
    body = refresh(committed, first_refresh_token(committed)).json()
    assert look(body["access_token"]) is not None
    family = Consent.objects.get(client=committed.client).family
    grants.end_family(family, reason="test", actor="test")
    assert look(body["access_token"]) is None
    assert look(token) is not None
    acts.end_integration(integration=committed.integration, reason="left", actor="test")
    assert look(token) is None


def test_a_suspension_and_narrower_scopes_show_at_once(
    committed: World, token: str, look: Look
) -> None:
    acts.suspend_integration(integration=committed.integration, reason="unpaid", actor="test")
    row = look(token)
    assert row is not None
    assert row["integration_state"] == "suspended"
    committed.integration.scopes = "items"
    committed.integration.save()
    row = look(token)
    assert row is not None
    assert row["scopes"] == "items"


def test_locations_are_those_licensed_today(committed: World, token: str, look: Look) -> None:
    today = clock.now().date()
    first, second = LicensedLocation.objects.filter(integration=committed.integration)
    acts.end_licence(licence=first, last_date=today, actor="test")
    LicensedLocation.objects.filter(pk=second.pk).update(from_date=today + timedelta(days=1))
    row = look(token)
    assert row is not None
    assert row["locations"] == [first.location_id]
    LicensedLocation.objects.filter(pk=first.pk).update(
        from_date=today - timedelta(days=9), until_date=today - timedelta(days=1)
    )
    row = look(token)
    assert row is not None
    assert row["locations"] == []


def test_two_licences_of_one_location_show_once(committed: World, token: str, look: Look) -> None:
    acts.license_location(
        integration=committed.integration,
        location_id=committed.shop.locations[0],
        from_date=clock.now().date() - timedelta(days=1),
        actor="test",
    )
    row = look(token)
    assert row is not None
    assert row["locations"] == committed.shop.locations


@pytest.mark.parametrize(
    "table",
    [
        "access_client",
        "access_clientsecret",
        "access_integration",
        "access_licensedlocation",
        "access_callcount",
        "oauth2_provider_accesstoken",
        "oauth2_provider_refreshtoken",
        "directory_person",
    ],
)
def test_the_reader_sees_no_table_behind_it(reader_url: str, table: str) -> None:
    with (
        psycopg.connect(reader_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SELECT 1 FROM {table}")


def test_nobody_else_may_ask(meter_url: str, ledger_url: str, portal_url: str) -> None:
    for url in (meter_url, ledger_url, portal_url):
        with (
            psycopg.connect(url) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("SELECT * FROM access_grant('x')")


def test_a_function_of_the_callers_cannot_be_slipped_in(owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection:
        settings = connection.execute(
            "SELECT prosecdef, proconfig FROM pg_proc WHERE proname = 'access_grant'"
        ).fetchone()
    assert settings == (True, ["search_path=public, pg_temp"])


def test_the_meter_may_count_and_nothing_more(meter_url: str, owner_url: str) -> None:
    row = ("tg_client_x", "/f/data/businesses", 200, 1, 2)
    insert = (
        "INSERT INTO access_callcount (at, client_id, endpoint, status, calls, bytes)"
        " VALUES (now(), %s, %s, %s, %s, %s)"
    )
    with psycopg.connect(meter_url) as connection:
        connection.execute(insert, row)
    with psycopg.connect(owner_url) as connection:
        gone = "DELETE FROM access_callcount WHERE client_id = %s"
        assert connection.execute(gone, (row[0],)).rowcount == 1
