"""Going through the merchant's pages as somebody, without a real browser."""

import re
from html import unescape

from django.http import HttpResponse
from tests.portal.browser import signed_in

from tillgate.directory.models import Person

HOSTILE = {
    "script": '<script>alert("x")</script>',
    "formula": '=HYPERLINK("http://evil.example")',
    "path": "../../etc/passwd",
    "right to left": "gnp\u202efdp.exe",
    "nul": "a\0b",
    "long": "x" * 10_000,
}


def get(person: Person, path: str, *, status: int = 200) -> str:
    response = signed_in(person).get(path)
    assert response.status_code == status, f"{path} answered {response.status_code}"
    return text_of(response)


def post(person: Person, path: str, *, status: int = 302, **form: object) -> HttpResponse:
    response = signed_in(person).post(path, form)
    assert response.status_code == status, f"{path} answered {response.status_code}"
    return response  # type: ignore[return-value]


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def shown(page: str) -> str:
    """The page as words, without its tags."""
    words = unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))
    return " ".join(words.split())
