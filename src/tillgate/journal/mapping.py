"""How a business books: its accounts, and which account each thing of a business day belongs to.

A mapping is kept in versions and never changed. Version 0 is none of its own: it books by the
accounting references of the back office.
"""

from collections.abc import Mapping as MappingOf
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What an account is."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


class What(StrEnum):
    """What is booked.

    The key that tells one thing of a kind from another is the id of the accounting group for
    `sales` and `giftCards`, `code@rate` for `tax`, the type of a service charge, the code (or else
    the name) of a discount, and the payment method's id for `tender`; it is empty where that is
    absent, and for the others, of which there is one each. `difference` is what keeps a day's sales
    and payments from adding up; it has no rule of its own.
    """

    TENDER = "tender"
    DISCOUNT = "discount"
    SALES = "sales"
    SERVICE_CHARGE = "serviceCharge"
    GIFT_CARDS = "giftCards"
    TAX = "tax"
    TIPS = "tips"
    SURCHARGES = "surcharges"
    ROUNDING = "rounding"
    DIFFERENCE = "difference"


class Corrections(StrEnum):
    """Where a corrected day is booked: anew on its own date, or by its change on a later one."""

    RESTATE = "restate"
    OPEN_PERIOD = "openPeriod"


class Places(StrEnum):
    """How amounts are written: all six places, or cents with what that leaves on `rounding`."""

    EXACT = "exact"
    CENTS = "cents"


# Which accounts may hold what: tips and gift cards are owed, tenders are had. A tender may also be
# a gift card that comes back (a liability) or the house's own hospitality (an expense).
ALLOWED: MappingOf[What, frozenset[Kind]] = {
    What.TENDER: frozenset({Kind.ASSET, Kind.LIABILITY, Kind.EXPENSE}),
    What.DISCOUNT: frozenset({Kind.INCOME, Kind.EXPENSE}),
    What.SALES: frozenset({Kind.INCOME, Kind.LIABILITY}),
    What.SERVICE_CHARGE: frozenset({Kind.INCOME, Kind.LIABILITY}),
    What.GIFT_CARDS: frozenset({Kind.LIABILITY}),
    What.TAX: frozenset({Kind.LIABILITY}),
    What.TIPS: frozenset({Kind.LIABILITY}),
    What.SURCHARGES: frozenset({Kind.INCOME, Kind.LIABILITY, Kind.EXPENSE}),
    What.ROUNDING: frozenset({Kind.INCOME, Kind.EXPENSE}),
}
SUSPENSE_KINDS = frozenset({Kind.ASSET, Kind.LIABILITY, Kind.EQUITY})


class Account(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ledger account, below the account `parent` by code; `currency` is the only one it takes."""

    code: str
    name: str
    kind: Kind
    parent: str = ""
    currency: str = ""


class Rule(msgspec.Struct, frozen=True):
    """One thing goes to one account, given by its code."""

    what: What
    key: str
    account: str


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """A version of how a business books; `suspense` takes what no rule and no reference names."""

    version: int
    accounts: list[Account]
    rules: list[Rule]
    suspense: str
    corrections: Corrections = Corrections.RESTATE
    places: Places = Places.EXACT


_DECODER = msgspec.json.Decoder(Mapping)


def decode(text: str) -> Mapping:
    """A mapping as it is kept: JSON."""
    return _DECODER.decode(text)


SUSPENSE = Account(code="suspense", name="Suspense", kind=Kind.ASSET)
BY_REFERENCE = Mapping(version=0, accounts=[SUSPENSE], rules=[], suspense=SUSPENSE.code)
