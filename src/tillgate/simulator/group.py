"""What a restaurant group is made of, and the invented one: five locations in five countries.

Nothing here is real; names of towns and zones only serve to make a believable address. The sandbox
has a group of its own (`sandbox.py`).
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import accumulate
from typing import Literal, NamedTuple

BUSINESS_ID = 730_000_000_000_001

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


class Device(NamedTuple):
    """A till: its id is the number within every id it gives."""

    id: int
    name: str


class RevenueCentre(NamedTuple):
    """A part of the house; `tables` are the numbers of its tables, none at a counter."""

    id: int
    name: str
    tables: tuple[int, ...]


class ServiceCharge(NamedTuple):
    """A charge on eating in: from so many covers on, to so large a share of the parties."""

    type: str
    rate: Decimal
    from_covers: int
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Location:
    """A restaurant: its main till and dining room come first, its counter last.

    Ids of its own things are its id plus a small number.
    """

    id: int
    name: str
    country: str
    timezone: str
    currency: str
    language: str
    kitchen: str
    price_factor: Decimal
    since: date
    size: float
    tip_habit: float
    tills: tuple[Device, ...]
    rooms: tuple[RevenueCentre, ...]
    closed_on: int | None = None
    day_start: str = "05:30"
    service_charge: ServiceCharge | None = None
    cash_step: Decimal = Decimal("0.01")
    card_surcharge: Decimal = Decimal(0)
    franchisee: str | None = None
    close_after_hours: int | Literal["never"] | None = None
    business_id: int = BUSINESS_ID

    @property
    def number(self) -> int:
        """Which location of its business it is, from 1."""
        return self.id // 1_000_000 % 1000

    def is_open_on(self, day: date) -> bool:
        """Whether guests are served on that business date; closed days are empty days."""
        return day >= self.since and day.weekday() != self.closed_on


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A business with its locations; `currency` is the one of its home books."""

    business_id: int
    name: str
    currency: str
    locations: tuple[Location, ...]


def tills(first_id: int, *names: str) -> tuple[Device, ...]:
    return tuple(Device(first_id + number, name) for number, name in enumerate(names))


def rooms(first_id: int, *named: tuple[str, int]) -> tuple[RevenueCentre, ...]:
    ends = list(accumulate(size for _, size in named))
    return tuple(
        RevenueCentre(first_id + number, name, tuple(range(end - size + 1, end + 1)))
        for number, ((name, size), end) in enumerate(zip(named, ends, strict=True), start=1)
    )


LOCATIONS = (
    Location(
        id=730_000_001_000_000,
        name="Heron & Thistle Quayside",
        country="GB",
        timezone="Europe/London",
        currency="GBP",
        language="en",
        kitchen="house",
        price_factor=Decimal("1.00"),
        since=date(2021, 4, 12),
        size=1.2,
        tip_habit=0.15,
        tills=tills(510_101, "Till 1", "Bar till", "iPad Terrace", "Kiosk"),
        rooms=rooms(
            730_000_001_000_300, ("Dining room", 18), ("Terrace", 8), ("Bar", 6), ("Counter", 0)
        ),
        service_charge=ServiceCharge("APPORTIONED", Decimal("12.5"), 2, 0.7),
    ),
    Location(
        id=730_000_002_000_000,
        name="Le Héron du Canal",
        country="FR",
        timezone="Europe/Paris",
        currency="EUR",
        language="fr",
        kitchen="paris",
        price_factor=Decimal("1.12"),
        since=date(2022, 3, 1),
        size=1.0,
        tip_habit=0.1,
        tills=tills(510_201, "Caisse 1", "Caisse bar", "iPad salle"),
        rooms=rooms(730_000_002_000_300, ("Salle", 20), ("Terrasse", 10), ("Comptoir", 0)),
        closed_on=MONDAY,
        day_start="05:00",
    ),
    Location(
        id=730_000_003_000_000,
        name="Heron Fish Company",
        country="US",
        timezone="America/Chicago",
        currency="USD",
        language="en",
        kitchen="bay",
        price_factor=Decimal("1.45"),
        since=date(2022, 9, 6),
        size=1.1,
        tip_habit=0.9,
        tills=tills(510_301, "Host stand", "Bar", "Patio iPad", "Order kiosk"),
        rooms=rooms(
            730_000_003_000_300, ("Main floor", 22), ("Patio", 8), ("Raw bar", 8), ("To go", 0)
        ),
        service_charge=ServiceCharge("UNTAXED", Decimal(18), 6, 1.0),
        card_surcharge=Decimal("0.015"),
    ),
    Location(
        id=730_000_004_000_000,
        name="Chardon & Héron",
        country="CA",
        timezone="America/Toronto",
        currency="CAD",
        language="fr",
        kitchen="montreal",
        price_factor=Decimal("1.75"),
        since=date(2023, 5, 15),
        size=0.9,
        tip_habit=0.85,
        tills=tills(510_401, "Caisse 1", "Bar", "Terminal portable"),
        rooms=rooms(730_000_004_000_300, ("Salle à manger", 16), ("Bar", 8), ("Comptoir", 0)),
        closed_on=MONDAY,
        cash_step=Decimal("0.05"),
    ),
    Location(
        id=730_000_005_000_000,
        name="Heron & Thistle Harbour Road",
        country="IE",
        timezone="Europe/Dublin",
        currency="EUR",
        language="en",
        kitchen="house",
        price_factor=Decimal("1.20"),
        since=date(2024, 2, 5),
        size=0.8,
        tip_habit=0.25,
        tills=tills(510_501, "Till 1", "Bar till", "Handheld"),
        rooms=rooms(730_000_005_000_300, ("Dining room", 14), ("Snug", 6), ("Counter", 0)),
        closed_on=TUESDAY,
        franchisee="Saltmarsh Hospitality Ltd",
        close_after_hours=48,
    ),
)


