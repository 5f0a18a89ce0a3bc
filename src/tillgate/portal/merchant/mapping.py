"""How a business books: its mapping, a preview by a draft, keeping it, and its earlier versions."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _

from tillgate.directory.permissions import may, require
from tillgate.foundation.sandbox_ids import is_sandbox_id
from tillgate.journal.acts import keep_mapping
from tillgate.journal.errors import MappingChanged, MappingUnusable
from tillgate.journal.mapping import Mapping, What
from tillgate.journal.queries import (
    KeptVersion,
    journal_of,
    kept_version,
    newest_mapping,
    versions_of,
)
from tillgate.journal.things import HowMapped, how_mapped, things_to_map
from tillgate.portal.merchant.books_shelf import Shelf, shelf_or_404
from tillgate.portal.merchant.journal import newest_day
from tillgate.portal.merchant.journal_shown import WHAT_NAMES, JournalShown, journal_shown, title_of
from tillgate.portal.merchant.mapping_form import CORRECTIONS, PLACES, MappingForm, accounts_of
from tillgate.portal.page import go, page, person_of


def mapping(request: HttpRequest, location_id: int) -> HttpResponse:
    """The mapping in force: to change it for whoever may keep one, to read for the others."""
    shelf = shelf_or_404(request, location_id)
    business = shelf.place.business
    if request.method == "POST":
        require(person_of(request), "mapping:keep", business_id=business.pk)
    newest = newest_mapping(business.pk)
    things = things_to_map(business)
    if not may(person_of(request), "mapping:keep", business_id=business.pk):
        return _read(request, shelf, newest, how_mapped(things, newest))
    data = [request.POST] if request.method == "POST" else []
    form = MappingForm(*data, kept=newest, things=things)
    if form.is_bound and form.is_valid():
        if request.POST.get("do") == "keep":
            return _keep(request, shelf, form)
        return _drawn(request, shelf, form, preview=_preview(shelf, form))
    return _drawn(request, shelf, form)


def version(request: HttpRequest, location_id: int, number: int) -> HttpResponse:
    """A version as it was kept."""
    shelf = shelf_or_404(request, location_id)
    kept = kept_version(shelf.place.business_id, min(number, _LARGEST))
    how = how_mapped(things_to_map(shelf.place.business), kept.mapping)
    return _read(request, shelf, kept.mapping, how, kept)


_LARGEST = 2**31 - 1


def _keep(request: HttpRequest, shelf: Shelf, form: MappingForm) -> HttpResponse:
    assert form.draft is not None
    based_on = form.cleaned_data["based_on"]
    try:
        kept = keep_mapping(
            person=person_of(request),
            business=shelf.place.business,
            draft=form.draft,
            based_on=based_on,
        )
    except MappingUnusable as refused:
        form.add_problems(refused.problems)
        return _drawn(request, shelf, form)
    except MappingChanged as refused:
        form.add_error(None, str(refused))
        return _drawn(request, shelf, form, status=refused.status)
    if kept.version == based_on:
        messages.info(request, _("Nothing was changed, so no version was made."))
    else:
        words = _("Version %(number)d is kept and in force.")
        messages.success(request, words % {"number": kept.version})
    return go(request, reverse("journal", args=[shelf.place.pk]))


def _preview(shelf: Shelf, form: MappingForm) -> JournalShown:
    day = newest_day(shelf)
    made = journal_of(shelf.place.pk, (day, day), mapping=form.draft)
    return journal_shown(made, day)


def _drawn(
    request: HttpRequest,
    shelf: Shelf,
    form: MappingForm,
    *,
    preview: JournalShown | None = None,
    status: int | None = None,
) -> HttpResponse:
    facts = _around(shelf) | {"form": form, "preview": preview, "shown": preview}
    status = status or (422 if form.errors else 200)
    return render(request, "portal/books/mapping.html", facts, status=status)


def _read(
    request: HttpRequest,
    shelf: Shelf,
    told: Mapping,
    how: list[HowMapped],
    kept: KeptVersion | None = None,
) -> HttpResponse:
    facts = _around(shelf) | {
        "mapping": told,
        "kept": kept,
        "accounts": accounts_of(told, how),
        "things": [
            (str(WHAT_NAMES[each.mappable.thing.what]), title_of(each.mappable.thing), each)
            for each in how
            if each.by != "none" or each.mappable.booked
        ],
        "within_sales": not any(rule.what is What.DISCOUNT for rule in told.rules),
        "corrections": CORRECTIONS[told.corrections],
        "exactness": PLACES[told.places],
    }
    return render(request, "portal/books/mapping_read.html", facts)


def _around(shelf: Shelf) -> dict[str, Any]:
    versions = versions_of(shelf.place.business_id)
    return {
        "place": shelf.place,
        "zone": shelf.calendar.rule(shelf.today).timezone,
        "is_sandbox": is_sandbox_id(shelf.place.pk),
        "versions": versions,
        "newest": versions[0] if versions else None,
    }


PAGES: list[URLPattern] = [
    page("books/<int:location_id>/journal/mapping/", mapping, name="mapping", may="books:read"),
    page(
        "books/<int:location_id>/journal/mapping/<int:number>/",
        version,
        name="mapping_version",
        may="books:read",
        methods=("GET",),
    ),
]
