"""One balanced journal entry of a business day: what it comes to, account by account.

Amounts are whole millionths; debits are above zero, credits below, and all postings of an entry
add up to nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from tillgate.journal.chart import Chart, in_order
from tillgate.journal.mapping import Account, Places, What
from tillgate.journal.sources import REST, Source, Thing
from tillgate.ledger.amounts import half_even
from tillgate.ledger.figures import Figures

_CENT = 10_000
# What rounding to cents leaves.
CENTS = Thing(What.ROUNDING, "", "cents")


class Posting(NamedTuple):
    """What an account takes of one kind of things; its parts add up to the amount."""

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
    booked = _booked(figures, chart)
    return _in_cents(booked, chart) if chart.mapping.places is Places.CENTS else booked


def _booked(figures: Figures, chart: Chart) -> Postings:
    sums, left = figures.sums, 0
    unmapped: list[Source] = []
    postings: list[Posting] = []
    for account, what, things, has_account in chart.slots(figures.keys):
        parts = [Source(thing, amount) for thing, count in things if (amount := count(sums))]
        amount = parts[0].amount if len(parts) == 1 else sum(part.amount for part in parts)
        if amount:
            left -= amount
            _add(postings, Posting(account, what, amount, parts))
        if not has_account:
            unmapped += parts
    if left:
        rest = Source(REST, left)
        postings.append(Posting(chart.suspense, REST.what, left, [rest]))
        unmapped.append(rest)
    return Postings(postings, unmapped)


def _add(postings: list[Posting], posting: Posting) -> None:
    """What suspense has of a kind by rule, and what for want of an account, come together."""
    if postings and postings[-1][:2] == posting[:2]:
        posting = _together(postings.pop(), posting)
    if posting.amount:
        postings.append(posting)


def _in_cents(exact: Postings, chart: Chart) -> Postings:
    """Each posting rounded to a cent, and what that leaves on the account of rounding."""
    account = chart.account_of(CENTS)
    rounded = [_rounded(posting) for posting in exact.all]
    left = Source(CENTS, -sum(posting.amount for posting in rounded))
    unmapped = list(exact.unmapped)
    if account is None:
        unmapped.append(left)
    if account is not chart.suspense:
        unmapped += [
            Source(CENTS, after.amount - before.amount)
            for before, after in zip(exact.all, rounded, strict=True)
            if after.account is chart.suspense
        ]
    balancing = Posting(account or chart.suspense, What.ROUNDING, left.amount, [left])
    return Postings(_merged([*rounded, balancing]), added_up(unmapped))


def _rounded(posting: Posting) -> Posting:
    amount = to_cents(posting.amount)
    off = Source(CENTS, amount - posting.amount)
    return posting._replace(amount=amount, parts=added_up([*posting.parts, off]))


def to_cents(amount: int) -> int:
    """Rounded half even to a cent, in millionths still."""
    return half_even(amount, _CENT) * _CENT


def change_of(before: Postings, after: Postings) -> Postings:
    """What has to be booked on top of one to come to the other."""
    undone = [
        Posting(each.account, each.what, -each.amount, _undone(each.parts)) for each in before.all
    ]
    unmapped = added_up([*_undone(before.unmapped), *after.unmapped])
    return Postings(_merged([*undone, *after.all]), unmapped)


def _undone(sources: Iterable[Source]) -> list[Source]:
    return [Source(thing, -amount) for thing, amount in sources]


def _merged(postings: Iterable[Posting]) -> list[Posting]:
    """A posting for each account and kind of things, in order; none where nothing is left."""
    found: dict[tuple[str, What], Posting] = {}
    for posting in postings:
        at = posting.account.code, posting.what
        known = found.get(at)
        found[at] = posting if known is None else _together(known, posting)
    kept = (each for each in found.values() if each.amount)
    return sorted(kept, key=lambda each: in_order(each[:2]))


def _together(one: Posting, other: Posting) -> Posting:
    parts = added_up([*one.parts, *other.parts])
    return one._replace(amount=one.amount + other.amount, parts=parts)


def added_up(sources: Iterable[Source]) -> list[Source]:
    """Each thing once, and none that comes to nothing."""
    sums: defaultdict[Thing, int] = defaultdict(int)
    for thing, amount in sources:
        sums[thing] += amount
    return [Source(thing, amount) for thing, amount in sums.items() if amount]
