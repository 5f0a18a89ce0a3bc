"""Signing in by a mailed code, registering, and what an attacker tries on the way."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import median

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import connections
from django.http import HttpResponse
from django.test import Client as Http
from tests.access.world import PASSWORD, make_person
from tests.portal.mailbox import another, code_for, last_mail_to, mails_to

from tillgate.directory.models import Person
from tillgate.foundation import clock
from tillgate.foundation.models import Event, Message
from tillgate.portal.registration import forget_unfinished

NEW = "newcomer@example.com"


@pytest.fixture(autouse=True)
def fresh_attempts() -> None:
    """The limits of one test are none of another's business."""
    cache.clear()


@pytest.fixture
def maya(db: None) -> Person:
    return make_person()


def ask(browser: Http, email: str, **more: str) -> HttpResponse:
    """Ask for a code; the answer after it."""
    return browser.post("/sign-in/", {"login": email, "by": "code", **more})  # type: ignore[return-value]


def is_signed_in(browser: Http) -> bool:
    return browser.get("/account/").status_code == 200


def register(browser: Http, email: str = NEW, **more: str) -> HttpResponse:
    return browser.post("/register/", {"name": "Robin Example", "email": email, **more})  # type: ignore[return-value]


# --- by a mailed code -----------------------------------------------------------------------------


def test_a_code_by_mail_signs_in_and_leads_on(maya: Person) -> None:
    browser = Http()
    page = ask(browser, maya.email.upper(), next="/account/")
    assert page["Location"] == "/sign-in/code/?next=%2Faccount%2F"
    assert maya.email in browser.get(page["Location"]).content.decode()
    code = code_for(maya.email)
    signed_in = browser.post(page["Location"], {"code": f" {code.lower()} "})
    assert (signed_in.status_code, signed_in["Location"]) == (302, "/account/")
    assert is_signed_in(browser)


def test_no_password_is_a_wish_for_a_code(maya: Person) -> None:
    page = Http().post("/sign-in/", {"login": maya.email, "password": ""})
    assert page["Location"] == "/sign-in/code/"
    assert code_for(maya.email)


def test_the_button_for_a_code_wins_over_a_typed_password(maya: Person) -> None:
    assert ask(Http(), maya.email, password="something")["Location"] == "/sign-in/code/"


def test_the_mail_says_what_it_is_for_and_names_no_password(maya: Person) -> None:
    ask(Http(), maya.email)
    mail = last_mail_to(maya.email)
    assert mail.subject == "Your code for signing in"
    assert "15 minutes" in mail.text
    assert "<html" in mail.html


def test_a_code_works_once_and_in_its_own_browser_only(maya: Person) -> None:
    browser, other = Http(), Http()
    ask(browser, maya.email)
    code = code_for(maya.email)
    assert other.post("/sign-in/code/", {"code": code})["Location"] == "/sign-in/"
    assert browser.post("/sign-in/code/", {"code": code}).status_code == 302
    browser.post("/sign-out/")
    assert browser.post("/sign-in/code/", {"code": code})["Location"] == "/sign-in/"
    assert not is_signed_in(browser)
    assert not is_signed_in(other)


def test_a_new_code_ends_the_earlier_one(maya: Person) -> None:
    browser = Http()
    ask(browser, maya.email)
    first = code_for(maya.email)
    browser.post("/sign-in/code/", {"action": "resend"})
    second = code_for(maya.email)
    assert second != first
    assert browser.post("/sign-in/code/", {"code": first}).status_code == 200
    assert browser.post("/sign-in/code/", {"code": second}).status_code == 302


def test_a_code_expires(maya: Person) -> None:
    browser = Http()
    ask(browser, maya.email)
    session = browser.session
    session["account_login"]["state"]["stages"]["login_by_code"]["data"]["at"] -= 15 * 60 + 1
    session.save()
    assert browser.post("/sign-in/code/", {"code": code_for(maya.email)})["Location"] == "/sign-in/"
    assert not is_signed_in(browser)


def test_a_code_is_guessed_three_times_at_most(maya: Person) -> None:
    browser = Http()
    ask(browser, maya.email)
    code = code_for(maya.email)
    wrong = another(code)
    assert b"This is not the code" in browser.post("/sign-in/code/", {"code": wrong}).content
    for guess in ("", "x" * 300, "a\0b", "é"):
        assert browser.post("/sign-in/code/", {"code": guess}).status_code in {200, 302}
    assert browser.post("/sign-in/code/", {"code": code})["Location"] == "/sign-in/"
    assert not is_signed_in(browser)


