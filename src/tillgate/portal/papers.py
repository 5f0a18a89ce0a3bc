"""Handing out PDFs: never kept by a cache, never framed, named as people call them."""

from django.http import Http404, HttpResponse

from tillgate.programme.files import newest_file
from tillgate.programme.models import Agreement


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A PDF that the browser may show."""
    disposition = f'inline; filename="{name}.pdf"'
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def agreement_response(agreement: Agreement) -> HttpResponse:
    """The sealed paper of an agreement, else the one that was sent; 404 before that."""
    paper = newest_file(agreement)
    if paper is None:
        raise Http404
    response = pdf_response(bytes(paper.content), f"agreement-{agreement.number}")
    response.headers["Tillgate-Digest"] = f"sha-256={paper.sha256}"
    return response
