"""The sandbox's group: two invented places, small, with everything odd that the large group has.

Its ids are of the sandbox's range. One place sells with taxes included, every day; the other adds
two taxes, rounds cash, puts a surcharge on cards and is closed on Mondays. Their days are closed by
the feed alone: the clock might be faster than a feed that was interrupted.
"""

from datetime import date
from decimal import Decimal

from tillgate.foundation import sandbox_ids
from tillgate.simulator.group import MONDAY, Group, Location, ServiceCharge, rooms, tills

SALES_A_DAY = 15

_RIVERSIDE, _VIEUX_PORT = sandbox_ids.LOCATIONS

SANDBOX = Group(
    business_id=sandbox_ids.BUSINESS,
    name="Sandbox Kingfisher Kitchens",
    currency="GBP",
    locations=(
        Location(
            id=_RIVERSIDE,
            business_id=sandbox_ids.BUSINESS,
            name="Sandbox Kingfisher Riverside",
            country="GB",
            timezone="Europe/London",
            currency="GBP",
            language="en",
            kitchen="house",
            price_factor=Decimal("1.00"),
            since=date(2024, 1, 1),
            size=1.0,
            tip_habit=0.15,
            tills=tills(590_101, "Till 1", "Bar till", "Handheld"),
            rooms=rooms(_RIVERSIDE + 300, ("Dining room", 12), ("Bar", 4), ("Counter", 0)),
            service_charge=ServiceCharge("APPORTIONED", Decimal("12.5"), 2, 0.7),
            close_after_hours="never",
        ),
        Location(
            id=_VIEUX_PORT,
            business_id=sandbox_ids.BUSINESS,
            name="Sandbox Martin-pêcheur Vieux-Port",
            country="CA",
            timezone="America/Toronto",
            currency="CAD",
            language="fr",
            kitchen="montreal",
            price_factor=Decimal("1.75"),
            since=date(2024, 1, 1),
            size=0.9,
            tip_habit=0.85,
            tills=tills(590_201, "Caisse 1", "Bar", "Terminal portable"),
            rooms=rooms(_VIEUX_PORT + 300, ("Salle à manger", 10), ("Bar", 4), ("Comptoir", 0)),
            closed_on=MONDAY,
            cash_step=Decimal("0.05"),
            card_surcharge=Decimal("0.015"),
            close_after_hours="never",
        ),
    ),
)
