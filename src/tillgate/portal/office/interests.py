"""The page of an interest: taken, linked to its business, led to the form, handed over, closed."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.directory.models import Person
from tillgate.portal.countries import country_name
from tillgate.portal.forms import Form
from tillgate.portal.office.lookup import LONGEST, candidates
from tillgate.portal.office.trying import UNPROCESSABLE, refusal_of
from tillgate.portal.page import go, page, person_of
from tillgate.programme.acts.interest import (
    close_interest,
    hand_over_interest,
    link_interest,
    send_form_link,
    take_interest,
)
from tillgate.programme.models import Interest
from tillgate.programme.office_queries import account_managers
from tillgate.programme.queries import interests_visible_to
from tillgate.programme.states import InterestState


class LinkForm(Form):
    """Which business it is."""

    business = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not at run time
    """People by their names."""

    def label_from_instance(self, obj: Any) -> str:
        """The name, and the address, for names are not unique."""
        return f"{obj.name} ({obj.email})" if obj.name else str(obj.email)


class HandOverForm(Form):
    """Who looks after it from now on."""

    to = PersonChoice(account_managers(), label=_("Account manager"), empty_label=_("Choose"))

    def __init__(self, *args: Any, without: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = account_managers().exclude(pk=without.pk)


class CloseForm(Form):
    """Why it leads nowhere."""

    because = forms.CharField(
        label=_("Why"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For colleagues; the merchant does not see it."),
    )


def interest_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An interest and the next act on it; its forms are sent here too."""
    found = interests_visible_to(person_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    act = _ACTS.get(request.POST.get("act", ""))
    return act(request, found) if act else _page(request, found)


def _take(request: HttpRequest, found: Interest) -> HttpResponse:
    told = gettext("You look after %(name)s now.")
    return _try(request, found, lambda who: take_interest(interest=found, actor=who), told)


def _link(request: HttpRequest, found: Interest) -> HttpResponse:
    form = LinkForm(request.POST)
    if not form.is_valid():
        words = gettext("Choose a business from the list.")
        return _page(request, found, problem=words, status=UNPROCESSABLE)
    key = form.cleaned_data["business"]
    told = gettext("The interest is about %(name)s, and the business is yours.")
    return _try(
        request,
        found,
        lambda who: link_interest(interest=found, business_id=key, actor=who),
        told,
    )


def _send(request: HttpRequest, found: Interest) -> HttpResponse:
    told = gettext("The overview and the form link are on their way to %(email)s.")
    return _try(request, found, lambda who: send_form_link(interest=found, actor=who), told)


def _hand_over(request: HttpRequest, found: Interest) -> HttpResponse:
    form = HandOverForm(request.POST, without=person_of(request))
    if not form.is_valid():
        return _page(request, found, hand_over=form, status=UNPROCESSABLE)
    to = form.cleaned_data["to"]
    told = gettext("%(name)s is handed over, and your colleague is told.")
    return _try(
        request,
        found,
        lambda who: hand_over_interest(interest=found, to=to, actor=who),
        told,
        leads_to=reverse("merchants"),
    )


def _close(request: HttpRequest, found: Interest) -> HttpResponse:
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, close=form, status=UNPROCESSABLE)
    because = form.cleaned_data["because"]
    return _try(
        request,
        found,
        lambda who: close_interest(interest=found, because=because, actor=who),
        gettext("The interest is closed."),
        close=form,
    )


_ACTS: dict[str, Callable[[HttpRequest, Interest], HttpResponse]] = {
    "take": _take,
    "link": _link,
    "send": _send,
    "hand_over": _hand_over,
    "close": _close,
}


def _try(
    request: HttpRequest,
    found: Interest,
    act: Callable[[Person], object],
    told: str,
    *,
    leads_to: str = "",
    **typed: Form,
) -> HttpResponse:
    """Do it and say so; or say why not, above the interest as it stands now."""
    refusal = refusal_of(lambda: act(person_of(request)))
    if refusal is None:
        messages.success(request, told % {"name": found.business_name, "email": found.email})
        return go(request, leads_to or reverse("interest_page", args=[found.pk]))
    found.refresh_from_db()
    return _page(request, found, problem=refusal.words, status=refusal.status, **typed)


def _page(
    request: HttpRequest, found: Interest, *, problem: str = "", status: int = 200, **typed: Form
) -> HttpResponse:
    person = person_of(request)
    is_mine = found.manager_id == person.pk
    words = request.GET.get("q", found.business_name)[:LONGEST]
    is_sought = is_mine and found.state == InterestState.OPEN
    links = list(found.invitations.order_by("-pk")[:5])
    facts = {
        "interest": found,
        "problem": problem,
        "is_mine": is_mine,
        "country": country_name(found.country) if found.country else "",
        "words": words,
        "found": candidates(words, person) if is_sought else [],
        "links": links,
        "newest": links[0] if links else None,
        "hand_over": HandOverForm(without=person),
        "close": CloseForm(),
        **typed,
    }
    return render(request, "portal/office/interest.html", facts, status=status)


PAGES: list[URLPattern] = [
    page(
        "merchants/interests/<int:pk>/",
        interest_page,
        name="interest_page",
        may="interest:handle",
    )
]
