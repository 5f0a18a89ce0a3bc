"""Debian's browser, started once a test process and lent to one test after the other."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
_UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"


class Lent:
    """The browser, and Playwright's event loop, which counts as running where it is in use.

    Left so between tests, it would keep every other event loop from running in this thread.
    """

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self._loop = asyncio.get_running_loop()
        self.give_back()

    def take(self) -> Any:
        """The browser, for tests that run no event loop of their own."""
        asyncio._set_running_loop(self._loop)
        # Django would not touch the database where a loop runs.
        os.environ[_UNSAFE] = "true"
        return self.browser

    def give_back(self) -> None:
        """Leave no page open, and the thread to others."""
        for context in self.browser.contexts:
            context.close()
        os.environ.pop(_UNSAFE, None)
        asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def lent_chromium() -> Iterator[Lent]:
    """The one browser of this process; tests are skipped where it is not installed."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        lent = Lent(browser)
        yield lent
        lent.take().close()
        os.environ.pop(_UNSAFE, None)


@pytest.fixture
def chromium(lent_chromium: Lent) -> Iterator[Any]:
    """Playwright's browser, with no page open."""
    yield lent_chromium.take()
    lent_chromium.give_back()
