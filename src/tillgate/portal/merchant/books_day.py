"""One business day ready for its page: revenue, taxes, proof, revisions and what they changed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillgate.directory.models import BusinessLocation
from tillgate.ledger.amounts import PLACES
from tillgate.ledger.day_reads import DayState
from tillgate.ledger.proof import Proof
from tillgate.ledger.queries import Corrected, DayInFull, Revision
from tillgate.ledger.totals import Blocks
from tillgate.portal.merchant.books_proof import ProofShown, proof_shown, sold_parts

_ONE = Decimal(1)


class GroupRow(NamedTuple):
    """Revenue of an accounting group."""

    name: str
    code: str
    gross: Decimal
    discount: Decimal
    net: Decimal
    lines: int


class TaxRow(NamedTuple):
    """A tax; `rate` is in percent, `off` is what the rate gives less what was taken."""

    code: str
    rate: Decimal
    included: bool
    net: Decimal
    tax: Decimal
    off: Decimal


class OddSale(NamedTuple):
    """A sale that does not add up, by how much, and what that comes from."""

    account: str
    rest: Decimal
    why: str


class Difference(NamedTuple):
    """A figure of the proof that a revision changed."""

    name: str
    before: Decimal
    after: Decimal


class RevisionShown(NamedTuple):
    """A revision, until when it was the newest, and what it changed of the one before."""

    revision: Revision
    cause: str
    until: datetime | None
    is_shown: bool
    corrected: list[tuple[Corrected, str]]
    differences: list[Difference]


class DayShown(NamedTuple):
    """A day ready for its page; amounts are in `currency`, times are shown in `zone`.

    `owed` are gift cards within the groups: sold, but no revenue. `closes_at` is when the clock
    closes an open day, None where only the back office does.
    """

    day: DayInFull
    state: str
    zone: str
    currency: str
    groups: list[GroupRow]
    owed: Decimal
    net: Decimal
    discounts: Decimal
    taxes: list[TaxRow]
    covers: Decimal
    receipts: int
    proof: ProofShown
    unbalanced: list[OddSale]
    revisions: list[RevisionShown]
    closes_at: datetime | None


def day_shown(day: DayInFull, place: BusinessLocation, zone: str) -> DayShown:
    """Everything that a page says of a day."""
    groups, net = list(_groups(day.totals)), Decimal(day.proof.sold.net)
    hours = place.close_after_hours
    return DayShown(
        day=day,
        state="corrected" if len(day.revisions) > 1 else day.state.value,
        zone=zone,
        currency=day.currency,
        groups=groups,
        owed=net - sum((row.net for row in groups), Decimal(0)),
        net=net,
        discounts=Decimal(day.proof.discounts.total),
        taxes=list(_taxes(day.totals)),
        covers=_amount(day.totals.covers),
        receipts=day.totals.receipts,
        proof=proof_shown(day.proof, day.currency),
        unbalanced=[_odd(one.account_fisc_id, Decimal(one.rest)) for one in day.proof.unbalanced],
        revisions=list(_revisions(day)),
        closes_at=None if hours is None else _closes_at(day, hours),
    )


def _odd(account: str, rest: Decimal) -> OddSale:
    if rest > 0:
        return OddSale(account, rest, _("less was paid than sold: a payment is missing or too low"))
    return OddSale(account, rest, _("more was paid than sold: a line is missing, or paid twice"))


def _closes_at(day: DayInFull, hours: int) -> datetime | None:
    if day.state is DayState.CLOSED:
        return None
    last = max(day.ends_at, day.last_fed_at or day.ends_at)
    return last + timedelta(hours=hours)


def _amount(millionths: int) -> Decimal:
    return Decimal(millionths).scaleb(-PLACES)


def _groups(totals: Blocks) -> Iterator[GroupRow]:
    for one in totals.accounting_groups:
        gross, discount, net = map(_amount, (one.gross, one.discount, one.net))
        name = one.name or _("without a group")
        yield GroupRow(name, one.code, gross, discount, net, one.lines)


def _taxes(totals: Blocks) -> Iterator[TaxRow]:
    for one in totals.taxes:
        percent = (Decimal(one.rate) - _ONE) * 100
        net, tax, off = map(_amount, (one.net, one.tax, one.recomputed - one.tax))
        yield TaxRow(one.code, percent, one.included, net, tax, off)


# --- revisions ------------------------------------------------------------------------------------

_CAUSES: dict[str, Promise] = {
    "feed": gettext_lazy("by the back office"),
    "clock": gettext_lazy("by the clock"),
    "correction": gettext_lazy("by a correction"),
}
_CHANGES: dict[str, Promise] = {
    "changed": gettext_lazy("changed"),
    "added": gettext_lazy("added"),
    "moved": gettext_lazy("moved to another day"),
}


def _revisions(day: DayInFull) -> Iterator[RevisionShown]:
    """The newest first, as one asks for it."""
    following: Revision | None = None
    earlier = [None, *day.revisions]
    for before, one in reversed(list(zip(earlier, day.revisions, strict=False))):
        yield RevisionShown(
            one,
            str(_CAUSES.get(one.cause, one.cause)),
            following.closed_at if following else None,
            one is day.shown,
            [(each, str(_CHANGES.get(each.change, each.change))) for each in one.corrected],
            _differences(before, one) if before else [],
        )
        following = one


def _differences(before: Revision, after: Revision) -> list[Difference]:
    old, new = _by_name(before.proof), _by_name(after.proof)
    nothing = Decimal(0)
    both = ((name, old.get(name, nothing), new.get(name, nothing)) for name in {**old, **new})
    return [Difference(*each) for each in both if each[1] != each[2]]


def _by_name(proof: Proof) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for name, amount in _figures(proof):
        found[name] = found.get(name, Decimal(0)) + amount
    return found


def _figures(proof: Proof) -> Iterator[tuple[str, Decimal]]:
    yield from ((part.name, part.amount) for part in sold_parts(proof))
    yield _("sold in all"), Decimal(proof.sold.total)
    for tender in proof.paid:
        name = _("paid by %(tender)s") % {"tender": tender.description or tender.code}
        yield name, Decimal(tender.total)
    yield _("rest"), Decimal(proof.rest)
