"""The items of a location: made from the menu tables, and written as the published object."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Any, NamedTuple

from tillgate.simulator import menu
from tillgate.simulator.group import AccountingGroup, Location, accounting_groups

_QUARTER = Decimal("0.25")
_CENT = Decimal("0.01")
_WITHOUT_STOCK = {"set", "heat", "extras", "gift"}


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """Something that can be sold; prices in the location's money, before any tax-exclusive tax."""

    id: int
    sku: str
    name: str
    course: str
    group: AccountingGroup
    tax_class: str
    station: str
    price: Decimal
    cost: Decimal
    tags: tuple[str, ...]


class Menu(NamedTuple):
    """All items of a location, by SKU and by course."""

    by_sku: dict[str, Item]
    by_course: dict[str, tuple[Item, ...]]


@cache
def menu_of(location: Location) -> Menu:
    """The menu of a location; an archived item is in `by_sku` only: nobody can order it."""
    kitchen = menu.read_rows(menu.KITCHENS[location.kitchen], location.language)
    rows = [(row, Decimal(1) if location.kitchen != "house" else None) for row in kitchen]
    for table in (menu.DRINKS, menu.REST, menu.MODIFIERS):
        rows += [(row, None) for row in menu.read_rows(table, location.language)]
    items = [
        _item(location, number, row, factor or location.price_factor)
        for number, (row, factor) in enumerate(rows, start=1)
    ]
    by_course: dict[str, tuple[Item, ...]] = {}
    for item in items:
        if item.sku not in ARCHIVED:
            by_course[item.course] = (*by_course.get(item.course, ()), item)
    return Menu({item.sku: item for item in items}, by_course)


ARCHIVED = frozenset({"OLD-01"})


def _item(location: Location, number: int, row: menu.Row, factor: Decimal) -> Item:
    course = menu.COURSES[row.course]
    price = Decimal(row.price)
    if factor != 1:
        price = (price * factor / _QUARTER).quantize(Decimal(1), ROUND_HALF_EVEN) * _QUARTER
    return Item(
        id=location.id + 1000 + number,
        sku=row.sku,
        name=row.name,
        course=row.course,
        group=accounting_groups(location.business_id)[course.group],
        tax_class=course.tax_class,
        station=course.station,
        price=price.quantize(_CENT),
        cost=(Decimal(row.cost) * factor).quantize(_CENT),
        tags=row.tags,
    )


def published_item(item: Item) -> dict[str, Any]:
    """The item as the Items API publishes it; prices are numbers there."""
    barcodes = [f"{item.id % 100_000_000:08}", f"2{item.id % 1_000_000_000_000:012}"]
    body: dict[str, Any] = {
        "id": item.id,
        "name": item.name,
        "docketName": item.name[:24],
        "sku": item.sku,
        "active": item.sku not in ARCHIVED,
        "accountingGroup": {"id": item.group.id, "name": item.group.name},
        "statisticGroups": [
            {"category": category, "value": value}
            for category, value in item.group.statistic_groups
        ],
        "costPrice": item.cost,
        "prices": _prices(item),
        "sharingType": _sharing_type(item),
        "priceMode": _price_mode(item),
        "inventorySource": "PURCHASED" if _is_bought(item) else "PRODUCED",
        "disabled": item.course in _WITHOUT_STOCK,
        "itemType": _item_type(item),
    }
    if _is_bought(item):
        body |= {"barcode": barcodes[0], "barcodes": barcodes}
    return body | _content(item)


def _is_bought(item: Item) -> bool:
    return item.station == "Bar" or item.course == "shop"


def _prices(item: Item) -> list[dict[str, Any]]:
    prices: list[dict[str, Any]] = [{"amount": item.price, "name": "Standard"}]
    if item.course in {"beer", "cocktail"}:
        happy = (item.price * Decimal("0.8")).quantize(_CENT)
        prices.append({"amount": happy, "name": "Happy hour"})
    return prices


def _sharing_type(item: Item) -> str:
    if item.course == "gift":
        return "GLOBAL_NO_BL"
    if item.course in {"extras", "heat"} or item.course.endswith("add-on"):
        return "GLOBAL"
    return "SHARED" if _is_bought(item) else "LOCAL"


def _price_mode(item: Item) -> str:
    special = {
        "SPE-01": "POSITIVE_OPEN_PRICE",
        "GIF-01": "POSITIVE_OPEN_PRICE",
        "ALL-01": "NEGATIVE_OPEN_PRICE",
        "COR-09": "PERCENT",
    }
    return special.get(item.sku, "AMOUNT")


def _item_type(item: Item) -> str:
    if item.course == "set":
        return "SEQUENCE"
    if item.course == "cut":
        return "GROUP"
    is_choice = item.course == "cut choice" or item.course.endswith("add-on")
    return "SUB_ITEM" if is_choice else "ITEM"


def _content(item: Item) -> dict[str, Any]:
    if item.course == "weighed":
        unit = item.sku.partition("-")[2].lower()
        return {"contentDimension": "MASS", "contentUom": unit, "contentValue": 1}
    if item.course in {"bottle", "beer", "glass"}:
        litres = {"bottle": Decimal("0.75"), "beer": Decimal("0.5"), "glass": Decimal("0.175")}
        return {
            "contentDimension": "VOLUME",
            "contentUom": "l",
            "contentValue": litres[item.course],
        }
    return {"contentDimension": "DIMENSION_LESS"}
