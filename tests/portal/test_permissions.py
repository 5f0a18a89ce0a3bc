"""Every page is tried as every role, by the table of who may do what."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client as Http
from django.urls import URLPattern, reverse
from tests.access.world import World
from tests.hub.cast import everyone
from tests.portal.browser import signed_in

from tillgate.directory.models import Person
from tillgate.directory.permissions import TABLE, Who
from tillgate.portal.urls import urlpatterns

PAGES = [each for each in urlpatterns if hasattr(each.callback, "may")]
# What stands in an address whose parts mean nothing to anybody.
NOTHING = {"int": 1, "uuid": "00000000-0000-4000-8000-000000000000"}


@pytest.fixture
def browsers(world: World, settings: LazySettings) -> dict[Who, Http]:
    """A browser for somebody of each role; second factors are another matter."""
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    return {
        who: signed_in(person) if isinstance(person, Person) else Http()
        for who, person in everyone(world.shop)
    }


def address(page: URLPattern) -> str:
    parts = {
        name: NOTHING.get(type(converter).__name__.removesuffix("Converter").lower(), "x")
        for name, converter in page.pattern.converters.items()
    }
    return reverse(str(page.name), kwargs=parts)


def allowed(permission: str) -> set[Who]:
    """The roles that may; everybody signed in has a role that is theirs and is also a person."""
    whom = set(TABLE[permission])
    if Who.ANYONE in whom:
        return set(Who)
    return set(Who) - {Who.ANYONE} if Who.SIGNED_IN in whom else whom


def is_shut(answer: Any, who: Who) -> bool:
    """Whether the gate before the page stayed closed."""
    if who is Who.ANYONE:
        return bool(answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next="))
    return bool(answer.status_code == 403)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_a_page_opens_for_those_who_may_and_for_nobody_else(
    browsers: dict[Who, Http], page: URLPattern
) -> None:
    place, may = address(page), allowed(page.callback.may)  # type: ignore[union-attr]
    for who, browser in browsers.items():
        for method in (browser.get, browser.post):
            answer = method(place)
            if who not in may:
                assert is_shut(answer, who) or answer.status_code == 405, (who, answer)
            else:
                assert answer.status_code < 500, (who, answer)
                assert answer.status_code != 403, (who, answer)
