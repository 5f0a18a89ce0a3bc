"""What never reaches a log."""

import logging

import pytest

from tillgate.site.logs import JsonLines, TextLines, without_links

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
