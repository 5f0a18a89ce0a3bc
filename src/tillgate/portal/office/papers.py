"""The papers of a request's agreements, for those who sell and those who review."""

from django.http import Http404, HttpRequest, HttpResponse

from tillgate.portal.papers import agreement_response
from tillgate.programme.models import AccessRequest
from tillgate.programme.queries import agreements_of


def paper_of(request: HttpRequest, found: AccessRequest) -> HttpResponse:
    """The PDF of the agreement that `?agreement=` names, else of the newest that was sent.

    It is the sealed paper once there is one. 404 where there is none.
    """
    sent = agreements_of(found).exclude(sent_at=None)
    wanted = request.GET.get("agreement", "")
    for agreement in sent:
        if wanted in {"", agreement.number}:
            return agreement_response(request, agreement)
    raise Http404
