"""A journal ready for its page: entries as accountants read them, in two columns that are equal."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillgate.journal.entry import CENTS, Entry, Posting
from tillgate.journal.journal import Journal
from tillgate.journal.mapping import Account, Mapping, What
from tillgate.journal.sources import Source, Thing
from tillgate.ledger.amounts import PLACES

WHAT_NAMES: dict[What, Promise] = {
    What.TENDER: gettext_lazy("Ways of paying"),
    What.DISCOUNT: gettext_lazy("Discounts"),
    What.SALES: gettext_lazy("Sales"),
    What.SERVICE_CHARGE: gettext_lazy("Service charges"),
    What.GIFT_CARDS: gettext_lazy("Gift cards sold"),
    What.TAX: gettext_lazy("Taxes"),
    What.TIPS: gettext_lazy("Tips"),
    What.SURCHARGES: gettext_lazy("Surcharges on cards"),
    What.ROUNDING: gettext_lazy("Rounding"),
    What.DIFFERENCE: gettext_lazy("What does not add up"),
}
_WITHOUT_KEY: dict[What, Promise] = {
    What.TENDER: gettext_lazy("without a payment method"),
    What.DISCOUNT: gettext_lazy("other discounts"),
    What.SALES: gettext_lazy("without an accounting group"),
    What.GIFT_CARDS: gettext_lazy("without an accounting group"),
    What.TAX: gettext_lazy("without a tax rate"),
    What.SERVICE_CHARGE: gettext_lazy("of no kind"),
}
_CHARGES: dict[str, Promise] = {
    "UNTAXED": gettext_lazy("without tax"),
    "APPORTIONED": gettext_lazy("taxed as what it is charged on"),
}


class Part(NamedTuple):
    """What an amount is made of."""

    name: str
    amount: Decimal


class Row(NamedTuple):
    """A line of an entry: an account, what is booked on it, and on one side how much."""

    account: Account
    what: str
    debit: Decimal | None
    credit: Decimal | None
    parts: list[Part]
    is_suspense: bool


class EntryShown(NamedTuple):
    """An entry: what it books, when, and its rows; both sums are `total`."""

    entry: Entry
    digest: str
    rows: list[Row]
    total: Decimal


class Left(NamedTuple):
    """What is on suspense for want of an account, and on which side."""

    what: str
    name: str
    amount: Decimal
    is_debit: bool


class JournalShown(NamedTuple):
    """What is booked on a day."""

    day: date
    journal: Journal
    entries: list[EntryShown]
    suspense: str
    left: list[Left]
    rest: Decimal

    @property
    def total(self) -> Decimal:
        """What all entries come to on each side."""
        return sum((each.total for each in self.entries), Decimal(0))


def journal_shown(journal: Journal, day: date) -> JournalShown:
    """The entries of a day, and what lies on suspense."""
    left = journal.unmapped
    rests = (each.amount for each in left if each.thing.what is What.DIFFERENCE)
    return JournalShown(
        day,
        journal,
        [_entry(each, journal.suspense) for each in journal.entries],
        account_words(journal.suspense),
        [_left(each) for each in left if _needs_account(each.thing, journal.mapping)],
        amount_of(abs(sum(rests))),
    )


def amount_of(millionths: int) -> Decimal:
    """Millionths as an amount."""
    return Decimal(millionths).scaleb(-PLACES)


def account_words(account: Account) -> str:
    """An account by code and name, or once where they are the same."""
    is_same = account.code.casefold() == account.name.casefold()
    return account.name if is_same else f"{account.code} {account.name}"


def name_of(thing: Thing) -> str:
    """What a thing is called within its kind."""
    if thing == CENTS:
        return _("rounded to cents")
    if thing.what is What.SERVICE_CHARGE and thing.key in _CHARGES:
        return str(_CHARGES[thing.key])
    named = thing.name or thing.key
    if thing.what is What.TAX and "@" in thing.key:
        percent = _percent(thing.key.rpartition("@")[2])
        return named if "%" in named else f"{named} {percent}".strip()
    return named or str(_WITHOUT_KEY.get(thing.what, WHAT_NAMES[thing.what]))


def title_of(thing: Thing) -> str:
    """The same where it stands for all that has no key, whatever one of them is called."""
    return name_of(thing if thing.key else thing._replace(name=""))


def _percent(rate: str) -> str:
    try:
        return f"{((Decimal(rate) - 1) * 100).normalize():f}%"
    except ArithmeticError:
        return ""


def _entry(entry: Entry, suspense: Account) -> EntryShown:
    # As accountants write: what is debited first.
    postings = sorted(entry.postings.all, key=lambda each: each.amount < 0)
    total = sum(each.amount for each in postings if each.amount > 0)
    rows = [_row(each, suspense) for each in postings]
    return EntryShown(entry, entry.digest.hex(), rows, amount_of(total))


def _row(posting: Posting, suspense: Account) -> Row:
    sign = -1 if posting.amount < 0 else 1
    amount = amount_of(abs(posting.amount))
    return Row(
        posting.account,
        str(WHAT_NAMES[posting.what]),
        amount if sign > 0 else None,
        amount if sign < 0 else None,
        _parts(posting.parts, sign),
        posting.account.code == suspense.code,
    )


def _parts(sources: Iterable[Source], sign: int) -> list[Part]:
    return [Part(name_of(each.thing), amount_of(sign * each.amount)) for each in sources]


def _needs_account(thing: Thing, mapping: Mapping) -> bool:
    """Whether an account would help: not where days do not add up, nor where cents are rounded."""
    if thing == CENTS:
        return all(rule.what is not What.ROUNDING for rule in mapping.rules)
    return thing.what is not What.DIFFERENCE


def _left(source: Source) -> Left:
    thing, amount = source
    name = "" if thing.what in {What.TIPS, What.SURCHARGES} else name_of(thing)
    return Left(str(WHAT_NAMES[thing.what]), name, amount_of(abs(amount)), amount > 0)
