"""The menu of a location: its items as they are or were on a day, and how each has changed."""

from datetime import UTC, date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from tillgate.catalogue.queries import history_of, menu_at, newest_changes
from tillgate.foundation import clock
from tillgate.foundation.sandbox_ids import is_sandbox_id
from tillgate.portal.merchant.books_shelf import Shelf, read_date, shelf_or_404
from tillgate.portal.merchant.menu_shown import change_shown, row_of
from tillgate.portal.page import page
from tillgate.portal.paging import page_of

PAGE_SIZE = 50
NEWEST = 20
_LONGEST = 100
_LARGEST_ID = 2**63 - 1


def menu(request: HttpRequest, location_id: int) -> HttpResponse:
    """The items of now, or of the end of a business day, and what changed last."""
    shelf = shelf_or_404(request, location_id)
    day = _day(request)
    words = request.GET.get("q", "").replace("\0", "").strip()[:_LONGEST]
    found = page_of(request, menu_at(shelf.place.pk, _instant(shelf, day), words), size=PAGE_SIZE)
    facts = _around(shelf) | {
        "page": found,
        "rows": [row_of(each) for each in found.object_list],
        "words": words,
        "day": day,
        "changes": [change_shown(each) for each in newest_changes(shelf.place.pk, NEWEST)],
    }
    return render(request, "portal/books/menu.html", facts)


def item(request: HttpRequest, location_id: int, item_id: int) -> HttpResponse:
    """Every version of an item, the newest first."""
    shelf = shelf_or_404(request, location_id)
    history = history_of(shelf.place.pk, item_id) if item_id <= _LARGEST_ID else []
    if not history:
        raise Http404
    changes = [change_shown(each) for each in history]
    facts = _around(shelf) | {"newest": changes[0], "changes": changes, "item_id": item_id}
    return render(request, "portal/books/item.html", facts)


def _day(request: HttpRequest) -> date | None:
    text = request.GET.get("on")
    if not text:
        return None
    day = read_date(text)
    if day is None:
        raise Http404
    return day


def _instant(shelf: Shelf, day: date | None) -> datetime:
    """The end of a business day, as far as it has come; now where none is asked for."""
    now = clock.now()
    if day is None or day >= shelf.today:
        return now
    # The first and the last day that can be written have no day beside them.
    if day in {date.min, date.max}:
        return datetime.combine(day, datetime.min.time(), UTC)
    return shelf.calendar.end(day)


def _around(shelf: Shelf) -> dict[str, Any]:
    return {
        "place": shelf.place,
        "zone": shelf.calendar.rule(shelf.today).timezone,
        "is_sandbox": is_sandbox_id(shelf.place.pk),
    }


PAGES: list[URLPattern] = [
    page("books/<int:location_id>/menu/", menu, name="menu", may="books:read", methods=("GET",)),
    page(
        "books/<int:location_id>/menu/<int:item_id>/",
        item,
        name="menu_item",
        may="books:read",
        methods=("GET",),
    ),
]
