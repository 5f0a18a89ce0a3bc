"""The mails of the programme and of accounts: to whom, and which facts each may name.

A mail must be given all the facts it declares, so that an operator may use any of them. `link` is
an address and is shown as a button; `NEEDED` must stay in the words, for without it the mail
would be of no use. `LONG` facts keep their line breaks.
"""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext_noop as _

COMMON = frozenset({"platform", "support", "website"})
NEEDED = frozenset({"link", "code", "question", "answer", "reason"})
LONG = frozenset({"question", "answer", "words", "locations"})
ADDRESSES = frozenset({"link", "website"})


class MailSlot(NamedTuple):
    """What a mail is about; `facts` does not name the `COMMON` ones, which every mail has."""

    title: str
    to: str
    facts: frozenset[str]

    @property
    def allowed(self) -> frozenset[str]:
        """Every placeholder its words may use."""
        return self.facts | COMMON

    @property
    def required(self) -> frozenset[str]:
        """The placeholders its words must use."""
        return self.facts & NEEDED


def _mail(title: str, to: str, facts: str) -> MailSlot:
    return MailSlot(title, to, frozenset(facts.split()))


_AGREEMENT = "name business number price locations expires link"

_OF_INTEGRATION = "name business integration link"
_AMENDMENT = f"{_OF_INTEGRATION} locations"

_CONCERNED = _("the owners and the technical contact")
_WHOEVER = _("whoever asked for it")
_HOLDER = _("the holder of the account")

MAILS: Mapping[str, MailSlot] = {
    "sign_in_code": _mail(_("Code for signing in"), _WHOEVER, "minutes code"),
    "address_code": _mail(_("Code that proves an address"), _WHOEVER, "minutes code"),
    "password_code": _mail(_("Code for a forgotten password"), _WHOEVER, "minutes code"),
    "account_exists": _mail(_("Registered twice"), _HOLDER, "link"),
    "account_unknown": _mail(_("Signing in without an account"), _WHOEVER, "link"),
    "account_changed": _mail(
        _("An account was changed"), _HOLDER, "change changed_at address browser link"
    ),
    "staff_appointed": _mail(
        _("Appointed to work for the platform"), _("the person"), "name role appointed_by link"
    ),
    "interest_received": _mail(_("Interest received"), _("the merchant"), "name business link"),
    "interest_assigned": _mail(
        _("Interest assigned"),
        _("the account manager"),
        "name business contact contact_email words link",
    ),
    "overview_and_form_link": _mail(
        _("Overview and personal form link"),
        _("the merchant"),
        "name business account_manager expires link",
    ),
    "invitation": _mail(
        _("Invitation to act for a business"),
        _("the invited person"),
        "business role invited_by expires link",
    ),
    "request_submitted": _mail(
        _("Request submitted"), _("the merchant"), "name business number locations link"
    ),
    "price_needed": _mail(
        _("A request waits for its price"),
        _("the account manager"),
        "name business number locations link",
    ),
    "agreement_to_sign": _mail(_("Agreement to sign"), _("the signatory"), _AGREEMENT),
    "signing_code": _mail(
        _("Code for signing"), _("the signatory"), "business number minutes code"
    ),
    "agreement_reminder": _mail(_("Reminder to sign"), _("the signatory"), _AGREEMENT),
    "agreement_signed": _mail(
        _("Agreement signed"),
        _("the signatory, the owners and the account manager"),
        "name business number signatory signed_at link",
    ),
    "agreement_refused": _mail(
        _("Agreement refused"),
        _("the account manager"),
        "name business number signatory words link",
    ),
    "agreement_expired": _mail(
        _("Agreement expired"), _("the account manager"), "name business number signatory link"
    ),
    "agreement_void": _mail(_("Agreement void"), _("the signatory"), "name business number reason"),
    "review_waiting": _mail(
        _("A request waits for review"), _("Partner Services"), "business number target link"
    ),
    "review_ready": _mail(
        _("A request can be approved"), _("Partner Services"), "business number link"
    ),
    "information_asked": _mail(
        _("More information asked for"), _("the merchant"), "name business number question link"
    ),
    "information_given": _mail(
        _("Information given"), _("Partner Services"), "business number words link"
    ),
    "request_approved": _mail(
        _("Request approved"),
        _("the owner"),
        "name business number apis locations technical_contact link",
    ),
    "request_declined": _mail(
        _("Request declined"), _("the merchant"), "name business number reason words advice link"
    ),
    "request_declined_account_manager": _mail(
        _("Request of your merchant declined"),
        _("the account manager"),
        "name business number reason words link",
    ),
    "request_withdrawn": _mail(
        _("Request withdrawn"),
        _("the merchant and the account manager"),
        "name business number withdrawn_by",
    ),
    "credentials_link": _mail(
        _("Link to the credentials"),
        _("the technical contact"),
        "name business integration expires link",
    ),
    "credentials_code": _mail(
        _("Code for the credentials"),
        _("the technical contact"),
        "business integration minutes code",
    ),
    "credentials_opened": _mail(
        _("Credentials opened"),
        _("the owner"),
        "name business integration technical_contact opened_at link",
    ),
    "amendment_to_sign": _mail(
        _("Amendment to sign"), _("the signatory"), f"{_AMENDMENT} number price starts expires"
    ),
    "amendment_reminder": _mail(
        _("Reminder to sign an amendment"),
        _("the signatory"),
        f"{_AMENDMENT} number price starts expires",
    ),
    "amendment_signed": _mail(
        _("Amendment in force"),
        _("the signatory, the owners and the account manager"),
        f"{_AMENDMENT} number starts",
    ),
    "amendment_void": _mail(
        _("Amendment void"), _("the account manager"), f"{_AMENDMENT} number reason"
    ),
    "locations_added": _mail(
        _("Locations added"), _("the technical contact"), f"{_AMENDMENT} starts"
    ),
    "locations_asked": _mail(
        _("Further locations asked for"), _("the account manager"), f"{_AMENDMENT} actor words"
    ),
    "location_removed": _mail(
        _("Location removed"),
        _("the owners, the technical contact and the account manager"),
        f"{_OF_INTEGRATION} actor location ended",
    ),
    "integration_suspended": _mail(
        _("Integration suspended"), _CONCERNED, f"{_OF_INTEGRATION} actor reason"
    ),
    "integration_resumed": _mail(
        _("Integration resumed"), _CONCERNED, f"{_OF_INTEGRATION} actor reason"
    ),
    "integration_ended": _mail(
        _("Integration ended"), _CONCERNED, f"{_OF_INTEGRATION} actor reason"
    ),
    "integration_transferred": _mail(
        _("Integration handed over"),
        _("the owners and the former technical contact"),
        f"{_OF_INTEGRATION} actor contact reason",
    ),
    "secret_made": _mail(_("Secret made"), _CONCERNED, f"{_OF_INTEGRATION} hint actor"),
    "secret_expiring": _mail(_("Secret ends soon"), _CONCERNED, f"{_OF_INTEGRATION} hint expires"),
    "secret_ended": _mail(_("Secret ended"), _CONCERNED, f"{_OF_INTEGRATION} hint ended words"),
    "redirects_changed": _mail(
        _("Redirect addresses changed"), _CONCERNED, f"{_OF_INTEGRATION} actor words"
    ),
    "sandbox_ready": _mail(_("Sandbox ready"), _("the applicant"), "name expires link"),
    "sandbox_ending": _mail(_("Sandbox ends soon"), _("the applicant"), "name expires link"),
    "partner_enquiry_received": _mail(
        _("Partner Program enquiry received"), _("the enquirer"), "name company"
    ),
    "partner_enquiry_new": _mail(
        _("New Partner Program enquiry"),
        _("the partner growth managers"),
        "company contact contact_email words link",
    ),
    "partner_enquiry_answered": _mail(
        _("Partner Program enquiry answered"), _("the enquirer"), "name company answer"
    ),
}

