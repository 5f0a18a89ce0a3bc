"""The page of usage: how often what was called, drawn and in figures."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from tillgate.access.models import Integration
from tillgate.access.queries import clients_of, integrations_visible_to
from tillgate.access.usage import gaps_of, usage_of
from tillgate.directory.permissions import may
from tillgate.foundation import clock
from tillgate.portal.forms import Form
from tillgate.portal.integration import usage_shown
from tillgate.portal.integration.request_log import PERMISSION as LOG
from tillgate.portal.page import page, person_of

_USUAL_DAYS = "28"
_DAYS = [("7", _("7 days")), ("28", _("28 days")), ("90", _("90 days"))]


class Asked(Form):
    """Of which integration, and for how long."""

    integration = forms.ChoiceField(label=_("Integration"), required=False)
    days = forms.ChoiceField(label=_("Until today"), required=False, choices=_DAYS)

    def __init__(self, given: Any, seen: list[Integration]) -> None:
        super().__init__({"days": _USUAL_DAYS, **given.dict()})
        choices = [(str(each.pk), each.name) for each in seen]
        self.fields["integration"].choices = [("", _("All")), *choices]  # type: ignore[attr-defined]
        self.is_valid()

    def chosen(self, seen: list[Integration]) -> list[Integration]:
        """The one that was chosen, else all; what cannot be understood chooses nothing."""
        number = self.cleaned_data.get("integration")
        return [each for each in seen if str(each.pk) == number] if number else seen

    @property
    def period(self) -> int:
        """So many days, today included."""
        return int(self.cleaned_data.get("days") or _USUAL_DAYS)


def usage_page(request: HttpRequest) -> HttpResponse:
    """Calls, errors, bytes and the last call of every endpoint that somebody's programs called."""
    person = person_of(request)
    seen = list(integrations_visible_to(person))
    form = Asked(request.GET, seen)
    chosen = {each.pk: each for each in form.chosen(seen)}
    programs = {each.client_id: chosen[each.integration_id] for each in clients_of(chosen.values())}
    last = clock.now().astimezone(UTC).date()
    first = last - timedelta(days=form.period - 1)
    used = usage_of(list(programs), first, last)
    gaps = gaps_of(programs, datetime.combine(first, time(), UTC))
    facts: dict[str, Any] = {
        "form": form,
        "first": first,
        "last": last,
        "period": form.period,
        "calls": sum(each.calls for each in used),
        "errors": sum(each.errors for each in used),
        "last_at": max((each.last_at for each in used), default=None),
        "columns": usage_shown.columns_of(used, first, last),
        "width": usage_shown.WIDTH,
        "height": usage_shown.HEIGHT,
        "days": usage_shown.by_day(used),
        "endpoints": usage_shown.by_endpoint(used, programs),
        "gaps": [(gap, programs[gap.client_id].name) for gap in gaps],
        "sees_log": may(person, LOG),
    }
    return render(request, "portal/integration/usage.html", facts)


PAGES: list[URLPattern] = [
    page("usage/", usage_page, name="usage", may="usage:read", methods=("GET",)),
]
