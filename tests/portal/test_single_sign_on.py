"""Signing in by an identity provider that really answers, on the loopback."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client as Http
from django.urls import reverse
from tests.access.world import make_person
from tests.portal.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
    identity_provider,
)
from tests.portal.mailbox import last_mail_to
from tests.portal.pages_harness import Eye
from tests.portal.test_second_factor import staff

from tillgate.directory.models import Person
from tillgate.foundation.config import config, load
from tillgate.foundation.environment import BadSetting
from tillgate.site.sign_in_settings import providers


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Iterator[IdentityProvider]:
    """The provider, named in the settings."""
    cache.clear()
    with identity_provider() as made:
        monkeypatch.setenv("TILLGATE_OIDC_ISSUER", made.issuer)
        monkeypatch.setenv("TILLGATE_OIDC_CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv("TILLGATE_OIDC_CLIENT_SECRET", CLIENT_SECRET)
        monkeypatch.setenv("TILLGATE_OIDC_NAME", "Example Login")
        config.cache_clear()
        settings.SOCIALACCOUNT_PROVIDERS = providers(config().single_sign_on)
        yield made
    monkeypatch.undo()
    config.cache_clear()


def come_back(browser: Http, **query: str) -> str:
    """Go to the provider, which signs in at once; the address it sends one back to."""
    away = browser.post("/sign-in/sso/", query)
    assert away.status_code == 302
    back = httpx.get(away["Location"]).headers["Location"]
    assert back.startswith("http://testserver/sign-in/sso/callback/?")
    return back.removeprefix("http://testserver")


def is_signed_in(browser: Http) -> bool:
    return browser.get("/account/").status_code == 200


def test_without_settings_there_is_no_such_way(db: None) -> None:
    assert b"Continue with" not in Http().get("/sign-in/").content
    for path in ("/sign-in/sso/", "/sign-in/sso/callback/"):
        assert Http().get(path).status_code == 404
        assert Http().post(path).status_code == 404


def test_the_page_offers_it_and_its_form_may_lead_there(
    db: None, provider: IdentityProvider
) -> None:
    page = Http().get("/sign-in/")
    assert b"Continue with Example Login" in page.content
    assert provider.issuer in page["Content-Security-Policy"]
    link = Http().get("/sign-in/sso/")
    assert b"Sign in with Example Login" in link.content
    assert provider.asked == [], "a link alone starts nothing"


def test_somebody_new_is_registered_and_led_on(db: None, provider: IdentityProvider) -> None:
    provider.claims |= {"email": "Robin@example.com", "email_verified": True}
    browser = Http()
    done = browser.get(come_back(browser, next="/account/"))
    assert (done.status_code, done["Location"]) == (302, "/account/")
    person = Person.objects.get(email="robin@example.com")
    assert (person.name, person.has_usable_password()) == ("Robin Example", False)
    assert EmailAddress.objects.get(user=person).verified
    (asked,) = provider.asked
    assert asked["code_challenge_method"] == "S256"
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert b"Example Login" in browser.get("/account/").content
    again = Http()
    again.get(come_back(again))
    assert is_signed_in(again)
    assert Person.objects.count() == 1


def test_a_verified_address_is_whoever_has_it_here(db: None, provider: IdentityProvider) -> None:
    person = make_person()
    provider.claims |= {"email": person.email, "email_verified": True}
    browser = Http()
    browser.get(come_back(browser))
    assert is_signed_in(browser)
    assert Person.objects.count() == 1


def test_an_unverified_address_signs_in_nobody(db: None, provider: IdentityProvider) -> None:
    person = make_person()
    for verified in ({"email_verified": False}, {}):
        cache.clear()
        provider.claims = {"sub": "7", "email": person.email, **verified}
        browser = Http()
        assert browser.get(come_back(browser))["Location"] == "/register/code/"
        assert not is_signed_in(browser)
        assert last_mail_to(person.email).subject.startswith("You already have an account")


def test_without_an_address_one_is_asked_for_and_proven(
    db: None, provider: IdentityProvider
) -> None:
    browser = Http()
    done = browser.get(come_back(browser))
    assert done["Location"] == "/sign-in/sso/register/"
    assert b"Which address is yours?" in browser.get(done["Location"]).content
    form = {"email": "robin@example.com"}
    assert browser.post("/sign-in/sso/register/", form)["Location"] == "/register/code/"
    assert not is_signed_in(browser)


def test_staff_need_their_second_factor_all_the_same(db: None, provider: IdentityProvider) -> None:
    person = staff()
    provider.claims |= {"email": person.email, "email_verified": True}
    browser = Http()
    browser.get(come_back(browser))
    answer = browser.get(reverse("content"))
    assert answer["Location"].startswith("/account/second-factor/")


def test_an_answer_that_was_not_asked_for_signs_in_nobody(
    db: None, provider: IdentityProvider
) -> None:
    provider.claims |= {"email": "robin@example.com", "email_verified": True}
    mine, theirs = Http(), Http()
    back = come_back(mine)
    for path in (back, back.replace("state=", "state=x"), "/sign-in/sso/callback/?code=x"):
        page = theirs.get(path)
        assert b"did not sign you in" in page.content
        assert not is_signed_in(theirs)
    mine.get(back)
    mine.post("/sign-out/")
    assert b"did not sign you in" in mine.get(back).content  # the same answer again
    assert not is_signed_in(mine)


@pytest.mark.parametrize("wrong", [{"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1}])
def test_a_token_for_somebody_else_is_refused(
    db: None, provider: IdentityProvider, wrong: dict[str, Any]
) -> None:
    provider.claims |= {"email": "robin@example.com", "email_verified": True}
    provider.in_token = wrong
    browser = Http()
    page = browser.get(come_back(browser))
    assert b"did not sign you in" in page.content
    assert not is_signed_in(browser)


@pytest.mark.parametrize("end", ["/token", "/userinfo", "/.well-known/openid-configuration"])
def test_a_provider_that_fails_is_told_on_a_page(
    db: None, provider: IdentityProvider, end: str
) -> None:
    browser = Http()
    if end.startswith("/."):
        provider.broken = end
        page = browser.post("/sign-in/sso/")
    else:
        back = come_back(browser)
        provider.broken = end
        page = browser.get(back)
    assert b"did not sign you in" in page.content
    assert not is_signed_in(browser)


def test_breaking_off_is_told(db: None, provider: IdentityProvider) -> None:
    provider.error = "access_denied"
    browser = Http()
    done = browser.get(come_back(browser))
    assert done["Location"] == "/sign-in/sso/cancelled/"
    assert b"You are not signed in" in browser.get(done["Location"]).content


@pytest.mark.parametrize("away", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_it_leads_nowhere_else(db: None, provider: IdentityProvider, away: str) -> None:
    provider.claims |= {"email": "robin@example.com", "email_verified": True}
    browser = Http()
    assert browser.get(come_back(browser, next=away))["Location"] == "/"


@pytest.mark.django_db(transaction=True)
def test_in_a_browser_the_policy_lets_the_form_lead_there(
    provider: IdentityProvider, eye: Eye
) -> None:
    provider.claims |= {"email": "robin@example.com", "email_verified": True}
    page = eye.look_at("/sign-in/", "sign-in-with-sso")
    page.get_by_role("button", name="Continue with Example Login").click()
    page.wait_for_url(f"{eye.site}/")
    assert "/callback/" in provider.asked[0]["redirect_uri"]
    assert dict(parse_qsl(urlsplit(page.url).query)) == {}
    assert page.complaints == []
    page.goto("/account/")
    assert "Robin Example" in page.content()


@pytest.mark.parametrize(
    "changed",
    [
        {"TILLGATE_OIDC_ISSUER": "http://login.example.com"},
        {"TILLGATE_OIDC_ISSUER": "login.example.com"},
        {"TILLGATE_OIDC_ISSUER": ""},
        {"TILLGATE_OIDC_CLIENT_ID": ""},
        {"TILLGATE_OIDC_CLIENT_SECRET": ""},
    ],
)
def test_half_a_setting_is_refused_by_name(changed: dict[str, str]) -> None:
    whole = {
        "TILLGATE_OIDC_ISSUER": "https://login.example.com/",
        "TILLGATE_OIDC_CLIENT_ID": "us",
        "TILLGATE_OIDC_CLIENT_SECRET": "hush",
    }
    made = load(whole).single_sign_on
    assert made is not None
    assert (made.issuer, made.name) == ("https://login.example.com", "login.example.com")
    assert "hush" not in repr(load(whole))
    with pytest.raises(BadSetting, match=next(iter(changed))):
        load(whole | changed)
