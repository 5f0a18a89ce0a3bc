"""The proof of a day as it is drawn: two bars of equal length, and a line for everything.

Each bar is the sum of its parts. What is negative on one side, such as money given back, is drawn
as a part of the other side, and so is the rest: so the bars end at the same point, and a day that
does not add up shows its rest as a part of the shorter one.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillgate.ledger.proof import Counted, Proof, Tender
from tillgate.portal.templatetags.tillgate import amount, exactly

LENGTH = 1000  # of the longer bar, in the units of its drawing
_SMALLEST = Decimal("0.01")
_REST = "rest"


class Part(NamedTuple):
    """A term of the equation; `kind` is a class of the stylesheet."""

    kind: str
    name: str
    amount: Decimal


class Segment(NamedTuple):
    """A part as it is drawn, from `x` on; its amount is not negative."""

    kind: str
    name: str
    amount: Decimal
    x: str
    width: str


class Bar(NamedTuple):
    """One side of the equation."""

    total: Decimal
    segments: list[Segment]


class Beside(NamedTuple):
    """What stands beside the equation: so many, what they come to, and what is meant."""

    name: str
    times: int
    total: Decimal
    meaning: str


class ProofShown(NamedTuple):
    """A proof ready for its page; the bars have no segments where nothing moved.

    `sentence` says the sum in words, with the parts that are not zero.
    """

    sold: list[Part]
    paid: list[Part]
    sold_total: Decimal
    paid_total: Decimal
    rest: Decimal
    bars: tuple[Bar, Bar]
    beside: list[Beside]
    sentence: str


def proof_shown(proof: Proof, currency: str) -> ProofShown:
    """The lines and the drawing of a proof."""
    sold, paid = list(sold_parts(proof)), list(_paid(proof.paid))
    rest = Decimal(proof.rest)
    return ProofShown(
        sold,
        paid,
        Decimal(proof.sold.total),
        sum((part.amount for part in paid), Decimal(0)),
        rest,
        draw(sold, paid, rest),
        list(_beside(proof)),
        _sentence(sold, paid, rest, currency),
    )


def draw(sold: Sequence[Part], paid: Sequence[Part], rest: Decimal) -> tuple[Bar, Bar]:
    """The bars of both sides; `rest` is sold less paid, drawn where it is missing."""
    missing = Part(_REST, _("rest"), rest)
    left = [*_positive(sold), *_turned(paid), *_turned([missing])]
    right = [*_positive(paid), *_turned(sold), *_positive([missing])]
    longest = max(_sum(left), _sum(right))
    return _bar(left, longest), _bar(right, longest)


def _positive(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part.amount > 0]


def _turned(parts: Sequence[Part]) -> list[Part]:
    return [part._replace(amount=-part.amount) for part in parts if part.amount < 0]


def _sum(parts: Sequence[Part]) -> Decimal:
    return sum((part.amount for part in parts), Decimal(0))


def _bar(parts: Sequence[Part], longest: Decimal) -> Bar:
    if not longest:
        return Bar(Decimal(0), [])
    # Edges are rounded, not widths, so that what is rounded away never adds up.
    edges = [_edge(reached, longest) for reached in accumulate(part.amount for part in parts)]
    segments = [
        Segment(*part, str(start), str(end - start))
        for part, start, end in zip(parts, [Decimal(0), *edges], edges, strict=False)
    ]
    return Bar(_sum(parts), segments)


def _edge(reached: Decimal, longest: Decimal) -> Decimal:
    return (reached * LENGTH / longest).quantize(_SMALLEST)


def _sentence(sold: Sequence[Part], paid: Sequence[Part], rest: Decimal, currency: str) -> str:
    facts = {
        "sold": _added(sold, currency),
        "paid": _added(paid, currency),
        "rest": exactly(rest),
    }
    return _("%(sold)s = %(paid)s. Rest %(rest)s.") % facts


def _added(parts: Sequence[Part], currency: str) -> str:
    """Amounts with their names and signs: `net 4,908.87 + tax 947.20`; nothing is 0."""
    words = ""
    for part in parts:
        if part.amount:
            sign = " \N{MINUS SIGN} " if part.amount < 0 else " + " if words else ""
            words += f"{sign}{part.name} {amount(abs(part.amount), currency)}"
    words = words.strip() or amount(Decimal(0), currency)
    return words[:1].upper() + words[1:]


def sold_parts(proof: Proof) -> Iterator[Part]:
    """The left side of the equation, term by term."""
    for kind, name, text in (
        ("k1", _("net"), proof.sold.net),
        ("k2", _("tax"), proof.sold.tax),
        ("k5", _("service charges"), proof.sold.service_charges),
        ("k6", _("gift cards sold"), proof.sold.gift_cards),
        ("k3", _("tips"), proof.sold.tips),
        ("k7", _("surcharges"), proof.sold.surcharges),
    ):
        yield Part(kind, name, Decimal(text))


def _paid(tenders: Sequence[Tender]) -> Iterator[Part]:
    kinds = ("k4", "k5", "k3", "k6", "k2", "k7")
    for number, tender in enumerate(tenders):
        kind = kinds[number % len(kinds)]
        yield Part(kind, tender.description or tender.code, Decimal(tender.total))


_BESIDE: tuple[tuple[str, Promise, Promise], ...] = (
    ("refunds", gettext_lazy("Refunds"), gettext_lazy("taken back, and within the figures above")),
    ("voids", gettext_lazy("Voids"), gettext_lazy("lines taken off a bill, with a reason")),
    ("discounts", gettext_lazy("Discounts"), gettext_lazy("given, and off the prices already")),
    ("carried_in", gettext_lazy("Carried in"), gettext_lazy("opened on an earlier day, paid here")),
    ("carried_over", gettext_lazy("Carried over"), gettext_lazy("left open for a later day")),
    ("cash_drops", gettext_lazy("Cash drops"), gettext_lazy("put into or taken out of the till")),
    ("rounding", gettext_lazy("Rounding"), gettext_lazy("of cash to the nearest coin")),
)


def _beside(proof: Proof) -> Iterator[Beside]:
    for field, name, meaning in _BESIDE:
        counted: Counted = getattr(proof, field)
        yield Beside(str(name), counted.count, Decimal(counted.total), str(meaning))
