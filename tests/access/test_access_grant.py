"""What the API plane learns of a token through `access_grant`, as the reader role."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from tests.access.world import World, first_refresh_token, refresh, shop_date, token_call

from tillgate.access import acts, grants, licences
from tillgate.access.errors import LocationIn
from tillgate.access.models import Consent, LicensedLocation
from tillgate.access.queries import licensed_today
from tillgate.access.tokens import new_token, token_hash
from tillgate.directory.queries import dates_at
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
    today = shop_date()
    first, second = LicensedLocation.objects.filter(integration=committed.integration)
    licences.end_licence(licence=first, last_date=today, actor="test")
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


def test_a_location_is_licensed_once_at_a_time_whoever_writes(
    committed: World, portal_url: str
) -> None:
    yesterday = shop_date() - timedelta(days=1)
    with pytest.raises(LocationIn, match="already"):
        licences.license_location(
            integration=committed.integration,
            location_id=committed.shop.locations[0],
            from_date=yesterday,
            actor="test",
        )
    insert = (
        "INSERT INTO access_licensedlocation"
        " (integration_id, business_location_id, from_date, currency, agreement)"
        " VALUES (%s, %s, %s, '', '')"
    )
    row = (committed.integration.pk, committed.shop.locations[0], yesterday)
    with (
        psycopg.connect(portal_url) as connection,
        pytest.raises(psycopg.errors.ExclusionViolation),
    ):
        connection.execute(insert, row)


def test_a_location_that_is_closed_or_sold_stops_by_itself(
    committed: World, token: str, look: Look, owner_url: str
) -> None:
    first, second = committed.shop.locations
    close = (
        "UPDATE directory_businesslocation SET until = %s, ended_as = 'sold',"
        " until_fed_at = now() - interval '3 days' WHERE business_location_id = %s"
    )
    today = shop_date()
    for last_day, seen in ((today, [first, second]), (today - timedelta(days=1), [second])):
        with psycopg.connect(owner_url) as connection:
            connection.execute(close, (last_day, first))
        row = look(token)
        assert row is not None
        assert row["locations"] == seen
        assert licensed_today(committed.integration) == seen
    assert [licences.end_licences_of_ended_locations() for _ in range(2)] == [1, 0]
    with psycopg.connect(owner_url) as connection:
        connection.execute(close, (None, first))
    assert licensed_today(committed.integration) == [second]


def test_what_counts_is_the_date_at_the_location(
    committed: World, token: str, look: Look, owner_url: str
) -> None:
    """At every instant one of these two is a day ahead of the other, or half a day at least."""
    east, west = committed.shop.locations
    rule = "INSERT INTO directory_dayrule VALUES (%s, '2026-06-01', %s, '00:00')"
    with psycopg.connect(owner_url) as connection:
        connection.execute(rule, (east, "Pacific/Kiritimati"))  # UTC+14
        connection.execute(rule, (west, "Pacific/Pago_Pago"))  # UTC-11
    try:
        dates = dates_at([east, west])
        assert (dates[east] - dates[west]).days in {1, 2}
        LicensedLocation.objects.update(from_date=dates[west], until_date=dates[west])
        row = look(token)
        assert row is not None
        assert row["locations"] == [west]
        assert licensed_today(committed.integration) == [west]
    finally:
        with psycopg.connect(owner_url) as connection:
            connection.execute("DELETE FROM directory_dayrule WHERE valid_from = '2026-06-01'")


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
