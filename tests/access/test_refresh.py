"""Refresh tokens: rotation, the repeat window, replays, lifetimes, and who may use them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from oauth2_provider.models import AccessToken, RefreshToken
from tests.access.world import (
    World,
    assert_oauth_error,
    first_refresh_token,
    refresh,
)

from tillgate.access import acts, grants
from tillgate.access.models import Consent
from tillgate.access.tokens import token_hash
from tillgate.foundation import clock
from tillgate.foundation.models import Event


def use_again_later(token: str, by: timedelta = timedelta(seconds=61)) -> None:
    """Let the use of a refresh token have happened longer ago."""
    used_at = RefreshToken.objects.get(token_checksum=token_hash(token)).revoked
    assert used_at is not None
    RefreshToken.objects.filter(token_checksum=token_hash(token)).update(revoked=used_at - by)


def access_tokens(world: World) -> set[str]:
    own = AccessToken.objects.filter(application=world.client)
    return set(own.values_list("token_checksum", flat=True))


def test_each_refresh_brings_a_new_pair(world: World) -> None:
    token = first_refresh_token(world)
    seen = {token}
    for _ in range(3):
        body = refresh(world, token).json()
        assert body["token_type"] == "bearer"
        assert body["expires_in"] == 3600
        assert body["refresh_expires_in"] in {40 * 86400, 40 * 86400 - 1}
        token = body["refresh_token"]
        assert token not in seen
        seen.add(token)


def test_without_offline_access_a_refresh_token_lives_fourteen_days(world: World) -> None:
    token = first_refresh_token(world, ("financial-api",))
    assert refresh(world, token).json()["refresh_expires_in"] in {14 * 86400, 14 * 86400 - 1}


def test_the_access_token_of_before_lives_to_its_expiry(world: World) -> None:
    first = refresh(world, first_refresh_token(world)).json()
    second = refresh(world, first["refresh_token"]).json()
    expected = {token_hash(body["access_token"]) for body in (first, second)}
    assert access_tokens(world) == expected


def test_a_refresh_repeated_within_a_minute_gets_a_further_pair_of_the_family(
    world: World,
) -> None:
    token = first_refresh_token(world)
    bodies = [refresh(world, token).json() for _ in range(3)]
    assert len({body["refresh_token"] for body in bodies}) == 3
    assert RefreshToken.objects.values("token_family").distinct().count() == 1
    assert all(refresh(world, body["refresh_token"]).status_code == 200 for body in bodies)


def test_a_replay_after_the_window_ends_the_whole_family(world: World) -> None:
    token = first_refresh_token(world)
    newer = refresh(world, token).json()["refresh_token"]
    use_again_later(token)
    assert_oauth_error(refresh(world, token), 400, "invalid_grant")
    assert_oauth_error(refresh(world, newer), 400, "invalid_grant")
    assert access_tokens(world) == set()
    assert Event.objects.filter(kind="access:consent:ended").count() == 1


def test_a_replay_does_not_touch_another_family_of_the_client(world: World) -> None:
    other = first_refresh_token(world)
    token = first_refresh_token(world)
    refresh(world, token)
    use_again_later(token)
    assert_oauth_error(refresh(world, token), 400, "invalid_grant")
    assert refresh(world, other).status_code == 200


def test_another_clients_old_token_never_ends_its_family(world: World, other_world: World) -> None:
    token = first_refresh_token(world)
    newer = refresh(world, token).json()["refresh_token"]
    use_again_later(token)
    assert_oauth_error(refresh(other_world, token), 400, "invalid_grant")
    assert refresh(world, newer).status_code == 200


def test_another_clients_live_token_is_refused_and_stays_unused(
    world: World, other_world: World
) -> None:
    token = first_refresh_token(world)
    assert_oauth_error(refresh(other_world, token), 400, "invalid_grant")
    assert RefreshToken.objects.get().revoked is None


def test_six_refreshes_at_once_get_six_pairs(committed: World) -> None:
    token = first_refresh_token(committed)

    def one(_: int) -> tuple[int, dict[str, str]]:
        try:
            response = refresh(committed, token)
            return response.status_code, response.json()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(one, range(6)))
    assert [status for status, _ in answers] == [200] * 6
    assert len({body["refresh_token"] for _, body in answers}) == 6
    assert len({body["access_token"] for _, body in answers}) == 6
    assert len(access_tokens(committed)) == 6
    assert RefreshToken.objects.values("token_family").distinct().count() == 1
    for _, body in answers:
        assert refresh(committed, body["refresh_token"]).status_code == 200


def test_revoking_while_refreshing_leaves_no_token_alive(committed: World) -> None:
    token = first_refresh_token(committed)
    family = Consent.objects.get(client=committed.client).family

    def one(turn: int) -> int:
        try:
            if turn == 2:
                grants.end_family(family, reason="test", actor="test")
                return 200
            return refresh(committed, token).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        statuses = set(pool.map(one, range(6)))
    assert statuses <= {200, 400}
    assert access_tokens(committed) == set()
    assert not RefreshToken.objects.filter(token_family=family, revoked=None).exists()


def test_an_expired_refresh_token_is_refused(world: World) -> None:
    token = first_refresh_token(world, ("items",))
    long_ago = clock.now() - timedelta(days=14, seconds=1)
    RefreshToken.objects.update(created=long_ago)
    assert_oauth_error(refresh(world, token), 400, "invalid_grant")


def test_a_family_ends_after_a_year(world: World) -> None:
    token = first_refresh_token(world)
    Consent.objects.update(ends_at=clock.now() + timedelta(days=1))
    body = refresh(world, token).json()
    assert body["refresh_expires_in"] <= 86400
    Consent.objects.update(ends_at=clock.now())
    assert_oauth_error(refresh(world, body["refresh_token"]), 400, "invalid_grant")


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ({}, "financial-api items"),
        ({"scope": "*"}, "financial-api items"),
        ({"scope": "items"}, "items"),
        ({"scope": "items items openid"}, "items"),
        ({"scope": "items offline_access"}, "items"),
    ],
)
def test_a_refresh_may_ask_for_less_and_never_for_more(
    world: World, asked: dict[str, str], given: str
) -> None:
    token = first_refresh_token(world, ("financial-api", "items"))
    body = refresh(world, token, **asked).json()
    assert body["scope"] == given
    # The narrower access token takes nothing away from the family (RFC 6749 section 6).
    assert refresh(world, body["refresh_token"]).json()["scope"] == "financial-api items"


def test_a_refresh_for_nothing_known_is_invalid_scope(world: World) -> None:
    token = first_refresh_token(world, ("items",))
    assert_oauth_error(refresh(world, token, scope="financial-api"), 400, "invalid_scope")
    assert refresh(world, token).status_code == 200


@pytest.mark.parametrize("token", ["x", "tg_", "é", "tg_" + "0" * 38, "x" * 100_000])
def test_a_token_that_is_none_is_invalid_grant(world: World, token: str) -> None:
    assert_oauth_error(refresh(world, token), 400, "invalid_grant")


def test_an_access_token_does_not_refresh(world: World) -> None:
    body = refresh(world, first_refresh_token(world)).json()
    assert_oauth_error(refresh(world, body["access_token"]), 400, "invalid_grant")


def test_the_consent_outlives_the_membership_of_who_gave_it(world: World) -> None:
    token = first_refresh_token(world)
    world.owner.memberships.all().delete()
    assert refresh(world, token).status_code == 200


def test_expired_tokens_are_forgotten_and_used_ones_remembered(world: World) -> None:
    token = first_refresh_token(world)
    newer = refresh(world, token).json()["refresh_token"]
    AccessToken.objects.update(expires=clock.now() - timedelta(seconds=1))
    acts.forget_expired_tokens()
    assert access_tokens(world) == set()
    use_again_later(token)
    assert_oauth_error(refresh(world, token), 400, "invalid_grant")
    assert_oauth_error(refresh(world, newer), 400, "invalid_grant")
    RefreshToken.objects.update(created=clock.now() - timedelta(days=41))
    acts.forget_expired_tokens()
    assert not RefreshToken.objects.exists()
