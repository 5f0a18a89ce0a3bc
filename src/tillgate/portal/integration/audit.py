"""The audit folder of an integration, to keep."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from tillgate.portal.integration.found import integration_or_404
from tillgate.portal.page import page, person_of
from tillgate.programme.audit import PERMISSION, audit_folder


def audit(request: HttpRequest, number: int) -> HttpResponse:
    """The folder as a ZIP, made anew each time and kept by nobody on the way."""
    person = person_of(request)
    folder = audit_folder(integration=integration_or_404(number, person), actor=person)
    headers = {
        "Content-Disposition": f'attachment; filename="{folder.name}"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(folder.content, content_type="application/zip", headers=headers)


PAGES: list[URLPattern] = [
    page(
        "integrations/<int:number>/audit/",
        audit,
        name="integration_audit",
        may=PERMISSION,
        methods=("GET",),
    ),
]
