"""What becomes of an integration is felt by a program that is calling, within a second."""

from collections.abc import Callable, Iterator
from time import monotonic

import pytest
from django.db import connections
from tests.access.world import Shop as Made
from tests.access.world import World, make_world, remove_world, token_call
from tests.api.conftest import Gate, Open
from tests.api.rows import BUSINESS, LOCATION, Rows

from tillgate.access import acts, secrets
from tillgate.access.models import Integration
from tillgate.access.oauth.client_authentication import limiter
from tillgate.api.plane import Lifetimes

RATES = f"/f/finance/{LOCATION}/tax-rates"


@pytest.fixture
def running(open_gate: Open, rows: Rows, django_db_blocker) -> Iterator[tuple[Gate, World]]:  # type: ignore[no-untyped-def]
    """A gate that keeps grants as it does in earnest, and a program that calls it."""
    rows.add_location()
    limiter.forget()
    shop = Made(BUSINESS, [LOCATION], "One")
    gate = open_gate(Lifetimes())
    with django_db_blocker.unblock():
        world = make_world(shop)
        # It calls as fast as it can until it feels something.
        Integration.objects.filter(pk=world.integration.pk).update(calls_per_minute=10**9)
        gate.token = token_call(world, grant_type="client_credentials").json()["access_token"]  # type: ignore[attr-defined]
        yield gate, world
        remove_world(shop)
        connections.close_all()


def felt(gate: Gate, act: Callable[[], object]) -> int:
    """What the program is answered once it feels the act, a second later at most."""
    assert gate.get(RATES).status_code == 200
    act()
    done_at = monotonic()
    while (status := gate.get(RATES).status_code) == 200:
        assert monotonic() - done_at < 1
    return status


def test_a_suspension_is_a_403_and_lifting_it_lets_the_same_token_go_on(
    running: tuple[Gate, World],
) -> None:
    gate, world = running
    found = world.integration
    assert (
        felt(gate, lambda: acts.suspend_integration(integration=found, reason="x", actor="test"))
        == 403
    )
    assert gate.get(RATES).json()["errors"][0]["code"] == "access_suspended"
    acts.resume_integration(integration=found, actor="test")
    lifted_at = monotonic()
    while gate.get(RATES).status_code != 200:
        assert monotonic() - lifted_at < 1


def test_a_revoked_secret_and_an_end_are_a_401(running: tuple[Gate, World]) -> None:
    gate, world = running
    second = secrets.add_secret(client=world.client, actor="test")
    first = world.client.secrets.earliest("pk")
    assert felt(gate, lambda: secrets.revoke_secret(secret=first, actor="test")) == 401
    other = token_call(world._replace(secret=second), grant_type="client_credentials")
    gate.token = other.json()["access_token"]  # type: ignore[attr-defined]
    end = lambda: acts.end_integration(  # noqa: E731
        integration=world.integration, reason="x", actor="test"
    )
    assert felt(gate, end) == 401