HERON = Group(BUSINESS_ID, "Heron & Thistle Dining", "GBP", LOCATIONS)


@dataclass(frozen=True, slots=True, eq=False)
class AccountingGroup:
    """A heading of a group's chart, the same in every location; `code` may be missing."""

    id: int
    name: str
    code: str | None
    statistic_groups: tuple[tuple[str, str], ...]


def _group(number: int, name: str, code: str | None, *values: tuple[str, str]) -> AccountingGroup:
    return AccountingGroup(100 + number, name, code, values)


_ACCOUNTING_GROUPS = {
    "food": _group(1, "Food", "4000", ("default", "Food"), ("Margin", "Kitchen")),
    "dessert": _group(2, "Desserts", "4005", ("default", "Food"), ("Margin", "Pastry")),
    "coffee": _group(3, "Hot drinks", "4020", ("default", "Beverage"), ("Margin", "Coffee")),
    "soft": _group(4, "Soft drinks", "4025", ("default", "Beverage")),
    "beer": _group(5, "Beer and cider", "4030", ("default", "Alcohol")),
    "wine": _group(6, "Wine", "4035", ("default", "Alcohol"), ("Margin", "Cellar")),
    "spirit": _group(7, "Spirits and cocktails", "4040", ("default", "Alcohol")),
    "shop": _group(8, "Shop", "4060", ("default", "Retail")),
    "extras": _group(9, "Extras", None, ("default", "Other")),
    "gift": _group(10, "Gift cards", "2100"),
}


@cache
def accounting_groups(business_id: int) -> dict[str, AccountingGroup]:
    """The chart of a business, by our own words for its headings."""
    return {
        word: replace(group, id=business_id + group.id)
        for word, group in _ACCOUNTING_GROUPS.items()
    }


@dataclass(frozen=True, slots=True, eq=False)
class PaymentMethod:
    """A tender: its number within the location's ids, code, names and booking."""

    number: int
    code: str
    english: str
    french: str
    accounting_reference: str | None = None


PAYMENT_METHODS = {
    method.code: method
    for method in (
        PaymentMethod(201, "CARD", "Card", "Carte bancaire", "1200-CARD"),
        PaymentMethod(202, "CASH", "Cash", "Espèces", "1000-CASH"),
        PaymentMethod(203, "GIFT", "Gift card", "Carte cadeau", "2100"),
        PaymentMethod(204, "ACCOUNT", "On account", "En compte", "1100"),
        PaymentMethod(205, "ONLINE", "Online order", "Commande en ligne", "1210"),
        PaymentMethod(206, "VOUCHER", "Meal voucher", "Titre-restaurant"),
    )
}


def location_by_id(location_id: int) -> Location:
    """The location with that id; raises `KeyError`."""
    return {location.id: location for location in LOCATIONS}[location_id]
