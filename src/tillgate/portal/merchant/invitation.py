"""Accepting an invitation: the page shows who invites to what, and its button does it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext

from tillgate.directory.models import Person
from tillgate.portal.page import go, page, person_of
from tillgate.programme.acts.invitation import accept_invitation, find_invitation
from tillgate.programme.errors import LinkUsed
from tillgate.programme.models import Invitation
from tillgate.programme.notices import business_name
from tillgate.programme.queries import was_accepted_by


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to; a button accepts, once signed in."""
    try:
        found = find_invitation(token)
    except LinkUsed:
        if isinstance(request.user, Person) and was_accepted_by(token, request.user):
            return go(request, "home")
        raise
    if request.method == "POST":
        return _accept(request, token)
    return _draw(request, found)


def _accept(request: HttpRequest, token: str) -> HttpResponse:
    here = reverse("invitation", args=[token])
    if not isinstance(request.user, Person):
        return go(request, "account_login", next=here)
    accepted = accept_invitation(token=token, actor=person_of(request))
    words = gettext("You act for %(business)s now.")
    messages.success(request, words % {"business": business_name(accepted.business_id)})
    return go(request, "home", business=str(accepted.business_id))


def _draw(request: HttpRequest, found: Invitation) -> HttpResponse:
    user = request.user
    facts = {
        "invitation": found,
        "business": business_name(found.business_id),
        "is_other_address": isinstance(user, Person) and user.email.lower() != found.email,
    }
    return render(request, "portal/merchant/invitation.html", facts)


PAGES: list[URLPattern] = [
    page("invitation/<str:token>/", invitation, name="invitation", may="invitation:read")
]
