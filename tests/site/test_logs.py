"""What never reaches a log, and what always does."""

import asyncio
import logging
from typing import Any

import pytest
from django.conf import LazySettings

from tillgate.site import control_plane
from tillgate.site.logs import JsonLines, RequestLog, TextLines, without_links

TOKEN = "Zx3-0_q" * 6


@pytest.mark.parametrize("page", ["sign", "credentials", "invitation"])
@pytest.mark.parametrize("formatter", [JsonLines(), TextLines("%(message)s")])
def test_the_token_of_a_personal_link_is_left_out(page: str, formatter: logging.Formatter) -> None:
    record = logging.makeLogRecord(
        {
            "msg": "Unprocessable: %s",
            "args": (f"/{page}/{TOKEN}/code/",),
            "path": f"/{page}/{TOKEN}/",
        }
    )
    line = formatter.format(record)
    assert TOKEN not in line
    assert f"/{page}/…/code/" in line


def test_other_paths_stay_as_they_are() -> None:
    for path in ("/requests/R-1042/", "/f/finance/1/financials", "/sign/", "/sign-in/x"):
        assert without_links(path) == path


def test_a_plane_that_fails_says_why(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(*_: Any) -> None:
        raise LookupError("a page is missing")

    logged = RequestLog(broken, plane="portal", access_log=False)
    with pytest.raises(LookupError):
        asyncio.run(logged({"type": "http", "method": "GET", "path": "/"}, None, None))  # type: ignore[arg-type]
    assert "the portal plane failed" in caplog.text
    assert "LookupError: a page is missing" in caplog.text


def test_a_portal_that_cannot_be_loaded_is_not_served_and_says_why(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ROOT_URLCONF = "tillgate.portal.no_such_pages"
    with pytest.raises(ModuleNotFoundError):
        control_plane.app()
    assert "the portal cannot be loaded" in caplog.text
    assert "No module named 'tillgate.portal.no_such_pages'" in caplog.text
