"""The sandbox's page: open it, take the secret, call, and everything that may go wrong."""

import html
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from django.test import Client as Http
from django.utils.html import escape
from tests.access.sandboxes import committed_people, feed_directory, in_the_books
from tests.access.world import LOOPBACK, Shop, basic, make_person, post
from tests.portal.browser import code_of, signed_in
from tests.portal.pages_harness import Eye

from tillgate.access import sandbox as acts
from tillgate.access.models import Client, ClientSecret, Sandbox
from tillgate.access.tokens import token_hash
from tillgate.directory.models import Person
from tillgate.foundation.config import config
from tillgate.foundation.sandbox_ids import LOCATIONS
from tillgate.portal import sandbox as views
from tillgate.portal.first_call import first_call

PAGE = "/sandbox/"
SECRET = re.compile(r"tg_test_[0-9A-Za-z]{38}\b")


@pytest.fixture
def fed(owner_url: str, ledger_url: str) -> Iterator[None]:
    with in_the_books(owner_url):
        feed_directory(ledger_url)
        yield


@pytest.fixture
def maya(fed: None, shops: tuple[Shop, Shop], db: None) -> Person:
    return make_person()


@pytest.fixture
def browser(maya: Person) -> Http:
    return signed_in(maya)


def press(browser: Http, act: str, **form: str) -> Any:
    return browser.post(PAGE, {"act": act, **form})


def words(answer: Any) -> str:
    return str(answer.content.decode())


def told(answer: Any, browser: Http) -> str:
    """What the page says that a form was redirected to."""
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    found = re.findall(r'<p class="told[^>]*>(.*?)</p>', words(browser.get(PAGE)))
    return html.unescape(" ".join(found))


def secret_in(answer: Any) -> str:
    found = set(SECRET.findall(words(answer)))
    assert len(found) == 1
    return found.pop()


def test_who_is_not_signed_in_is_sent_to_sign_in(db: None) -> None:
    answer = Http().get(PAGE)
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=%2Fsandbox%2F"


def test_the_page_says_what_it_is_before_it_is_opened(browser: Http) -> None:
    answer = browser.get(PAGE)
    assert "You can open a sandbox now" in words(answer)
    assert "Sandbox Kingfisher Kitchens" in words(answer)
    assert str(LOCATIONS[0]) in words(answer)
    assert not Sandbox.objects.exists(), "looking opens nothing"


def test_opening_shows_the_secret_once_and_keeps_it_nowhere(browser: Http) -> None:
    answer = press(browser, "open")
    secret = secret_in(answer)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert ClientSecret.objects.get().hash == token_hash(secret)
    again = words(browser.get(PAGE))
    assert not SECRET.search(again)
    assert "Your sandbox is open until" in again


def test_the_page_names_all_that_a_program_needs(browser: Http) -> None:
    press(browser, "open")
    page = words(browser.get(PAGE))
    for fact in (
        Client.objects.get(sandbox=True).client_id,
        "http://testserver",
        "Sandbox Kingfisher Riverside",
        str(LOCATIONS[1]),
        "30 days are left",
        "<dd>60</dd>",
    ):
        assert fact in page


