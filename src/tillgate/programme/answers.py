"""What a merchant says in the request form, and what is wrong with it.

The form saves each step as it goes, so answers may be missing until the request is sent. Then
`problems` must find nothing.
"""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from tillgate.access import redirects
from tillgate.access.scopes import FINANCIAL, ITEMS

APIS = (FINANCIAL, ITEMS)
MOST_CALLS_A_DAY = 600 * 60 * 24
MOST_REDIRECTS = 5

STEPS: Mapping[str, tuple[str, ...]] = {
    "business": ("name", "audience"),
    "locations": ("locations", "consents"),
    "purpose": ("apis", "purpose", "systems"),
    "volume": ("calls_a_day",),
    "personal": ("staff", "consumers", "authorizations", "personal_reason"),
    "signatory": ("signatory_name", "signatory_title", "signatory_email", "signatory_authority"),
    "technical": (
        "technical_name",
        "technical_email",
        "technical_outside",
        "technical_company",
        "redirect_uris",
    ),
    "confirmations": (
        "read_only",
        "own_business_only",
        "built_by_us",
        "not_resold",
        "no_support",
    ),
}
CONFIRMATIONS = STEPS["confirmations"]


class Consent(msgspec.Struct, frozen=True):
    """A franchisee agreed that its location is included: who, in what role, and when (a date)."""

    by: str = ""
    on: str = ""


class Answers(msgspec.Struct, kw_only=True):
    """Everything the form asks. `consents` is by location id, written as text.

    `audience` is `own` (this business only), `several` (other merchants too) or `public` (to be
    listed in the Hub); the latter two belong into the Partner Program.
    """

    name: str = ""
    audience: str = ""
    locations: list[int] = []
    consents: dict[str, Consent] = {}
    apis: list[str] = []
    purpose: str = ""
    systems: str = ""
    calls_a_day: int | None = None
    staff: bool = False
    consumers: bool = False
    authorizations: bool = False
    personal_reason: str = ""
    signatory_name: str = ""
    signatory_title: str = ""
    signatory_email: str = ""
    signatory_authority: bool = False
    technical_name: str = ""
    technical_email: str = ""
    technical_outside: bool = False
    technical_company: str = ""
    redirect_uris: list[str] = []
    read_only: bool = False
    own_business_only: bool = False
    built_by_us: bool = False
    not_resold: bool = False
    no_support: bool = False

    @property
    def asks_personal_data(self) -> bool:
        """Whether any personal data is asked for."""
        return self.staff or self.consumers or self.authorizations


class Context(msgspec.Struct, frozen=True):
    """What answers are held against: the business's locations, and by whom others are run.

    `run_by` has the franchisee of each location that has one.
    """

    locations: Collection[int]
    run_by: Mapping[int, str]
    formal_partnership: bool = False


def read_answers(stored: Mapping[str, Any]) -> Answers:
    """Answers as they were stored; what an older version stored and nobody asks now is dropped."""
    return msgspec.convert(stored, Answers)


def stored(answers: Answers) -> dict[str, Any]:
    """Answers as plain JSON."""
    plain: dict[str, Any] = msgspec.to_builtins(answers)
    return plain


def basis_of(answers: Answers) -> dict[str, Any]:
    """What an agreement is about: when any of it changes, the agreement does not fit any more."""
    names = (
        *("name", "locations", "apis", "staff", "consumers", "authorizations"),
        *("signatory_name", "signatory_title", "signatory_email"),
    )
    plain = stored(answers)
    return {name: plain[name] for name in names} | {"locations": sorted(answers.locations)}


def problems(answers: Answers, context: Context) -> dict[str, str]:
    """What keeps the answers from being sent: why, by field."""
    found: dict[str, str] = {}
    for look in (_business, _locations, _purpose, _personal, _signatory, _technical):
        look(answers, context, found)
    for name in CONFIRMATIONS:
        waived = name == "own_business_only" and context.formal_partnership
        if not getattr(answers, name) and not waived:
            found[name] = _("Confirm this, or tell your account manager why you cannot.")
    return found


def _business(answers: Answers, context: Context, found: dict[str, str]) -> None:
    _say_if_empty(answers, found, name=_("Give your integration a name, such as Nightly journal."))
    if not answers.audience:
        found["audience"] = _("Say who will use it.")
    elif answers.audience != "own" and not context.formal_partnership:
        found["audience"] = _(
            "A custom integration serves one business and is not listed. "
            "For anything else ask the Partner Program."
        )


def _locations(answers: Answers, context: Context, found: dict[str, str]) -> None:
    strange = set(answers.locations).difference(context.locations)
    if not answers.locations:
        found["locations"] = _("Choose at least one business location.")
    elif strange:
        found["locations"] = _("Not a location of this business: %(ids)s.") % {
            "ids": ", ".join(map(str, sorted(strange)))
        }
    for location in answers.locations:
        consent = answers.consents.get(str(location), Consent())
        if context.run_by.get(location) and not (consent.by.strip() and consent.on):
            found[f"consent_{location}"] = _(
                "%(franchisee)s runs this location: say who agreed there, and when."
            ) % {"franchisee": context.run_by[location]}


def _purpose(answers: Answers, context: Context, found: dict[str, str]) -> None:
    if not answers.apis or set(answers.apis).difference(APIS):
        found["apis"] = _("Choose Financial, Items or both.")
    _say_if_empty(
        answers,
        found,
        purpose=_("Say what you want to do with the data."),
        systems=_("Name the systems it goes to, or write “none”."),
    )
    if answers.calls_a_day is None or not 1 <= answers.calls_a_day <= MOST_CALLS_A_DAY:
        found["calls_a_day"] = _("Write about how many calls a day, from 1 to %(most)s.") % {
            "most": MOST_CALLS_A_DAY
        }


def _personal(answers: Answers, context: Context, found: dict[str, str]) -> None:
    if answers.asks_personal_data and not answers.personal_reason.strip():
        found["personal_reason"] = _("Say why you need personal data, or leave it out.")


def _signatory(answers: Answers, context: Context, found: dict[str, str]) -> None:
    _say_if_empty(
        answers,
        found,
        signatory_name=_("Name the person who will sign."),
        signatory_title=_("Say what the signatory is in your business, such as owner."),
    )
    _say_if_no_address(answers, found, "signatory_email")
    if not answers.signatory_authority:
        found["signatory_authority"] = _("Only somebody with authority to sign can sign.")


def _technical(answers: Answers, context: Context, found: dict[str, str]) -> None:
    _say_if_empty(answers, found, technical_name=_("Name the person who gets the credentials."))
    _say_if_no_address(answers, found, "technical_email")
    if answers.technical_outside and not answers.technical_company.strip():
        found["technical_company"] = _("Name the company this developer works for.")
    if len(answers.redirect_uris) > MOST_REDIRECTS:
        found["redirect_uris"] = _("Give at most %(most)s addresses.") % {"most": MOST_REDIRECTS}
    for uri in answers.redirect_uris:
        if cure := redirects.why_refused(uri):
            found["redirect_uris"] = f"{uri}: {cure}"


def _say_if_empty(answers: Answers, found: dict[str, str], **words: str) -> None:
    found |= {name: why for name, why in words.items() if not getattr(answers, name).strip()}


def _say_if_no_address(answers: Answers, found: dict[str, str], name: str) -> None:
    try:
        validate_email(getattr(answers, name))
    except ValidationError:
        found[name] = _("Write an e-mail address, such as name@example.com.")
