"""What there is to book of a business day: amounts by thing, before anybody names an account.

Amounts are whole millionths; debits are above zero, credits below.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from tillgate.journal.mapping import What
from tillgate.ledger.figures import BLOCKS, ONCE, Figures, Key, Keys, read_keys

# What a day has once stands behind the sums of its blocks.
_GIFT_CARDS_SOLD = ONCE.index("gift_cards") - len(ONCE)
_NO_GROUP: Key = (None, "", "")


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


class Counted(NamedTuple):
    """A thing, and what it comes to on a day with these sums."""

    thing: Thing
    of: Callable[[list[int]], int]


# What is left of a day so that all of it adds up to nothing.
REST = Thing(What.DIFFERENCE, "")


def sources_of(figures: Figures, *, discounts_apart: bool) -> list[Source]:
    """What a day comes to, thing by thing, and what is left so that all of it adds up to nothing.

    Revenue is after discounts. With `discounts_apart` it is before them, and they stand by
    themselves, as the back office gives them (with tax where prices include it).
    """
    counted = counted_of(figures.keys, discounts_apart)
    found = [Source(each.thing, each.of(figures.sums)) for each in counted]
    found.append(Source(REST, -sum(source.amount for source in found)))
    return [source for source in found if source.amount]


@lru_cache(maxsize=1024)
def counted_of(keys: bytes, discounts_apart: bool) -> list[Counted]:
    """Which sums count for which things; days whose keys are alike share it."""
    plan: dict[Thing, tuple[list[int], list[int]]] = {}
    for thing, place, times in _terms(read_keys(keys), discounts_apart=discounts_apart):
        plan.setdefault(thing, ([], []))[times < 0].append(place)
    return [Counted(thing, _counting(plus, minus)) for thing, (plus, minus) in plan.items()]


def _counting(plus: list[int], minus: list[int]) -> Callable[[list[int]], int]:
    """Adds up these places of sums and takes off those; most things have a single one."""
    if not minus and len(plus) == 1:
        return itemgetter(plus[0])
    if not plus and len(minus) == 1:
        return lambda sums: -sums[minus[0]]
    return lambda sums: sum(map(sums.__getitem__, plus)) - sum(map(sums.__getitem__, minus))


def _terms(keys: Keys, *, discounts_apart: bool) -> Iterator[_Term]:
    at = 0
    for block, named in zip(BLOCKS, keys.blocks, strict=True):
        for key in named:
            match block.name:
                case "accounting_groups":
                    yield from _group(key, at, keys, discounts_apart)
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
    yield from _gift_cards(keys)


def _group(key: Key, at: int, keys: Keys, discounts_apart: bool) -> Iterator[_Term]:
    is_owed = _is_gift_card(key, keys)
    thing = _thing(What.GIFT_CARDS if is_owed else What.SALES, key)
    yield _Term(thing, at + 1, -1)
    yield _Term(Thing(What.TAX, ""), at + 2, -1)
    if is_owed:
        single = _single_gift_card(keys)
        yield _Term(_thing(What.GIFT_CARDS, single), at + 1, 1)
        yield _Term(_thing(What.SALES, single), at + 1, -1)
    if discounts_apart:
        yield _Term(thing, at + 4, -1)
        yield _Term(Thing(What.DISCOUNT, ""), at + 4, 1)


def _gift_cards(keys: Keys) -> Iterator[_Term]:
    """Of gift cards' groups what the proof says is owed; a taxed voucher in them is a sale.

    The figures say how much is owed of all of them together. With several groups, what has to be
    taken off is of none of them.
    """
    if any(_is_gift_card(key, keys) for key in keys.blocks[0]):
        single = _single_gift_card(keys)
        yield _Term(_thing(What.GIFT_CARDS, single), _GIFT_CARDS_SOLD, -1)
        yield _Term(_thing(What.SALES, single), _GIFT_CARDS_SOLD, 1)


def _is_gift_card(group: Key, keys: Keys) -> bool:
    return group[2] in keys.gift_card_groups


def _single_gift_card(keys: Keys) -> Key:
    groups = [key for key in keys.blocks[0] if _is_gift_card(key, keys)]
    return groups[0] if len(groups) == 1 else _NO_GROUP


def _thing(what: What, group: Key) -> Thing:
    number, name, code = group
    return Thing(what, _text(number), name, code)


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
