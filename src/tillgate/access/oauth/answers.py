"""Answers to programs: always JSON, never empty, never kept by anybody, never a page.

A fault that may pass is a 5xx, since programs give up and call a human at a 4xx (WIRE "Tokens").
"""

import json
import logging
from collections.abc import Callable, Mapping
from functools import wraps

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

Endpoint = Callable[[HttpRequest], HttpResponse]

_WHY = {
    "invalid_client": "No such client, or the secret is not, or no longer, one of its own.",
    "invalid_grant": "The code or token is unknown, expired, used, revoked or another client's.",
    "invalid_scope": "Nothing is left of the scopes that were asked for.",
    "unsupported_grant_type": "Use authorization_code, refresh_token or client_credentials.",
    "unauthorized_client": "This client may not use this grant.",
}

_log = logging.getLogger(__name__)
_BAD_BODY = (RequestDataTooBig, SuspiciousOperation, UnreadablePostError, MultiPartParserError)


def answer(
    status: int, body: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """A JSON answer that is not to be stored (RFC 6749 section 5.1)."""
    response = HttpResponse(json.dumps(body), status=status, content_type="application/json")
    for name, value in (headers or {}).items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="tillgate"'
    return response


def library_answer(status: int, body: str, headers: Mapping[str, str]) -> HttpResponse:
    """An answer of the library's, with its error explained where the library leaves that out."""
    facts = json.loads(body or "{}")
    if why := _WHY.get(facts.get("error")):
        facts.setdefault("error_description", why)
    return answer(status, facts, headers)


def failure(
    status: int, error: str, description: str, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """An error in the RFC's shape: `error` for the program, `error_description` for its author."""
    return answer(status, {"error": error, "error_description": description}, headers)


def endpoint(method: str) -> Callable[[Endpoint], Endpoint]:
    """Make a function an endpoint for programs, which answers to one method only."""

    def decorate(view: Endpoint) -> Endpoint:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            if request.method != method:
                why = f"Use {method} here, not {request.method}."
                return failure(405, "invalid_request", why, {"Allow": method})
            try:
                return view(request)
            except Exception as error:
                return _failed(error)

        return guarded

    return decorate


def _failed(error: Exception) -> HttpResponse:
    if isinstance(error, OAuth2Error):
        return library_answer(error.status_code, error.json, error.headers)
    if isinstance(error, _BAD_BODY):
        return failure(400, "invalid_request", "The body of the request cannot be read.")
    # No request goes into the log: its parameters are secrets.
    _log.error("OAuth endpoint failed", exc_info=error)
    if isinstance(error, DatabaseError):
        why = "The database does not answer: try again in a moment."
        return failure(503, "temporarily_unavailable", why, {"Retry-After": "1"})
    return failure(500, "server_error", "Something failed here; it is not your request's fault.")
