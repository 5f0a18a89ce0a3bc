"""A demo's outbox: every mail with its codes and links. It exists in no other installation."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from tillgate.foundation.models import Message
from tillgate.portal.headers import policy
from tillgate.portal.page import page

A_PAGE = 50

# A mail brings its own style, and nothing in it runs; its links open in a window of their own.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox"
)


def _in_a_demo(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def shown(request: HttpRequest, **parts: Any) -> HttpResponse:
        if not settings.TILLGATE_DEMO:
            raise Http404
        return view(request, **parts)

    return shown


@_in_a_demo
def listing(request: HttpRequest) -> HttpResponse:
    """All mail, the newest first, or only that to one address (`?to=`)."""
    messages = Message.objects.order_by("-pk")
    to = request.GET.get("to", "").replace("\0", "")
    if to:
        messages = messages.filter(to__iexact=to)
    mails = Paginator(messages, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/outbox/listing.html", {"mails": mails, "to": to})


@_in_a_demo
def one(request: HttpRequest, *, number: int) -> HttpResponse:
    """One mail as text, and as it looks."""
    mail = get_object_or_404(Message, pk=number)
    answer = render(request, "portal/outbox/one.html", {"mail": mail})
    answer.headers["Content-Security-Policy"] = f"{policy()}; frame-src 'self'"
    return answer


@_in_a_demo
@xframe_options_sameorigin
def look(request: HttpRequest, *, number: int) -> HttpResponse:
    """A mail's HTML and nothing else, for the frame on its page."""
    mail = get_object_or_404(Message.objects.exclude(html=""), pk=number)
    headers = {"Content-Security-Policy": _MAIL_POLICY}
    return HttpResponse(
        mail.html.replace("<head>", '<head><base target="_blank">', 1), headers=headers
    )


PAGES = [
    page("outbox/", listing, name="outbox", may="outbox:read", methods=["GET"]),
    page("outbox/<int:number>/", one, name="outbox_mail", may="outbox:read", methods=["GET"]),
    page("outbox/<int:number>/look/", look, name="outbox_look", may="outbox:read", methods=["GET"]),
]
