"""The Integration Hub: public integrations to choose from, and what each one does."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from tillgate.directory.permissions import may
from tillgate.hub.models import PublicIntegration
from tillgate.hub.queries import Wanted, categories_found, countries_offered, find, suggest
from tillgate.portal import hub_manage
from tillgate.portal.countries import by_name
from tillgate.portal.forms import Form
from tillgate.portal.page import page
from tillgate.portal.paging import page_of
from tillgate.programme.documents.markdown import parse, to_html

PAGE_SIZE = 24
SUGGESTED = 3


def _category_choices() -> list[tuple[str, Any]]:
    counts = categories_found(Wanted())
    labelled = [(category.value, f"{category.label} ({count})") for category, count in counts]
    return [("", _("everything")), *labelled]


def _country_choices() -> list[tuple[str, Any]]:
    return [("", _("any country")), *by_name(countries_offered())]


class LookFor(Form):
    """What somebody looks for in the Hub; nothing is required."""

    q = forms.CharField(
        label=_("What should it do?"), required=False, max_length=100, widget=forms.SearchInput
    )
    category = forms.ChoiceField(label=_("For"), required=False, choices=_category_choices)
    country = forms.ChoiceField(label=_("Offered in"), required=False, choices=_country_choices)

    @property
    def wanted(self) -> Wanted:
        """What to look for; a field that cannot be understood asks for nothing."""
        self.is_valid()
        return Wanted(
            words=self.cleaned_data.get("q", ""),
            category=self.cleaned_data.get("category", ""),
            country=self.cleaned_data.get("country", ""),
        )


def listing(request: HttpRequest) -> HttpResponse:
    """Every listed integration, narrowed by words, category and country."""
    form = LookFor(request.GET)
    wanted = form.wanted
    facts = {
        "form": form,
        "wanted": wanted,
        "is_narrowed": any(wanted),
        "page": page_of(request, find(wanted), size=PAGE_SIZE),
        "total": find(Wanted()).count(),
        "may_edit": may(request.user, "hub:edit"),
    }
    return render(request, "portal/hub/listing.html", facts)


def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One integration: what it does, who makes it, and how to get it."""
    seen = PublicIntegration.objects.visible_to(request.user)
    integration = seen.filter(slug=slug).first()
    if integration is None:
        raise Http404
    facts = {
        "integration": integration,
        "description": description_of(integration),
        "host": urlsplit(integration.website).hostname,
        "countries": [name for _, name in by_name(integration.countries)],
        "others": _others(integration),
        "may_edit": may(request.user, "hub:edit"),
    }
    return render(request, "portal/hub/detail.html", facts)


def description_of(integration: PublicIntegration) -> SafeString:
    """The description as HTML; whatever is no plain markdown stays text."""
    return mark_safe(to_html(parse(integration.description), top=3))  # noqa: S308  all escaped


def _others(integration: PublicIntegration) -> list[PublicIntegration]:
    alike = suggest(integration.categories, limit=SUGGESTED + 1)
    return [other for other in alike if other.pk != integration.pk][:SUGGESTED]


PAGES: list[URLPattern] = [
    page("hub/", listing, name="hub", may="hub:read", methods=("GET",)),
    *hub_manage.PAGES,  # before the last one, which would take "manage" for an integration
    page("hub/<slug:slug>/", detail, name="hub_integration", may="hub:read", methods=("GET",)),
]
