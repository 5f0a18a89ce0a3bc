"""A person's sandbox: opening it, its secret shown once, a first call to copy, and its end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from tillgate.access import sandbox as acts
from tillgate.access.errors import RedirectRefused, SandboxNotReady, SandboxOpen, TooManySecrets
from tillgate.access.models import Sandbox
from tillgate.access.oauth.origin import issuer
from tillgate.access.queries import live_secrets
from tillgate.access.secrets import LIVE_SECRETS
from tillgate.foundation import clock
from tillgate.foundation.config import config
from tillgate.foundation.sandbox_ids import LOCATIONS
from tillgate.portal.first_call import first_call
from tillgate.portal.forms import Form
from tillgate.portal.integration.redirects import RedirectsForm
from tillgate.portal.page import go, page, person_of
from tillgate.portal.words import in_words


def sandbox(request: HttpRequest) -> HttpResponse:
    """Show it, or do what a button asks for."""
    act = _ACTS.get(request.POST.get("act", "")) if request.method == "POST" else None
    return act(request) if act else _show(request)


def _open(request: HttpRequest) -> HttpResponse:
    try:
        issued = acts.open_sandbox(actor=person_of(request))
    except SandboxOpen as error:
        return _tell(request, str(error), level=messages.INFO)
    except SandboxNotReady:
        return _show(request, status=409)
    return _show(request, secret=issued.secret)


def _add_secret(request: HttpRequest) -> HttpResponse:
    try:
        secret = acts.add_sandbox_secret(actor=person_of(request))
    except TooManySecrets as error:
        return _tell(request, str(error), level=messages.WARNING)
    return _show(request, secret=secret)


def _revoke(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("secret", "")
    secret_id = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    acts.revoke_sandbox_secret(secret_id=secret_id, actor=person_of(request))
    return _tell(request, gettext("The secret is revoked."))


def _change_redirects(request: HttpRequest) -> HttpResponse:
    form = RedirectsForm(request.POST)
    if form.is_valid():
        uris = form.cleaned_data["redirect_uris"]
        try:
            acts.change_sandbox_redirects(redirect_uris=uris, actor=person_of(request))
        except RedirectRefused as error:
            form.add_error("redirect_uris", str(error))
        else:
            return _tell(request, gettext("The redirect addresses are saved."))
    return _show(request, form=form)


def _close(request: HttpRequest) -> HttpResponse:
    acts.close_sandbox(actor=person_of(request))
    return _tell(request, gettext("Your sandbox is closed. You may open another at any time."))


def _tell(request: HttpRequest, words: str, *, level: int = messages.SUCCESS) -> HttpResponse:
    messages.add_message(request, level, words)
    return go(request, "sandbox")


def _show(
    request: HttpRequest, *, secret: str = "", form: Form | None = None, status: int = 200
) -> HttpResponse:
    mine = acts.sandbox_of(person_of(request))
    locations = acts.sandbox_locations()
    facts: dict[str, Any] = {
        "sandbox": mine,
        "locations": locations,
        "is_offered": config().sandbox,
        "days": acts.DAYS,
        "calls_per_minute": acts.CALLS_PER_MINUTE,
    }
    if mine:
        facts |= _facts(request, mine, secret)
        facts["form"] = form or RedirectsForm(initial={"redirect_uris": facts["redirect_uris"]})
    response = render(request, "portal/sandbox/sandbox.html", facts, status=status)
    # Not even the way back shows a secret again.
    response["Cache-Control"] = "no-store"
    return response


def _facts(request: HttpRequest, mine: Sandbox, secret: str) -> dict[str, Any]:
    client = mine.client
    secrets = list(live_secrets(client))
    base_url = issuer(request)
    return {
        "client": client,
        "secret": secret,
        "secrets": secrets,
        "may_add_secret": len(secrets) < LIVE_SECRETS,
        "last_day": mine.ends_at - timedelta(days=1),
        "days_left": (mine.ends_at - clock.now()).days,
        "base_url": base_url,
        "may_read": in_words(mine.integration.scope_words),
        "calls_per_minute": mine.integration.calls_per_minute,
        "redirect_uris": "\n".join(client.redirect_uris.split()),
        "first_call": first_call(base_url, client.client_id, secret, LOCATIONS[0]),
    }


_ACTS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "open": _open,
    "secret": _add_secret,
    "revoke": _revoke,
    "redirects": _change_redirects,
    "close": _close,
}

PAGES = [page("sandbox/", sandbox, name="sandbox", may=acts.PERMISSION)]
