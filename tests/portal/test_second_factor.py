"""The second factor: staff are led to it, it is asked for, and its secrets are sealed."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import LazySettings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client as Http
from django.urls import reverse
from tests.access.world import PASSWORD, make_person
from tests.portal.browser import APP_SECRET, give_second_factor, signed_in
from tests.portal.mailbox import code_for, last_mail_to, mails_to

from tillgate.access.acts import add_staff_role
from tillgate.directory.models import Person, StaffRole
from tillgate.foundation.models import Event
from tillgate.portal.second_factor import forget_second_factor, second_factor_missing

BACKEND = "django.contrib.auth.backends.ModelBackend"
# A page of each staff role.
PLACES = {
    StaffRole.OPERATOR: "content",
    StaffRole.PARTNER_GROWTH: "enquiries",
    StaffRole.ACCOUNT_MANAGER: "prices",
}


@pytest.fixture(autouse=True)
def fresh_attempts() -> None:
    """The limits of one test are none of another's business."""
    cache.clear()


def staff(role: StaffRole = StaffRole.OPERATOR, *, password: str | None = None) -> Person:
    person = make_person(role.value, password=password)
    add_staff_role(person=person, role=role, actor="test")
    return person


@pytest.fixture
def operator(db: None) -> Person:
    return staff()


