"""Visitors who come by a personal link: from where, and which of their codes this browser typed."""

from django.http import HttpRequest

from tillgate.programme.acts.signature import Origin

_TYPED = "codes_typed"


def origin_of(request: HttpRequest) -> Origin:
    """Network address and browser, for the evidence."""
    address = request.META.get("REMOTE_ADDR") or ""
    return Origin(address, request.headers.get("User-Agent", "")[:500])


def remember_code(request: HttpRequest, subject: str, code_id: int) -> None:
    """Note that this browser typed the code; the session gets a new key, as at a sign-in."""
    request.session.cycle_key()
    request.session[_TYPED] = {**request.session.get(_TYPED, {}), subject: code_id}


def code_typed(request: HttpRequest, subject: str) -> int | None:
    """The code that this browser typed for the subject, if it did."""
    code_id = request.session.get(_TYPED, {}).get(subject)
    return code_id if isinstance(code_id, int) else None
