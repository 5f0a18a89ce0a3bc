"""A real browser: sign in, allow, be sent to a program on the loopback, which fetches its tokens.

With TILLGATE_SCREENSHOTS set to a folder, every page is kept there as a picture, wide and narrow.
"""

import os
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from tests.access.world import PASSWORD, World, make_person
from tests.portal.browser import CHALLENGE, VERIFIER, address

from tillgate.access import acts
from tillgate.directory.models import Person, Role

CHROMIUM = shutil.which("chromium")
playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 640}


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
def site(committed: World) -> Iterator[str]:
    """The portal, served on the loopback with its static files."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture
def owner(committed: World) -> Person:
    """Somebody who can type a password."""
    person = make_person("maya", password=PASSWORD)
    acts.add_membership(
        person=person, business_id=committed.shop.business_id, role=Role.OWNER, actor="test"
    )
    return person


@pytest.fixture
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def picture(page: Any, name: str) -> None:
    """Check that the page fits a narrow window, and keep pictures where they are wanted."""
    for label, size in (("wide", WIDE), ("narrow", NARROW)):
        page.set_viewport_size(size)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{name} is {width} wide at {size['width']}"
        if folder := os.environ.get("TILLGATE_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{label}.png", full_page=True)
    page.set_viewport_size(WIDE)


def test_a_person_lets_a_program_in(
    committed: World, owner: Person, site: str, listener: Listener, chromium: Any
) -> None:
    page = chromium.new_page(java_script_enabled=True)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    challenge = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    page.goto(site + address(committed, redirect_uri=listener.uri, **challenge))
    picture(page, "sign-in")
    page.get_by_label("E-mail address").fill(owner.email)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").is_visible()
    picture(page, "sign-in-wrong")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    assert "Ledger Bridge asks to read the books" in page.get_by_role("heading").first.inner_text()
    picture(page, "consent")
    page.get_by_role("button", name="Allow", exact=True).click()
    page.wait_for_url(f"{listener.uri}?*")
    assert complaints == []
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
        if folder := os.environ.get("TILLGATE_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-dark.png", full_page=True)
    page.goto(site)
    page.get_by_role("button", name="Sign out").click()
    assert "You are signed out" in page.content()