def app_code(secret: str = APP_SECRET, *, periods: int = 0) -> str:
    """What an authenticator app shows now, or so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


def sign_in(browser: Http, person: Person) -> HttpResponse:
    """The first step, by a mailed code; the answer after it."""
    browser.post("/sign-in/", {"login": person.email, "by": "code"})
    return browser.post("/sign-in/code/", {"code": code_for(person.email)})  # type: ignore[return-value]


def set_up_app(browser: Http) -> str:
    """Set up an authenticator app; its secret."""
    page = browser.get("/account/app/").content.decode()
    (secret,) = re.findall(r"<code[^>]*>([A-Z2-7]{32})</code>", page)
    assert '<svg class="qr"' in page
    done = browser.post("/account/app/", {"code": app_code(secret)})
    assert done["Location"] == "/account/recovery-codes/"
    return str(secret)


# --- being led to it ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(PLACES))
def test_staff_reach_no_page_of_theirs_without_a_second_factor(db: None, role: StaffRole) -> None:
    person = staff(role)
    place = reverse(PLACES[role])
    browser = signed_in(person, factor=False)
    answer = browser.get(place)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/second-factor/?next=")
    assert browser.post(place).status_code in {302, 405}
    page = browser.get(f"/account/second-factor/?next={place}")
    assert b"Set up a second factor before you go on" in page.content
    set_up_app(browser)
    codes = browser.get("/account/recovery-codes/").content.decode()
    assert "10 recovery codes are left" in codes
    assert f'href="{place}"' in codes
    assert browser.get(place).status_code == 200


def test_whoever_has_no_staff_role_may_do_without(db: None) -> None:
    person = make_person()
    assert not second_factor_missing(person)
    assert b"Choose a second factor" in signed_in(person).get("/account/second-factor/").content


def test_a_demo_does_without(operator: Person, settings: LazySettings) -> None:
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    assert signed_in(operator, factor=False).get(reverse("content")).status_code == 200


def test_recovery_codes_alone_are_no_second_factor(operator: Person) -> None:
    Authenticator.objects.create(user=operator, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert second_factor_missing(operator)


def test_removing_the_last_one_leads_to_it_again(operator: Person) -> None:
    browser = Http()
    sign_in(browser, operator)
    secret = set_up_app(browser)
    browser.post("/sign-out/")
    sign_in(browser, operator)
    browser.post("/sign-in/second-step/", {"code": app_code(secret)})
    again = browser.get("/account/app/remove/")
    assert again["Location"].startswith("/account/again/code/")
    cache.clear()
    assert browser.post(again["Location"], {"code": app_code(secret)}).status_code == 302
    assert browser.post("/account/app/remove/")["Location"] == "/account/"
    assert browser.get(reverse("content")).status_code == 302
    assert not Authenticator.objects.exists()


# --- being asked for it ---------------------------------------------------------------------------


def test_signing_in_asks_for_the_app_s_code(operator: Person) -> None:
    give_second_factor(operator)
    browser = Http()
    assert sign_in(browser, operator)["Location"] == "/sign-in/second-step/"
    assert browser.get("/account/").status_code == 302
    assert browser.get(reverse("content")).status_code == 302
    done = browser.post("/sign-in/second-step/", {"code": app_code()})
    assert (done.status_code, done["Location"]) == (302, "/")
    assert browser.get(reverse("content")).status_code == 200


def test_a_password_is_not_enough_either(db: None) -> None:
    person = staff(password=PASSWORD)
    give_second_factor(person)
    browser = Http()
    form = {"login": person.email, "password": PASSWORD, "next": "/account/"}
    assert browser.post("/sign-in/", form)["Location"] == "/sign-in/second-step/"
    assert browser.get("/account/").status_code == 302
    assert browser.post("/sign-in/second-step/", {"code": app_code()})["Location"] == "/account/"


def test_a_code_of_the_app_works_once(operator: Person) -> None:
    give_second_factor(operator)
    first, second = Http(), Http()
    for browser in (first, second):
        sign_in(browser, operator)
    code = app_code()
    assert first.post("/sign-in/second-step/", {"code": code}).status_code == 302
    assert second.post("/sign-in/second-step/", {"code": code}).status_code == 200
    assert second.get("/account/").status_code == 302


def test_codes_of_the_app_are_guessed_five_times_at_most(operator: Person) -> None:
    give_second_factor(operator)
    browser = Http()
    sign_in(browser, operator)
    for _ in range(5):
        page = browser.post("/sign-in/second-step/", {"code": app_code(periods=100)})
        assert b"This is not the code" in page.content
    for code in (app_code(), "", "é", "a\0b", "x" * 300):
        page = browser.post("/sign-in/second-step/", {"code": code})
        assert page.status_code == 200
        assert browser.get("/account/").status_code == 302
    other = Http()
    sign_in(other, operator)
    page = other.post("/sign-in/second-step/", {"code": app_code()})
    assert b"Too many attempts" in page.content


def test_a_recovery_code_signs_in_once(operator: Person) -> None:
    browser = Http()
    sign_in(browser, operator)
    set_up_app(browser)
    shown = browser.get("/account/recovery-codes/").content.decode()
    code = re.findall(r"<code>(\d+)</code>", shown)[0]
    assert browser.get("/account/recovery-codes/download/").content.decode().count(code) == 1
    browser.post("/sign-out/")
    sign_in(browser, operator)
    assert browser.post("/sign-in/second-step/", {"code": code}).status_code == 302
    assert b"9 are left" in browser.get("/account/").content
    browser.post("/sign-out/")
    cache.clear()
    sign_in(browser, operator)
    assert browser.post("/sign-in/second-step/", {"code": code}).status_code == 200


# --- what else changes ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_setting_one_up_ends_other_sessions_and_is_told_by_mail() -> None:
    operator = staff()
    here, elsewhere = Http(), Http()
    sign_in(here, operator)
    cache.clear()
    sign_in(elsewhere, operator)
    assert elsewhere.get("/account/").status_code == 200
    set_up_app(here)
    assert elsewhere.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
    assert "An authenticator app was set up" in last_mail_to(operator.email).text


def test_whoever_has_a_password_shows_it_again_before_changing_anything(db: None) -> None:
    person = make_person(password=PASSWORD)
    browser = Http()
    browser.post("/sign-in/", {"login": person.email, "password": PASSWORD})
    for path in ("/account/app/", "/account/passkeys/add/"):
        assert browser.get(path)["Location"].startswith("/account/again/password/?next=")
    page = browser.post("/account/address/", {"email": "new@example.com", "action_add": "1"})
    assert page["Location"].startswith("/account/again/password/")
    wrong = browser.post("/account/again/password/", {"password": "wrong"})
    assert b"This is not your password" in wrong.content
    again = "/account/again/password/?next=/account/app/"
    assert browser.post(again, {"password": PASSWORD})["Location"] == "/account/app/"
    set_up_app(browser)


def test_with_a_second_factor_the_password_alone_changes_nothing(db: None) -> None:
    person = staff(password=PASSWORD)
    browser = Http()
    browser.force_login(person, BACKEND)
    give_second_factor(person)
    asked = "/account/again/code/?next=%2Faccount%2Fapp%2Fremove%2F"
    browser.force_login(person, BACKEND)
    assert browser.get("/account/app/remove/")["Location"] == asked
    assert browser.get("/account/again/password/").status_code == 302
    answer = browser.post("/account/again/password/", {"password": PASSWORD})
    assert answer["Location"] == "/account/again/code/"
    assert browser.get("/account/app/remove/").status_code == 302


def test_what_was_lost_is_taken_away_and_set_up_anew(operator: Person) -> None:
    browser = Http()
    sign_in(browser, operator)
    set_up_app(browser)
    forget_second_factor(operator, actor="operator")
    assert browser.get("/account/").status_code == 302
    cache.clear()
    sign_in(browser, operator)
    assert browser.get(reverse("content"))["Location"].startswith("/account/second-factor/")
    kinds = Event.objects.filter(subject=f"person:{operator.pk}").order_by("pk")
    told = [(each.kind, each.actor) for each in kinds if "second_factor" in each.kind]
    assert told[0] == ("directory:person:second_factor_added", f"person:{operator.pk}")
    assert told[-1] == ("directory:person:second_factor_forgotten", "operator")


def test_secrets_are_sealed_in_the_database(operator: Person, settings: LazySettings) -> None:
    browser = Http()
    sign_in(browser, operator)
    secret = set_up_app(browser)
    kept = repr(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    app = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    cache.clear()
    assert app.wrap().validate_code(app_code(secret))
    settings.SECRET_KEY = "another"
    cache.clear()
    assert not app.wrap().validate_code(app_code(secret))
    assert not app.wrap().validate_code(app_code(""))


def test_the_code_for_the_app_names_person_and_platform(operator: Person) -> None:
    from allauth.mfa.adapter import get_adapter  # noqa: PLC0415

    url = get_adapter().build_totp_url(operator, APP_SECRET)
    assert operator.email.replace("@", "%40") in url
    assert f"secret={APP_SECRET}" in url


# --- the account's other pages --------------------------------------------------------------------


def test_the_address_changes_when_the_new_one_is_proven(db: None) -> None:
    person = make_person()
    old = person.email
    browser = Http()
    sign_in(browser, person)
    asked = browser.post("/account/address/", {"email": "new@example.com", "action_add": "1"})
    assert asked["Location"] == "/register/code/"
    person.refresh_from_db()
    assert person.email == old
    browser.post("/register/code/", {"code": code_for("new@example.com")})
    person.refresh_from_db()
    assert person.email == "new@example.com"
    assert "Your e-mail address is now new@example.com" in last_mail_to(old).text
    browser.post("/sign-out/")
    cache.clear()
    sign_in(browser, person)
    assert browser.get("/account/").status_code == 200


def test_an_address_of_somebody_else_cannot_be_taken(db: None) -> None:
    person, other = make_person(), make_person("kim")
    old = person.email
    browser, owner = Http(), Http()
    sign_in(owner, other)
    sign_in(browser, person)
    page = browser.post("/account/address/", {"email": other.email, "action_add": "1"})
    assert page["Location"] == "/register/code/"
    browser.post("/register/code/", {"code": code_for(other.email)})
    person.refresh_from_db()
    assert person.email == old


def test_a_password_is_set_changed_and_replaced_when_forgotten(db: None) -> None:
    person = make_person()
    browser = Http()
    sign_in(browser, person)
    new = {"password1": PASSWORD, "password2": PASSWORD}
    short = browser.post("/account/password/set/", {"password1": "short", "password2": "short"})
    assert b"too short" in short.content
    assert browser.post("/account/password/set/", new).status_code == 302
    changed = {"oldpassword": PASSWORD, "password1": PASSWORD * 2, "password2": PASSWORD * 2}
    assert browser.post("/account/password/change/", changed).status_code == 302
    assert "Your password was changed" in last_mail_to(person.email).text
    other = Http()
    asked = other.post("/password/", {"email": person.email})
    assert asked["Location"] == "/password/code/"
    other.post("/password/code/", {"code": code_for(person.email)})
    assert other.post("/password/new/", new)["Location"] == "/password/done/"
    assert browser.get("/account/").status_code == 302  # signed out everywhere
    assert other.post("/sign-in/", {"login": person.email, "password": PASSWORD})["Location"] == "/"


def test_sessions_are_listed_and_ended(db: None) -> None:
    person = make_person()
    here, elsewhere = Http(), Http(headers={"User-Agent": "A <b>browser</b>"})
    for browser in (here, elsewhere):
        sign_in(browser, person)
    page = here.get("/account/sessions/").content.decode()
    assert "You are signed in at 2 places" in page
    assert "A &lt;b&gt;browser&lt;/b&gt;" in page
    here.post("/account/sessions/")
    assert elsewhere.get("/account/").status_code == 302
    assert "You are signed in here only" in here.get("/account/sessions/").content.decode()


def test_another_s_passkey_is_not_found(db: None) -> None:
    owner, other = make_person(), make_person("kim")
    key = Authenticator.objects.create(
        user=owner, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone", "credential": {}}
    )
    browser = signed_in(other)
    for path in (f"/account/passkeys/{key.pk}/", f"/account/passkeys/{key.pk}/remove/"):
        assert browser.get(path).status_code == 404
        assert browser.post(path, {"name": "Mine"}).status_code == 404
    assert Authenticator.objects.count() == 1
    assert mails_to(owner.email) == []
