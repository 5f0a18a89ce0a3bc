"""One balanced journal entry of a business day: what it comes to, account by account.

Amounts are whole millionths; debits are above zero, credits below, and all postings of an entry
add up to nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from tillgate.journal.chart import Chart
from tillgate.journal.mapping import Account, Places, What
from tillgate.journal.sources import Source, Thing, sources_of
from tillgate.ledger.figures import Figures

_CENT = 10_000
_ORDER = {what: place for place, what in enumerate(What)}
_LEFT_BY_CENTS = Thing(What.ROUNDING, "", "cents")


class Posting(NamedTuple):
    """What an account takes of one kind of things, and of which things it is the sum."""

    account: Account
    what: What
    amount: int
    parts: list[Source]


class Postings(NamedTuple):
    """What a day is booked by; `unmapped` are the things that are on the suspense account."""

    all: list[Posting]
    unmapped: list[Source]


class Entry(NamedTuple):
    """A journal entry of a business day, booked on `booked_on`.

    `number` is the same whenever the same revision is booked the same way. Without `revision` the
    day is not closed: the entry is not final, and has no digest. `follows` is the number of the
    entry that it replaces (`restated`), or to which it adds the change of a correction.
    """

    number: str
    business_date: date
    booked_on: date
    revision: int | None
    digest: bytes
    postings: Postings
    restated: bool = False
    follows: str = ""
    reasons: Sequence[str] = ()

    @property
    def final(self) -> bool:
        """Whether the day is closed."""
        return self.revision is not None


def postings_of(figures: Figures, chart: Chart) -> Postings:
    """What a day with these figures is booked by."""
    apart = any(rule.what is What.DISCOUNT for rule in chart.mapping.rules)
    sources = sources_of(figures, discounts_apart=apart)
    return _booked(sources, chart)


def _booked(sources: Iterable[Source], chart: Chart) -> Postings:
    unmapped: list[Source] = []
    postings: list[Posting] = []
    for source in sources:
        account = None if _is_rest(source) else chart.account_of(source.thing)
        if account is None:
            unmapped.append(source)
        place = account or chart.suspense, source.thing.what
        postings.append(Posting(*place, source.amount, [source]))
    merged = _merged(postings)
    if chart.mapping.places is Places.CENTS:
        merged = _merged(_in_cents(merged, chart))
    return Postings(merged, unmapped)


def _is_rest(source: Source) -> bool:
    return source.thing.what is What.DIFFERENCE


def _merged(postings: Iterable[Posting]) -> list[Posting]:
    """A posting for each account and kind of things, in order; none where nothing is left."""
    sums: defaultdict[tuple[Account, What], int] = defaultdict(int)
    parts: defaultdict[tuple[Account, What], list[Source]] = defaultdict(list)
    for account, what, amount, sources in postings:
        sums[account, what] += amount
        parts[account, what] += sources
    found = [Posting(*at, amount, _added_up(parts[at])) for at, amount in sums.items() if amount]
    return sorted(found, key=lambda each: (_ORDER[each.what], each.account.code))


def _in_cents(postings: list[Posting], chart: Chart) -> list[Posting]:
    rounded = [each._replace(amount=to_cents(each.amount)) for each in postings]
    left = -sum(each.amount for each in rounded)
    account = chart.account_of(_LEFT_BY_CENTS) or chart.suspense
    return [*rounded, Posting(account, What.ROUNDING, left, [Source(_LEFT_BY_CENTS, left)])]


def to_cents(amount: int) -> int:
    """Rounded half even to a cent, in millionths still."""
    quotient, rest = divmod(amount, _CENT)
    up = rest * 2 > _CENT or (rest * 2 == _CENT and quotient % 2)
    return (quotient + bool(up)) * _CENT


def change_of(before: Postings, after: Postings) -> Postings:
    """What has to be booked on top of one to come to the other."""
    undone = [
        Posting(each.account, each.what, -each.amount, _undone(each.parts)) for each in before.all
    ]
    unmapped = _added_up([*_undone(before.unmapped), *after.unmapped])
    return Postings(_merged([*undone, *after.all]), unmapped)


def _undone(sources: Iterable[Source]) -> list[Source]:
    return [Source(thing, -amount) for thing, amount in sources]


def _added_up(sources: Iterable[Source]) -> list[Source]:
    sums: defaultdict[Thing, int] = defaultdict(int)
    for thing, amount in sources:
        sums[thing] += amount
    return [Source(thing, amount) for thing, amount in sums.items() if amount]
