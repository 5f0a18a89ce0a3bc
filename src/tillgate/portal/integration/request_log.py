"""The request log: a business's own calls, one by one, for 28 days."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from tillgate.access.models import Client, LoggedCall
from tillgate.access.queries import clients_of, integrations_of
from tillgate.access.usage import LOG_DAYS, MOST_LOGGED, gaps_of, logged_calls
from tillgate.foundation import clock
from tillgate.portal.forms import Form
from tillgate.portal.integration.credentials import date_field
from tillgate.portal.page import page, person_of
from tillgate.portal.paging import page_of

PERMISSION = "request_log:read"
PAGE_SIZE = 50
_STATUS = {"good": (0, 400), "refused": (400, 500), "failed": (500, 1000)}
_STATUS_WORDS = [
    ("", _("All")),
    ("good", _("answered")),
    ("refused", _("refused (4xx)")),
    ("failed", _("failed on our side (5xx)")),
]


class LookFor(Form):
    """Which calls to show."""

    client = forms.ChoiceField(label=_("Client"), required=False)
    status = forms.ChoiceField(label=_("Answer"), required=False, choices=_STATUS_WORDS)
    day = date_field(_("Day (UTC)"), required=False)

    def __init__(self, given: Any, clients: list[Client], names: dict[int, str]) -> None:
        super().__init__(given)
        choices = [(each.client_id, _named(each, names)) for each in clients]
        self.fields["client"].choices = [("", _("All")), *choices]  # type: ignore[attr-defined]

    def narrowed(self, client_ids: list[str]) -> QuerySet[LoggedCall]:
        """The calls asked for; a field that cannot be understood asks for nothing."""
        self.is_valid()
        asked = self.cleaned_data
        calls = logged_calls([asked["client"]] if asked.get("client") else client_ids)
        if status := asked.get("status"):
            least, most = _STATUS[status]
            calls = calls.filter(status__gte=least, status__lt=most)
        if day := asked.get("day"):
            start = datetime.combine(day, time(), UTC)
            calls = calls.filter(at__gte=start, at__lt=start + timedelta(days=1))
        return calls


def request_log_page(request: HttpRequest) -> HttpResponse:
    """What was called when, and how it was answered; nothing that was asked for."""
    seen = list(integrations_of(person_of(request)).filter(sandbox=None))
    clients = list(clients_of(seen))
    names = {each.pk: each.name for each in seen}
    form = LookFor(request.GET, clients, names)
    client_ids = [each.client_id for each in clients]
    calls = page_of(request, form.narrowed(client_ids), size=PAGE_SIZE)
    since = clock.now() - timedelta(days=LOG_DAYS)
    labels = {each.client_id: names[each.integration_id] for each in clients}
    facts = {
        "form": form,
        "page": calls,
        "calls": [(call, labels[call.client_id]) for call in calls],
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "days": LOG_DAYS,
        "most": MOST_LOGGED,
        "gaps": [(gap, labels[gap.client_id]) for gap in gaps_of(client_ids, since)],
    }
    return render(request, "portal/integration/request_log.html", facts)


def _named(client: Client, names: dict[int, str]) -> str:
    return f"{names[client.integration_id]} ({client.client_id})"


PAGES: list[URLPattern] = [
    page("usage/requests/", request_log_page, name="request_log", may=PERMISSION, methods=("GET",)),
]
