"""Who works for the platform: the operator's list of people and their roles."""

from typing import ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.access.staff import appoint, dismiss, staff_people
from tillgate.directory.models import Person, StaffRole
from tillgate.portal.forms import Form
from tillgate.portal.office.trying import UNPROCESSABLE, refusal_of
from tillgate.portal.page import go, page, person_of
from tillgate.portal.paging import page_of

PAGE_SIZE = 50


class AppointForm(Form):
    """Whom to let work for the platform, and as what."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(
        label=_("Name"), required=False, max_length=200, help_text=_("Kept if we know them.")
    )
    role = forms.ChoiceField(label=_("Role"), choices=StaffRole.choices)
    autocomplete: ClassVar = {"email": "off", "name": "off"}


class DismissForm(Form):
    """Whose role to take away."""

    person = forms.ModelChoiceField(Person.objects.all())
    role = forms.ChoiceField(choices=StaffRole.choices)


def staff(request: HttpRequest) -> HttpResponse:
    """The people and their roles; both acts are sent here."""
    act = {"appoint": _appoint, "dismiss": _dismiss}.get(request.POST.get("act", ""))
    return act(request) if act else _page(request)


def _appoint(request: HttpRequest) -> HttpResponse:
    form = AppointForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=UNPROCESSABLE)
    role = StaffRole(form.cleaned_data["role"])
    email, name = form.cleaned_data["email"], form.cleaned_data["name"]
    person = appoint(email=email, name=name, role=role, actor=person_of(request))
    words = gettext("%(name)s has this role now: %(role)s.")
    return _told(request, words % {"name": person.get_full_name(), "role": role.label})


def _dismiss(request: HttpRequest) -> HttpResponse:
    form = DismissForm(request.POST)
    if not form.is_valid():
        return _page(request, problem=gettext("Choose a person and one of their roles."))
    person, role = form.cleaned_data["person"], StaffRole(form.cleaned_data["role"])
    refusal = refusal_of(lambda: dismiss(person=person, role=role, actor=person_of(request)))
    if refusal:
        return _page(request, problem=refusal.words, status=refusal.status)
    words = gettext("%(name)s does not have this role any more: %(role)s.")
    return _told(request, words % {"name": person.get_full_name(), "role": role.label})


def _page(
    request: HttpRequest,
    form: AppointForm | None = None,
    *,
    problem: str = "",
    status: int = 0,
) -> HttpResponse:
    rows = page_of(request, staff_people(), size=PAGE_SIZE)
    facts = {"page": rows, "form": form or AppointForm(), "problem": problem}
    status = status or (UNPROCESSABLE if problem else 200)
    return render(request, "portal/office/staff.html", facts, status=status)


def _told(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return go(request, "staff")


PAGES: list[URLPattern] = [page("staff/", staff, name="staff", may="staff:edit")]
