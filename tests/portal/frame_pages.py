"""A site of its own for tests of the frame: a page for each thing that the frame does."""

from pathlib import Path
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import URLPattern

from tillgate.directory.errors import NotPermitted
from tillgate.portal.forms import Form
from tillgate.portal.page import page, person_of
from tillgate.portal.urls import urlpatterns as portal_paths

CHOICES = [("financial", "Financial"), ("items", "Items")]


class AlreadyClosed(Exception):
    """As a room would raise it."""

    status = 409


class EveryField(Form):
    """One field of each kind."""

    autocomplete: ClassVar[dict[str, str]] = {"email": "email"}
    name = forms.CharField(label="Business name", help_text="as your guests know it")
    email = forms.EmailField(label="E-mail address")
    purpose = forms.CharField(label="Purpose", widget=forms.Textarea, max_length=50)
    note = forms.CharField(label="Note", required=False)
    apis = forms.MultipleChoiceField(
        label="APIs", choices=CHOICES, widget=forms.CheckboxSelectMultiple
    )
    size = forms.ChoiceField(label="Size", choices=CHOICES, widget=forms.RadioSelect)
    country = forms.ChoiceField(label="Country", choices=CHOICES)
    count = forms.IntegerField(label="How many locations", max_value=500)
    since = forms.DateField(label="Open since", widget=forms.DateInput(attrs={"type": "date"}))
    drawing = forms.FileField(label="Drawing", help_text="PNG or PDF")
    agreed = forms.BooleanField(label="We build it ourselves", help_text="You said so before.")
    token = forms.CharField(widget=forms.HiddenInput, initial="t1")

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("note") == "whole":
            raise forms.ValidationError("These answers do not fit together.")
        return dict(self.cleaned_data)


def _draw(request: HttpRequest, source: str, **facts: Any) -> HttpResponse:
    whole = '{% extends "portal/base.html" %}{% load i18n tillgate %}' + source
    return HttpResponse(engines["django"].from_string(whole).render(facts, request))


def all_fields(request: HttpRequest) -> HttpResponse:
    """A form that says what it took."""
    form = EveryField(request.POST or None, request.FILES or None)
    if form.is_valid():
        return HttpResponse(repr(form.cleaned_data["purpose"]))
    return _draw(
        request,
        "{% block title %}Every field{% endblock %}{% block heading %}Every field{% endblock %}"
        '{% block main %}<form class="sheet" method="post" enctype="multipart/form-data"'
        ' novalidate>{% csrf_token %}{{ form }}<div class="row"><button class="button">Send'
        "</button><small>It is read by a person.</small></div></form>{% endblock %}",
        form=form,
    )


COMPONENTS = (Path(__file__).parent / "frame_components.html").read_text()


def components(request: HttpRequest) -> HttpResponse:
    """What the look is made of, with a message on top."""
    messages.warning(request, "The agreement expires on Friday.")
    states = ["draft", "submitted", "information_asked", "approved", "declined"]
    return _draw(request, COMPONENTS, price=29, states=states)


def fragment(request: HttpRequest) -> HttpResponse:
    """A page that asks htmx for a part of itself."""
    if request.headers.get("HX-Request"):
        return HttpResponse("<p id='part'>The part has come.</p>")
    buttons = "".join(
        f'<button class="button quiet" hx-get="{place}" hx-target="#here">{label}</button>'
        for label, place in (
            ("Load", "/frame/part/"),
            ("Break", "/frame/closed/"),
            ("Hide", "/frame/reviewers/"),
        )
    )
    return _draw(
        request,
        "{% block title %}Parts{% endblock %}{% block heading %}Parts{% endblock %}{% block main %}"
        f'<div class="row">{buttons}</div><div id="here"></div>{{% endblock %}}',
    )


def closed(request: HttpRequest) -> HttpResponse:
    """An act that refuses."""
    raise AlreadyClosed("R-1042 was decided by Rae at 14:03. Open it to see the decision.")


def refused_by_act(request: HttpRequest) -> HttpResponse:
    """An act for which the page's permission was not enough."""
    raise NotPermitted("request:review")


def broken(request: HttpRequest) -> HttpResponse:
    """A mistake of ours."""
    raise ZeroDivisionError("a detail")


def reviewers(request: HttpRequest) -> HttpResponse:
    """A page for Partner Services."""
    return HttpResponse(person_of(request).email)


PAGES: list[URLPattern] = [
    page("frame/fields/", all_fields, name="frame_fields", may="overview:read"),
    page("frame/components/", components, name="frame_components", may="overview:read"),
    page("frame/part/", fragment, name="frame_part", may="overview:read"),
    page("frame/closed/", closed, name="frame_closed", may="overview:read"),
    page("frame/act/", refused_by_act, name="frame_act", may="overview:read"),
    page("frame/broken/", broken, name="frame_broken", may="overview:read"),
    page("frame/reviewers/", reviewers, name="review", may="request:review"),
    page("frame/post/", reviewers, name="frame_post", may="request:review", methods=["POST"]),
    page("frame/merchant/", reviewers, name="requests", may="request:draft"),
    page("frame/overview/", components, name="overview", may="overview:read"),
    page("frame/check/", components, name="agreement_check", may="agreement:check"),
]
urlpatterns = [*portal_paths, *PAGES]  # of two pages with one name, the later is meant
