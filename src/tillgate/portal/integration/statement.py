"""Statements: what an integration costs month by month, as page, as CSV and as PDF."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from tillgate.access.models import Integration
from tillgate.access.queries import periods_of, statement_for, statements_for
from tillgate.access.statements import Line, Statement, last_of_month
from tillgate.content.queries import platform
from tillgate.directory.errors import NotPermitted
from tillgate.directory.permissions import may
from tillgate.directory.queries import business_names, dates_at, locations_by_id
from tillgate.foundation import clock
from tillgate.foundation.money import wire
from tillgate.portal.integration.found import integration_or_404
from tillgate.portal.page import page, person_of
from tillgate.portal.papers import pdf_response
from tillgate.programme.documents.facts import Platform, StatementFacts, StatementLine
from tillgate.programme.documents.typesetting import statement_pdf
from tillgate.programme.files import sha256_of

PERMISSION = "statement:read"
MOST_MONTHS = 36

_MONTH = re.compile(r"(20\d\d|21\d\d)-(0[1-9]|1[0-2])")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_COLUMNS = (
    *("month", "business_location_id", "business_location", "agreement", "first_day", "last_day"),
    *("days", "days_of_month", "monthly_price", "currency", "amount"),
)


class Row(NamedTuple):
    """A line with the name of its location."""

    line: Line
    name: str


def statements(request: HttpRequest, number: int) -> HttpResponse:
    """Three years of months, the newest first; `until` asks for earlier ones."""
    found, until = _found(request, number), request.GET.get("until")
    newest = clock.now().date().replace(day=1)
    first = min(_month(until), newest) if until else newest
    months = list(islice(_months(found, first), MOST_MONTHS + 1))
    shown, further = months[:MOST_MONTHS], months[MOST_MONTHS:]
    facts = {
        "integration": found,
        "business_name": _business(found),
        "statements": statements_for(found, shown) if shown else [],
        "earlier": further[0] if further else None,
        "is_newest": not until,
    }
    return render(request, "portal/integration/statements.html", facts)


def statement(request: HttpRequest, number: int, month: str) -> HttpResponse:
    """One month, line by line."""
    found = _found(request, number)
    drawn = statement_for(found, _month(month))
    facts = {
        "integration": found,
        "business_name": _business(found),
        "statement": drawn,
        "month": month,
        "rows": _rows(drawn),
        "last_of_month": last_of_month(drawn.month),
    }
    return render(request, "portal/integration/statement.html", facts)


def statement_csv(request: HttpRequest, number: int, month: str) -> HttpResponse:
    """One month as a table for other programs; the last row is the total."""
    found = _found(request, number)
    drawn = statement_for(found, _month(month))
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(_COLUMNS)
    writer.writerows(_cells(month, row) for row in _rows(drawn))
    total = ["" for _ in _COLUMNS]
    total[0], total[1] = month, "total"
    total[-2], total[-1] = drawn.currency, wire(drawn.total, 2)
    writer.writerow(total)
    name = f"statement-{found.pk}-{month}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(sheet.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def statement_paper(request: HttpRequest, number: int, month: str) -> HttpResponse:
    """One month as PDF."""
    found = _found(request, number)
    drawn = statement_for(found, _month(month))
    content = statement_pdf(_facts(found, drawn))
    name = f"statement-{found.pk}-{month}.pdf"
    return pdf_response(request, content, sha256_of(content), name)


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _found(request: HttpRequest, number: int) -> Integration:
    person = person_of(request)
    found = integration_or_404(number, person)
    if not may(person, PERMISSION, business_id=found.business_id):
        raise NotPermitted(PERMISSION)
    return found


def _month(text: str) -> date:
    if not _MONTH.fullmatch(text):
        raise Http404
    return date.fromisoformat(f"{text}-01")


def _months(found: Integration, month: date) -> Iterator[date]:
    """From a month back to the first with a licence."""
    starts = [period.from_date for period in periods_of(found)]
    if not starts:
        return
    first = min(starts).replace(day=1)
    while month >= first:
        yield month
        month = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _rows(drawn: Statement) -> list[Row]:
    places = locations_by_id({line.location_id for line in drawn.lines})
    names = {place.pk: place.name for place in places}
    rows = [Row(line, names.get(line.location_id, str(line.location_id))) for line in drawn.lines]
    return sorted(rows, key=lambda row: (row.name, row.line.location_id, row.line.first_day))


def _cells(month: str, row: Row) -> list[str]:
    line = row.line
    cells = [
        *(month, str(line.location_id), row.name, line.agreement),
        *(line.first_day.isoformat(), line.last_day.isoformat()),
        *(str(line.days), str(line.days_of_month), wire(line.monthly_price, 2)),
        *(line.currency, wire(line.amount, 2)),
    ]
    return [defused(cell) for cell in cells]


def _facts(found: Integration, drawn: Statement) -> StatementFacts:
    sender, end = platform(), last_of_month(drawn.month)
    days = dates_at({line.location_id for line in drawn.lines}).values()
    return StatementFacts(
        platform=Platform(name=sender.name, support=sender.support, website=sender.website),
        month=drawn.month,
        business=_business(found),
        business_identifier=str(found.business_id),
        integration=found.name,
        currency=drawn.currency,
        lines=tuple(_fact(row) for row in _rows(drawn)),
        total=drawn.total,
        is_final=drawn.is_final,
        until=min([end, *days]),
    )


def _fact(row: Row) -> StatementLine:
    line: dict[str, Any] = row.line._asdict()
    line["identifier"] = str(line.pop("location_id"))
    line.pop("currency")
    return StatementLine(location=row.name, **line)


def _business(found: Integration) -> str:
    return business_names([found.business_id]).get(found.business_id, str(found.business_id))


PAGES: list[URLPattern] = [
    page(
        "integrations/<int:number>/statements/",
        statements,
        name="statements",
        may=PERMISSION,
        methods=("GET",),
    ),
    page(
        "integrations/<int:number>/statements/<str:month>/",
        statement,
        name="statement",
        may=PERMISSION,
        methods=("GET",),
    ),
    page(
        "integrations/<int:number>/statements/<str:month>/statement.csv",
        statement_csv,
        name="statement_csv",
        may=PERMISSION,
        methods=("GET",),
    ),
    page(
        "integrations/<int:number>/statements/<str:month>/statement.pdf",
        statement_paper,
        name="statement_pdf",
        may=PERMISSION,
        methods=("GET",),
    ),
]
