"""Every script and style that a page names is one that we serve."""

import re
from pathlib import Path

import pytest

import tillgate.portal
from tillgate.site.serve import STATIC

TEMPLATES = Path(tillgate.portal.__file__).parent / "templates"
_NAMED = re.compile(r"{%\s*static '([^']+)'")
NAMED = sorted(
    {name for page in TEMPLATES.rglob("*.html") for name in _NAMED.findall(page.read_text())}
)


def served(path: str) -> Path:
    """The file at a path, as the server finds it: by the first mount that fits."""
    mount = next(each for each in STATIC if path.startswith(f"{each}/"))
    return STATIC[mount] / path.removeprefix(f"{mount}/")


@pytest.mark.parametrize("name", NAMED)
def test_what_a_page_names_is_served(name: str) -> None:
    assert served(f"/static/{name}").is_file()


def test_pages_name_some() -> None:
    assert {"mfa/js/webauthn.js", "portal/look.css"} <= set(NAMED)
