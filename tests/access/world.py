"""A business, its people and its program, for tests of access; and ways to call as that program.

`Shop` is committed by the owner role, for the portal's role cannot write books; the rest is made by
the acts, within the test's own transaction unless the test commits.
"""

import base64
import itertools
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg
from django.http import HttpResponse
from django.test import Client as Http

from tillgate.access import acts
from tillgate.access.models import Client, Integration
from tillgate.directory.models import Person, Role
from tillgate.foundation import clock

PASSWORD = "correct horse battery staple"
CALLBACK = "https://app.example/callback"
LOOPBACK = "http://127.0.0.1:8765/callback"
SCOPES = ("financial-api", "items", "offline_access")

PARIS = ZoneInfo("Europe/Paris")
DAY_START = timedelta(hours=5, minutes=30)

_numbers = itertools.count(9_100_000_000)


class Shop(NamedTuple):
    business_id: int
    locations: list[int]
    name: str


class World(NamedTuple):
    """One integration of one shop, with its client and the shop's owner."""

    shop: Shop
    owner: Person
    integration: Integration
    client: Client
    secret: str


def make_shop(owner_url: str, *, locations: int = 2) -> Shop:
    business, *places = [next(_numbers) for _ in range(locations + 1)]
    name = f"Harbour Street Kitchens {business}"
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "INSERT INTO directory_business (business_id, name, currency, recorded_at)"
            " VALUES (%s, %s, 'EUR', now())",
            (business, name),
        )
        for number, place in enumerate(places):
            connection.execute(_LOCATION, (place, business, f"Old Mill Quay {number}"))
            connection.execute(_DAY_RULE, (place,))
    return Shop(business, places, name)


_LOCATION = """
INSERT INTO directory_businesslocation
    (business_location_id, business_id, name, country, currency, since, franchisee, recorded_at)
VALUES (%s, %s, %s, 'FR', 'EUR', '2026-01-01', '', now())
"""

_DAY_RULE = """
INSERT INTO directory_dayrule (business_location_id, valid_from, timezone, day_start)
VALUES (%s, '2026-01-01', 'Europe/Paris', '05:30')
"""


def shop_date(instant: datetime | None = None) -> date:
    """The business date at a shop's locations."""
    there = (instant or clock.now()).astimezone(PARIS).replace(tzinfo=None)
    return (there - DAY_START).date()


def shop_opens(day: date) -> datetime:
    """The first instant of a business date there."""
    return (datetime.combine(day, time()) + DAY_START).replace(tzinfo=PARIS).astimezone(UTC)


def remove_shop(owner_url: str, shop: Shop) -> None:
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "DELETE FROM directory_dayrule WHERE business_location_id = any(%s)", (shop.locations,)
        )
        for table in ("directory_businesslocation", "directory_business"):
            connection.execute(f"DELETE FROM {table} WHERE business_id = %s", (shop.business_id,))


def make_person(name: str = "maya", *, password: str | None = None) -> Person:
    """Without a password unless a test needs it: hashing one takes a third of a second."""
    email = f"{name}{next(_numbers)}@example.com"
    return acts.add_person(email=email, password=password, name=name.title(), actor="test")


def make_world(shop: Shop, **client: Any) -> World:
    owner = make_person()
    acts.add_membership(person=owner, business_id=shop.business_id, role=Role.OWNER, actor="test")
    integration = acts.open_integration(
        business_id=shop.business_id,
        name="Ledger Bridge",
        scopes=SCOPES,
        location_ids=shop.locations,
        staff=True,
        consumers=False,
        authorizations=False,
        actor="test",
    )
    redirect_uris = client.pop("redirect_uris", [CALLBACK, LOOPBACK])
    issued = acts.issue_client(
        integration=integration, redirect_uris=redirect_uris, actor="test", **client
    )
    return World(shop, owner, integration, issued.client, issued.secret)


def remove_world(shop: Shop) -> None:
    """Delete what a test has committed for a shop."""
    Person.objects.filter(memberships__business_id=shop.business_id).delete()
    Integration.objects.filter(business_id=shop.business_id).delete()


def basic(client_id: str, secret: str, scheme: str = "Basic") -> dict[str, str]:
    encoded = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"{scheme} {encoded}"}


def post(path: str, headers: dict[str, str] | None = None, **form: str) -> HttpResponse:
    return Http().post(path, form, headers=headers or {})  # type: ignore[return-value]


def token_call(world: World, **form: str) -> HttpResponse:
    """A call of the token endpoint by the world's own client."""
    return post("/oauth/token", basic(world.client.client_id, world.secret), **form)


def refresh(world: World, token: str, **form: str) -> HttpResponse:
    return token_call(world, grant_type="refresh_token", refresh_token=token, **form)


def first_refresh_token(world: World, scopes: tuple[str, ...] = SCOPES) -> str:
    return acts.issue_refresh_token(client=world.client, person=world.owner, scopes=scopes)


def assert_oauth_error(response: HttpResponse, status: int, error: str) -> str:
    """The answer is this error in the RFC's shape; returns its description."""
    body = response.json()  # type: ignore[attr-defined]
    assert (response.status_code, body["error"]) == (status, error)
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    assert body["error_description"]
    return str(body["error_description"])
