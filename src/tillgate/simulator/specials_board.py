"""A dish of the week in every location, so that menus have a past: new, dearer, archived, gone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tillgate.foundation.instants import format_instant
from tillgate.simulator.group import MONDAY, THURSDAY, Location, accounting_groups

_WEEK = timedelta(days=7)
_FIRST_ID, _WEEKS = 1800, 100
_DEARER = Decimal("1.50")
_NAMES = {
    "en": ("Leek and potato pie", "Smoked haddock chowder", "Roast squash salad", "Lamb hotpot"),
    "fr": ("Gratin de poireaux", "Blanquette de lotte", "Salade de courge", "Navarin d'agneau"),
}


def board_records(location: Location, day: date) -> Iterator[dict[str, Any]]:
    """What changes on the board on that date, early in the morning.

    On Mondays a dish comes, the last one is archived, and the one before is removed; on Thursdays
    the dish becomes dearer.
    """
    if day.weekday() == MONDAY:
        yield _item(location, day, day, active=True)
        yield _item(location, day - _WEEK, day, active=False)
        yield _told(location, day, "item_removed") | {"itemId": _id(location, day - 2 * _WEEK)}
    elif day.weekday() == THURSDAY:
        monday = day - timedelta(days=THURSDAY)
        yield _item(location, monday, day, active=True, more=_DEARER)


def _item(
    location: Location, monday: date, day: date, *, active: bool, more: Decimal = Decimal(0)
) -> dict[str, Any]:
    names, week = _NAMES[location.language], _week(monday)
    price = (Decimal(12) + week % 5) * location.price_factor + (_DEARER if not active else more)
    group = accounting_groups(location.business_id)["food"]
    item = {
        "id": _id(location, monday),
        "name": names[week % len(names)],
        "sku": f"WEEK-{week % _WEEKS:02}",
        "active": active,
        "accountingGroup": {"id": group.id, "name": group.name},
        "costPrice": (price * Decimal("0.3")).quantize(Decimal("0.01")),
        "prices": [{"amount": price.quantize(Decimal("0.01")), "name": "Standard"}],
        "priceMode": "AMOUNT",
        "itemType": "ITEM",
    }
    return _told(location, day, "item") | {"item": item}


def _told(location: Location, day: date, kind: str) -> dict[str, Any]:
    at = datetime.combine(day, time(6), ZoneInfo(location.timezone)).astimezone(UTC)
    return {
        "record": kind,
        "recordedAt": format_instant(at),
        "businessLocationId": location.id,
    }


def _id(location: Location, monday: date) -> int:
    return location.id + _FIRST_ID + _week(monday) % _WEEKS


def _week(monday: date) -> int:
    return monday.toordinal() // 7
