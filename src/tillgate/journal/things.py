"""What a business has that can be booked, and where each of it goes by a mapping.

Read as the portal's role: from the catalogues of all locations, and from what came up lately.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import QuerySet

from tillgate.catalogue.models import AccountingGroup, PaymentMethod, TaxRate
from tillgate.directory.models import Business, BusinessLocation
from tillgate.directory.queries import locations_of, seeing
from tillgate.foundation import clock
from tillgate.journal.chart import Chart, References
from tillgate.journal.checking import Known
from tillgate.journal.mapping import Account, Kind, Mapping, What
from tillgate.journal.references import Row, catalogued, references_of
from tillgate.journal.sources import Thing, sources_of
from tillgate.ledger.figures import unpack
from tillgate.ledger.models import DayFigures

LOOKED_BACK = timedelta(days=92)
# What may come up on any day, whether or not anybody sold by it yet.
ALWAYS = (
    *(Thing(What.TENDER, ""), Thing(What.SALES, ""), Thing(What.DISCOUNT, "")),
    *(Thing(What.TAX, ""), Thing(What.TIPS, ""), Thing(What.SURCHARGES, "")),
    Thing(What.ROUNDING, ""),
)
_ALWAYS = {(thing.what, thing.key) for thing in ALWAYS}


class Mappable(NamedTuple):
    """Things of a business that are one to whoever maps them, at however many locations.

    `thing` is the first of them; they differ by keys only. `booked` says whether one of them came
    up lately, `catalogued` whether a catalogue has one. `locations` are where they are known; none
    is named where they may come up anywhere.
    """

    thing: Thing
    keys: tuple[str, ...]
    currencies: frozenset[str]
    locations: tuple[str, ...]
    booked: bool
    catalogued: bool = False

    @property
    def each_key(self) -> list[tuple[What, str]]:
        """Each of them by its kind and key."""
        return [(self.thing.what, key) for key in self.keys]


class HowMapped(NamedTuple):
    """Where a thing goes: `by` is `rule`, `reference`, or `none` for suspense."""

    mappable: Mappable
    account: Account
    by: str


class _Seen(NamedTuple):
    thing: Thing
    location: BusinessLocation
    booked: bool
    catalogued: bool


def things_to_map(business: Business) -> list[Mappable]:
    """What a business's catalogues have and what came up lately, by kind, account and name."""
    places = locations_of(business.pk)
    currencies = frozenset(place.currency for place in places)
    found = [_anywhere(each, currencies) for each in _gathered(_seen_at(places))]
    known = {at for each in found for at in each.each_key}
    found += [
        Mappable(thing, (thing.key,), currencies, (), booked=False)
        for thing in ALWAYS
        if (thing.what, thing.key) not in known
    ]
    return sorted(found, key=lambda each: _order(each.thing))


def _anywhere(each: Mappable, currencies: frozenset[str]) -> Mappable:
    """What may always come up may do so at every location."""
    return each._replace(currencies=currencies) if _ALWAYS & set(each.each_key) else each


def known_of(things: Iterable[Mappable], mapping: Mapping) -> Known:
    """What rules may be for: these, and what the mapping in force has a rule for."""
    known = {(rule.what, rule.key): frozenset[str]() for rule in mapping.rules}
    for each in things:
        for at in each.each_key:
            known[at] = known.get(at, frozenset()) | each.currencies
    return Known(frozenset().union(*known.values()), known)


def how_mapped(things: Iterable[Mappable], mapping: Mapping) -> list[HowMapped]:
    """Where each of these goes by a mapping; those whose keys have rules apart stand apart."""
    chart = Chart(mapping, _references(things))
    ruled = {(rule.what, rule.key): rule.account for rule in mapping.rules}
    return [_how(each, chart, ruled) for whole in things for each in _apart(whole, ruled)]


def _how(each: Mappable, chart: Chart, ruled: dict[tuple[What, str], str]) -> HowMapped:
    account = chart.account_of(each.thing)
    if account is None:
        return HowMapped(each, chart.suspense, "none")
    by = "rule" if (each.thing.what, each.thing.key) in ruled else "reference"
    return HowMapped(each, account, by)