def test_codes_for_an_address_are_asked_for_three_times_a_minute_at_most(maya: Person) -> None:
    for _ in range(3):
        assert ask(Http(), maya.email).status_code == 302
    page = ask(Http(), maya.email)
    assert page.status_code == 200
    assert b"Too many attempts" in page.content
    assert len(mails_to(maya.email)) == 3


def test_an_address_that_is_not_active_gets_no_code(maya: Person) -> None:
    Person.objects.update(is_active=False)
    assert ask(Http(), maya.email).status_code == 302
    assert "There is no account" in last_mail_to(maya.email).subject


def test_a_code_can_be_asked_for_another_address_after_all(maya: Person) -> None:
    browser = Http()
    ask(browser, "typo@example.com")
    assert browser.get("/sign-in/").status_code == 302  # the code is waited for
    assert browser.post("/sign-out/", {"next": "/sign-in/"})["Location"] == "/sign-in/"
    assert browser.get("/sign-in/").status_code == 200


# --- nobody learns who has an account -------------------------------------------------------------


def without_address(answer: HttpResponse, *addresses: str) -> str:
    """A page without what differs anyway: the address itself, and the form's token."""
    text = answer.content.decode()
    for address in addresses:
        text = text.replace(address, "…")
    return "\n".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)


def test_asking_for_a_code_answers_the_same_for_known_and_unknown(maya: Person) -> None:
    answers = []
    for address in (maya.email, "unknown@example.com"):
        browser = Http()
        page = ask(browser, address)
        wrong = browser.post("/sign-in/code/", {"code": "BCDF-BCDF"})
        shown = browser.get(page["Location"])
        pages = [without_address(each, address) for each in (wrong, shown)]
        answers.append((page.status_code, page["Location"], sorted(browser.cookies), pages))
    assert answers[0] == answers[1]
    assert "There is no account" in last_mail_to("unknown@example.com").subject


def test_registering_answers_the_same_for_known_and_unknown(maya: Person) -> None:
    answers = []
    for address in (maya.email, NEW):
        browser = Http()
        page = register(browser, address)
        shown = browser.get(page["Location"])
        wrong = browser.post(page["Location"], {"code": "BCDF-BCDF"})
        pages = [without_address(each, address) for each in (shown, wrong)]
        answers.append((page.status_code, page["Location"], sorted(browser.cookies), pages))
    assert answers[0] == answers[1]
    assert last_mail_to(maya.email).subject.startswith("You already have an account at")
    assert Person.objects.filter(email=maya.email).count() == 1


def test_a_forgotten_password_answers_the_same_for_known_and_unknown(maya: Person) -> None:
    answers = []
    for address in (maya.email, "unknown@example.com"):
        browser = Http()
        page = browser.post("/password/", {"email": address})
        shown = browser.get(page["Location"])
        wrong = browser.post(page["Location"], {"code": "BCDF-BCDF"})
        pages = [without_address(each, address) for each in (shown, wrong)]
        answers.append((page.status_code, page["Location"], sorted(browser.cookies), pages))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sign-in/", {"by": "code"}),
        ("/sign-in/", {"password": "a wrong password"}),
        ("/register/", {"name": "Robin Example"}),
        ("/password/", {}),
    ],
)
def test_known_and_unknown_take_about_the_same_time(
    db: None, path: str, form: dict[str, str]
) -> None:
    known = make_person(password=PASSWORD).email

    def seconds(email: str) -> float:
        cache.clear()
        begun = time.process_time()  # not the clock on the wall, which others move too
        answer = Http().post(path, {"login": email, "email": email, **form})
        assert answer.status_code < 400
        return time.process_time() - begun

    taken: dict[bool, list[float]] = {True: [], False: []}
    for number in range(9):
        for is_known in (True, False):
            address = known if is_known else f"unknown{number}@example.com"
            taken[is_known].append(seconds(address))
    slower, faster = (median(taken[is_known][1:]) for is_known in (False, True))
    assert abs(slower - faster) < 0.35 * slower, taken


# --- registering ----------------------------------------------------------------------------------


