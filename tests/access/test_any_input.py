"""Whatever is sent to the OAuth endpoints, the answer is a clear refusal and never a failure."""

import pytest
from django.test import Client as Http
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.access.world import World, basic, post

from tillgate.access.oauth.client_authentication import limiter
from tillgate.access.oauth.parameters import FOR_AUTHORIZATION, FOR_TOKENS

GRANTS = ("authorization_code", "refresh_token", "client_credentials")
fuzzed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@fuzzed
@given(
    path=st.sampled_from(["token", "revoke", "introspect"]),
    authenticated=st.booleans(),
    form=st.dictionaries(st.sampled_from(FOR_TOKENS) | text, text),
    grant_type=st.sampled_from(GRANTS) | text,
)
def test_any_form_is_answered_in_json(
    world: World, path: str, authenticated: bool, form: dict[str, str], grant_type: str
) -> None:
    limiter.forget()
    headers = basic(world.client.client_id, world.secret) if authenticated else {}
    response = post(f"/oauth/{path}", headers, **{**form, "grant_type": grant_type})
    assert response.status_code in {200, 400, 401}
    assert response["Content-Type"] == "application/json"
    body = response.json()  # type: ignore[attr-defined]
    assert response.status_code == 200 or (body["error"] and body["error_description"])


@fuzzed
@given(headers=st.fixed_dictionaries({"Authorization": st.text(st.characters(max_codepoint=255))}))
def test_any_authorization_header_is_answered_in_json(
    world: World, headers: dict[str, str]
) -> None:
    response = post("/oauth/token", headers, grant_type="client_credentials")
    assert (response.status_code, response["Content-Type"]) == (401, "application/json")


@fuzzed
@given(body=st.binary(max_size=200), kind=st.sampled_from(["x-www-form-urlencoded", "json", "x"]))
def test_any_body_is_answered_in_json(world: World, body: bytes, kind: str) -> None:
    response = Http().post("/oauth/token", body, content_type=f"application/{kind}")
    assert response.status_code in {400, 401}
    assert response["Content-Type"] == "application/json"


@fuzzed
@given(
    known=st.booleans(),
    query=st.dictionaries(st.sampled_from(FOR_AUTHORIZATION) | text, text | st.lists(text)),
)
def test_any_authorization_request_is_a_page_or_a_redirect(
    world: World, known: bool, query: dict[str, str | list[str]]
) -> None:
    if known:
        query = {**query, "client_id": world.client.client_id}
    response = Http().get("/oauth/authorize", query)
    assert response.status_code in {302, 400}


@pytest.mark.parametrize(
    "raw", [b"%", b"a=%zz", b"\xff=\xfe", b"client_id=%00", b";;;", b"=" * 900]
)
def test_any_raw_query_is_a_page(db: None, raw: bytes) -> None:
    response = Http().generic("GET", "/oauth/authorize", QUERY_STRING=raw.decode("latin-1"))
    assert response.status_code == 400