# What a preview shows in place of the facts: invented people, places and figures.
_EXAMPLES: Mapping[str, str] = {
    "account_manager": "Dana Whitlock",
    "actor": "Ola Brandt",
    "address": "203.0.113.9",
    "advice": "Your account manager, Dana Whitlock, can tell you what would help.",
    "answer": "Thank you for telling us about your program.\n\nWe would like to see it.",
    "apis": "Financial and Items",
    "browser": "Firefox on Linux",
    "appointed_by": "Otto Brandvold",
    "business": "Harbour Street Kitchens",
    "change": "An authenticator app was set up.",
    "changed_at": "5 March 2026, 16:40 UTC",
    "code": "402 913",
    "company": "Brass Ladle Software",
    "contact": "Maya Lindqvist",
    "contact_email": "maya@harbour.example",
    "ended": "14 March 2026, 18:00 UTC",
    "expires": "14 March 2026, 18:00 UTC",
    "hint": "tg_4fZkQ1…",
    "integration": "Ledger Bridge",
    "invited_by": "Dana Whitlock",
    "link": "https://gate.example/a-personal-link",
    "location": "Old Mill Quay",
    "locations": "Harbour Street\nOld Mill Quay",
    "minutes": "10",
    "name": "Maya Lindqvist",
    "number": "R-1042",
    "opened_at": "6 March 2026, 09:12 UTC",
    "price": "EUR 58.00 a month for 2 business locations",
    "question": "Which system will receive the sales?",
    "reason": "The purpose needs to write, and custom API access only reads.",
    "role": "owner",
    "signatory": "Maya Lindqvist",
    "signed_at": "5 March 2026, 16:40 UTC",
    "starts": "2026-04-01",
    "target": "3 working days",
    "technical_contact": "Ola Brandt",
    "withdrawn_by": "Maya Lindqvist",
    "words": "We want to book the day's takings by ourselves.",
}


def example_facts(name: str) -> dict[str, str]:
    """Invented facts for every placeholder a mail declares."""
    return {fact: _EXAMPLES[fact] for fact in MAILS[name].facts}
