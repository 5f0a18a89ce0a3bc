"""A mapping at work: the account of a thing, by its rule, or by the back office's reference."""

from collections.abc import Mapping as MappingOf
from typing import NamedTuple

from tillgate.journal.mapping import ALLOWED, Account, Kind, Mapping, What
from tillgate.journal.sources import Thing

# A reference alone does not say what it is an account of: this is what it is taken for.
_TAKEN_FOR = {
    What.TENDER: Kind.ASSET,
    What.TAX: Kind.LIABILITY,
    What.SALES: Kind.INCOME,
    What.GIFT_CARDS: Kind.LIABILITY,
}


class References(NamedTuple):
    """The accounting references of the back office, by what they are of and its key.

    `groups` are codes of accounting groups: a tender that is booked as one is a gift card, which is
    owed and not had.
    """

    by_thing: MappingOf[tuple[What, str], str]
    names: MappingOf[str, str]
    groups: frozenset[str]


class Chart:
    """Finds accounts that take a currency (any, if none is said); what has none is on suspense."""

    def __init__(self, mapping: Mapping, references: References, currency: str = "") -> None:
        self.mapping = mapping
        self._currency = currency
        self._references = references
        self._accounts = {account.code: account for account in mapping.accounts}
        self._rules = {(rule.what, rule.key): rule.account for rule in mapping.rules}
        self._found: dict[Thing, Account | None] = {}
        self.suspense = self._accounts[mapping.suspense]

    def account_of(self, thing: Thing) -> Account | None:
        """The account of a thing; None where neither a rule nor a reference names a fitting one."""
        if thing not in self._found:
            account = self._find(thing)
            self._found[thing] = account if account and self._takes(account) else None
        return self._found[thing]

    def _takes(self, account: Account) -> bool:
        return not (account.currency and self._currency) or account.currency == self._currency

    def _find(self, thing: Thing) -> Account | None:
        ruled = self._rules.get((thing.what, thing.key))
        if ruled is not None:
            return self._accounts[ruled]
        reference = self._reference(thing)
        if not reference:
            return None
        account = self._accounts.get(reference)
        if account is None and not self.mapping.version:
            account = self._accounts[reference] = self._made(reference, thing)
        if account is None or account.kind not in ALLOWED[thing.what]:
            return None
        return account

    def _reference(self, thing: Thing) -> str:
        return thing.reference or self._references.by_thing.get((thing.what, thing.key), "")

    def _made(self, reference: str, thing: Thing) -> Account:
        is_owed = thing.what is What.TENDER and reference in self._references.groups
        kind = Kind.LIABILITY if is_owed else _TAKEN_FOR[thing.what]
        name = self._references.names.get(reference, reference)
        return Account(code=reference, name=name, kind=kind)
