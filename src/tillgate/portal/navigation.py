"""The navigation: one list for everybody, of which each sees what their roles may use."""

from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillgate.directory.permissions import TABLE, roles_of


class Item(NamedTuple):
    """A place one can go to: its label, the name of its page, and the permission it needs."""

    label: str | Promise
    name: str
    permission: str


class Link(NamedTuple):
    """An item as one person sees it."""

    label: str
    url: str
    is_current: bool


MAIN = (
    Item(_("Overview"), "overview", "overview:read"),
    Item(_("Access"), "requests", "request:draft"),
    Item(_("Books"), "books", "books:read"),
    Item(_("Integrations"), "integrations", "integration:read"),
    Item(_("Usage"), "usage", "usage:read"),
    Item(_("Sandbox"), "sandbox", "sandbox:open"),
    Item(_("Merchants"), "merchants", "merchant:read"),
    Item(_("Requests"), "review", "request:review"),
    Item(_("Enquiries"), "enquiries", "enquiry:handle"),
    Item(_("Listings"), "listings", "hub:edit"),
    Item(_("Price book"), "prices", "prices:read"),
    Item(_("Content"), "content", "content:publish"),
    Item(_("People"), "people", "person:invite"),
    Item(_("Staff"), "staff", "staff:edit"),
    Item(_("Partnerships"), "partnerships", "partnerships:keep"),
    Item(_("Integration Hub"), "hub", "hub:read"),
)
DEMO_ONLY = frozenset({"outbox"})
FOOT = (
    Item(_("Outbox"), "outbox", "outbox:read"),
    Item(_("Check an agreement"), "agreement_check", "agreement:check"),
    Item(_("Partner Program"), "partner_program", "partner_program:read"),
)


def links(request: HttpRequest, items: tuple[Item, ...] = MAIN) -> list[Link]:
    """The items that whoever asks may use, the one they are in marked."""
    places = list(_places(request, items))
    inside = [url for _, url in places if _is_inside(request.path, url)]
    current = max(inside, key=len, default=None)
    return [Link(str(item.label), url, url == current) for item, url in places]


def _places(request: HttpRequest, items: tuple[Item, ...]) -> Iterator[tuple[Item, str]]:
    roles = roles_of(request.user)
    for item in items:
        url = _url_of(item.name)
        if url and not TABLE.get(item.permission, frozenset()).isdisjoint(roles):
            yield item, url


def _url_of(name: str) -> str | None:
    if name in DEMO_ONLY and not settings.TILLGATE_DEMO:
        return None
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def _is_inside(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))
