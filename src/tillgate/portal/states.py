"""How each state is shown: a kind of badge, which brings sign and colour, and the words.

One mapping for everything that has a state, so that the same state looks the same on every page.
A word that means different things has a line for each kind, written `kind:word`.
"""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Sign(StrEnum):
    """The kinds of badge; each is a class of the stylesheet."""

    PLAIN = ""
    OK = "ok"
    WAIT = "wait"
    NO = "no"
    FIX = "fix"


Shown = tuple[Sign, str | Promise]

STATES: Mapping[str, Shown] = {
    # an interest
    "interest:open": (Sign.WAIT, _("open")),
    "interest:linked": (Sign.OK, _("business found")),
    "interest:closed": (Sign.PLAIN, _("closed")),
    # an access request
    "draft": (Sign.PLAIN, _("draft")),
    "submitted": (Sign.WAIT, _("in review")),
    "information_asked": (Sign.FIX, _("more information asked")),
    "approved": (Sign.OK, _("approved")),
    "declined": (Sign.NO, _("declined")),
    "withdrawn": (Sign.PLAIN, _("withdrawn")),
    # an agreement
    "priced": (Sign.PLAIN, _("priced")),
    "agreement:sent": (Sign.WAIT, _("waiting for signature")),
    "signed": (Sign.OK, _("signed")),
    "in_force": (Sign.OK, _("in force")),
    "refused": (Sign.NO, _("refused")),
    "expired": (Sign.NO, _("expired")),
    "void": (Sign.PLAIN, _("void")),
    # an integration and what belongs to it
    "active": (Sign.OK, _("active")),
    "suspended": (Sign.WAIT, _("suspended")),
    "ended": (Sign.NO, _("ended")),
    "revoked": (Sign.NO, _("revoked")),
    "used": (Sign.OK, _("used")),
    # a location's time in an integration
    "licence:to_come": (Sign.WAIT, _("to come")),
    "licence:in": (Sign.OK, _("in")),
    "licence:over": (Sign.PLAIN, _("over")),
    # a secret
    "secret:live": (Sign.OK, _("live")),
    "secret:retired": (Sign.WAIT, _("on its way out")),
    "secret:revoked": (Sign.NO, _("revoked")),
    "secret:unused": (Sign.PLAIN, _("ended, not used any more")),
    "secret:expired": (Sign.PLAIN, _("expired")),
    "secret:integration": (Sign.NO, _("ended with the integration")),
    "secret:transfer": (Sign.NO, _("ended at the handover")),
    # a business day
    "day:open": (Sign.PLAIN, _("open")),
    "day:provisional": (Sign.WAIT, _("provisional")),
    "day:closed": (Sign.OK, _("closed")),
    "day:corrected": (Sign.FIX, _("closed, then corrected")),
    # an item of the menu
    "item:on": (Sign.OK, _("on the menu")),
    "item:disabled": (Sign.WAIT, _("disabled")),
    "item:archived": (Sign.PLAIN, _("archived")),
    "item:removed": (Sign.NO, _("removed")),
    # a mail
    "mail:waiting": (Sign.WAIT, _("waiting to be sent")),
    "sent": (Sign.OK, _("sent")),
    "failed": (Sign.NO, _("not delivered")),
    # an answer of the feasibility check
    "possible": (Sign.OK, _("possible")),
    "not_possible": (Sign.NO, _("not possible")),
    "public_integration": (Sign.FIX, _("better served by an app")),
    "cannot_tell": (Sign.WAIT, _("we cannot tell")),
    # an entry of the price book
    "price:holds": (Sign.OK, _("in force")),
    "price:coming": (Sign.WAIT, _("to come")),
    "price:over": (Sign.PLAIN, _("over")),
    "price:replaced": (Sign.PLAIN, _("replaced")),
    # an enquiry, a public integration, and content
    "enquiry:new": (Sign.WAIT, _("new")),
    "in_talk": (Sign.WAIT, _("in talk")),
    "answered": (Sign.OK, _("answered")),
    "enquiry:closed": (Sign.PLAIN, _("closed")),
    "listed": (Sign.OK, _("listed")),
    "published": (Sign.OK, _("published")),
    "hidden": (Sign.PLAIN, _("hidden")),
}


def shown(word: str, kind: str = "") -> Shown:
    """The badge of a state, looked up for its kind first; an unknown word is shown as it is."""
    found = STATES.get(f"{kind}:{word}") or STATES.get(word)
    return found or (Sign.PLAIN, word.replace("_", " "))
