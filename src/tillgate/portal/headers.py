"""The headers every answer of the portal carries, on pages and on errors alike.

Pages load our own script and style and hold none inline, so the policy forbids that. Paths for
programs answer errors in JSON, also those that Django makes before a view is reached (a bad Host
header).
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_only_middleware

from tillgate.access.oauth.answers import failure

FOR_PROGRAMS = ("/oauth/token", "/oauth/revoke", "/oauth/introspect", "/.well-known/")

_POLICY = "Content-Security-Policy"
_JSON = "application/json"


def policy(*form_targets: str) -> str:
    """The content security policy of a page whose forms may lead to these places too."""
    targets = " ".join(["'self'", *form_targets])
    return (
        "default-src 'none'; script-src 'self'; connect-src 'self'; "
        "style-src 'self'; img-src 'self'; "
        f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )


def form_targets_for(redirect_uri: str) -> list[str]:
    """What a form's policy must allow so that its answer may redirect to an address.

    Chromium holds every redirect that follows a form to `form-action`, also the ones the client's
    own pages make, so any https place is allowed beside the client's own origin.
    """
    parts = urlsplit(redirect_uri)
    return ["https:"] if parts.scheme == "https" else ["https:", f"http://{parts.netloc}"]


@sync_only_middleware
def safe_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: put the headers on every answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith(FOR_PROGRAMS) and not _is_json(response):
            response = failure(response.status_code, "invalid_request", response.reason_phrase)
        response.headers.setdefault(_POLICY, policy())
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def _is_json(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith(_JSON)
