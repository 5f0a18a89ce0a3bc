"""Looking at pages with a real browser, the way people will.

    def test_the_overview_is_fit_to_be_seen(committed: World, eye: Eye) -> None:
        page = eye.look_at("/overview/", "overview", person=committed.owner)

A look keeps pictures in `screenshots/`, wide and narrow (a folder that git ignores; in the one that
TILLGATE_SCREENSHOTS names also in the dark). It fails on what axe finds serious or critical, on a
page that must be scrolled sideways at 320 pixels or with letters of double size, and on anything
the browser complains of, such as what the content security policy forbids. It gives back
Playwright's page, to go on with.

What is looked at must be committed (the fixture `committed`), for the site is another connection.
"""

import os
import weakref
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from tests.portal.browser import signed_in

from tillgate.directory.models import Person

REPOSITORY = Path(__file__).parents[2]
SCREENSHOTS = Path(os.environ.get("TILLGATE_SCREENSHOTS") or REPOSITORY / "screenshots")
ASKED_FOR = bool(os.environ.get("TILLGATE_SCREENSHOTS"))

WIDE, NARROW, NARROWEST = 1280, 360, 320
HEIGHT = 800
# In the dark nothing but colours is another; these are axe's rules about them.
OF_COLOURS = ("color-contrast", "link-in-text-block")


class Sheet:
    """Playwright's page, lent to a test; `complaints` is what the browser complained of."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self.complaints: list[str] = page.complaints

    def __getattr__(self, name: str) -> Any:
        return getattr(self._page, name)


class Eye:
    """Opens pages of a site and looks at them; no two that a test holds share their cookies."""

    def __init__(self, browser: Any, site: str) -> None:
        self.browser = browser
        self.site = site
        # A new page is a new process of the browser, which takes longer than what is seen in it.
        self._let_go: list[Any] = []

    def look_at(
        self, path: str, name: str, *, person: Person | None = None, status: int = 200
    ) -> Any:
        """Open a page, check it, and keep its pictures by this name."""
        page = self.open(path, person=person, status=status)
        self.check(page, name)
        return page

    def open(
        self, path: str, *, person: Person | None = None, status: int = 200, **options: Any
    ) -> Any:
        """Open a page as somebody, without looking at it closely."""
        page = self._new_page(**options) if options or not self._let_go else self._used_page()
        if person:
            page.context.add_cookies([session_cookie(person, self.site)])
        answer = page.goto(path)
        assert answer.status == status, f"{path} answered {answer.status}"
        sheet = Sheet(page)
        if not options:
            weakref.finalize(sheet, self._let_go.append, page).atexit = False
        return sheet

    def _new_page(self, **options: Any) -> Any:
        options = {"viewport": {"width": WIDE, "height": HEIGHT}, **options}
        page = self.browser.new_context(base_url=self.site, **options).new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    def _used_page(self) -> Any:
        page = self._let_go.pop()
        page.context.clear_cookies()
        page.emulate_media(color_scheme="light")
        _resize(page, WIDE)
        page.complaints.clear()
        return page

    def check(self, page: Any, name: str) -> None:
        """Check the page as it stands, after a form was sent for instance, and keep pictures."""
        # axe makes the browser complain too, so its complaints are read first.
        complaints = [text for text in page.complaints if not _tells_of_status(text)]
        assert complaints == [], f"{name}: {complaints}"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            # Dark pictures are for whoever asks for a folder of pictures: they cost time.
            for width in (WIDE, NARROW) if scheme == "light" or ASKED_FOR else ():
                _resize(page, width)
                picture(page, f"{name}-{width}-{scheme}")
            found = barriers(page, () if scheme == "light" else OF_COLOURS)
            assert found == [], f"{name}, {scheme}: {found}"
        _resize(page, NARROWEST)
        _assert_fits(page, name)
        _resize(page, WIDE)
        _assert_fits_with_large_letters(page, name)
        page.emulate_media(color_scheme="light")
        page.complaints.clear()


def session_cookie(person: Person, site: str) -> dict[str, str]:
    """What makes a browser be somebody, without typing."""
    return {
        "name": "tillgate_session",
        "value": signed_in(person).cookies["tillgate_session"].value,
        "url": site,
    }


def picture(page: Any, name: str) -> None:
    """Keep what the browser shows, from top to bottom."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def barriers(page: Any, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds serious or critical, by these rules or by all: the rule, and the elements."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe())
    only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found = page.evaluate("asked => axe.run(asked)", {"resultTypes": ["violations"], **only})
    return [
        f"{each['id']}: {', '.join(str(node['target'][0]) for node in each['nodes'])}"
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]


@cache
def _axe() -> str:
    return (REPOSITORY / "tests" / "vendor" / "axe.min.js").read_text()


def _resize(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHT})


def _assert_fits(page: Any, name: str) -> None:
    shown, room = page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert shown <= room, f"{name} is {shown} wide where there is room for {room}"


def _assert_fits_with_large_letters(page: Any, name: str) -> None:
    page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    _assert_fits(page, f"{name}, with letters of double size,")
    page.evaluate("() => { document.documentElement.style.fontSize = '' }")


def _tells_of_status(complaint: str) -> bool:
    return complaint.startswith("Failed to load resource: the server responded with a status of 4")


@pytest.fixture
def site(django_db_blocker: Any) -> Iterator[str]:
    """The portal, served on the loopback with its static files."""
    with django_db_blocker.unblock():
        thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
        thread.daemon = True
        thread.start()
        thread.is_ready.wait()
        assert thread.error is None
        yield f"http://127.0.0.1:{thread.port}"
        thread.terminate()


@pytest.fixture
def eye(chromium: Any, site: str) -> Eye:
    """Looks at the portal's pages."""
    return Eye(chromium, site)
