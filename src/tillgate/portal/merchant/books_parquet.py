"""Many closed days as one Parquet file: asked for here, made by the worker, taken away here."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _

from tillgate.exports.acts import KEPT_FOR, ask_for_parquet
from tillgate.exports.errors import RangeUnusable
from tillgate.exports.models import TableChoice
from tillgate.exports.queries import files_of, ready_file
from tillgate.ledger.calendar import ONE_DAY
from tillgate.portal.forms import Form
from tillgate.portal.merchant.books_shelf import Shelf, shelf_or_404
from tillgate.portal.page import go, page, person_of

_USUAL_RANGE = 30 * ONE_DAY


class ParquetForm(Form):
    """Which rows, of which days."""

    table = forms.ChoiceField(label=_("Rows"), choices=TableChoice.choices)
    first = forms.DateField(
        label=_("First day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    last = forms.DateField(
        label=_("Last day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )


def parquet_files(request: HttpRequest, location_id: int) -> HttpResponse:
    """The files of a location, and the form to ask for one."""
    shelf = shelf_or_404(request, location_id)
    if request.method == "POST":
        return _asked(request, shelf)
    usual = {"table": TableChoice.LINES, "first": shelf.today - _USUAL_RANGE, "last": shelf.today}
    return _drawn(request, shelf, ParquetForm(initial=usual))


def _asked(request: HttpRequest, shelf: Shelf) -> HttpResponse:
    form = ParquetForm(request.POST)
    if not form.is_valid():
        return _drawn(request, shelf, form)
    wanted: dict[str, Any] = form.cleaned_data
    try:
        ask_for_parquet(
            person=person_of(request),
            location=shelf.place,
            table=TableChoice(wanted["table"]),
            first=wanted["first"],
            last=wanted["last"],
        )
    except RangeUnusable as refused:
        form.add_error("last", str(refused))
        return _drawn(request, shelf, form)
    return go(request, reverse("parquet_files", args=[shelf.place.pk]))


def _drawn(request: HttpRequest, shelf: Shelf, form: ParquetForm) -> HttpResponse:
    facts = {
        "place": shelf.place,
        "form": form,
        "files": files_of(shelf.place),
        "kept_for": KEPT_FOR.days,
        "zone": shelf.calendar.rule(shelf.today).timezone,
    }
    return render(request, "portal/books/parquet.html", facts)


def parquet_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """The content of a file that is ready."""
    file = ready_file(person_of(request), file_id)
    called = f"{file.business_location_id}-{file.table}-{file.first}-{file.last}.parquet"
    headers = {
        "Content-Disposition": f'attachment; filename="{called}"',
        "ETag": f'"{file.sha256}"',
    }
    kind = "application/vnd.apache.parquet"
    return HttpResponse(bytes(file.content or b""), content_type=kind, headers=headers)


# Before the pages of days: `parquet` is no day.
PAGES: list[URLPattern] = [
    page("books/<int:location_id>/parquet/", parquet_files, name="parquet_files", may="books:read"),
    page(
        "books/parquet/<int:file_id>",
        parquet_file,
        name="parquet_file",
        may="books:read",
        methods=("GET",),
    ),
]
