"""Signing in and out, the home page, error pages, and the headers of them all."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client as Http
from tests.access.world import PASSWORD, World, make_person
from tests.portal.browser import signed_in

from tillgate.access import acts
from tillgate.directory.models import Person
from tillgate.portal.headers import form_targets_for, policy


@pytest.fixture(autouse=True)
def fresh_attempts() -> None:
    """The sign-in limits of one test are none of another's business."""
    cache.clear()


@pytest.fixture
def maya(db: None) -> Person:
    return make_person(password=PASSWORD)


def sign_in(email: str, password: str, **more: str):  # type: ignore[no-untyped-def]
    return Http().post("/sign-in/", {"login": email, "password": password, **more})


def test_a_person_signs_in_and_comes_to_where_they_were_going(maya: Person) -> None:
    response = sign_in(maya.email.upper(), PASSWORD, next="/oauth/authorize?a=b")
    assert (response.status_code, response["Location"]) == (302, "/oauth/authorize?a=b")


def test_signing_in_does_not_lead_elsewhere(maya: Person) -> None:
    for away in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert sign_in(maya.email, PASSWORD, next=away)["Location"] == "/"


@pytest.mark.parametrize("password", ["wrong", "a\0b"])
def test_a_wrong_password_says_nothing_about_the_address(maya: Person, password: str) -> None:
    known = sign_in(maya.email, password)
    unknown = sign_in("nobody@example.com", password)
    assert known.status_code == unknown.status_code == 200
    assert b"One thing needs another look" in known.content
    assert maya.email.encode() in known.content
    alarm = known.content.split(b'role="alert"')[1].split(b"</div>")[0]
    assert alarm in unknown.content


def test_guessing_is_slowed_down(maya: Person) -> None:
    for _ in range(5):
        assert sign_in(maya.email, "wrong guess").status_code == 200
    page = sign_in(maya.email, PASSWORD)
    assert page.status_code == 200
    assert b"Too many" in page.content


def test_signing_out_is_a_button_and_not_a_link(world: World) -> None:
    browser = signed_in(world.owner)
    assert b"You are about to sign out" in browser.get("/sign-out/").content
    assert browser.get("/").status_code == 200
    assert browser.post("/sign-out/")["Location"] == "/signed-out/"
    assert browser.get("/interest/")["Location"] == "/sign-in/?next=%2Finterest%2F"
    assert b"You are signed out" in browser.get("/signed-out/").content


def test_an_account_that_is_not_active_is_told_so(maya: Person) -> None:
    Person.objects.update(is_active=False)
    response = sign_in(maya.email, PASSWORD)
    assert response.status_code == 302
    assert b"not active" in Http().get(response["Location"]).content


def test_home_lists_ones_own_integrations_only(world: World, other_world: World) -> None:
    acts.suspend_integration(integration=world.integration, reason="Unpaid.", actor="test")
    page = signed_in(world.owner).get("/").content.decode()
    assert "1 integration of your business" in page
    assert world.shop.name in page
    assert "Old Mill Quay 1" in page
    assert '<span class="state wait">suspended</span>' in page
    assert other_world.shop.name not in page


def test_home_of_somebody_without_a_business_asks_about_it(db: None) -> None:
    assert b"Tell us about your business" in signed_in(make_person()).get("/").content


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/signed-out/", "/nothing", "/oauth/authorize"])
def test_every_page_has_a_strict_policy(db: None, path: str) -> None:
    response = Http().get(path)
    assert response["Content-Security-Policy"] == policy()
    assert "script-src 'self'; connect-src 'self'" in policy()
    assert "unsafe" not in policy()
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]


def test_no_page_holds_an_inline_script_or_style(world: World) -> None:
    browser = signed_in(world.owner)
    for path in ("/", "/sign-out/", "/signed-out/", "/nothing"):
        page = browser.get(path).content.decode()
        assert page.count("<script") == page.count('<script src="/static/')
        assert "style=" not in page


def test_what_people_typed_is_shown_as_text(db: None) -> None:
    page = sign_in('"><b>x</b>@example.com', "y").content.decode()
    assert "<b>x</b>" not in page


def test_errors_are_pages_for_people_and_json_for_programs(db: None) -> None:
    missing = Http().get("/nothing")
    assert (missing.status_code, missing["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert b"There is no such page" in missing.content
    bad = Http().get("/", headers={"Host": "elsewhere.example"})
    assert bad.status_code == 400
    assert b"cannot be understood" in bad.content
    nothing = Http().get("/.well-known/nothing")
    assert (nothing.status_code, nothing["Content-Type"]) == (404, "application/json")


def test_a_failure_is_a_page_without_a_trace(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a detail")

    monkeypatch.setattr("tillgate.portal.merchant.home.integrations_of", broken)
    browser = signed_in(world.owner)
    browser.raise_request_exception = False
    response = browser.get("/")
    assert response.status_code == 500
    assert b"Something failed here" in response.content
    assert b"a detail" not in response.content


def test_cookies_are_not_for_scripts(maya: Person) -> None:
    browser = Http()
    browser.get("/sign-in/")
    browser.post("/sign-in/", {"login": maya.email, "password": PASSWORD})
    assert set(browser.cookies) >= {"tillgate_session", "tillgate_form"}
    for name in ("tillgate_session", "tillgate_form"):
        assert browser.cookies[name]["httponly"]
        assert browser.cookies[name]["samesite"] == "Lax"
    assert not django_settings.SESSION_COOKIE_SECURE  # no public address: a laptop


@pytest.mark.parametrize(
    ("base_url", "secure"),
    [
        ("", False),
        ("http://localhost:8000", False),
        ("http://127.0.0.1:8000", False),
        ("https://api.example.com", True),
        ("http://localhost.example.com", True),
    ],
)
def test_cookies_travel_in_the_clear_on_a_laptop_only(base_url: str, secure: bool) -> None:
    says = "from tillgate.site.settings import *; print(SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE)"
    environ = {**os.environ, "TILLGATE_BASE_URL": base_url}
    answer = subprocess.run(
        [sys.executable, "-c", says], env=environ, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == [str(secure)] * 2


def test_a_form_may_lead_to_its_programs_address(db: None) -> None:
    assert form_targets_for("https://app.example/cb") == ["https:"]
    assert form_targets_for("http://localhost:9/cb") == ["https:", "http://localhost:9"]


def test_the_metadata_names_what_there_is(db: None) -> None:
    for path in (
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/",
    ):
        facts = Http().get(path).json()
        assert facts["issuer"] == "http://testserver"
        assert facts["token_endpoint"] == "http://testserver/oauth/token"
        assert facts["grant_types_supported"] == [
            "authorization_code",
            "refresh_token",
            "client_credentials",
        ]
        assert facts["code_challenge_methods_supported"] == ["S256"]
