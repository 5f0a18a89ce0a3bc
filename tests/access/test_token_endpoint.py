"""The token endpoint: client authentication, the grants, and how it fails."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client as Http
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

from tillgate.access import acts, secrets
from tillgate.access.models import ClientSecret
from tillgate.access.tokens import looks_genuine, new_token, token_hash
from tillgate.foundation import clock
from tillgate.site.logs import JsonLines


def ask(world: World, **form: str):  # type: ignore[no-untyped-def]
    return token_call(world, grant_type="client_credentials", **form)


def test_a_client_gets_a_token_for_itself(world: World) -> None:
    response = ask(world)
    body = response.json()
    assert response.status_code == 200
    assert looks_genuine(body.pop("access_token"))
    assert body == {
        "expires_in": 3600,
        "refresh_expires_in": 0,
        "scope": "financial-api items",
        "token_type": "bearer",
    }
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Type"] == "application/json"


def test_only_the_hash_of_a_token_is_stored(world: World) -> None:
    token = ask(world).json()["access_token"]
    row = AccessToken.objects.get(application=world.client)
    assert (row.token, row.token_checksum) == ("", token_hash(token))


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_basic_is_understood_in_any_case(world: World, scheme: str) -> None:
    headers = basic(world.client.client_id, world.secret, scheme)
    assert post("/oauth/token", headers, grant_type="client_credentials").status_code == 200


def test_credentials_in_the_form_are_understood(world: World) -> None:
    form = {"client_id": world.client.client_id, "client_secret": world.secret}
    assert post("/oauth/token", grant_type="client_credentials", **form).status_code == 200


def test_parameters_in_the_query_of_the_post_are_understood(world: World) -> None:
    query = (
        f"?grant_type=client_credentials&client_id={world.client.client_id}"
        f"&client_secret={world.secret}&scope=items"
    )
    response = Http().post(f"/oauth/token{query}")
    assert (response.status_code, response.json()["scope"]) == (200, "items")


def test_parameters_in_the_query_are_never_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    refresh_token = first_refresh_token(world)
    Http().post(
        f"/oauth/token?grant_type=refresh_token&refresh_token={refresh_token}"
        f"&client_id={world.client.client_id}&client_secret={world.secret}x"
    )
    lines = [JsonLines().format(r) for r in caplog.records if r.levelname != "DEBUG"]
    assert any("/oauth/token" in line for line in lines)
    assert not [line for line in lines if world.secret in line or refresh_token in line]


def test_a_trailing_slash_makes_no_difference(world: World) -> None:
    headers = basic(world.client.client_id, world.secret)
    assert post("/oauth/token/", headers, grant_type="client_credentials").status_code == 200


@pytest.mark.parametrize("secret", ["", "!", "tg_", "x" * 45])
def test_a_secret_that_is_none_is_refused_by_basic_and_by_form(world: World, secret: str) -> None:
    client_id = world.client.client_id
    by_basic = post("/oauth/token", basic(client_id, secret), grant_type="client_credentials")
    assert_oauth_error(by_basic, 401, "invalid_client")
    form = {"client_id": client_id, "client_secret": secret}
    by_form = post("/oauth/token", grant_type="client_credentials", **form)
    assert_oauth_error(by_form, 401, "invalid_client")


def test_another_clients_secret_is_refused(world: World, other_world: World) -> None:
    headers = basic(world.client.client_id, other_world.secret)
    response = post("/oauth/token", headers, grant_type="client_credentials")
    assert_oauth_error(response, 401, "invalid_client")
    assert response["WWW-Authenticate"].startswith("Basic ")


def test_a_client_id_beside_basic_must_be_the_same(world: World, other_world: World) -> None:
    response = ask(world, client_id=other_world.client.client_id)
    assert_oauth_error(response, 401, "invalid_client")


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Basic /w==", "Basic YQ==", "Basic OjA=", "Bearer x", "x"]
)
def test_a_broken_authorization_header_is_refused(world: World, header: str) -> None:
    response = post("/oauth/token", {"Authorization": header}, grant_type="client_credentials")
    assert_oauth_error(response, 401, "invalid_client")


@pytest.mark.parametrize(
    "name",
    [
        "client_id",
        "client_secret",
        "grant_type",
        "scope",
        "code",
        "refresh_token",
        "nobody",
        "a\0b",
    ],
)
def test_a_nul_in_any_parameter_is_refused(world: World, name: str) -> None:
    form = {"grant_type": "client_credentials"} | {name: "a\0b"}
    response = post("/oauth/token", basic(world.client.client_id, world.secret), **form)
    assert "NUL" in assert_oauth_error(response, 400, "invalid_request")


def test_a_nul_in_basic_credentials_is_refused(world: World) -> None:
    for header in (basic("a\0b", "c"), basic("a%00b", world.secret), basic("a", "c\0d")):
        response = post("/oauth/token", header, grant_type="client_credentials")
        assert_oauth_error(response, 401, "invalid_client")


def test_bytes_that_are_no_text_are_refused(world: World) -> None:
    response = Http().post(
        "/oauth/token",
        b"grant_type=client_credentials&client_id=%ff%fe&client_secret=\xff",
        content_type="application/x-www-form-urlencoded",
    )
    assert_oauth_error(response, 401, "invalid_client")  # type: ignore[arg-type]


def test_a_parameter_given_twice_is_refused_unless_it_says_the_same(world: World) -> None:
    headers = basic(world.client.client_id, world.secret)
    twice = Http().post(
        "/oauth/token?scope=items",
        {"grant_type": "client_credentials", "scope": "x"},
        headers=headers,
    )
    assert "scope" in assert_oauth_error(twice, 400, "invalid_request")  # type: ignore[arg-type]
    same = Http().post(
        "/oauth/token?grant_type=client_credentials",
        {"grant_type": "client_credentials"},
        headers=headers,
    )
    assert same.status_code == 200


def test_a_request_without_grant_type_is_told_so(world: World) -> None:
    assert "grant_type" in assert_oauth_error(token_call(world), 400, "invalid_request")


@pytest.mark.parametrize(
    "grant_type", ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code", "x"]
)
def test_other_grants_are_not_supported(world: World, grant_type: str) -> None:
    response = token_call(world, grant_type=grant_type, username="a", password="b", device_code="c")
    assert_oauth_error(response, 400, "unsupported_grant_type")


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke/", "/oauth/introspect"])
def test_any_other_method_is_a_405_with_a_body(db: None, method: str, path: str) -> None:
    response = getattr(Http(), method)(path)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert response["Content-Type"] == "application/json"
    assert method == "head" or json.loads(response.content)["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ({}, "financial-api items"),
        ({"scope": ""}, "financial-api items"),
        ({"scope": "*"}, "financial-api items"),
        ({"scope": "items *"}, "financial-api items"),
        ({"scope": "items"}, "items"),
        ({"scope": "items financial-api"}, "financial-api items"),
        ({"scope": "  items   items "}, "items"),
        ({"scope": "openid items orders-api"}, "items"),
        ({"scope": "offline_access items"}, "items"),
    ],
)
def test_scopes_are_narrowed_to_what_the_client_has(
    world: World, asked: dict[str, str], given: str
) -> None:
    assert ask(world, **asked).json()["scope"] == given


@pytest.mark.parametrize("scope", ["openid", "orders-api", "offline_access", "f i n a n", "  é "])
def test_nothing_left_of_the_scopes_is_invalid_scope(world: World, scope: str) -> None:
    assert_oauth_error(ask(world, scope=scope), 400, "invalid_scope")


def test_two_secrets_work_and_a_revoked_or_expired_one_does_not(world: World) -> None:
    client_id = world.client.client_id
    second = secrets.add_secret(client=world.client, actor="test")
    first = ClientSecret.objects.get(hash=token_hash(world.secret))
    for secret in (world.secret, second):
        answer = post("/oauth/token", basic(client_id, secret), grant_type="client_credentials")
        assert answer.status_code == 200
    secrets.revoke_secret(secret=first, actor="test")
    assert_oauth_error(ask(world), 401, "invalid_client")
    ClientSecret.objects.update(expires_at=clock.now())
    answer = post("/oauth/token", basic(client_id, second), grant_type="client_credentials")
    assert_oauth_error(answer, 401, "invalid_client")


def test_the_last_use_of_a_secret_is_noted_once_a_minute(world: World) -> None:
    ask(world)
    noted = ClientSecret.objects.get().last_used_at
    ask(world)
    assert ClientSecret.objects.get().last_used_at == noted
    assert noted is not None
    ClientSecret.objects.update(last_used_at=noted - timedelta(minutes=2))
    ask(world)
    assert ClientSecret.objects.get().last_used_at > noted


def test_a_suspended_integration_gets_no_token_and_goes_on_when_resumed(world: World) -> None:
    token = first_refresh_token(world)
    acts.suspend_integration(integration=world.integration, reason="unpaid", actor="test")
    assert "unpaid" in assert_oauth_error(ask(world), 400, "unauthorized_client")
    assert_oauth_error(refresh(world, token), 400, "unauthorized_client")
    acts.resume_integration(integration=world.integration, actor="test")
    assert refresh(world, token).status_code == 200


def test_an_ended_integration_is_unknown(world: World) -> None:
    token = first_refresh_token(world)
    ask(world)
    acts.end_integration(integration=world.integration, reason="left", actor="test")
    assert_oauth_error(ask(world), 401, "invalid_client")
    assert_oauth_error(refresh(world, token), 401, "invalid_client")
    assert not AccessToken.objects.filter(application=world.client).exists()


def test_calls_beyond_the_limit_of_a_minute_wait(world: World, other_world: World) -> None:
    for _ in range(30):
        assert ask(world).status_code == 200
    refused = ask(world)
    assert_oauth_error(refused, 429, "temporarily_unavailable")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert ask(other_world).status_code == 200


def test_wrong_secrets_do_not_use_up_the_limit_of_the_client(world: World) -> None:
    bad = basic(world.client.client_id, new_token())
    for _ in range(31):
        post("/oauth/token", bad, grant_type="client_credentials")
    assert ask(world).status_code == 200


def test_a_fault_of_the_database_is_a_503(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(ClientSecret.objects, "select_related", broken)
    response = ask(world)
    assert_oauth_error(response, 503, "temporarily_unavailable")
    assert response["Retry-After"] == "1"


def test_a_body_that_is_too_big_or_broken_is_a_400(world: World) -> None:
    form = {"grant_type": "x" * 3_000_000}
    assert_oauth_error(token_call(world, **form), 400, "invalid_request")
    many = Http().post(
        "/oauth/token",
        "&".join(f"a{n}=1" for n in range(2000)),
        content_type="application/x-www-form-urlencoded",
    )
    assert_oauth_error(many, 400, "invalid_request")  # type: ignore[arg-type]
    broken = Http().post("/oauth/token", "x", content_type="multipart/form-data; boundary=é")
    assert_oauth_error(broken, 400, "invalid_request")  # type: ignore[arg-type]


def test_a_host_that_is_not_ours_is_answered_in_json(db: None) -> None:
    response = Http().post("/oauth/token", headers={"Host": "elsewhere.example"})
    assert_oauth_error(response, 400, "invalid_request")  # type: ignore[arg-type]
    assert response["Content-Type"] == "application/json"
