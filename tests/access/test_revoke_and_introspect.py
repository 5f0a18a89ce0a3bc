"""Revoking and asking about tokens: one's own, and nobody else's."""

import pytest
from oauth2_provider.models import AccessToken
from tests.access.world import (
    World,
    assert_oauth_error,
    basic,
    first_refresh_token,
    post,
    refresh,
    token_call,
)

from tillgate.access import acts
from tillgate.access.tokens import new_token


def call(world: World, path: str, **form: str):  # type: ignore[no-untyped-def]
    return post(path, basic(world.client.client_id, world.secret), **form)


def introspect(world: World, token: str) -> dict[str, object]:
    response = call(world, "/oauth/introspect", token=token)
    assert response.status_code == 200
    return dict(response.json())


def pair(world: World) -> tuple[str, str]:
    body = refresh(world, first_refresh_token(world)).json()
    return body["access_token"], body["refresh_token"]


def test_one_can_ask_about_ones_own_tokens(world: World) -> None:
    access, refresh_token = pair(world)
    facts = introspect(world, access)
    assert facts["active"] is True
    assert facts["client_id"] == world.client.client_id
    assert (facts["scope"], facts["token_type"]) == (
        "financial-api items offline_access",
        "bearer",
    )
    assert int(str(facts["exp"])) - int(str(facts["iat"])) in {3600, 3599}
    assert introspect(world, refresh_token)["active"] is True


def test_another_clients_token_looks_like_none(world: World, other_world: World) -> None:
    access, refresh_token = pair(world)
    for token in (access, refresh_token, new_token(), "x"):
        assert introspect(other_world, token) == {"active": False}


def test_an_access_token_does_not_authenticate_at_introspection(world: World) -> None:
    access, _ = pair(world)
    response = post("/oauth/introspect", {"Authorization": f"Bearer {access}"}, token=access)
    assert_oauth_error(response, 401, "invalid_client")


def test_introspection_needs_a_token(world: World) -> None:
    assert_oauth_error(call(world, "/oauth/introspect"), 400, "invalid_request")


def test_tokens_of_a_suspended_integration_are_not_active(world: World) -> None:
    access, _ = pair(world)
    acts.suspend_integration(integration=world.integration, reason="", actor="test")
    assert introspect(world, access) == {"active": False}


@pytest.mark.parametrize("path", ["/oauth/revoke", "/oauth/revoke/"])
def test_revoking_a_refresh_token_ends_its_family(world: World, path: str) -> None:
    access, refresh_token = pair(world)
    response = call(world, path, token=refresh_token)
    assert (response.status_code, response.json()) == (200, {})
    assert introspect(world, access) == {"active": False}
    assert_oauth_error(refresh(world, refresh_token), 400, "invalid_grant")


def test_revoking_an_access_token_takes_that_one_only(world: World) -> None:
    access, refresh_token = pair(world)
    other = token_call(world, grant_type="client_credentials").json()["access_token"]
    hint = {"token_type_hint": "refresh_token"}
    assert call(world, "/oauth/revoke", token=access, **hint).status_code == 200
    assert introspect(world, access) == {"active": False}
    assert introspect(world, other)["active"] is True
    assert refresh(world, refresh_token).status_code == 200


def test_revoking_another_clients_token_changes_nothing(world: World, other_world: World) -> None:
    access, refresh_token = pair(world)
    for token in (access, refresh_token):
        assert call(other_world, "/oauth/revoke", token=token).status_code == 200
    assert introspect(world, access)["active"] is True
    assert refresh(world, refresh_token).status_code == 200


def test_revoking_nonsense_is_fine_and_revoking_nothing_is_not(world: World) -> None:
    assert call(world, "/oauth/revoke", token="nonsense").status_code == 200
    assert_oauth_error(call(world, "/oauth/revoke"), 400, "invalid_request")


def test_revoking_needs_the_secret(world: World) -> None:
    access, _ = pair(world)
    response = post("/oauth/revoke", client_id=world.client.client_id, token=access)
    assert_oauth_error(response, 401, "invalid_client")
    assert AccessToken.objects.filter(application=world.client).exists()