def test_somebody_registers_with_name_address_and_code(db: None) -> None:
    browser = Http()
    page = register(browser, NEW.upper(), next="/account/")
    assert (page.status_code, page["Location"]) == (302, "/register/code/")
    assert not is_signed_in(browser)
    done = browser.post("/register/code/", {"code": code_for(NEW)})
    assert done["Location"] == "/account/"
    person = Person.objects.get(email=NEW)
    assert (person.name, person.has_usable_password()) == ("Robin Example", False)
    assert EmailAddress.objects.get(user=person).verified
    assert b"Robin Example" in browser.get("/account/").content
    assert not person.memberships.exists()
    event = Event.objects.get(kind="directory:person:registered")
    assert event.subject == event.actor == f"person:{person.pk}"


def test_no_account_is_usable_before_its_address_is_proven(db: None) -> None:
    register(Http())
    stranger = Http()
    ask(stranger, NEW)
    assert stranger.get("/account/").status_code == 302


def test_whoever_registers_anothers_address_leaves_no_password_behind(db: None) -> None:
    register(Http(), password1=PASSWORD, password=PASSWORD)
    cache.clear()
    owner = Http()
    ask(owner, NEW)
    owner.post("/sign-in/code/", {"code": code_for(NEW)})
    assert is_signed_in(owner)
    attacker = Http()
    attacker.post("/sign-in/", {"login": NEW, "password": PASSWORD})
    assert not is_signed_in(attacker)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "Fill this in"),
        ("name", "x" * 201, "Shorten this"),
        ("name", "a\0b", "invisible"),
        ("name", "a\u202eb", "invisible"),
        ("email", "", "Fill this in"),
        ("email", "nobody", "valid email"),
        ("email", "a@b.example\nBcc: c@d.example", "one line"),
        ("email", f"{'x' * 250}@example.com", "Shorten this"),
    ],
)
def test_a_bad_field_says_what_is_wrong_and_keeps_what_was_typed(
    db: None, field: str, value: str, says: str
) -> None:
    page = register(Http(), **{field: value})
    assert page.status_code == 200
    text = page.content.decode()
    assert says in text
    assert ("Robin Example" in text) or ("newcomer" in text)
    assert not Message.objects.exists()


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "=1+1", "../../etc", "🙂 Ünïque"])
def test_odd_names_are_only_text(db: None, name: str) -> None:
    browser = Http()
    register(browser, name=name)
    browser.post("/register/code/", {"code": code_for(NEW)})
    assert Person.objects.get(email=NEW).name == name
    assert b"<script>alert" not in browser.get("/account/").content


@pytest.mark.django_db(transaction=True)
def test_registering_twice_at_once_makes_one_person() -> None:
    def one(_: int) -> int:
        try:
            return register(Http()).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        statuses = set(pool.map(one, range(4)))
    assert statuses <= {302, 429}
    assert Person.objects.filter(email=NEW).count() == 1


def test_a_person_added_by_an_operator_needs_no_second_proof(db: None) -> None:
    maya = make_person(password=PASSWORD)
    browser = Http()
    browser.post("/sign-in/", {"login": maya.email, "password": PASSWORD})
    assert is_signed_in(browser)
    assert EmailAddress.objects.get(user=maya).verified
    assert not mails_to(maya.email)


# --- sessions, redirects, forged forms ------------------------------------------------------------


def test_signing_in_changes_the_session(maya: Person) -> None:
    browser = Http()
    ask(browser, maya.email)
    before = browser.cookies["tillgate_session"].value
    browser.post("/sign-in/code/", {"code": code_for(maya.email)})
    assert browser.cookies["tillgate_session"].value != before
    stale = Http()
    stale.cookies["tillgate_session"] = before
    assert not is_signed_in(stale)


AWAY = [
    "//evil.example",
    "///evil.example",
    "https://evil.example/",
    "\\\\evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    " //evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "//localhost/",
    "evil.example",
    "/account/\r\nSet-Cookie: a=b",
]


