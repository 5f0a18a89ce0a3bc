"""The Partner Program: what it is, asking about it, and the queue of those who asked."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.directory.models import Person
from tillgate.hub.acts.enquiries import (
    EnquiryFacts,
    answer_enquiry,
    close_enquiry,
    file_enquiry,
    take_enquiry,
)
from tillgate.hub.errors import AlreadyHandled, EnquiryOpen
from tillgate.hub.models import PartnerEnquiry
from tillgate.hub.queries import enquiries, enquiries_of, enquiry_called, open_enquiry_of
from tillgate.portal.forms import Form
from tillgate.portal.hub_manage import https_only
from tillgate.portal.page import go, page, person_of
from tillgate.portal.paging import page_of

PAGE_SIZE = 30
SHOWN = 20
MANY = 1_000_000


class EnquiryForm(Form):
    """What somebody builds, for whom, and what they would like of us."""

    name = forms.CharField(label=_("Your name"), max_length=100)
    company = forms.CharField(label=_("Company"), max_length=100)
    website = forms.URLField(
        label=_("Website"), required=False, max_length=300, assume_scheme="https"
    )
    builds = forms.CharField(
        label=_("What do you build?"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What it does for a restaurant, and what it would read or write."),
    )
    serves_several_merchants = forms.BooleanField(
        label=_("It serves several merchants, or will"), required=False
    )
    wants_listing = forms.BooleanField(
        label=_("We would like to be listed in the Integration Hub"), required=False
    )
    merchants_expected = forms.IntegerField(
        label=_("Merchants in the first year"), required=False, min_value=1, max_value=MANY
    )
    locations_expected = forms.IntegerField(
        label=_("Business locations in the first year"),
        required=False,
        min_value=1,
        max_value=MANY,
    )
    autocomplete: ClassVar = {"name": "name", "company": "organization", "website": "url"}

    def clean_website(self) -> str:
        """An address that browsers open without a warning."""
        return https_only(self.cleaned_data["website"])


class AnswerForm(Form):
    """The answer that is mailed."""

    answer = forms.CharField(
        label=_("Your answer"), max_length=5000, widget=forms.Textarea(attrs={"rows": 10})
    )


class CloseForm(Form):
    """Why an enquiry ends without an answer."""

    note = forms.CharField(
        label=_("Note for colleagues"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def about(request: HttpRequest) -> HttpResponse:
    """What the Partner Program is, beside what a custom integration is."""
    person = request.user
    enquiry = open_enquiry_of(person) if isinstance(person, Person) else None
    return render(request, "portal/partner_program/about.html", {"enquiry": enquiry})


def ask(request: HttpRequest) -> HttpResponse:
    """The form of an enquiry; who has one that waits is shown that instead."""
    person = person_of(request)
    if request.method == "POST":
        return _file(request, person)
    if open_enquiry_of(person):
        return go(request, "partner_program_sent")
    return _form_page(request, EnquiryForm(initial={"name": person.name}))


def _file(request: HttpRequest, person: Person) -> HttpResponse:
    form = EnquiryForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        file_enquiry(facts=EnquiryFacts(**form.cleaned_data), actor=person)
    except EnquiryOpen as error:
        form.add_error(None, str(error))
        return _form_page(request, form, status=error.status)
    return go(request, "partner_program_sent")


def _form_page(request: HttpRequest, form: EnquiryForm, *, status: int = 200) -> HttpResponse:
    return render(request, "portal/partner_program/ask.html", {"form": form}, status=status)


def sent(request: HttpRequest) -> HttpResponse:
    """What the person has asked, and where each enquiry stands."""
    rows = list(enquiries_of(person_of(request))[:SHOWN])
    facts = {"enquiries": rows, "newest": rows[0] if rows else None}
    return render(request, "portal/partner_program/sent.html", facts)


def queue(request: HttpRequest) -> HttpResponse:
    """What waits, longest first; with `?show=done` what has ended."""
    is_open = request.GET.get("show") != "done"
    rows = enquiries(is_open=is_open)
    waiting = rows if is_open else enquiries(is_open=True)
    facts = {
        "page": page_of(request, rows, size=PAGE_SIZE),
        "is_open": is_open,
        "waiting": waiting.count(),
        "oldest": waiting.first(),
    }
    return render(request, "portal/partner_program/queue.html", facts)


def enquiry(request: HttpRequest, number: str) -> HttpResponse:
    """One enquiry and the next act on it."""
    found = enquiry_called(number, person_of(request))
    if found is None:
        raise Http404
    act = _ACTS.get(request.POST.get("act", ""), _enquiry_page)
    return act(request, found)


def _take(request: HttpRequest, found: PartnerEnquiry) -> HttpResponse:
    take_enquiry(enquiry=found, actor=person_of(request))
    return _told(request, found, gettext("You look after %(number)s now."))


def _answer(request: HttpRequest, found: PartnerEnquiry) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _enquiry_page(request, found, form=form, status=422)
    try:
        answer_enquiry(enquiry=found, answer=form.cleaned_data["answer"], actor=person_of(request))
    except AlreadyHandled as error:
        return _enquiry_page(
            request,
            found,
            status=error.status,
            problem=str(error),
            unsent=form.cleaned_data["answer"],
        )
    return _told(request, found, gettext("Your answer to %(number)s is on its way."))


def _close(request: HttpRequest, found: PartnerEnquiry) -> HttpResponse:
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _enquiry_page(request, found, close_form=form, status=422)
    close_enquiry(enquiry=found, note=form.cleaned_data["note"], actor=person_of(request))
    return _told(request, found, gettext("%(number)s is closed; nothing was mailed."))


_ACTS = {"take": _take, "answer": _answer, "close": _close}


def _enquiry_page(
    request: HttpRequest, found: PartnerEnquiry, *, status: int = 200, **more: Any
) -> HttpResponse:
    facts = {"enquiry": found, "form": AnswerForm(), "close_form": CloseForm()} | more
    return render(request, "portal/partner_program/enquiry.html", facts, status=status)


def _told(request: HttpRequest, found: PartnerEnquiry, words: str) -> HttpResponse:
    messages.success(request, words % {"number": found.number})
    return go(request, reverse("enquiry", args=[found.number]))


PAGES: list[URLPattern] = [
    page(
        "partner-program/",
        about,
        name="partner_program",
        may="partner_program:read",
        methods=("GET",),
    ),
    page("partner-program/enquiry/", ask, name="partner_program_ask", may="enquiry:file"),
    page(
        "partner-program/sent/",
        sent,
        name="partner_program_sent",
        may="enquiry:file",
        methods=("GET",),
    ),
    page(
        "partner-program/enquiries/",
        queue,
        name="enquiries",
        may="enquiry:handle",
        methods=("GET",),
    ),
    page("partner-program/enquiries/<str:number>/", enquiry, name="enquiry", may="enquiry:handle"),
]
