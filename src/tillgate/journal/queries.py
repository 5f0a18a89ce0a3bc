"""What the portal reads of mappings: versions, and the things of a business there are to map.

As the portal's role. Which business somebody may ask about is for the caller to settle.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from django.db import connection
from django.db.models import QuerySet

from tillgate.catalogue.models import AccountingGroup, PaymentMethod, TaxRate
from tillgate.directory.models import Business, BusinessLocation
from tillgate.directory.queries import locations_of, seeing
from tillgate.foundation import clock
from tillgate.journal.chart import Chart, References
from tillgate.journal.checking import Known
from tillgate.journal.errors import NoSuchMapping
from tillgate.journal.journal import Journal
from tillgate.journal.mapping import BY_REFERENCE, Account, Mapping, What
from tillgate.journal.models import KeptMapping
from tillgate.journal.reads import Asked, read_journal
from tillgate.journal.references import Row, catalogued, references_of
from tillgate.journal.sources import Thing, sources_of
from tillgate.ledger.figures import unpack
from tillgate.ledger.models import ClosedDay, DayFigures, OpenSale

LOOKED_BACK = timedelta(days=92)
# What may come up on any day, whether or not anybody sold by it yet.
ALWAYS = (
    *(Thing(What.TENDER, ""), Thing(What.SALES, ""), Thing(What.DISCOUNT, "")),
    *(Thing(What.TAX, ""), Thing(What.TIPS, ""), Thing(What.SURCHARGES, "")),
    Thing(What.ROUNDING, ""),
)
_MAPPING = msgspec.json.Decoder(Mapping)


class KeptVersion(NamedTuple):
    """A version with when it was kept, and by whom: None for what the platform kept."""

    mapping: Mapping
    made_at: datetime
    made_by: str | None


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


class HowMapped(NamedTuple):
    """Where a thing goes: `by` is `rule`, `reference`, or `none` for suspense."""

    mappable: Mappable
    account: Account
    by: str


# --- versions -------------------------------------------------------------------------------------


def newest_mapping(business_id: int) -> Mapping:
    """The mapping in force: by the back office's references where none was kept."""
    rows = KeptMapping.objects.filter(business_id=business_id).order_by("-version")
    body = rows.values_list("body", flat=True).first()
    return BY_REFERENCE if body is None else _MAPPING.decode(body)


def kept_version(business_id: int, version: int) -> KeptVersion:
    """One version; raises `NoSuchMapping`."""
    row = _rows(business_id).filter(version=version).first()
    if row is None:
        raise NoSuchMapping
    return _kept(row)


def versions_of(business_id: int) -> list[KeptVersion]:
    """Every version of a business, the newest first."""
    return [_kept(row) for row in _rows(business_id).order_by("-version")]


def _rows(business_id: int) -> Any:
    return KeptMapping.objects.filter(business_id=business_id).select_related("made_by")


def _kept(row: KeptMapping) -> KeptVersion:
    who = None if row.made_by is None else row.made_by.get_full_name()
    return KeptVersion(_MAPPING.decode(row.body), row.made_at, who)


# --- things to map --------------------------------------------------------------------------------


class _Seen(NamedTuple):
    thing: Thing
    location: BusinessLocation
    booked: bool
    catalogued: bool


def things_to_map(business: Business) -> list[Mappable]:
    """What a business's catalogues have and what came up lately, by kind, account and name."""
    places = locations_of(business.pk)
    currencies = frozenset(place.currency for place in places)
    found = _gathered(_seen_at(places))
    known = {(each.thing.what, key) for each in found for key in each.keys}
    found += [
        Mappable(thing, (thing.key,), currencies, (), booked=False)
        for thing in ALWAYS
        if (thing.what, thing.key) not in known
    ]
    return sorted(found, key=lambda each: _order(each.thing))


def known_to(business: Business, mapping: Mapping) -> Known:
    """What rules of a business may be for; what the mapping in force has a rule for remains so."""
    places = locations_of(business.pk)
    things: dict[tuple[What, str], frozenset[str]] = {
        (rule.what, rule.key): frozenset[str]() for rule in mapping.rules
    }
    for each in things_to_map(business):
        for key in each.keys:
            at = each.thing.what, key
            things[at] = things.get(at, frozenset()) | each.currencies
    return Known(frozenset(place.currency for place in places), things)


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


# --- entries --------------------------------------------------------------------------------------


def journal_of(
    location: int,
    days: tuple[date, date],
    *,
    mapping: Mapping | None = None,
    version: int | None = None,
) -> Journal:
    """What is booked on these dates: by a draft, by a version, or by the mapping in force."""
    first, last = days
    asked = Asked(location=location, first=first, last=last, now=clock.now(), version=version)
    with seeing([location]):
        connection.ensure_connection()
        return read_journal(connection.connection, asked, mapping)


def newest_day_with_sales(location: int, before: date) -> date | None:
    """The last business date before another on which something was sold."""
    with seeing([location]):
        until = {"business_location_id": location, "business_date__lt": before}
        closed = ClosedDay.objects.filter(**until, sale_count__gt=0)
        opened = OpenSale.objects.filter(**until)
        found = [
            rows.order_by("-business_date").values_list("business_date", flat=True).first()
            for rows in (closed, opened)
        ]
    return max((day for day in found if day is not None), default=None)
