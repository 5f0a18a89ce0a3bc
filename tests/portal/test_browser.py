"""A real browser: sign in, allow, be sent to a program on the loopback; it fetches its tokens."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from tests.access.world import PASSWORD, World, make_person
from tests.portal.browser import CHALLENGE, VERIFIER, address
from tests.portal.pages_harness import Eye, picture

from tillgate.access import acts
from tillgate.directory.models import Person, Role


class Listener:
    """A program waiting on the loopback for its code."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                if parts.path == "/callback":
                    heard.append(dict(parse_qsl(parts.query)))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"connected")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.uri = f"http://127.0.0.1:{self.server.server_port}/callback"


@pytest.fixture
def listener(committed: World, django_db_blocker: Any) -> Iterator[Listener]:
    """Its address is registered, since addresses match exactly, ports too."""
    made = Listener()
    made.thread.start()
    with django_db_blocker.unblock():
        committed.client.redirect_uris += f" {made.uri}"
        committed.client.save()
    yield made
    made.server.shutdown()
    made.server.server_close()
    made.thread.join()


@pytest.fixture
def owner(committed: World) -> Person:
    """Somebody who can type a password."""
    person = make_person("maya", password=PASSWORD)
    acts.add_membership(
        person=person, business_id=committed.shop.business_id, role=Role.OWNER, actor="test"
    )
    return person


def test_a_person_lets_a_program_in(
    committed: World, owner: Person, site: str, listener: Listener, eye: Eye
) -> None:
    challenge = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    page = eye.look_at(address(committed, redirect_uri=listener.uri, **challenge), "sign-in")
    page.get_by_label("E-mail address").fill(owner.email)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").is_visible()
    eye.check(page, "sign-in-wrong")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    assert "Ledger Bridge asks to read the books" in page.get_by_role("heading").first.inner_text()
    eye.check(page, "consent")
    page.get_by_role("button", name="Allow", exact=True).click()
    page.wait_for_url(f"{listener.uri}?*")
    assert page.complaints == []
    (heard,) = listener.heard
    assert heard["state"] == "s1"
    assert heard["iss"] == site
    answer = httpx.post(
        f"{site}/oauth/token",
        auth=(committed.client.client_id, committed.secret),
        data={
            "grant_type": "authorization_code",
            "code": heard["code"],
            "redirect_uri": listener.uri,
            "code_verifier": VERIFIER,
        },
    )
    assert answer.status_code == 200
    assert answer.json()["refresh_token"]


def test_a_person_says_no_without_script_and_by_keyboard(
    committed: World, owner: Person, site: str, listener: Listener, chromium: Any
) -> None:
    page = chromium.new_context(java_script_enabled=False, color_scheme="dark").new_page()
    page.goto(site + address(committed, redirect_uri=listener.uri))
    page.get_by_label("E-mail address").focus()
    page.keyboard.type(owner.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/oauth/authorize?*")
    page.get_by_role("button", name="Do not allow").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{listener.uri}?*")
    assert listener.heard[0]["error"] == "access_denied"
    for path, name in (("/", "home"), ("/nothing", "missing"), ("/oauth/authorize", "broken")):
        page.goto(site + path)
        picture(page, f"{name}-without-script-dark")
    page.goto(site)
    page.get_by_role("button", name="Sign out").click()
    assert "You are signed out" in page.content()
