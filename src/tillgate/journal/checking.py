"""Every problem of a mapping, each with the field it lies in and what to do about it.

A mapping without a problem can be booked by: no rule, parent or suspense account leads nowhere.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingOf
from typing import NamedTuple

from django.utils.translation import gettext as _

from tillgate.foundation.joiners import JOINERS, MISPLACED
from tillgate.journal.mapping import ALLOWED, SUSPENSE_KINDS, Account, Mapping, Rule, What

MOST_ACCOUNTS = 2000
MOST_RULES = 5000
LONGEST_CODE = 40
LONGEST_NAME = 120
# Further parents than this stand above no account.
MOST_ABOVE = 9
# Control characters, invisible ones, halves of characters, and ends of lines or paragraphs.
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})


class Problem(NamedTuple):
    """What is wrong with a field such as `accounts[2].parent`, and the cure, in `words`."""

    field: str
    words: str


class Known(NamedTuple):
    """What a business has: its currencies, and of each thing by kind and key those it is sold in.

    What nobody sells by yet but always may, such as tips, is among the things.
    """

    currencies: frozenset[str]
    things: MappingOf[tuple[What, str], frozenset[str]]


def problems_of(mapping: Mapping, known: Known) -> list[Problem]:
    """Everything that keeps a mapping from being used, in the order of its fields."""
    if found := list(_too_many(mapping)):
        return found
    return list(_problems(mapping, known))


def _too_many(mapping: Mapping) -> Iterator[Problem]:
    for field, things, most in (
        ("accounts", mapping.accounts, MOST_ACCOUNTS),
        ("rules", mapping.rules, MOST_RULES),
    ):
        if len(things) > most:
            words = _("These are %(found)d, and at most %(most)d can be kept. Leave some out.")
            yield Problem(field, words % {"found": len(things), "most": most})


def _problems(mapping: Mapping, known: Known) -> Iterator[Problem]:
    chart = _Chart(mapping.accounts, known)
    for number, account in enumerate(mapping.accounts):
        for field, words in chart.problems(account):
            yield Problem(f"accounts[{number}].{field}", words)
    yield from chart.rings()
    seen = Counter((rule.what, rule.key) for rule in mapping.rules)
    for number, rule in enumerate(mapping.rules):
        for field, words in _of_rule(rule, chart, seen):
            yield Problem(f"rules[{number}].{field}", words)
    for words in _of_suspense(mapping.suspense, chart):
        yield Problem("suspense", words)


# --- accounts -------------------------------------------------------------------------------------

_Found = Iterator[tuple[str, str]]


class _Chart:
    """The accounts by their codes."""

    def __init__(self, accounts: Sequence[Account], known: Known) -> None:
        self.known = known
        self.by_code = {account.code: account for account in accounts}
        self._times = Counter(account.code for account in accounts)
        self._place = {account.code: number for number, account in enumerate(accounts)}
        self._rings = list(_rings_of(self.by_code))
        self._in_rings = {code for ring in self._rings for code in ring}

    def problems(self, account: Account) -> _Found:
        """What is wrong with an account by itself, and with its parent."""
        facts = {"code": account.code}
        for field, words in _of_text("code", account.code, LONGEST_CODE):
            yield field, f"{account.name}: {words}"
        for field, words in _of_text("name", account.name, LONGEST_NAME):
            yield field, f"{account.code}: {words}"
        if self._times[account.code] > 1:
            words = _("The code %(code)s is there more than once. Give each account its own.")
            yield "code", words % facts
        if account.currency and account.currency not in self.known.currencies:
            words = _(
                "Account %(code)s takes %(currency)s only, in which this business does not sell."
                " Leave its currency empty, or write %(own)s."
            )
            yield "currency", words % _currencies(facts, account, self.known.currencies)
        if account.parent:
            yield from self._of_parent(account)

    def _of_parent(self, account: Account) -> _Found:
        parent = self.by_code.get(account.parent)
        facts = {"code": account.code, "parent": account.parent}
        if parent is None:
            words = _(
                "Account %(code)s is below %(parent)s, which is not in the chart. Add that"
                " account, or leave the parent empty."
            )
            yield "parent", words % facts
        elif parent.kind is not account.kind:
            words = _(
                "Account %(code)s is below %(parent)s, which is of another kind. Choose a parent"
                " of the same kind, or leave it empty."
            )
            yield "parent", words % facts
        elif self._is_deep(account):
            words = _(
                "More than %(most)d accounts stand above account %(code)s. Put it below one that"
                " is higher up."
            )
            yield "parent", words % (facts | {"most": MOST_ABOVE})

    def _is_deep(self, account: Account) -> bool:
        code = account.parent
        for _step in range(MOST_ABOVE):
            if code not in self.by_code or code in self._in_rings:
                return False
            code = self.by_code[code].parent
        return code in self.by_code and code not in self._in_rings

    def rings(self) -> Iterator[Problem]:
        """Accounts that are below themselves, each ring once."""
        words = _(
            "Account %(code)s is below itself (%(ring)s). Leave the parent of one of these empty."
        )
        for ring in self._rings:
            facts = {"code": ring[0], "ring": ", ".join([*ring, ring[0]])}
            yield Problem(f"accounts[{self._place[ring[0]]}].parent", words % facts)


def _rings_of(by_code: MappingOf[str, Account]) -> Iterator[list[str]]:
    """The codes of accounts that are above each other in a ring; each account is seen once."""
    seen: set[str] = set()
    for start in by_code:
        path: dict[str, None] = {}
        code = start
        while code in by_code and code not in seen:
            seen.add(code)
            path[code] = None
            code = by_code[code].parent
        if code in path:
            codes = list(path)
            yield codes[codes.index(code) :]


def _of_text(field: str, text: str, longest: int) -> _Found:
    if not text.strip():
        empty = {"code": _("The account has no code."), "name": _("The account has no name.")}
        yield field, f"{empty[field]} {_('Write one.')}"
    elif len(text) > longest:
        words = _("“%(text)s…” has %(length)d characters. Shorten it to %(longest)d.")
        facts = {"text": text[:12], "length": len(text), "longest": longest}
        yield field, words % facts
    if text != text.strip() or MISPLACED.search(text) or any(map(_is_unfit, text)):
        yield (
            field,
            _("There are invisible characters or spaces around it. Delete it and type it anew."),
        )


def _is_unfit(character: str) -> bool:
    return unicodedata.category(character) in _UNFIT and character not in JOINERS


# --- rules and suspense ---------------------------------------------------------------------------


def _of_rule(rule: Rule, chart: _Chart, seen: Counter[tuple[What, str]]) -> _Found:
    thing = rule.what, rule.key
    facts = {"code": rule.account}
    if rule.what not in ALLOWED:
        yield "what", _("What does not add up is always on the suspense account. Leave this out.")
        return
    if thing not in chart.known.things:
        words = _("This business has nothing by that key (%(what)s, %(key)s). Leave the rule out.")
        yield "key", words % {"what": rule.what.value, "key": rule.key}
    if seen[thing] > 1:
        yield "key", _("There is more than one rule for this. Keep one of them.")
    account = chart.by_code.get(rule.account)
    if account is None:
        words = _("Account %(code)s is not in the chart. Add it there, or choose another.")
        yield "account", words % facts
        return
    if account.kind not in ALLOWED[rule.what]:
        words = _("Account %(code)s cannot hold this. Choose one of the kind %(kinds)s.")
        yield "account", words % (facts | {"kinds": _kinds(ALLOWED[rule.what])})
    sold_in = chart.known.things.get(thing, frozenset())
    if account.currency and sold_in - {account.currency}:
        words = _("Account %(code)s takes %(currency)s only, but this comes in %(own)s.")
        cure = _("Choose another account, or leave its currency empty.")
        yield "account", f"{words % _currencies(facts, account, sold_in)} {cure}"


def _of_suspense(code: str, chart: _Chart) -> Iterator[str]:
    account = chart.by_code.get(code)
    facts = {"code": code}
    if account is None:
        if not code:
            yield _("There is no suspense account. Choose the account for what has none yet.")
        else:
            words = _("Account %(code)s is not in the chart. Add it there, or choose another.")
            yield words % facts
        return
    if account.kind not in SUSPENSE_KINDS:
        words = _("Account %(code)s cannot be suspense. Choose one of the kind %(kinds)s.")
        yield words % (facts | {"kinds": _kinds(SUSPENSE_KINDS)})
    if account.currency and chart.known.currencies - {account.currency}:
        words = _(
            "Suspense takes what comes in any currency of this business, but account %(code)s takes"
            " %(currency)s only. Leave its currency empty."
        )
        yield words % _currencies(facts, account, chart.known.currencies)


def _kinds(kinds: frozenset[object]) -> str:
    return _(" or ").join(sorted(str(kind) for kind in kinds))


def _currencies(
    facts: dict[str, str], account: Account, currencies: frozenset[str]
) -> dict[str, str]:
    return facts | {"currency": account.currency, "own": _(" or ").join(sorted(currencies))}