@pytest.mark.parametrize("away", AWAY)
def test_no_way_of_coming_or_going_leads_elsewhere(maya: Person, away: str) -> None:
    safe = {"/", "/account/", "/signed-out/", "/account/%0D%0ASet-Cookie:%20a=b"}
    browser = Http()
    page = ask(browser, maya.email, next=away)
    assert page["Location"].startswith("/sign-in/code/")
    done = browser.post("/sign-in/code/", {"code": code_for(maya.email), "next": away})
    assert done["Location"] in safe
    assert browser.get("/sign-in/", {"next": away})["Location"] in safe
    browser.get("/account/second-factor/", {"next": away})
    onward = browser.session.get("second_factor_next", "/")
    assert onward.startswith("/")
    assert not onward.startswith(("//", "/\\", "/\t"))
    assert browser.post("/sign-out/", {"next": away})["Location"] in safe
    assert register(Http(), next=away)["Location"] == "/register/code/"


PATHS = [
    "/sign-in/",
    "/sign-in/code/",
    "/sign-in/second-step/",
    "/sign-in/passkey/",
    "/sign-in/sso/",
    "/sign-in/sso/callback/",
    "/sign-in/sso/cancelled/",
    "/sign-in/sso/register/",
    "/register/",
    "/register/code/",
    "/inactive/",
    "/sign-out/",
    "/account/",
    "/account/address/",
    "/account/password/change/",
    "/account/password/set/",
    "/account/sessions/",
    "/password/",
    "/password/code/",
    "/password/new/",
    "/password/done/",
    "/account/again/password/",
    "/account/again/code/",
    "/account/again/passkey/",
    "/account/second-factor/",
    "/account/app/",
    "/account/app/remove/",
    "/account/passkeys/add/",
    "/account/passkeys/1/",
    "/account/passkeys/1/remove/",
    "/account/recovery-codes/",
    "/account/recovery-codes/new/",
    "/account/recovery-codes/download/",
]


def test_the_list_of_paths_is_whole() -> None:
    from tillgate.portal.account import PAGES  # noqa: PLC0415

    ours = {f"/{page.pattern}".replace("<int:pk>", "1") for page in PAGES}
    assert ours == set(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_no_page_can_be_framed_cached_or_posted_to_by_others(maya: Person, path: str) -> None:
    for browser in (Http(enforce_csrf_checks=True), Http(enforce_csrf_checks=True)):
        answer = browser.get(path)
        assert answer.status_code in {200, 302, 403, 404}
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]
        assert browser.post(path, {"code": "x", "login": "y"}).status_code == 403
        browser.force_login(maya, "django.contrib.auth.backends.ModelBackend")


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_gets_no_further_than_the_doors(db: None, path: str) -> None:
    answer = Http().get(path)
    if path.startswith("/account/"):
        assert answer.status_code in {302, 403, 404}
        if answer.status_code == 302:
            assert answer["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("path", PATHS)
def test_rubbish_is_never_an_error_of_ours(maya: Person, path: str) -> None:
    rubbish = {
        "credential": '{"id": 1, "response": []}',
        "code": "\0",
        "email": "\ud800x",
        "login": "a" * 5000,
        "next": "\0",
        "action_add": "1",
        "name": "\u202e",
        "password": "\0",
    }
    browser = Http()
    for _ in range(2):
        for form in (rubbish, {}, {"credential": "[]"}, {"credential": "{"}, {"credential": "7"}):
            posted = {key: value.encode("utf-8", "replace").decode() for key, value in form.items()}
            assert browser.post(path, posted).status_code < 500
        assert browser.get(path, {"next": "\0", "code": "x", "state": "\0"}).status_code < 500
        browser.force_login(maya, "django.contrib.auth.backends.ModelBackend")


def test_registrations_that_were_never_finished_are_forgotten(db: None) -> None:
    register(Http())
    assert forget_unfinished() == 0
    Person.objects.update(date_joined=clock.now() - timedelta(hours=25))
    cache.clear()
    ask(Http(), NEW)
    added = make_person()
    Person.objects.filter(pk=added.pk).update(date_joined=clock.now() - timedelta(days=9))
    done = Http()
    register(done, "kim@example.com")
    done.post("/register/code/", {"code": code_for("kim@example.com")})
    Person.objects.filter(email="kim@example.com").update(date_joined=added.date_joined)
    assert forget_unfinished() == 1
    assert {person.email for person in Person.objects.all()} == {added.email, "kim@example.com"}


def test_an_address_that_would_be_cut_off_signs_nobody_in(db: None) -> None:
    for length in (255, 300, 321):
        browser = Http()
        domain = "." + "example." * 40
        address = f"a@{domain}"[: length - 4].rstrip(".") + ".com"
        register(browser, address)
        assert not is_signed_in(browser)
    assert not Person.objects.exists()