def _apart(each: Mappable, ruled: dict[tuple[What, str], str]) -> Iterator[Mappable]:
    by_account: dict[str, list[str]] = {}
    for key in each.keys:
        by_account.setdefault(ruled.get((each.thing.what, key), ""), []).append(key)
    for keys in by_account.values():
        yield each._replace(thing=each.thing._replace(key=keys[0]), keys=tuple(keys))


def by_reference(things: Iterable[Mappable], accounts: Sequence[Account]) -> dict[Thing, Account]:
    """Of these things those that go to one of these accounts if no rule says otherwise."""
    nowhere = Account(code="", name="", kind=Kind.ASSET)
    mapping = Mapping(version=1, accounts=[*accounts, nowhere], rules=[], suspense=nowhere.code)
    chart = Chart(mapping, _references(things))
    found = {each.thing: chart.account_of(each.thing) for each in things}
    return {thing: account for thing, account in found.items() if account is not None}


def _references(things: Iterable[Mappable]) -> References:
    """Of catalogues only, as entries are made by them."""
    known = (each for each in things if each.catalogued)
    return references_of(each.thing._replace(key=key) for each in known for key in each.keys)


def _seen_at(places: Sequence[BusinessLocation]) -> Iterator[_Seen]:
    ids = [place.pk for place in places]
    with seeing(ids):
        catalogues, lately = _catalogues(ids), _lately(ids)
    for place in places:
        booked = lately.get(place.pk, {})
        for thing in catalogues.get(place.pk, []):
            # What came up goes by the name that the back office has for it now.
            is_booked = booked.pop((thing.what, thing.key), None) is not None
            yield _Seen(thing, place, is_booked, catalogued=True)
        for thing in booked.values():
            yield _Seen(thing, place, booked=True, catalogued=False)


def _catalogues(ids: Sequence[int]) -> dict[int, list[Thing]]:
    kinds = [
        _by_location(TaxRate.objects.all(), "code", ids),
        _by_location(PaymentMethod.objects.all(), "payment_method_id", ids),
        _by_location(AccountingGroup.objects.all(), "accounting_group_id", ids),
    ]
    return {each: catalogued(*(rows.get(each, []) for rows in kinds)) for each in ids}


def _by_location(rows: QuerySet[Any], key: str, ids: Sequence[int]) -> dict[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    wanted = rows.filter(business_location_id__in=ids).order_by(key)
    for location, *row in wanted.values_list("business_location_id", key, "body"):
        found[location].append((row[0], row[1]))
    return found


def _lately(ids: Sequence[int]) -> dict[int, dict[tuple[What, str], Thing]]:
    """What came up on closed days of these locations, within the days that are looked back to."""
    since = clock.now().date() - LOOKED_BACK
    rows = DayFigures.objects.filter(
        business_location_id__in=ids, business_date__gte=since
    ).exclude(figures=b"")
    things: defaultdict[int, dict[tuple[What, str], Thing]] = defaultdict(dict)
    for location, packed in rows.values_list("business_location_id", "figures"):
        for thing, _ in sources_of(unpack(bytes(packed)), discounts_apart=True):
            if thing.what is not What.DIFFERENCE:
                things[location][thing.what, thing.key] = thing
    return things


def _gathered(seen: Iterable[_Seen]) -> list[Mappable]:
    def place_in_list(each: _Seen) -> Any:
        return _order(each.thing)[:3]

    ordered = sorted(seen, key=place_in_list)
    return [_together(list(alike)) for _, alike in groupby(ordered, key=place_in_list)]


def _together(alike: list[_Seen]) -> Mappable:
    return Mappable(
        alike[0].thing,
        tuple(dict.fromkeys(each.thing.key for each in alike)),
        frozenset(each.location.currency for each in alike),
        tuple(dict.fromkeys(each.location.name for each in alike)),
        any(each.booked for each in alike),
        any(each.catalogued for each in alike),
    )


def _order(thing: Thing) -> tuple[int, str, str, str]:
    return list(What).index(thing.what), thing.reference, thing.name or thing.key, thing.key
