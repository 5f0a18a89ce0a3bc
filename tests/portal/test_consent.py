"""The consent page, and the codes that come of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client as Http
from tests.access.world import (
    CALLBACK,
    LOOPBACK,
    World,
    assert_oauth_error,
    make_person,
    post,
    refresh,
    token_call,
)
from tests.portal.browser import (
    CHALLENGE,
    VERIFIER,
    address,
    code_of,
    decide,
    sent_back,
    signed_in,
)

from tillgate.access import acts
from tillgate.access.models import Consent, Grant
from tillgate.access.tokens import looks_genuine, token_hash
from tillgate.directory.models import Role
from tillgate.foundation import clock

ISSUER = "http://testserver"


def exchange(world: World, code: str, **changed: str) -> HttpResponse:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK} | changed
    return token_call(world, **form)


def ask(world: World, **changed: str | None) -> HttpResponse:
    return signed_in(world.owner).get(address(world, **changed))  # type: ignore[return-value]


# --- the page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/oauth/authorize", "/oauth/authorize/"])
def test_the_page_names_the_program_the_business_and_what_may_be_read(
    world: World, path: str
) -> None:
    response = ask(world, path=path)
    page = response.content.decode()
    assert response.status_code == 200
    for said in (
        "Ledger Bridge",
        world.shop.name,
        "Old Mill Quay 0",
        "Old Mill Quay 1",
        "only read",
    ):
        assert said in page
    assert "the names of staff" in page
    assert "consumers" not in page
    assert page.count('class="button"') == 1


def test_the_page_tells_of_the_asked_scopes_only(world: World) -> None:
    page = ask(world, scope="items openid").content.decode()
    assert "for 14 days" in page
    assert "for 40 days" in ask(world).content.decode()
    assert "The items they sell" in page
    assert "Sales, payments" not in page
    assert "staff" not in page


def test_who_is_not_signed_in_is_asked_to_and_comes_back(world: World) -> None:
    where, query = sent_back(Http().get(address(world)))  # type: ignore[arg-type]
    assert (where, query["next"]) == ("/sign-in/", address(world))


@pytest.mark.parametrize("role", [None, Role.MEMBER])
def test_only_owner_and_technical_contact_may_decide(world: World, role: Role | None) -> None:
    person = make_person("charlie")
    if role:
        acts.add_membership(
            person=person, business_id=world.shop.business_id, role=role, actor="test"
        )
    browser = signed_in(person)
    page = browser.get(address(world))
    assert page.status_code == 403
    assert "owner or the technical contact" in page.content.decode()
    assert browser.post(address(world), {"decision": "allow"}).status_code == 403
    assert not Grant.objects.exists()


def test_the_owner_of_another_business_may_not_decide(world: World, other_world: World) -> None:
    assert signed_in(other_world.owner).get(address(world)).status_code == 403


def test_a_technical_contact_may_decide(world: World) -> None:
    person = make_person("dana")
    acts.add_membership(
        person=person,
        business_id=world.shop.business_id,
        role=Role.TECHNICAL_CONTACT,
        actor="test",
    )
    answer = signed_in(person).post(address(world), {"decision": "allow"})
    assert code_of(answer)  # type: ignore[arg-type]


def test_nothing_skips_the_question(world: World) -> None:
    assert exchange(world, code_of(decide(world))).status_code == 200
    for trick in ({"approval_prompt": "auto"}, {"prompt": "none"}, {"allow": "true"}):
        response = ask(world, **trick)
        assert response.status_code == 200
        assert b"Do not allow" in response.content


def test_a_decision_needs_the_form(world: World) -> None:
    browser = Http(enforce_csrf_checks=True)
    browser.force_login(world.owner, "django.contrib.auth.backends.ModelBackend")
    response = browser.post(address(world), {"decision": "allow"})
    assert response.status_code == 403
    assert not Grant.objects.exists()


def test_the_policy_lets_the_form_lead_back_to_the_program(world: World) -> None:
    def targets(response: HttpResponse) -> str:
        return response["Content-Security-Policy"].split("form-action ")[1].split(";")[0]

    assert targets(ask(world)) == "'self' https:"
    loopback = ask(world, redirect_uri=LOOPBACK)
    assert targets(loopback) == "'self' https: http://127.0.0.1:8765"


# --- the answer ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["s1", "a b+c&d=é%20/?#", "x" * 3000, None])
def test_allowing_sends_back_a_code_the_state_and_the_issuer(
    world: World, state: str | None
) -> None:
    where, query = sent_back(decide(world, state=state))
    assert where == CALLBACK
    assert query.pop("code")
    assert query == {"iss": ISSUER} | ({"state": state} if state else {})


@pytest.mark.parametrize("decision", ["deny", "", "yes"])
def test_denying_says_so(world: World, decision: str) -> None:
    where, query = sent_back(decide(world, decision))
    assert (where, query) == (
        CALLBACK,
        {"error": "access_denied", "state": "s1", "iss": ISSUER},
    )
    assert not Grant.objects.exists()


def test_the_query_of_a_registered_address_is_kept(world: World) -> None:
    issued = acts.issue_client(
        integration=world.integration, redirect_uris=[f"{CALLBACK}?tenant=7"], actor="test"
    )
    alike = world._replace(client=issued.client, secret=issued.secret)
    _, query = sent_back(decide(alike, redirect_uri=None))
    assert query["tenant"] == "7"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"scope": "orders-api"}, "invalid_scope"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": "é" * 43, "code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_a_request_that_is_wrong_is_told_to_its_program(
    world: World, changed: dict[str, str | None], error: str
) -> None:
    where, query = sent_back(ask(world, **changed))
    assert where == CALLBACK
    assert (query["error"], query["state"], query["iss"]) == (error, "s1", ISSUER)


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "tg_client_unknown"},
        {"client_id": None},
        {"client_id": "a\0b"},
        {"client_id": "%zz%"},
        {"state": "a\0b"},
        {"scope": "a\0b"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK.replace("app", "APP")},
        {"redirect_uri": CALLBACK + "?a"},
        {"redirect_uri": CALLBACK.replace("https://", "https://u@")},
        {"redirect_uri": CALLBACK + "#x"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": LOOPBACK.replace("8765", "54321")},
        {"redirect_uri": None},
    ],
)
def test_a_request_that_may_be_forged_is_told_to_the_person(
    world: World, changed: dict[str, str | None]
) -> None:
    for browser in (Http(), signed_in(world.owner)):
        response = browser.get(address(world, **changed))
        assert response.status_code == 400
        assert b"cannot be connected by this link" in response.content


def test_broken_queries_are_told_to_the_person(world: World) -> None:
    for tail in ("&client_id=other", "&redirect_uri=https://x.example/", "&scope=items&scope=x"):
        response = signed_in(world.owner).get(address(world) + tail)
        assert response.status_code == 400
    for query in ("%zz", "client_id=%ff%fe", "=&=&&", "client_id=%E0%80"):
        assert Http().get(f"/oauth/authorize?{query}").status_code == 400


def test_a_suspended_integration_is_told_and_an_ended_one_is_unknown(world: World) -> None:
    acts.suspend_integration(integration=world.integration, reason="unpaid", actor="test")
    assert sent_back(ask(world))[1]["error"] == "unauthorized_client"
    acts.end_integration(integration=world.integration, reason="left", actor="test")
    assert ask(world).status_code == 400


# --- the code ------------------------------------------------------------------------------------


def test_a_code_becomes_a_pair_of_tokens(world: World) -> None:
    body = exchange(world, code_of(decide(world, scope="items offline_access"))).json()
    assert looks_genuine(body["access_token"])
    assert body["scope"] == "items offline_access"
    assert body["token_type"] == "bearer"
    assert refresh(world, body["refresh_token"]).status_code == 200
    consent = Consent.objects.get()
    assert (consent.person, consent.scopes) == (world.owner, "items offline_access")


def test_only_the_hash_of_a_code_is_stored(world: World) -> None:
    code = code_of(decide(world))
    assert Grant.objects.values_list("code", flat=True).get() == token_hash(code)
    stored = token_hash(code)
    assert_oauth_error(exchange(world, stored), 400, "invalid_grant")


def test_a_code_used_again_ends_what_it_was_exchanged_for(world: World) -> None:
    code = code_of(decide(world))
    body = exchange(world, code).json()
    assert_oauth_error(exchange(world, code), 400, "invalid_grant")
    assert_oauth_error(refresh(world, body["refresh_token"]), 400, "invalid_grant")


def test_a_code_exchanged_six_times_at_once_is_exchanged_once(committed: World) -> None:
    code = code_of(decide(committed))

    def one(_: int) -> int:
        try:
            return exchange(committed, code).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(one, range(6)))
    assert statuses == [200, *[400] * 5]
    assert Consent.objects.filter(client=committed.client).count() == 1


def test_a_code_of_another_client_is_refused_and_stays_good(
    world: World, other_world: World
) -> None:
    code = code_of(decide(world))
    assert_oauth_error(exchange(other_world, code), 400, "invalid_grant")
    assert exchange(world, code).status_code == 200
    assert_oauth_error(exchange(other_world, code), 400, "invalid_grant")
    assert Consent.objects.get().ended_at is None


def test_a_code_lives_for_a_minute(world: World) -> None:
    code = code_of(decide(world))
    left = Grant.objects.get().expires - clock.now()
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)
    Grant.objects.update(expires=clock.now())
    assert_oauth_error(exchange(world, code), 400, "invalid_grant")


@pytest.mark.parametrize("uri", ["https://evil.example/", CALLBACK + "/", LOOPBACK])
def test_a_code_is_exchanged_with_the_address_it_was_sent_to(world: World, uri: str) -> None:
    code = code_of(decide(world))
    assert_oauth_error(exchange(world, code, redirect_uri=uri), 400, "invalid_grant")


@pytest.mark.parametrize("code", ["x", "é", "'; --", "x" * 100_000])
def test_a_code_that_is_none_is_refused(world: World, code: str) -> None:
    assert_oauth_error(exchange(world, code), 400, "invalid_grant")


def test_pkce_is_verified_when_it_is_used(world: World) -> None:
    challenge = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    code = code_of(decide(world, **challenge))
    assert_oauth_error(exchange(world, code), 400, "invalid_request")
    wrong = exchange(world, code, code_verifier=VERIFIER[::-1])
    assert_oauth_error(wrong, 400, "invalid_grant")
    assert exchange(world, code, code_verifier=VERIFIER).status_code == 200


def test_a_verifier_without_a_challenge_is_refused(world: World) -> None:
    code = code_of(decide(world))
    assert_oauth_error(exchange(world, code, code_verifier=VERIFIER), 400, "invalid_grant")


# --- public clients ------------------------------------------------------------------------------


@pytest.fixture
def public(world: World) -> World:
    issued = acts.issue_client(
        integration=world.integration, redirect_uris=[CALLBACK], public=True, actor="test"
    )
    return world._replace(client=issued.client, secret="")


def test_a_public_client_must_use_pkce(public: World) -> None:
    assert sent_back(ask(public))[1]["error"] == "invalid_request"
    challenge = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    form = {
        "grant_type": "authorization_code",
        "client_id": public.client.client_id,
        "code": code_of(decide(public, **challenge)),
        "redirect_uri": CALLBACK,
    }
    assert_oauth_error(post("/oauth/token", **form), 400, "invalid_request")
    answer = post("/oauth/token", **form, code_verifier=VERIFIER)
    assert answer.status_code == 200
    again = {"grant_type": "refresh_token", "refresh_token": answer.json()["refresh_token"]}
    assert post("/oauth/token", client_id=form["client_id"], **again).status_code == 200


def test_a_public_client_gets_no_token_for_itself(public: World) -> None:
    form = {"grant_type": "client_credentials", "client_id": public.client.client_id}
    assert_oauth_error(post("/oauth/token", **form), 401, "invalid_client")
    assert_oauth_error(post("/oauth/token", **form, client_secret="x"), 401, "invalid_client")
