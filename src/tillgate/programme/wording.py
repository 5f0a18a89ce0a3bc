"""The programme's own words for its keys: APIs, confirmations, personal data, events.

What the platform says is content and is edited by its operator; these name things that are in the
code, and are translated with it.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillgate.access.scopes import FINANCIAL, ITEMS

Words = Mapping[str, str | Promise]

API_NAMES: Words = {FINANCIAL: _("Financial"), ITEMS: _("Items")}

API_WORDS: Words = {
    FINANCIAL: _("Financial API: sales, taxes, discounts, payments and accounting periods"),
    ITEMS: _("Items API: names, prices, identifiers and configuration of the menu"),
}

CONFIRMATION_WORDS: Words = {
    "read_only": _("The access is read-only: nothing can be changed through it."),
    "own_business_only": _(
        "The integration serves this business only, with the locations its franchisees run where"
        " they agreed."
    ),
    "built_by_us": _("The business builds and maintains it, itself or by a developer it hires."),
    "not_resold": _("It is not resold, shared, or listed in the Integration Hub."),
    "no_support": _("The platform gives no development support for custom integrations."),
}

PERSONAL_WORDS: Words = {
    "staff": _("names of staff"),
    "consumers": _("what is known of consumers"),
    "authorizations": _("card payment authorisations"),
}

EVENT_WORDS: Words = {
    "programme:request:drafted": _("Request begun"),
    "programme:request:submitted": _("Request sent"),
    "programme:request:information_asked": _("More information asked for"),
    "programme:request:information_given": _("Information given"),
    "programme:request:approved": _("Request approved"),
    "programme:request:declined": _("Request declined"),
    "programme:request:withdrawn": _("Request withdrawn"),
    "programme:request:locations_asked": _("Further locations asked for"),
    "programme:agreement:priced": _("Agreement priced"),
    "programme:agreement:sent": _("Agreement sent for signature"),
    "programme:agreement:reminded": _("Signatory reminded"),
    "programme:agreement:opened": _("Agreement opened"),
    "programme:agreement:code_sent": _("Code sent"),
    "programme:agreement:code_proved": _("Code typed, address proved"),
    "programme:agreement:signed": _("Agreement signed"),
    "programme:agreement:sealed": _("Agreement sealed"),
    "programme:agreement:refused": _("Signature refused"),
    "programme:agreement:expired": _("Agreement expired unsigned"),
    "programme:agreement:voided": _("Agreement void"),
    "programme:agreement:in_force": _("Agreement in force"),
}
