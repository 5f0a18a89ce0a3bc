"""Passkeys in a real browser with a reader of its own; and all pages of signing in, seen."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.core.cache import cache
from tests.access.world import make_person
from tests.portal.browser import give_second_factor
from tests.portal.mailbox import code_for
from tests.portal.pages_harness import Eye
from tests.portal.test_second_factor import app_code

from tillgate.directory.models import Person
from tillgate.foundation.models import Message


@pytest.fixture
def here(eye: Eye) -> Eye:
    """The site under a name, for passkeys belong to names and not to numbers."""
    return Eye(eye.browser, eye.site.replace("127.0.0.1", "localhost"))


@pytest.fixture
def maya(transactional_db: None) -> Iterator[Person]:
    cache.clear()
    person = make_person()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    yield person
    Person.objects.filter(pk=person.pk).delete()
    Message.objects.all().delete()


def with_authenticator(page: Any) -> Any:
    """Give the browser something like a fingerprint reader; its door, to look into."""
    door = page.context.new_cdp_session(page.context.pages[0])
    door.send("WebAuthn.enable")
    door.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return door


def type_code(page: Any, person: Person) -> None:
    """From the sign-in page through the mailed code."""
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_role("button", name="Mail me a code").click()
    page.wait_for_url("**/sign-in/code/**")
    page.get_by_label("Code").fill(code_for(person.email))
    page.get_by_role("button", name="Sign in").click()


def test_a_person_adds_a_passkey_and_signs_in_by_it(here: Eye, maya: Person) -> None:
    page = here.open("/sign-in/?next=/account/")
    with_authenticator(page)
    type_code(page, maya)
    page.wait_for_url("**/account/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("What to call it").fill("My laptop")
    here.check(page, "passkey-add")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/account/recovery-codes/")
    here.check(page, "recovery-codes")
    assert Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).wrap().name == "My laptop"

    page.goto("/account/")
    here.check(page, "account-with-passkey")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in/?next=/account/sessions/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/account/sessions/")
    assert page.complaints == []


def test_a_passkey_is_the_second_step_too(here: Eye, maya: Person) -> None:
    page = here.open("/sign-in/?next=/account/passkeys/add/")
    with_authenticator(page)
    type_code(page, maya)
    page.get_by_label("Sign in with it alone").uncheck()
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/account/recovery-codes/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in/")
    cache.clear()
    type_code(page, maya)
    page.wait_for_url("**/sign-in/second-step/")
    here.check(page, "second-step")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{here.site}/")
    page.goto("/account/")
    page.get_by_role("link", name="Remove Passkey 1").click()
    page.wait_for_url("**/account/again/passkey/**")
    here.check(page, "again-passkey")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/remove/")
    page.get_by_role("button", name="Remove the passkey").click()
    page.wait_for_url("**/account/")
    assert page.get_by_text("Your passkey is removed.").is_visible()
    assert not Authenticator.objects.exists()


def test_a_passkey_that_is_not_there_is_told(here: Eye, maya: Person) -> None:
    page = here.open("/sign-in/")
    door = with_authenticator(page)
    door.send("WebAuthn.disable")
    door.send("WebAuthn.enable", {})
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('none')) }")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("alert").wait_for()
    assert "The passkey was not used" in page.get_by_role("alert").inner_text()


def test_without_script_everything_but_passkeys_works(here: Eye, maya: Person) -> None:
    page = here.open("/sign-in/?next=/account/", java_script_enabled=False)
    assert page.get_by_role("button", name="Use a passkey").count() == 0
    type_code(page, maya)
    page.wait_for_url("**/account/")
    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator("code").inner_text()
    page.get_by_label("Code from the app").fill(app_code(secret))
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_url("**/account/recovery-codes/")
    page.goto("/account/passkeys/add/")
    assert page.get_by_text("only where the browser runs scripts").is_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in/")
    cache.clear()
    type_code(page, maya)
    page.get_by_label("Code").fill(app_code(secret))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{here.site}/")


SEEN = {
    "/account/": "account",
    "/account/address/": "account-address",
    "/account/password/set/": "account-password",
    "/account/sessions/": "account-sessions",
    "/account/second-factor/": "second-factor",
    "/account/app/": "app",
}


@pytest.mark.parametrize("path", list(SEEN))
def test_the_account_s_pages_are_fit_to_be_seen(here: Eye, maya: Person, path: str) -> None:
    here.look_at(path, SEEN[path], person=maya)


def test_the_pages_before_signing_in_are_fit_to_be_seen(
    here: Eye, maya: Person, settings: LazySettings
) -> None:
    settings.AUTH_PASSWORD_VALIDATORS = []
    page = here.look_at("/sign-in/", "sign-in")
    page.get_by_role("button", name="Mail me a code").click()
    here.check(page, "sign-in-empty")
    page.get_by_label("E-mail address").fill(maya.email)
    page.get_by_role("button", name="Mail me a code").click()
    here.check(page, "sign-in-code")
    page = here.look_at("/register/", "register")
    page.get_by_role("button", name="Register").click()
    here.check(page, "register-empty")
    page = here.look_at("/password/", "password-forgotten")
    page.get_by_label("E-mail address").fill(maya.email)
    page.get_by_role("button", name="Mail me a code").click()
    here.check(page, "password-code")
    page.get_by_label("Code").fill(code_for(maya.email))
    page.get_by_role("button", name="Go on").click()
    here.check(page, "password-new")
    here.look_at("/password/done/", "password-done")
    here.look_at("/sign-in/sso/cancelled/", "sso-cancelled")


def test_what_asks_for_the_second_factor_is_fit_to_be_seen(here: Eye, maya: Person) -> None:
    give_second_factor(maya)
    page = here.look_at("/account/app/remove/", "again-code", person=maya)
    page.get_by_label("Code").fill(app_code())
    page.get_by_role("button", name="Go on").click()
    here.check(page, "app-remove")
