"""A closed day to take away: for a spreadsheet, for a program, and for checking."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _

from tillgate.ledger.export.files import PARTS, SIGNED, File, Format, digest_of
from tillgate.ledger.queries import NoSuchFile, day_file


class Shelf(NamedTuple):
    """Files of one kind, with what they are good for."""

    name: str | Promise
    meaning: str | Promise
    files: Sequence[File]


SHELVES = (
    Shelf(
        _("For a spreadsheet"),
        _("A row for each sale, line, payment or tax. No cell starts a formula."),
        PARTS[Format.CSV],
    ),
    Shelf(_("For a program"), _("The same as lines of JSON."), PARTS[Format.NDJSON]),
    Shelf(_("For checking"), _("What the signature is about, and the signature."), SIGNED),
)
# Who may see which name is agreed with each program; the portal gives out none.
_OFFERED = frozenset(file for shelf in SHELVES for file in shelf.files)


def file_response(
    request: HttpRequest, location: int, day: date, revision: int, name: str
) -> HttpResponse:
    """A file of a closed day; 304 for a browser that has these very bytes, 404 if there is none."""
    file = next((each for each in _OFFERED if each.value == name), None)
    if file is None:
        raise Http404
    try:
        content = day_file(location, day, revision, file)
    except NoSuchFile:
        raise Http404 from None
    headers = {"ETag": f'"{digest_of(content)}"'}
    if headers["ETag"] in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers=headers)
    called = f"{location}-{day.isoformat()}-{revision}-{file.value}"
    headers["Content-Disposition"] = f'attachment; filename="{called}"'
    return HttpResponse(content, content_type=file.content_type, headers=headers)
