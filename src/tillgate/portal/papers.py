"""Handing out PDFs: kept by nobody on the way, named as people call them."""

from base64 import b64encode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import parse_etags

from tillgate.programme.files import newest_file
from tillgate.programme.models import Agreement, AgreementFile, FileKind


def pdf_response(request: HttpRequest, content: bytes, sha256: str, name: str) -> HttpResponse:
    """A PDF to keep; 304 for a browser that has these very bytes."""
    headers = {"ETag": f'"{sha256}"', "Repr-Digest": f"sha-256=:{_base64(sha256)}:"}
    if headers["ETag"] in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def agreement_response(request: HttpRequest, agreement: Agreement) -> HttpResponse:
    """The sealed paper of an agreement, else the one that was sent; 404 before that."""
    paper = newest_file(agreement)
    if paper is None:
        raise Http404
    return pdf_response(request, bytes(paper.content), paper.sha256, _name(agreement, paper))


def _name(agreement: Agreement, paper: AgreementFile) -> str:
    kind = "-signed" if paper.kind == FileKind.SEALED else ""
    return f"agreement-{agreement.number}{kind}.pdf"


def _base64(sha256: str) -> str:
    return b64encode(bytes.fromhex(sha256)).decode()
