"""Where a request stands, in one sentence, and what happens next, in another."""

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tillgate.content.queries import review_target_days
from tillgate.portal.merchant.seen import so_many_locations
from tillgate.portal.merchant.way import Preparation, Standing, api_names
from tillgate.portal.templatetags.tillgate import day
from tillgate.programme.states import AgreementState, RequestState


class Headline(NamedTuple):
    """The title of a page, and the line below it."""

    title: str
    lead: str


def headline_of(standing: Standing) -> Headline:
    """What the page of a request is called: where the request stands."""
    match standing.request.state:
        case RequestState.DRAFT:
            lead = _("Go on where you stopped. Nothing is decided or charged before it is sent.")
            return Headline(_("Your request is not sent yet"), lead)
        case RequestState.SUBMITTED:
            return _in_review(standing)
        case RequestState.INFORMATION_ASKED:
            lead = _("The review goes on as soon as you answer.")
            return Headline(_("Partner Services need an answer from you"), lead)
        case RequestState.APPROVED:
            return _approved(standing)
        case RequestState.DECLINED:
            lead = _("Nothing is charged. Below you find why, and what you can do next.")
            return Headline(_("Your request was declined"), lead)
    lead = _("Nothing is charged. You can ask again at any time, from the same answers.")
    return Headline(_("This request was withdrawn"), lead)


def headline_before(prepared: Preparation, *, has_business: bool) -> Headline:
    """What the home page says while there is no request."""
    if not has_business:
        return _without_business(prepared)
    if not prepared.has_read:
        lead = _("It says what the two APIs give, field by field, and what read-only means.")
        return Headline(_("Read the access overview first"), lead)
    if prepared.check is None:
        lead = _("It takes a minute, and tells you before you ask what cannot be done.")
        return Headline(_("Check what is feasible next"), lead)
    lead = _("The form is saved as you go. Nothing is decided or charged before it is sent.")
    return Headline(_("You can ask for access now"), lead)


def _without_business(prepared: Preparation) -> Headline:
    if prepared.interest is None:
        lead = _("An account manager then invites you to act for your business.")
        return Headline(_("Tell us about your business"), lead)
    lead = _(
        "You will be mailed a personal link to the request form. "
        "Meanwhile you can read, check and try everything."
    )
    return Headline(_("Your interest is with your account manager"), lead)


def _in_review(standing: Standing) -> Headline:
    agreement = standing.agreement
    if agreement is not None and agreement.state == AgreementState.SENT:
        lead = _(
            "%(name)s was mailed a link to it and can sign until %(day)s. "
            "Partner Services can approve only what is signed."
        ) % {"name": agreement.basis["signatory_name"], "day": day(agreement.expires_at)}
        return Headline(_("Your agreement waits for a signature"), lead)
    if standing.is_unsignable:
        lead = _(
            "The last one cannot be signed any more. Your account manager sends a new one; "
            "your request keeps its place in the queue."
        )
        return Headline(_("Your request needs a new agreement"), lead)
    return Headline(_("Your request is with Partner Services"), _answered_within())


def _answered_within() -> str:
    target = review_target_days()
    return ngettext(
        "Most requests are answered within %(n)d working day. You will be mailed either way.",
        "Most requests are answered within %(n)d working days. You will be mailed either way.",
        target,
    ) % {"n": target}


def _approved(standing: Standing) -> Headline:
    link = standing.link
    what = _("%(apis)s for %(locations)s.") % {
        "apis": api_names(standing.answers),
        "locations": so_many_locations(len(standing.answers.locations)),
    }
    if link is not None and link.opened_at is None:
        lead = _("Next, %(name)s opens the one-time link to the credentials.") % {"name": link.name}
        return Headline(_("Your access is approved"), f"{what} {lead}")
    return Headline(_("You have access"), what)
