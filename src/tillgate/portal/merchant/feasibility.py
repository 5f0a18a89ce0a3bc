"""The feasibility check: what a merchant wants to do, and the answers point by point."""

from typing import Any, NamedTuple

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.content.feasibility import Answer, wishes
from tillgate.content.feasibility_rules import Verdict
from tillgate.hub.models import PublicIntegration
from tillgate.hub.queries import suggest
from tillgate.portal.forms import Form
from tillgate.portal.merchant.seen import own_businesses
from tillgate.portal.page import go, page, person_of
from tillgate.programme.acts.preparation import check_feasibility
from tillgate.programme.models import FeasibilityCheck
from tillgate.programme.queries import checks_of


class WishesForm(Form):
    """What somebody wants to do: chosen from the catalogue, or in their own words."""

    wishes = forms.MultipleChoiceField(
        label=_("What do you want to do?"),
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(wish.key, wish.words) for wish in wishes()],
    )
    free_text = forms.CharField(
        label=_("Something else, in your own words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One wish a line."),
    )

    def __init__(self, *args: Any, businesses: dict[int, str], **kwargs: Any) -> None:
        self.base_fields = dict(self.base_fields)  # type: ignore[misc]
        if len(businesses) > 1:
            self.base_fields["business"] = forms.TypedChoiceField(
                label=gettext("For which business?"), choices=list(businesses.items()), coerce=int
            )
        super().__init__(*args, **kwargs)
        self.only_business = next(iter(businesses), None)
        chosen = self.fields["wishes"]
        chosen.error_messages["required"] = gettext("Choose at least one wish, or write one below.")
        chosen.required = not self.data.get("free_text", "").strip()

    @property
    def business_id(self) -> int | None:
        """The business it is for, None for somebody who has none yet."""
        chosen: int | None = self.cleaned_data.get("business", self.only_business)
        return chosen


class Point(NamedTuple):
    """An answer, with the public integrations that serve the same wish."""

    answer: Answer
    suggested: list[PublicIntegration]


def feasibility(request: HttpRequest) -> HttpResponse:
    """Ask; earlier results are listed beside."""
    person = person_of(request)
    businesses = own_businesses(person)
    said = request.POST if request.method == "POST" else None
    form = WishesForm(said, businesses=businesses)
    if form.is_valid():
        check = check_feasibility(
            wishes=form.cleaned_data["wishes"],
            free_text=form.cleaned_data["free_text"],
            business_id=form.business_id,
            actor=person,
        )
        return go(request, reverse("feasibility_result", args=[check.pk]))
    facts = {"form": form, "earlier": checks_of(person, businesses)[:5]}
    status = 422 if form.errors else 200
    return render(request, "portal/merchant/feasibility.html", facts, status=status)


def result(request: HttpRequest, pk: int) -> HttpResponse:
    """What was answered, as it was answered then."""
    person = person_of(request)
    businesses = own_businesses(person)
    check = checks_of(person, businesses).filter(pk=pk).first()
    if check is None:
        raise Http404
    points = points_of(check)
    facts = {
        "check": check,
        "points": points,
        "possible": sum(point.answer.verdict == Verdict.POSSIBLE for point in points),
        "may_ask": bool(businesses),
    }
    return render(request, "portal/merchant/feasibility_result.html", facts)


def points_of(check: FeasibilityCheck) -> list[Point]:
    """The answers, those that are possible first."""
    order = list(Verdict)
    answers = sorted(
        (Answer(**stored) for stored in check.answers),
        key=lambda answer: order.index(Verdict(answer.verdict)),
    )
    return [
        Point(answer, suggest(answer.categories) if answer.categories else []) for answer in answers
    ]


PAGES: list[URLPattern] = [
    page("feasibility/", feasibility, name="feasibility", may="feasibility:check"),
    page(
        "feasibility/<int:pk>/",
        result,
        name="feasibility_result",
        may="feasibility:check",
        methods=("GET",),
    ),
]
