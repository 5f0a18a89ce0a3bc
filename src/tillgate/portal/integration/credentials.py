"""Changing the secret of an integration, ending one, and its redirect addresses."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.access import credentials as acts
from tillgate.access.errors import AccessError, BadOverlap, RedirectRefused
from tillgate.access.models import Client, Integration
from tillgate.access.queries import live_secrets
from tillgate.access.secrets import LIVE_SECRETS
from tillgate.foundation import clock
from tillgate.portal.forms import Form
from tillgate.portal.integration.found import client_or_404
from tillgate.portal.integration.redirects import RedirectsForm
from tillgate.portal.page import go, person_of

UNPROCESSABLE = 422
USUAL_OVERLAP = timedelta(days=14)
USUAL_IDLE_DAYS = 3


def date_field(label: Any, **options: Any) -> forms.DateField:
    """A date, typed or chosen, always as year, month and day."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, input_formats=["%Y-%m-%d"], **options)


class SecretForm(Form):
    """A secret where none is live."""

    last_day = date_field(
        _("Last day of the new secret"),
        required=False,
        help_text=_("Leave it empty and the secret works until somebody ends it."),
    )


class ChangeForm(SecretForm):
    """A second secret, and how long the first lives on."""

    overlap_until = date_field(
        _("The old secret ends at the latest on"),
        help_text=_("It works until the end of this day (UTC), and never longer."),
    )
    idle_days = forms.IntegerField(
        label=_("Or when it was not used for so many days"),
        min_value=1,
        max_value=acts.MOST_IDLE_DAYS,
        help_text=_("So it goes by itself once your program uses the new one."),
    )
    field_order = ("overlap_until", "idle_days", "last_day")


Show = Callable[..., HttpResponse]


def make_secret(request: HttpRequest, found: Integration, show: Show) -> HttpResponse:
    """Make a secret and show it, this once."""
    client = client_or_404(found, request.POST.get("client", ""))
    form = form_for(client, request.POST)
    if not form.is_valid():
        return show(secret_form=form, status=UNPROCESSABLE)
    try:
        secret = acts.make_secret(client=client, actor=person_of(request), **form.cleaned_data)
    except BadOverlap as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return show(secret_form=form, status=error.status)
    except AccessError as error:
        messages.warning(request, str(error))
        return show(status=error.status)
    return show(secret=secret, shown_client=client)


def end_secret(request: HttpRequest, found: Integration, show: Show) -> HttpResponse:
    """Revoke a secret at once."""
    client = client_or_404(found, request.POST.get("client", ""))
    number = request.POST.get("secret", "")
    secret_id = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    try:
        acts.end_secret(
            client=client,
            secret_id=secret_id,
            actor=person_of(request),
            knows_last="last" in request.POST,
        )
    except AccessError as error:
        messages.warning(request, str(error))
        return show(status=error.status)
    messages.success(request, gettext("The secret is revoked, and the tokens it got are refused."))
    return go(request, reverse("integration", args=[found.pk]))


def change_redirects(request: HttpRequest, found: Integration, show: Show) -> HttpResponse:
    """Register other redirect addresses."""
    client = client_or_404(found, request.POST.get("client", ""))
    form = RedirectsForm(request.POST)
    if not form.is_valid():
        return show(redirects_form=form, status=UNPROCESSABLE)
    uris = form.cleaned_data["redirect_uris"]
    try:
        acts.change_redirects(client=client, redirect_uris=uris, actor=person_of(request))
    except RedirectRefused as error:
        form.add_error("redirect_uris", str(error))
        return show(redirects_form=form, status=UNPROCESSABLE)
    except AccessError as error:
        messages.warning(request, str(error))
        return show(status=error.status)
    messages.success(request, gettext("The redirect addresses are saved."))
    return go(request, reverse("integration", args=[found.pk]))


def form_for(client: Client, posted: Any = None) -> Form:
    """The form for a further secret: with an overlap where one is live already."""
    if not live_secrets(client).exists():
        return SecretForm(posted)
    usual = {
        "overlap_until": (clock.now() + USUAL_OVERLAP).date(),
        "idle_days": USUAL_IDLE_DAYS,
    }
    return ChangeForm(posted, initial=usual)


def facts_of(found: Integration, client: Client | None, given: dict[str, Any]) -> dict[str, Any]:
    """What the page needs of a client's credentials, for who may change them."""
    if client is None:
        return {}
    live = list(live_secrets(client))
    uris = client.redirect_uris.split()
    return {
        "live": live,
        "may_add": len(live) < LIVE_SECRETS and found.state != "ended",
        "secret_form": given.get("secret_form") or form_for(client),
        "redirects_form": given.get("redirects_form")
        or RedirectsForm(initial={"redirect_uris": "\n".join(uris)}),
    }
