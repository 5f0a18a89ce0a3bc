"""The technical contact's pages: a link, a code, and the secret once."""

from datetime import timedelta

import pytest
from django.test import Client as Http
from tests.access.world import basic, post
from tests.portal.pages_harness import Eye
from tests.programme.way import (
    Cast,
    approved,
    credentials_token,
    mails_to,
    newest_code,
    newest_token,
)

from tillgate.access.models import ClientSecret
from tillgate.foundation import clock
from tillgate.programme.models import CredentialLink

INES = "ines@okafor.example"


@pytest.fixture
def path(cast: Cast) -> str:
    approved(cast)
    return f"/credentials/{credentials_token(CredentialLink.objects.get())}/"


def secret_on(page: str) -> str:
    return page.split('id="client-secret">')[1].split("<", maxsplit=1)[0]


def opened(path: str) -> str:
    browser = Http()
    browser.post(f"{path}send-code/")
    answer = browser.post(f"{path}open/", {"code": newest_code(INES)})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    return answer.content.decode()


def test_looking_shows_a_button_and_uses_nothing_up(path: str, cast: Cast) -> None:
    for _ in range(3):
        page = Http().get(path)
        assert page.status_code == 200
        assert "i…@okafor.example" in page.content.decode()
        assert INES not in page.content.decode()
    assert not ClientSecret.objects.exists()


def test_the_secret_is_shown_once_and_works(path: str) -> None:
    page = opened(path)
    client_id = page.split('id="client-id">')[1].split("<")[0]
    headers = basic(client_id, secret_on(page))
    assert post("/oauth/token", headers, grant_type="client_credentials").status_code == 200
    again = Http().get(path).content.decode()
    assert "opened already" in again
    assert secret_on(page) not in again


def test_a_right_code_typed_twice_shows_one_secret(path: str) -> None:
    browser = Http()
    browser.post(f"{path}send-code/")
    code = newest_code(INES)
    assert browser.post(f"{path}open/", {"code": code}).status_code == 200
    assert browser.post(f"{path}open/", {"code": code}).status_code == 410
    assert ClientSecret.objects.count() == 1


def test_a_wrong_code_shows_nothing(path: str) -> None:
    browser = Http()
    browser.post(f"{path}send-code/")
    wrong = f"{(int(newest_code(INES)) + 1) % 10**6:06}"
    for code in (wrong, "", "\0", "x" * 50):
        page = browser.post(f"{path}open/", {"code": code})
        assert page.status_code == 422
        assert 'href="#id_code"' in page.content.decode()
    assert not ClientSecret.objects.exists()


def test_an_expired_link_offers_a_new_one_to_the_right_address(path: str) -> None:
    CredentialLink.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    page = Http().get(path).content.decode()
    assert "has expired" in page
    assert Http().post(f"{path}send-code/").status_code == 410
    assert Http().post(f"{path}renew/").status_code == 200
    new = newest_token(INES, "credentials")
    assert new not in path
    assert mails_to(INES)[0].to == INES
    assert Http().get(f"/credentials/{new}/").status_code == 200
    assert "replaced" in Http().get(path).content.decode()


def test_who_opened_it_is_told_to_the_owner(path: str, cast: Cast) -> None:
    opened(path)
    assert "Ines Okafor" in mails_to(cast.owner.email)[0].text


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "é" * 20])
def test_an_altered_link_leads_nowhere(cast: Cast, token: str) -> None:
    for page in ("", "open/"):
        assert Http().get(f"/credentials/{token}/{page}").status_code in {400, 404}
    for page in ("send-code/", "renew/"):
        assert Http().post(f"/credentials/{token}/{page}").status_code in {400, 404}


def test_a_button_is_needed(path: str) -> None:
    assert Http().get(f"{path}renew/").status_code == 405
    assert Http(enforce_csrf_checks=True).post(f"{path}renew/").status_code == 403
    assert CredentialLink.objects.count() == 1


def test_the_pages_are_fit_to_be_seen(committed_cast: Cast, eye: Eye) -> None:
    approved(committed_cast)
    path = f"/credentials/{credentials_token(CredentialLink.objects.get())}/"
    page = eye.look_at(path, "credentials-door")
    page.click("text=Send me a code")
    eye.check(page, "credentials-code")
    page.fill("#id_code", newest_code(INES))
    page.click("text=Show the credentials")
    page.wait_for_selector("#client-secret")
    eye.check(page, "credentials-secret")
    eye.look_at(path, "credentials-opened")
