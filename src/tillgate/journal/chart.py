"""A mapping at work: the account of a thing, by its rule, or by the back office's reference."""

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from typing import NamedTuple

from tillgate.journal.mapping import ALLOWED, Account, Kind, Mapping, What
from tillgate.journal.sources import Counted, Thing, counted_of


class References(NamedTuple):
    """The accounting references of the back office, by what they are of (`reference_key`).

    `names` is what a reference is called; `groups` are the codes of accounting groups.
    """

    by_thing: MappingOf[tuple[What, str], str]
    names: MappingOf[str, str]
    groups: frozenset[str]


def reference_key(thing: Thing) -> tuple[What, str]:
    """What a thing's reference is found by; every rate that a tax ever had, by its code."""
    key = thing.key.rpartition("@")[0] if thing.what is What.TAX else thing.key
    return thing.what, key


class Slot(NamedTuple):
    """What goes to an account of one kind of things, because it is theirs or for want of one."""

    account: Account
    what: What
    things: list[Counted]
    has_account: bool


_ORDER = {what: place for place, what in enumerate(What)}


def in_order(at: tuple[Account, What]) -> tuple[int, str]:
    """How postings are ordered: by what they are, then by the account's code."""
    account, what = at
    return _ORDER[what], account.code


class Chart:
    """Finds accounts that take a currency (any, if none is said); what has none is on suspense."""

    def __init__(self, mapping: Mapping, references: References, currency: str = "") -> None:
        self.mapping = mapping
        self._references = references
        self._currency = currency
        made = [] if mapping.version else _accounts_of(references)
        self._accounts = {account.code: account for account in [*made, *mapping.accounts]}
        self._rules = {(rule.what, rule.key): rule.account for rule in mapping.rules}
        self._found: dict[Thing, Account | None] = {}
        self.suspense = self._accounts[mapping.suspense]
        self._slots: dict[bytes, list[Slot]] = {}
        self._discounts_apart = any(rule.what is What.DISCOUNT for rule in mapping.rules)

    def account_of(self, thing: Thing) -> Account | None:
        """The account of a thing; None where neither a rule nor a reference names a fitting one."""
        if thing not in self._found:
            account = self._find(thing)
            self._found[thing] = account if account and self._may_hold(account, thing) else None
        return self._found[thing]

    def slots(self, keys: bytes) -> list[Slot]:
        """Where everything goes on a day with these keys of figures, in the order of postings."""
        if keys not in self._slots:
            self._slots[keys] = self._made_slots(counted_of(keys, self._discounts_apart))
        return self._slots[keys]

    def _made_slots(self, counted: Iterable[Counted]) -> list[Slot]:
        slots: dict[tuple[str, What, bool], Slot] = {}
        for each in counted:
            found, what = self.account_of(each.thing), each.thing.what
            account, has_account = found or self.suspense, found is not None
            at = account.code, what, has_account
            slots.setdefault(at, Slot(account, what, [], has_account)).things.append(each)
        return sorted(slots.values(), key=lambda slot: in_order(slot[:2]))

    def with_parents(self, accounts: set[Account]) -> list[Account]:
        """These accounts and what they are below of, by code."""
        found = dict[str, Account]()
        for account in accounts:
            each: Account | None = account
            while each is not None and each.code not in found:
                found[each.code] = each
                each = self._accounts.get(each.parent)
        return [found[code] for code in sorted(found)]

    def _find(self, thing: Thing) -> Account | None:
        ruled = self._rules.get((thing.what, thing.key))
        if ruled is not None:
            return self._accounts[ruled]
        reference = self._reference(thing)
        if not reference:
            return None
        account = self._accounts.get(reference)
        if account is None and not self.mapping.version:
            # A group that the catalogue does not know any more: only its lines tell of it.
            return Account(code=reference, name=reference, kind=Kind.INCOME)
        return account

    def _reference(self, thing: Thing) -> str:
        return thing.reference or self._references.by_thing.get(reference_key(thing), "")

    def _may_hold(self, account: Account, thing: Thing) -> bool:
        takes = not (account.currency and self._currency) or account.currency == self._currency
        return takes and account.kind in ALLOWED.get(thing.what, ())


def _accounts_of(references: References) -> list[Account]:
    """An account for each reference.

    A reference does not say what it is an account of, so it is taken for what has it. A tender's
    that is a group's too is a gift card, which is owed and not had.
    """
    kinds = dict.fromkeys(sorted(references.groups), Kind.INCOME)
    for what, kind in ((What.TAX, Kind.LIABILITY), (What.TENDER, Kind.ASSET)):
        found = {code for (of, _), code in references.by_thing.items() if of is what}
        kinds |= dict.fromkeys(found, kind)
        if what is What.TENDER:
            kinds |= dict.fromkeys(found & references.groups, Kind.LIABILITY)
    return [
        Account(code=code, name=references.names.get(code) or code, kind=kind)
        for code, kind in kinds.items()
    ]
