"""Keeping the Integration Hub: the operator's list of integrations, and the page of each."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.foundation import clock
from tillgate.hub.acts.integrations import (
    IntegrationFacts,
    add_public_integration,
    change_public_integration,
    list_public_integration,
    unlist_public_integration,
)
from tillgate.hub.errors import (
    AlreadyListed,
    AlreadyUnlisted,
    ChangedMeanwhile,
    NotValidated,
    SlugTaken,
    SlugUnusable,
)
from tillgate.hub.models import Category, PublicIntegration
from tillgate.hub.queries import kept
from tillgate.portal.countries import by_name, code_of
from tillgate.portal.forms import Form
from tillgate.portal.page import go, page, person_of
from tillgate.portal.paging import page_of

PAGE_SIZE = 30
Page = Callable[..., HttpResponse]


class IntegrationForm(Form):
    """What an operator says of a public integration."""

    name = forms.CharField(label=_("Name"), max_length=80)
    provider = forms.CharField(
        label=_("Provider"), max_length=80, help_text=_("The company that makes and supports it.")
    )
    summary = forms.CharField(
        label=_("In one sentence"),
        max_length=200,
        help_text=_("What it does for a restaurant, without praise."),
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Markdown: # heading, **strong**, - list, [words](https://address)."),
    )
    categories = forms.MultipleChoiceField(
        label=_("For"), choices=Category.choices, widget=forms.CheckboxSelectMultiple
    )
    countries = forms.CharField(
        label=_("Offered in"),
        required=False,
        max_length=2000,
        help_text=_("Countries by name or two letters, with commas between. Empty: everywhere."),
    )
    website = forms.URLField(label=_("Website"), max_length=300, assume_scheme="https")
    contact = forms.EmailField(
        label=_("Contact"), help_text=_("The provider's address for merchants' questions.")
    )
    validated_on = forms.DateField(
        label=_("Validated on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Without this day it cannot be listed."),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_countries(self) -> list[str]:
        """The codes of what was typed."""
        names = [name.strip() for name in self.cleaned_data["countries"].split(",")]
        codes = {name: code_of(name) for name in names if name}
        if unknown := [name for name, code in codes.items() if code is None]:
            words = gettext("Not known as a country: %(names)s.")
            raise ValidationError(words % {"names": ", ".join(unknown)})
        return sorted({code for code in codes.values() if code})

    def clean_website(self) -> str:
        """An address that browsers open without a warning."""
        return https_only(self.cleaned_data["website"])

    def clean_validated_on(self) -> Any:
        """A day that has come."""
        validated_on = self.cleaned_data["validated_on"]
        if validated_on and validated_on > clock.now().date():
            raise ValidationError(gettext("This day is still to come."))
        return validated_on

    @property
    def facts(self) -> IntegrationFacts:
        """What was said, once it is valid."""
        left_out = ("revision", "slug")
        said = {name: value for name, value in self.cleaned_data.items() if name not in left_out}
        return IntegrationFacts(**said)


class NewIntegrationForm(IntegrationForm):
    """A new integration also gets its address, which it keeps."""

    slug = forms.CharField(
        label=_("Address in the Hub"),
        required=False,
        max_length=60,
        help_text=_("Small letters, figures, hyphens. It stays. Empty: made from the name."),
    )
    field_order = ("name", "slug")


def https_only(address: str) -> str:
    """The address, if it is one of https; for the cleaning of a form's field."""
    if address and not address.startswith("https://"):
        raise ValidationError(gettext("Begin the address with https://."))
    return address


def listings(request: HttpRequest) -> HttpResponse:
    """Every integration, listed or not."""
    words = request.GET.get("q", "")[:100]
    facts = {"words": words, "page": page_of(request, kept(words), size=PAGE_SIZE)}
    return render(request, "portal/hub/listings.html", facts)


def add(request: HttpRequest) -> HttpResponse:
    """The form of a new integration."""
    form = NewIntegrationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        slug = form.cleaned_data["slug"] or slugify(form.cleaned_data["name"])[:60].strip("-")
        try:
            made = add_public_integration(slug=slug, facts=form.facts, actor=person_of(request))
        except (SlugTaken, SlugUnusable) as error:
            form.add_error("slug", str(error))
        else:
            return _told(request, made, gettext("%(name)s is added. It is not listed yet."))
    return render(request, "portal/hub/add.html", {"form": form}, status=_status(form))


def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """One integration: its form, and whether everybody sees it."""
    integration = kept().filter(slug=slug).first()
    if integration is None:
        raise Http404
    if request.method == "POST":
        return _ACTS.get(request.POST.get("act", ""), _save)(request, integration)
    return _page(request, integration, IntegrationForm(initial=_said_of(integration)))


def _save(request: HttpRequest, integration: PublicIntegration) -> HttpResponse:
    form = IntegrationForm(request.POST)
    if not form.is_valid():
        return _page(request, integration, form)
    try:
        change_public_integration(
            integration=integration,
            facts=form.facts,
            revision=form.cleaned_data["revision"] or 0,
            actor=person_of(request),
        )
    except ChangedMeanwhile as error:
        integration.refresh_from_db()
        form = IntegrationForm(_at_revision(request.POST, integration.revision))
        form.add_error(None, str(error))
        return _page(request, integration, form)
    except NotValidated as error:
        form.add_error("validated_on", str(error))
        return _page(request, integration, form)
    return _told(request, integration, gettext("%(name)s is saved."))


def _list(request: HttpRequest, integration: PublicIntegration) -> HttpResponse:
    with suppress(AlreadyListed):  # a second click: it stands as it was wanted
        list_public_integration(integration=integration, actor=person_of(request))
    return _told(
        request, integration, gettext("%(name)s is listed: everybody finds it in the Hub.")
    )


def _unlist(request: HttpRequest, integration: PublicIntegration) -> HttpResponse:
    with suppress(AlreadyUnlisted):
        unlist_public_integration(integration=integration, actor=person_of(request))
    return _told(request, integration, gettext("%(name)s is no longer shown in the Hub."))


_ACTS: dict[str, Page] = {"save": _save, "list": _list, "unlist": _unlist}


def _page(
    request: HttpRequest, integration: PublicIntegration, form: IntegrationForm
) -> HttpResponse:
    facts = {"integration": integration, "form": form}
    return render(request, "portal/hub/change.html", facts, status=_status(form))


def _status(form: forms.Form) -> int:
    return 422 if form.errors else 200


def _told(request: HttpRequest, integration: PublicIntegration, words: str) -> HttpResponse:
    messages.success(request, words % {"name": integration.name})
    return go(request, reverse("listing", args=[integration.slug]))


def _said_of(integration: PublicIntegration) -> dict[str, Any]:
    names = [name for _code, name in by_name(integration.countries)]
    fields = ("name", "provider", "summary", "description", "categories", "website", "contact")
    said = {field: getattr(integration, field) for field in (*fields, "validated_on", "revision")}
    return said | {"countries": ", ".join(names)}


def _at_revision(given: QueryDict, revision: int) -> QueryDict:
    data = given.copy()
    data["revision"] = str(revision)
    return data


PAGES: list[URLPattern] = [
    page("hub/manage/", listings, name="listings", may="hub:edit", methods=("GET",)),
    page("hub/manage/add/", add, name="listing_add", may="hub:edit"),
    page("hub/manage/<slug:slug>/", listing, name="listing", may="hub:edit"),
]
