"""What accountants book of a location: the entry of a day by its mapping, and files of many."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from tillgate.directory.permissions import may
from tillgate.foundation.instants import YEARS
from tillgate.foundation.sandbox_ids import is_sandbox_id
from tillgate.journal.errors import NoSuchMapping
from tillgate.journal.formats import WRITERS
from tillgate.journal.journal import Journal
from tillgate.journal.queries import journal_of, versions_of
from tillgate.journal.reads import NoSuchVersion
from tillgate.ledger.calendar import ONE_DAY
from tillgate.ledger.queries import newest_day_with_sales
from tillgate.portal.merchant.books_month import first_of
from tillgate.portal.merchant.books_shelf import Shelf, read_date, shelf_or_404
from tillgate.portal.merchant.journal_shown import journal_shown
from tillgate.portal.merchant.mapping_form import CORRECTIONS, PLACES
from tillgate.portal.page import page, person_of

MOST_DAYS = 366
_MOST_DIGITS = 6


def journal(request: HttpRequest, location_id: int) -> HttpResponse:
    """The entry of a day, by the mapping in force or by the version asked for."""
    shelf = shelf_or_404(request, location_id)
    if shelf.first > shelf.today:
        return render(request, "portal/books/no_day.html", _around(shelf) | {"has_begun": False})
    day, number = _day(request, shelf), _number(request.GET.get("version"))
    shown = journal_shown(_made(shelf, (day, day), number), day)
    facts = (
        _around(shelf)
        | _earlier_and_later(shelf, day)
        | {
            "shown": shown,
            "mapping": shown.journal.mapping,
            "kept": _kept(shelf, shown.journal),
            "number": number,
            "may_keep": may(
                person_of(request), "mapping:keep", business_id=shelf.place.business_id
            ),
            "month": max(first_of(day), shelf.first),
            "corrections": CORRECTIONS[shown.journal.mapping.corrections],
            "exactness": PLACES[shown.journal.mapping.places],
            "texts": [("csv", "CSV"), ("hledger", "hledger"), ("beancount", "beancount")],
        }
    )
    return render(request, "portal/books/journal.html", facts)


def journal_file(request: HttpRequest, location_id: int, form: str) -> HttpResponse:
    """The journal of a range, as the API plane gives it, to take away."""
    shelf = shelf_or_404(request, location_id)
    first, last = (_bound(request.GET.get(name, "")) for name in ("from", "to"))
    if form not in WRITERS or not 0 <= (last - first).days < MOST_DAYS:
        raise Http404
    content = WRITERS[form](_made(shelf, (first, last), _number(request.GET.get("version"))))
    called = f"{location_id}-journal-{first}-{last}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{called}"'}
    kind = "text/csv" if form == "csv" else "text/plain"
    return HttpResponse(content, content_type=f"{kind}; charset=utf-8", headers=headers)


def _bound(text: str) -> date:
    # As the API plane: beyond these years time zones are guesswork, and dates run out.
    day = read_date(text)
    if day is None or day.year not in YEARS:
        raise Http404
    return day


def newest_day(shelf: Shelf) -> date:
    """Yesterday, or the last day before it with sales; today where there was none yet."""
    return newest_day_with_sales(shelf.place.pk, shelf.today) or shelf.today


def _made(shelf: Shelf, days: tuple[date, date], number: int | None) -> Journal:
    try:
        return journal_of(shelf.place.pk, days, version=number)
    except NoSuchVersion:
        raise NoSuchMapping from None


def _day(request: HttpRequest, shelf: Shelf) -> date:
    text = request.GET.get("on")
    if not text:
        return newest_day(shelf)
    day = read_date(text)
    if day is None or not shelf.first <= day <= shelf.today:
        raise Http404
    return day


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise Http404
    return int(text)


def _kept(shelf: Shelf, made: Journal) -> Any:
    """When the version was kept and by whom; None for the back office's references."""
    versions = versions_of(shelf.place.business_id)
    return next((each for each in versions if each.mapping.version == made.mapping.version), None)


def _earlier_and_later(shelf: Shelf, day: date) -> dict[str, date | None]:
    return {
        "earlier": day - ONE_DAY if day > shelf.first else None,
        "later": day + ONE_DAY if day < shelf.today else None,
    }


def _around(shelf: Shelf) -> dict[str, Any]:
    return {
        "place": shelf.place,
        "places": shelf.others,
        "zone": shelf.calendar.rule(shelf.today).timezone,
        "is_sandbox": is_sandbox_id(shelf.place.pk),
        "first": shelf.first,
    }


PAGES: list[URLPattern] = [
    page(
        "books/<int:location_id>/journal/",
        journal,
        name="journal",
        may="books:read",
        methods=("GET",),
    ),
    page(
        "books/<int:location_id>/journal/file/<str:form>",
        journal_file,
        name="journal_file",
        may="books:read",
        methods=("GET",),
    ),
]
