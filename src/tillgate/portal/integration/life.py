"""Suspending, resuming, ending and handing over an integration, each with its reason."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillgate.access.models import Integration, State
from tillgate.directory.models import Person
from tillgate.directory.permissions import may
from tillgate.portal.forms import Form
from tillgate.portal.integration.credentials import UNPROCESSABLE, Show
from tillgate.portal.office.trying import refusal_of
from tillgate.portal.page import go, person_of
from tillgate.programme.acts import life as acts


class ReasonForm(Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=acts.LONGEST_REASON,
        help_text=_("The owners and the technical contact read it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class TransferForm(ReasonForm):
    """To whom, why, and whether the program stops until they have set it up."""

    name = forms.CharField(label=_("Name of the new technical contact"), max_length=200)
    email = forms.EmailField(label=_("Their e-mail address"))
    stops = forms.BooleanField(
        label=_("End all secrets and tokens at once"),
        required=False,
        help_text=_(
            "The program stands still until the new contact has set it up. Do this when the former"
            " contact must not read on; without it, their secrets work until the new one ends them."
        ),
    )
    field_order = ("name", "email", "reason", "stops")


def suspend(request: HttpRequest, found: Integration, show: Show) -> HttpResponse:
    """Stop it for now."""
    return _with_reason(
        *(request, found, show, "suspend_form", acts.suspend_integration),
        told=_("It is suspended: its calls are refused from now on."),
    )


def end(request: HttpRequest, found: Integration, show: Show) -> HttpResponse:
    """End it for good."""
    return _with_reason(
        *(request, found, show, "end_form", acts.end_integration),
        told=_("It has ended, with all its secrets and tokens."),
    )


def resume(request: HttpRequest, found: Integration, show: Show) -> HttpResponse:
    """Let it go on."""
    refusal = refusal_of(
        lambda: acts.resume_integration(integration=found, actor=person_of(request))
    )
    if refusal:
        messages.warning(request, refusal.words)
        return show(status=refusal.status)
    return _told(request, found, _("It goes on: its calls are answered again."))


def transfer(request: HttpRequest, found: Integration, show: Show) -> HttpResponse:
    """Hand it over to another technical contact."""
    form = TransferForm(request.POST)
    if not form.is_valid():
        return show(transfer_form=form, status=UNPROCESSABLE)
    said = form.cleaned_data
    refusal = refusal_of(
        lambda: acts.transfer_integration(
            integration=found,
            to=acts.Contact(said["name"], said["email"]),
            reason=said["reason"],
            stops=said["stops"],
            actor=person_of(request),
        ),
        form,
    )
    if refusal:
        return _refused(show, "transfer_form", form, refusal.words, refusal.status)
    return _told(request, found, _("It is handed over, and the new contact is mailed a link."))


def facts_of(found: Integration, person: Person, given: dict[str, Any]) -> dict[str, Any]:
    """The forms that somebody may use on the integration as it stands."""
    if found.state == State.ENDED:
        return {}

    def allowed(permission: str) -> bool:
        return may(person, permission, business_id=found.business_id)

    facts: dict[str, Any] = {}
    is_suspended = found.state == State.SUSPENDED
    if allowed("integration:suspend"):
        facts["may_resume"] = is_suspended and acts.may_resume(person, found)
        if not is_suspended:
            facts["suspend_form"] = given.get("suspend_form") or ReasonForm(prefix="suspend")
    if allowed("integration:end"):
        facts["end_form"] = given.get("end_form") or ReasonForm(prefix="end")
    if allowed("integration:transfer"):
        facts["transfer_form"] = given.get("transfer_form") or TransferForm()
    return facts


def _with_reason(  # noqa: PLR0913, PLR0917  what both acts have in common
    request: HttpRequest,
    found: Integration,
    show: Show,
    name: str,
    act: Callable[..., None],
    told: str | Promise,
) -> HttpResponse:
    form = ReasonForm(request.POST, prefix=name.removesuffix("_form"))
    if not form.is_valid():
        return show(**{name: form}, status=UNPROCESSABLE)
    reason, actor = form.cleaned_data["reason"], person_of(request)
    refusal = refusal_of(lambda: act(integration=found, reason=reason, actor=actor), form)
    if refusal:
        return _refused(show, name, form, refusal.words, refusal.status)
    return _told(request, found, told)


def _refused(show: Show, name: str, form: Form, words: str, status: int) -> HttpResponse:
    if words:
        form.add_error(None, words)
    return show(**{name: form}, status=status)


def _told(request: HttpRequest, found: Integration, words: str | Promise) -> HttpResponse:
    messages.success(request, str(words))
    return go(request, reverse("integration", args=[found.pk]))
