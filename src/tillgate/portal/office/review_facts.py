"""What the reviewer's page shows of a request, gathered from all rooms, and what may be done."""

from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillgate.content.queries import decline_reasons, review_target_days
from tillgate.directory.models import Person
from tillgate.directory.queries import business_names
from tillgate.portal.office.asked import asked_of
from tillgate.programme.acts.review import had_a_part
from tillgate.programme.models import AccessRequest, Agreement
from tillgate.programme.notices import manager_of
from tillgate.programme.office_queries import happenings_of, partners_among
from tillgate.programme.queries import (
    agreements_of,
    others_of_business,
    shared_traits,
    waited_days,
)
from tillgate.programme.states import IN_REVIEW, AgreementState, RequestState

TRAIT_WORDS = {
    "technical_contact": gettext_lazy("technical contact"),
    "redirect_host": gettext_lazy("redirect host"),
}


class Shared(NamedTuple):
    """A trait that a request of another business has too: the evidence, and whose it is."""

    kind: str | Promise
    value: str
    request: AccessRequest
    business: str
    is_partner: bool


def facts_of(found: AccessRequest, person: Person) -> dict[str, Any]:
    """Everything that the page shows, in a fixed number of queries."""
    offers = list(agreements_of(found))
    newest = offers[0] if offers else None
    traits = shared_traits(found)
    ids = {found.business_id, *(trait.request.business_id for trait in traits)}
    names, partners = business_names(ids), partners_among(ids)
    return {
        "found": found,
        "seen": found.state_since.isoformat(),
        "business": names.get(found.business_id, str(found.business_id)),
        "asked": asked_of(found),
        "offers": offers,
        "newest": newest,
        "manager": manager_of(found.business_id),
        "partnership": partners.get(found.business_id),
        "traits": [
            Shared(
                TRAIT_WORDS[kind],
                value,
                other,
                names.get(other.business_id, ""),
                other.business_id in partners,
            )
            for kind, value, other in traits
        ],
        "others": list(others_of_business(found)),
        "questions": list(found.questions.select_related("asked_by", "answered_by").order_by("pk")),
        "happenings": happenings_of(found),
        "paper_url": reverse("review_agreement", args=[found.number]),
        **_standing(found, newest, person),
    }


def _standing(found: AccessRequest, newest: Agreement | None, person: Person) -> dict[str, Any]:
    is_open = found.state in IN_REVIEW
    decision = getattr(found, "decision", None)
    return {
        "is_open": is_open,
        "is_own": is_open and had_a_part(person, found),
        "waited": waited_days(found),
        "target": review_target_days(),
        "why_not": _why_not(found, newest) if is_open else "",
        "decision": decision,
        "reason": _reason_words(decision.reason) if decision else "",
    }


def _why_not(found: AccessRequest, newest: Agreement | None) -> str:
    """Why the approval would be refused now, "" if it would not be."""
    if found.state == RequestState.INFORMATION_ASKED:
        return _("The merchant has not answered your question yet.")
    if newest is not None and newest.state == AgreementState.SIGNED:
        return ""
    if newest is not None and newest.state == AgreementState.SENT:
        return _("The agreement is not signed yet. The account manager can remind the signatory.")
    return _("There is no signed agreement. The account manager has to send one first.")


def _reason_words(code: str) -> str:
    return next((each.words for each in decline_reasons() if each.code == code), code)
