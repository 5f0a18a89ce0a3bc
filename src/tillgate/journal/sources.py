"""What there is to book of a business day: amounts by thing, before anybody names an account.

Amounts are whole millionths; debits are above zero, credits below.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from tillgate.journal.mapping import What
from tillgate.ledger.figures import BLOCKS, Figures, Key, read_keys


class Thing(NamedTuple):
    """What is booked: see `What` for the key. `reference` is the accounting group's own code."""

    what: What
    key: str
    name: str = ""
    reference: str = ""


class Source(NamedTuple):
    """A thing and what it comes to on a day."""

    thing: Thing
    amount: int


class _Term(NamedTuple):
    """One of a day's sums counts for a thing: so many times, which is 1 or -1."""

    thing: Thing
    place: int
    times: int


def sources_of(figures: Figures, *, discounts_apart: bool) -> list[Source]:
    """What a day comes to, thing by thing, and what is left so that all of it adds up to nothing.

    Revenue is after discounts. With `discounts_apart` it is before them, and they stand by
    themselves, as the back office gives them (with tax where prices include it).
    """
    sums: defaultdict[Thing, int] = defaultdict(int)
    for thing, place, times in _plan(figures.keys, discounts_apart):
        sums[thing] += times * figures.sums[place]
    rest = -sum(sums.values())
    sums[Thing(What.DIFFERENCE, "")] = rest
    return [Source(thing, amount) for thing, amount in sums.items() if amount]


@lru_cache(maxsize=1024)
def _plan(keys: bytes, discounts_apart: bool) -> list[_Term]:
    """Which sums count for which things; days whose keys are alike share it."""
    return list(_terms(keys, discounts_apart=discounts_apart))


def _terms(packed: bytes, *, discounts_apart: bool) -> Iterator[_Term]:
    keys = read_keys(packed)
    at = 0
    for block, named in zip(BLOCKS, keys.blocks, strict=True):
        for key in named:
            match block.name:
                case "accounting_groups":
                    yield from _group(key, at, keys.gift_card_groups, discounts_apart)
                case "taxes":
                    yield from _tax(key, at)
                case "discounts" if discounts_apart:
                    yield from _discount(key, at)
                case "payments":
                    yield from _payment(key, at)
                case "service_charges":
                    yield _Term(Thing(What.SERVICE_CHARGE, key[0], key[0]), at, -1)
                case _:
                    pass
            at += block.sums


def _group(key: Key, at: int, gift_cards: Sequence[str], discounts_apart: bool) -> Iterator[_Term]:
    number, name, code = key
    what = What.GIFT_CARDS if code in gift_cards else What.SALES
    yield _Term(Thing(what, _text(number), name, code), at + 1, -1)
    yield _Term(Thing(What.TAX, ""), at + 2, -1)
    if discounts_apart:
        yield _Term(Thing(what, _text(number), name, code), at + 4, -1)
        yield _Term(Thing(What.DISCOUNT, ""), at + 4, 1)


def _tax(key: Key, at: int) -> Iterator[_Term]:
    """Tax that lines tell of is theirs; what is left of the groups' tax has no rate."""
    code, rate, _ = key
    yield _Term(Thing(What.TAX, f"{code}@{rate}", code), at + 1, -1)
    yield _Term(Thing(What.TAX, ""), at + 1, 1)


def _discount(key: Key, at: int) -> Iterator[_Term]:
    _, _, code, name = key
    yield _Term(Thing(What.DISCOUNT, code or name, name), at, 1)
    yield _Term(Thing(What.DISCOUNT, ""), at, -1)


def _payment(key: Key, at: int) -> Iterator[_Term]:
    """What was taken by a tender is all of it: tips, surcharges, and the rounding of cash."""
    number, code, description, _ = key
    tender = Thing(What.TENDER, _text(number), description or code)
    yield from (_Term(tender, at + place, 1) for place in range(4))
    yield _Term(Thing(What.TIPS, ""), at + 1, -1)
    yield _Term(Thing(What.SURCHARGES, ""), at + 2, -1)
    yield _Term(Thing(What.ROUNDING, ""), at + 3, -1)


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
