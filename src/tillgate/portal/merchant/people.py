"""Who acts for a business: its people, the open invitations, and inviting."""

from typing import Any, ClassVar, NamedTuple

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillgate.directory.models import Membership, Person, Role
from tillgate.foundation import clock
from tillgate.portal.forms import Form
from tillgate.portal.page import go, page, person_of
from tillgate.programme.acts.invitation import INVITABLE, end_invitation, invite_person
from tillgate.programme.models import Invitation
from tillgate.programme.queries import (
    businesses_of,
    invitations_visible_to,
    merchants_of,
    people_of,
)

ROLE_WORDS = {
    Role.OWNER: _("Owner"),
    Role.MEMBER: _("Member"),
    Role.TECHNICAL_CONTACT: _("Technical contact"),
}
ROLE_MEANS = {
    Role.OWNER: _(
        "Owner: sends and withdraws requests, sees prices and agreements, invites people"
    ),
    Role.MEMBER: _("Member: reads and prepares requests, sees no prices"),
}


class InviteForm(Form):
    """Whom to invite, and as what."""

    autocomplete: ClassVar = {"email": "off"}
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(
        label=_("As"),
        choices=[(role.value, ROLE_MEANS[role]) for role in reversed(INVITABLE)],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, people: list[Membership], open_ones: list[Invitation]) -> None:
        super().__init__(*args)
        self.people = people
        self.open_ones = open_ones

    def clean_email(self) -> str:
        """Somebody who is invited already is not mailed twice by a second click."""
        email = str(self.cleaned_data["email"]).lower()
        if any(each.email == email and each.expires_at > clock.now() for each in self.open_ones):
            raise forms.ValidationError(
                gettext(
                    "This address is invited already. Take that invitation back to send another."
                )
            )
        owners = [each for each in self.people if each.role == Role.OWNER]
        if any(each.person.email == email for each in owners):
            raise forms.ValidationError(gettext("This address is an owner already."))
        return email


class Choice(NamedTuple):
    """A business whose people somebody looks after."""

    business_id: int
    name: str


def people(request: HttpRequest) -> HttpResponse:
    """The people of one business; who looks after several chooses first."""
    choices = _choices(person_of(request))
    chosen = _chosen(request, choices)
    if chosen is None:
        return render(request, "portal/merchant/people_of_which.html", {"choices": choices})
    if "end" in request.POST:
        return _end(request, chosen)
    if request.method == "POST":
        return _invite(request, chosen, choices)
    return _draw(request, chosen, choices)


def _invite(request: HttpRequest, chosen: Choice, choices: list[Choice]) -> HttpResponse:
    form = _form(request, chosen, request.POST)
    if not form.is_valid():
        return _draw(request, chosen, choices, form=form)
    made = invite_person(
        business_id=chosen.business_id,
        email=form.cleaned_data["email"],
        role=Role(form.cleaned_data["role"]),
        actor=person_of(request),
    )
    messages.success(request, gettext("%(email)s is invited.") % {"email": made.email})
    return go(request, "people", business=str(chosen.business_id))


def _end(request: HttpRequest, chosen: Choice) -> HttpResponse:
    pk = request.POST["end"]
    open_ones = _open_ones(request, chosen)
    found = next((each for each in open_ones if str(each.pk) == pk), None)
    if found is None:
        messages.info(request, gettext("That invitation is not open any more."))
    else:
        end_invitation(invitation=found, actor=person_of(request))
        words = gettext(
            "The invitation of %(email)s is taken back; its link does not work any more."
        )
        messages.success(request, words % {"email": found.email})
    return go(request, "people", business=str(chosen.business_id))


def _draw(
    request: HttpRequest, chosen: Choice, choices: list[Choice], *, form: InviteForm | None = None
) -> HttpResponse:
    form = form or _form(request, chosen)
    facts = {
        "business": chosen,
        "choices": choices,
        "form": form,
        "rows": [(each, ROLE_WORDS[Role(each.role)]) for each in form.people],
        "invitations": [(each, ROLE_WORDS[Role(each.role)]) for each in form.open_ones],
        "now": clock.now(),
    }
    status = 422 if form.errors else 200
    return render(request, "portal/merchant/people.html", facts, status=status)


def _form(request: HttpRequest, chosen: Choice, *data: Any) -> InviteForm:
    return InviteForm(
        *data,
        people=list(people_of(chosen.business_id)),
        open_ones=_open_ones(request, chosen),
    )


def _open_ones(request: HttpRequest, chosen: Choice) -> list[Invitation]:
    visible = invitations_visible_to(person_of(request))
    mine = visible.filter(business_id=chosen.business_id)
    return list(mine.select_related("invited_by"))


def _choices(person: Person) -> list[Choice]:
    names = businesses_of(person, Role.OWNER) | merchants_of(person)
    return [Choice(*each) for each in sorted(names.items(), key=lambda item: item[1])]


def _chosen(request: HttpRequest, choices: list[Choice]) -> Choice | None:
    asked = request.GET.get("business")
    if asked is None:
        return choices[0] if len(choices) == 1 else None
    for choice in choices:
        if str(choice.business_id) == asked:
            return choice
    raise Http404


PAGES: list[URLPattern] = [page("people/", people, name="people", may="person:invite")]
