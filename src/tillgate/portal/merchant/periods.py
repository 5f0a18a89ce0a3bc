"""Accounting periods of a location: compared, as a table and a chart, and one of them in full."""

from datetime import date
from typing import Any

from babel.dates import get_month_names
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from tillgate.foundation import clock
from tillgate.foundation.sandbox_ids import is_sandbox_id
from tillgate.ledger.period_sums import Compared
from tillgate.ledger.periods import Kind, Period, Periods
from tillgate.ledger.queries import compared_periods
from tillgate.portal.locale import reader_locale
from tillgate.portal.merchant.books_shelf import Shelf, read_date, shelf_or_404
from tillgate.portal.merchant.periods_shown import (
    HEIGHT,
    KINDS,
    SHOWN,
    WIDTH,
    amount_of,
    blocks_of,
    chart_of,
    row_of,
)
from tillgate.portal.page import page

_MONTHS = 12


def periods_page(request: HttpRequest, location_id: int) -> HttpResponse:
    """The newest periods of a kind, or those up to a day; `?show=` has one of them in full."""
    shelf = shelf_or_404(request, location_id)
    periods = Periods(_kind(request), _year_start(request))
    if shelf.first > shelf.today:
        return render(request, "portal/books/no_day.html", _around(shelf, periods))
    last = _until(request, shelf)
    first = _first(periods, last, shelf.first)
    compared = compared_periods(shelf.place.pk, periods, (first, last), now=clock.now())
    chosen = _chosen(compared, request.GET.get("show"))
    rows = [row_of(each, periods.kind) for each in reversed(compared)]
    facts = _around(shelf, periods) | {
        "rows": rows,
        "oldest": rows[-1].name,
        "chart": chart_of(compared, periods.kind),
        "width": WIDTH,
        "height": HEIGHT,
        "chosen": row_of(chosen, periods.kind),
        "blocks": blocks_of(chosen.now.summary),
        "rest": amount_of(chosen.now.summary.rest),
        "finals": sum(each.now.final for each in compared),
        "earlier": periods.before(compared[0].now.period),
        "has_earlier": compared[0].now.period.first > shelf.first,
    }
    return render(request, "portal/books/periods.html", facts)


def _kind(request: HttpRequest) -> Kind:
    try:
        return Kind(request.GET.get("by", Kind.MONTH))
    except ValueError:
        raise Http404 from None


def _year_start(request: HttpRequest) -> int:
    months = {str(month): month for month in range(1, _MONTHS + 1)}
    found = months.get(request.GET.get("year_start", "1"))
    if found is None:
        raise Http404
    return found


def _until(request: HttpRequest, shelf: Shelf) -> date:
    text = request.GET.get("until")
    if text is None:
        return shelf.today
    day = read_date(text)
    if day is None or not shelf.first <= day:
        raise Http404
    return min(day, shelf.today)


def _first(periods: Periods, last: date, since: date) -> date:
    """The first day of so many periods, or that of the location's first one."""
    period = periods.of(last)
    for _ in range(SHOWN[periods.kind] - 1):
        if period.first <= since:
            break
        period = periods.before(period)
    return max(period.first, since)


def _chosen(compared: list[Compared], name: str | None) -> Compared:
    if name is None:
        return compared[-1]
    for each in compared:
        if each.now.period.name == name:
            return each
    raise Http404


def _around(shelf: Shelf, periods: Periods) -> dict[str, Any]:
    names = get_month_names("wide", "stand-alone", reader_locale())
    running: Period = periods.of(shelf.today)
    return {
        "place": shelf.place,
        "places": shelf.others,
        "zone": shelf.calendar.rule(shelf.today).timezone,
        "day_start": shelf.calendar.rule(shelf.today).day_start,
        "is_sandbox": is_sandbox_id(shelf.place.pk),
        "kind": periods.kind.value,
        "kind_name": KINDS[periods.kind],
        "kinds": [(kind.value, name) for kind, name in KINDS.items()],
        "year_start": periods.year_start,
        "month_names": [(month, str(names[month])) for month in range(1, _MONTHS + 1)],
        "first": shelf.first,
        "running": running.name,
        "has_begun": shelf.first <= shelf.today,
    }


PAGES: list[URLPattern] = [
    page(
        "books/<int:location_id>/periods/",
        periods_page,
        name="periods",
        may="books:read",
        methods=("GET",),
    )
]