def test_the_first_call_can_be_copied_with_and_without_the_secret(browser: Http) -> None:
    opened = press(browser, "open")
    with_secret = html.unescape(words(opened))
    assert f"CLIENT_SECRET='{secret_in(opened)}'" in with_secret
    assert "CLIENT_SECRET='your secret'" in html.unescape(words(browser.get(PAGE)))
    assert f"LOCATION={LOCATIONS[0]}\n" in with_secret


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_first_call_is_good_shell(tmp_path: Any) -> None:
    """The commands run as they are; a stand-in for the network says what it was asked."""
    stand_in = tmp_path / "curl"
    stand_in.write_text(
        '#!/bin/sh\ncase "$*" in *oauth/token*) echo \'{"access_token": "tg_test_t"}\';;\n'
        '*) echo "$*";; esac\n'
    )
    stand_in.chmod(0o755)
    script = first_call("https://gate.example", "tg_test_client_1", "tg_test_secret", LOCATIONS[0])
    done = subprocess.run(
        ["sh", "-c", script],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Authorization: Bearer tg_test_t " in done.stdout
    assert f"https://gate.example/f/finance/{LOCATIONS[0]}/dailyFinancials?date=" in done.stdout


def test_a_double_click_leaves_one_sandbox_and_a_way_to_a_secret(browser: Http) -> None:
    press(browser, "open")
    assert "open already" in told(press(browser, "open"), browser)
    assert Sandbox.objects.count() == 1
    assert secret_in(press(browser, "secret"))


def test_a_third_secret_is_refused_with_the_way_out(browser: Http) -> None:
    press(browser, "open")
    press(browser, "secret")
    assert "Revoke one before you make another" in words(browser.get(PAGE))
    assert "Revoke one before issuing" in told(press(browser, "secret"), browser)
    assert ClientSecret.objects.count() == 2


def test_a_secret_is_revoked_by_its_button(browser: Http) -> None:
    press(browser, "open")
    secret = ClientSecret.objects.get()
    assert (
        told(press(browser, "revoke", secret=str(secret.pk)), browser) == "The secret is revoked."
    )
    secret.refresh_from_db()
    assert secret.revoked_at is not None
    assert "None is live" in words(browser.get(PAGE))


@pytest.mark.parametrize("number", ["", "0", "x", "-1", "9" * 40, "1\0", "\u0661"])
def test_a_secret_that_is_none_is_not_found(browser: Http, number: str) -> None:
    press(browser, "open")
    assert press(browser, "revoke", secret=number).status_code == 404
    assert ClientSecret.objects.get().revoked_at is None


def test_nobody_sees_or_revokes_what_is_anothers(browser: Http, maya: Person) -> None:
    press(browser, "open")
    mine = ClientSecret.objects.get()
    other = signed_in(make_person("noor"))
    assert "You can open a sandbox now" in words(other.get(PAGE))
    press(other, "open")
    assert press(other, "revoke", secret=str(mine.pk)).status_code == 404
    assert mine.hint not in words(other.get(PAGE))
    mine.refresh_from_db()
    assert mine.revoked_at is None


def test_redirect_addresses_are_kept_as_typed(browser: Http) -> None:
    press(browser, "open")
    typed = f"  {LOOPBACK}\r\n\r\nhttps://app.example/callback\r\n"
    assert "saved" in told(press(browser, "redirects", redirect_uris=typed), browser)
    kept = Client.objects.get(sandbox=True).redirect_uris.split()
    assert kept == [LOOPBACK, "https://app.example/callback"]
    assert LOOPBACK in words(browser.get(PAGE))


def test_a_program_is_let_in_by_whoever_opened_the_sandbox_and_by_nobody_else(
    browser: Http,
) -> None:
    secret = secret_in(press(browser, "open"))
    press(browser, "redirects", redirect_uris=LOOPBACK)
    client_id = Client.objects.get(sandbox=True).client_id
    question = f"/oauth/authorize?response_type=code&client_id={client_id}&" + urlencode(
        {"redirect_uri": LOOPBACK, "scope": "financial-api offline_access"}
    )
    assert signed_in(make_person("noor")).get(question).status_code == 403
    assert "Sandbox Kingfisher Riverside" in words(browser.get(question))
    code = code_of(browser.post(question, {"decision": "allow"}))  # type: ignore[arg-type]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": LOOPBACK}
    pair = post("/oauth/token", basic(client_id, secret), **form).json()  # type: ignore[attr-defined]
    assert SECRET.fullmatch(pair["access_token"])
    assert SECRET.fullmatch(pair["refresh_token"])


@pytest.mark.parametrize(
    "typed",
    [
        "http://app.example/callback",
        "javascript:alert(1)",
        "https://app.example/<script>alert(1)</script>#x",
        "nothing",
        "https://app.example/\0",
        "https://app.example/\u202ecallback",
        "x" * 5000,
        "\n".join(f"https://app.example/{number}" for number in range(11)),
    ],
)
def test_a_bad_redirect_address_is_said_at_the_field_and_not_lost(
    browser: Http, typed: str
) -> None:
    press(browser, "open")
    answer = press(browser, "redirects", redirect_uris=typed)
    assert answer.status_code == 200
    assert 'class="field wrong"' in words(answer)
    assert escape(typed.replace("\0", "\ufffd"))[:60] in words(answer).replace("\0", "\ufffd")
    assert "<script>alert" not in words(answer)
    assert Client.objects.get(sandbox=True).redirect_uris == ""


def test_closing_it_leads_back_to_the_beginning(browser: Http) -> None:
    press(browser, "open")
    assert "is closed" in told(press(browser, "close"), browser)
    assert "You can open a sandbox now" in words(browser.get(PAGE))


@pytest.mark.parametrize("act", ["secret", "revoke", "close"])
def test_what_needs_a_sandbox_says_that_there_is_none(browser: Http, act: str) -> None:
    answer = press(browser, act)
    assert answer.status_code == 404
    assert "no sandbox that is open" in words(answer) or "no such secret" in words(answer)


def test_an_unknown_button_changes_nothing(browser: Http) -> None:
    assert press(browser, "<script>").status_code == 200
    assert not Sandbox.objects.exists()


def test_a_form_of_another_site_is_refused(maya: Person) -> None:
    browser = Http(enforce_csrf_checks=True)
    browser.force_login(maya, "django.contrib.auth.backends.ModelBackend")
    assert press(browser, "open").status_code == 403
    assert not Sandbox.objects.exists()


def test_before_it_was_fed_the_page_asks_for_a_minute(db: None) -> None:
    browser = signed_in(make_person())
    assert "The sandbox is being prepared" in words(browser.get(PAGE))
    answer = press(browser, "open")
    assert answer.status_code == 409
    assert "The sandbox is being prepared" in words(answer)


def test_an_installation_without_says_so(browser: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    without = msgspec.structs.replace(config(), sandbox=False)
    for module in (acts, views):
        monkeypatch.setattr(module, "config", lambda: without)
    assert "There is no sandbox here" in words(browser.get(PAGE))
    assert press(browser, "open").status_code == 404


def test_it_is_in_the_navigation_of_whoever_is_signed_in(browser: Http) -> None:
    assert 'href="/sandbox/" aria-current="page"' in words(browser.get(PAGE))


def test_its_pages_are_fit_to_be_seen(
    fed: None, django_db_blocker: Any, eye: Eye, owner_url: str
) -> None:
    with committed_people(django_db_blocker):
        maya = make_person()
        page = eye.look_at(PAGE, "sandbox-none", person=maya)
        page.click("text=Open the sandbox")
        eye.check(page, "sandbox-opened")
        page.goto(PAGE)
        page.fill("textarea", "nothing")
        page.click("button[value=redirects]")
        eye.check(page, "sandbox-open")
