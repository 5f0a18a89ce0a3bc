"""Somebody at the content pages: what they send, and what they are shown."""

from typing import Any

from django.http import HttpResponse
from django.test import Client as Http
from tests.portal.browser import signed_in

from tillgate.directory.models import Person


def words_of(page: HttpResponse) -> str:
    """The page's text, with its line breaks as spaces."""
    return " ".join(page.content.decode().split())


def led_to(browser: Http, response: HttpResponse) -> str:
    """The words of the page a redirect leads to."""
    assert response.status_code == 302
    return words_of(browser.get(response["Location"]))  # type: ignore[arg-type]


class Desk:
    """An operator who writes a slot's next version."""

    def __init__(self, person: Person, slug: str) -> None:
        self.browser = signed_in(person)
        self.path = f"/content/{slug}/edit/"
        self.form: dict[str, Any] = {}

    def open(self, query: str = "") -> HttpResponse:
        """Take the form with everything that is in it."""
        page = self.browser.get(self.path + query)
        form = page.context["form"]
        for field in form:
            value = field.value()
            if value not in {None, False} if not isinstance(value, list) else value:
                self.form[field.html_name] = value
        return page  # type: ignore[return-value]

    def send(self, step: str, **changed: Any) -> HttpResponse:
        """Press a button, after writing something."""
        self.form |= changed
        return self.browser.post(self.path, self.form | {"step": step})  # type: ignore[return-value]
