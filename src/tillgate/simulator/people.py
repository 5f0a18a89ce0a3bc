"""Invented people: who works in a location, and who eats there on account or by name."""

from functools import cache
from typing import Any, NamedTuple

from tillgate.simulator.dice import Dice, uuid
from tillgate.simulator.group import Location
from tillgate.simulator.groups import group_of

_FIRST_NAMES = {
    "en": (
        *("Maeve", "Tobias", "Priya", "Callum", "Ingrid", "Joseph", "Nkechi", "Rowan", "Siân"),
        *("Marcus", "Delia", "Hector", "Yuki", "Brandon", "Althea", "Omar", "Josie", "Zoë"),
        *("Aoife", "Declan", "Niamh", "Piotr", "Gráinne", "Lorcan", "Fatima", "Seán", "Orla"),
    ),
    "fr": (
        *("Élodie", "Baptiste", "Noémie", "Yanis", "Françoise", "Rémi", "Aïcha", "Loïc", "Zoé"),
        *("Maxime", "Océane", "Étienne", "Mélissa", "Jean-Guy", "Anaïs", "Karim", "Solène", "Léo"),
    ),
}
_LAST_NAMES = {
    "en": ("Ashdown", "Brackley", "Corrigan", "Dunmore", "Okafor-Lee", "Fenwick", "Grüber"),
    "fr": ("Aubertin", "Bellefleur", "Castéra", "Delorme-Roy", "Émond", "Fauchère", "Guérin"),
}
_STREETS = {
    "en": ("Lantern Row", "Ropewalk Lane", "Kiln Street", "Old Pier Road"),
    "fr": ("rue des Tonneliers", "quai des Brumes", "allée du Phare", "rue de l'Écluse"),
}
_TOWNS = {
    "GB": ("Saltby-on-Sea", "Northshire", "SB1 4QX"),
    "FR": ("Villebrune", "Val-de-Brune", "99123"),
    "US": ("Port Alder", "IL", "60099"),
    "CA": ("Sainte-Brume", "QC", "H0H 0H0"),
    "IE": ("Ballyheron", "Co. Wexmore", "X99 HT01"),
}
_COMPANIES = {
    "en": ("Tidewater Surveyors Ltd", "Brightwell & Sons", "Foghorn Studios"),
    "fr": ("Ateliers du Phare SARL", "Brume & Fils", "Studio Marée Haute"),
}
_STAFF_SIZE = 9
_CONSUMERS = 24


class Worker(NamedTuple):
    """Somebody on the staff."""

    id: int
    name: str


@cache
def staff_of(location: Location) -> tuple[Worker, ...]:
    """The people of a location; the first is its manager, who authorises voids."""
    dice = Dice("staff", location.id)
    surnames = _LAST_NAMES[location.language]
    first_id = 14_000 + 100 * location.number
    return tuple(
        Worker(first_id + number, f"{first} {dice.pick(surnames)}")
        for number, first in enumerate(_first_names_of(location))
    )


def _first_names_of(location: Location) -> tuple[str, ...]:
    """As many as there are on the staff, other ones in every location of a language."""
    language = location.language
    places = group_of(location).locations
    rank = [other for other in places if other.language == language].index(location)
    return _FIRST_NAMES[language][rank * _STAFF_SIZE : (rank + 1) * _STAFF_SIZE]


@cache
def consumers_of(location: Location) -> tuple[dict[str, Any], ...]:
    """People who paid by name, in the published shape; the first pays for a company."""
    return tuple(_consumer(location, number) for number in range(_CONSUMERS))


def _consumer(location: Location, number: int) -> dict[str, Any]:
    company = _company_fields(location) if number == 0 else {}
    dice = Dice("consumer", location.id, number)
    town, state, zip_code = _TOWNS[location.country]
    first, last = (dice.pick(names[location.language]) for names in (_FIRST_NAMES, _LAST_NAMES))
    title = "Mx" if location.language == "en" else "Mme"
    person = {
        "id": uuid("consumer", location.id, number),
        "customerId": location.id % 1_000_000_000 + number + 1,
        "title": title,
        "firstName": first,
        "lastName": last,
        "phoneNumber1": f"555-01{dice.between(10, 99)}",
        "phoneNumber2": None,
        "companyName": None,
        "addressLine1": f"{dice.between(1, 120)} {dice.pick(_STREETS[location.language])}",
        "addressLine2": None,
        "zipCode": zip_code,
        "city": town,
        "state": state,
        "email": f"guest{number + 1}.{location.country.lower()}@example.com",
    }
    return {name: value for name, value in (person | company).items() if value is not None}


def _company_fields(location: Location) -> dict[str, Any]:
    return {
        "phoneNumber2": "555-0199",
        "companyName": _COMPANIES[location.language][0],
        "addressLine2": "2nd floor" if location.language == "en" else "2e étage",
        "taxIdentifier": f"{location.country}990011223",
        "fiscalCode": f"{location.country}F0099",
        "destinationCode": "HT00001",
    }
