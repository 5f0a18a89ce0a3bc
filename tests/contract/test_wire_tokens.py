"""WIRE.md on token requests and token answers, against the real endpoints."""

import base64
import hashlib
import logging
import re
import secrets
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import OperationalError, connections
from django.test import Client as Http
from django.utils import timezone
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
from tillgate.access.oauth.client_authentication import limiter

URL_SAFE = re.compile(r"[A-Za-z0-9_.~-]+")


def credentials(world: World) -> dict[str, str]:
    return {"client_id": world.client.client_id, "client_secret": world.secret}


def test_a_client_authenticates_by_basic_or_in_the_form(world: World) -> None:
    header = basic(world.client.client_id, world.secret)
    by_header = post("/oauth/token", header, grant_type="client_credentials")
    by_form = post("/oauth/token", grant_type="client_credentials", **credentials(world))
    assert [by_header.status_code, by_form.status_code] == [200, 200]


def test_parameters_in_the_query_of_the_post_are_accepted_and_not_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    refresh_token = first_refresh_token(world)
    given = {"grant_type": "refresh_token", "refresh_token": refresh_token, **credentials(world)}
    with caplog.at_level(logging.INFO):  # what we log, see `site/logs.py`
        answer = Http().post(f"/oauth/token?{urlencode(given)}")
    assert answer.status_code == 200
    for secret in (refresh_token, world.secret, answer.json()["access_token"]):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        ("financial-api items", {"financial-api", "items"}),
        ("items financial-api", {"financial-api", "items"}),
        ("*", {"financial-api", "items", "offline_access"}),
        ("openid financial-api", {"financial-api"}),
        ("openid items offline_access", {"items", "offline_access"}),
        ("", {"financial-api", "items", "offline_access"}),
    ],
)
def test_scopes_are_separated_by_spaces_and_odd_ones_do_no_harm(
    scope: str, granted: set[str], world: World
) -> None:
    answer = refresh(world, first_refresh_token(world), scope=scope)
    assert answer.status_code == 200
    assert set(answer.json()["scope"].split(" ")) == granted


@pytest.mark.parametrize(
    "redirect_uri",
    ["http://localhost:8080/callback", "http://localhost:51234/cb?x=1", "https://localhost/"],
)
def test_redirects_to_the_own_machine_are_possible(redirect_uri: str, world: World) -> None:
    issued = acts.issue_client(
        integration=world.integration, redirect_uris=[redirect_uri], actor="test"
    )
    again = World(world.shop, world.owner, world.integration, issued.client, issued.secret)
    assert tokens_by_code(again, redirect_uri)["token_type"] == "bearer"


def tokens_by_code(world: World, redirect_uri: str) -> dict[str, Any]:
    """The tokens of a program that is unmodified but for its base URL."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": world.client.client_id,
        "redirect_uri": redirect_uri,
        "scope": "financial-api items offline_access",
        "state": "s t&te",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    browser = Http()
    browser.force_login(world.owner, backend="django.contrib.auth.backends.ModelBackend")
    back = browser.post(f"/oauth/authorize?{urlencode(asked)}", {"decision": "allow"})
    assert back.status_code == 302, back.content
    location = urlsplit(back["Location"])
    assert back["Location"].startswith(redirect_uri)
    given = parse_qs(location.query)
    assert given["state"] == ["s t&te"]
    answer = token_call(
        world,
        grant_type="authorization_code",
        code=given["code"][0],
        redirect_uri=redirect_uri,
        code_verifier=verifier,
    )
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()  # type: ignore[attr-defined]
    return body


def test_tokens_hold_only_signs_that_are_safe_in_a_url(world: World) -> None:
    body = tokens_by_code(world, "https://app.example/callback")
    assert URL_SAFE.fullmatch(body["access_token"])
    assert URL_SAFE.fullmatch(body["refresh_token"])


def test_the_token_type_is_bearer_in_lower_case(world: World) -> None:
    for answer in (
        token_call(world, grant_type="client_credentials"),
        refresh(world, first_refresh_token(world)),
    ):
        assert answer.json()["token_type"] == "bearer"  # type: ignore[attr-defined]


def test_expires_in_is_positive(world: World) -> None:
    for answer in (
        token_call(world, grant_type="client_credentials"),
        refresh(world, first_refresh_token(world)),
    ):
        body = answer.json()  # type: ignore[attr-defined]
        assert type(body["expires_in"]) is int
        assert body["expires_in"] > 0


def test_every_refresh_carries_a_new_refresh_token(world: World) -> None:
    seen = [first_refresh_token(world)]
    for _ in range(4):
        seen.append(refresh(world, seen[-1]).json()["refresh_token"])  # type: ignore[attr-defined]
    assert len(set(seen)) == 5


def test_refresh_tokens_rotate(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old one is good for the moments in which two processes may meet, and then no longer."""
    first = first_refresh_token(world)
    second = refresh(world, first).json()["refresh_token"]  # type: ignore[attr-defined]
    later = timezone.now() + timedelta(minutes=5)
    monkeypatch.setattr("tillgate.foundation.clock.now", lambda: later)
    assert_oauth_error(refresh(world, first), 400, "invalid_grant")
    assert_oauth_error(refresh(world, second), 400, "invalid_grant")


def test_refreshing_long_before_the_end_is_fine(world: World) -> None:
    """Programs refresh 30 s to 5 min early."""
    body = refresh(world, first_refresh_token(world)).json()  # type: ignore[attr-defined]
    assert body["expires_in"] > 5 * 60
    assert refresh(world, body["refresh_token"]).status_code == 200


def test_a_refresh_repeated_within_moments_does_not_kill_the_grant(world: World) -> None:
    first = first_refresh_token(world)
    pairs = [refresh(world, first).json() for _ in range(3)]  # type: ignore[attr-defined]
    assert len({pair["refresh_token"] for pair in pairs}) == 3
    for pair in pairs:
        assert refresh(world, pair["refresh_token"]).status_code == 200


def test_two_processes_may_refresh_at_once(committed: World) -> None:
    """The connections here are real and separate, as two processes' are."""
    first = first_refresh_token(committed)
    found: list[Any] = []
    start = threading.Barrier(4)

    def run() -> None:
        start.wait()
        try:
            found.append(refresh(committed, first))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [answer.status_code for answer in found] == [200] * 4
    assert len({answer.json()["refresh_token"] for answer in found}) == 4


def test_a_passing_fault_is_a_429_or_a_5xx_and_the_token_stays_good(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = first_refresh_token(world)

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr("tillgate.access.grants.store_pair", fail)
        answer = refresh(world, first)
        assert answer.status_code == 503
        assert answer.json()["error"]  # type: ignore[attr-defined]
        assert answer["Retry-After"]
    assert refresh(world, first).status_code == 200


def test_too_many_refreshes_are_a_429_and_the_token_stays_good(world: World) -> None:
    first = first_refresh_token(world)
    statuses = [token_call(world, grant_type="client_credentials").status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    refused = refresh(world, first)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    limiter.forget()
    assert refresh(world, first).status_code == 200


def test_answers_of_the_token_endpoint_are_json_and_never_empty(world: World) -> None:
    for answer in (
        post("/oauth/token"),
        post("/oauth/token", grant_type="nonsense"),
        post("/oauth/token", basic("nobody", "nothing"), grant_type="client_credentials"),
        Http().get("/oauth/token"),
        Http().delete("/oauth/token"),
        refresh(world, "tg_nonsense"),
    ):
        assert answer.status_code >= 400
        assert answer["Content-Type"] == "application/json"
        assert answer.json()["error"]  # type: ignore[attr-defined]
