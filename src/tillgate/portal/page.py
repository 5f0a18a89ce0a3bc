"""How a page comes to be: its path, who may open it, and what is said when it refuses.

    PAGES = [page("requests/", listing, name="requests", may="request:read")]

The permission is one of `directory.permissions.TABLE`. It is asked without a business: which rows
somebody sees is settled by the queries, and what they may do by the acts. What those raise with a
`status` is answered here by one page, so that views need not catch it.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import URLPattern, path
from django.utils.http import url_has_allowed_host_and_scheme

from tillgate.directory import permissions
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Person
from tillgate.portal import second_factor

View = Callable[..., HttpResponse]


def page(
    route: str,
    view: View,
    *,
    name: str,
    may: str,
    methods: Sequence[str] = ("GET", "POST"),
) -> URLPattern:
    """A path whose view is called only for those who may; its callback says so as `.may`.

    Who is not signed in is sent to sign in and comes back; staff without their second factor
    likewise. Who may not is told so (403), and so is who asked for what an act refused.
    """
    if may not in permissions.TABLE:
        raise ImproperlyConfigured(f"{route}: directory.permissions.TABLE does not hold {may}")
    allowed = [*methods, "HEAD"] if "GET" in methods else [*methods]
    guarded: Any = _guarded(view, may, allowed)
    guarded.may = may
    made: URLPattern = path(route, guarded, name=name)
    return made


def person_of(request: HttpRequest) -> Person:
    """Who is signed in, on a page that only those who are signed in may open."""
    assert isinstance(request.user, Person)
    return request.user


def refused(request: HttpRequest, error: Exception) -> HttpResponse:
    """Say what happened and what to do next; raises the error again when it has no `status`."""
    status = getattr(error, "status", None)
    if not isinstance(status, int) or not 400 <= status < 500:
        raise error
    heading, _, rest = str(error).partition(". ")
    facts = {"heading": heading.rstrip("."), "rest": rest, "back": _came_from(request)}
    return render(request, "portal/refused.html", facts, status=status)


def go(request: HttpRequest, to: str, **query: str) -> HttpResponse:
    """Send the browser to a page by name or path, also when htmx asked and would not follow."""
    target = resolve_url(to) + (f"?{urlencode(query)}" if query else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": target})
    return HttpResponse(status=302, headers={"Location": target})


def _guarded(view: View, permission: str, methods: Sequence[str]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in methods:
            return _no_such_method(request, methods)
        try:
            return _stopped(request, permission) or view(request, *args, **kwargs)
        except NotPermitted:
            return _not_permitted(request)
        except Exception as error:
            return refused(request, error)

    return guarded


def _stopped(request: HttpRequest, permission: str) -> HttpResponse | None:
    user: Person | AnonymousUser = request.user
    if not permissions.may(user, permission):
        return _not_permitted(request)
    open_to_all = permissions.Who.ANYONE in permissions.TABLE[permission]
    if isinstance(user, Person) and not open_to_all and _lacks_second_factor(user):
        return go(request, second_factor.PAGE, next=_here(request))
    return None


def _no_such_method(request: HttpRequest, methods: Sequence[str]) -> HttpResponse:
    answer = render(request, "portal/no_visit.html", {"back": _came_from(request)}, status=405)
    answer["Allow"] = ", ".join(methods)
    return answer


def _lacks_second_factor(person: Person) -> bool:
    needed: bool = settings.STAFF_NEEDS_SECOND_FACTOR
    return needed and second_factor.second_factor_missing(person)


def _not_permitted(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return render(request, "403.html", status=403)
    return go(request, settings.LOGIN_URL, next=_here(request))


def _here(request: HttpRequest) -> str:
    """The page somebody is on, to come back to after signing in."""
    if request.method in {"GET", "HEAD"} and not request.headers.get("HX-Request"):
        return request.get_full_path()
    return _came_from(request) or "/"


def _came_from(request: HttpRequest) -> str:
    """Our page that a form or a fragment belongs to, "" if it is not known or is elsewhere."""
    headers = request.headers
    address = headers.get("HX-Current-URL") or headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(address)
    return parts._replace(scheme="", netloc="", fragment="").geturl()
