"""What a party orders: by the time of day, how many they are, and the menu of the place."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

from tillgate.simulator.account import NOTHING, ONE, Account, Line
from tillgate.simulator.dice import Dice
from tillgate.simulator.group import Location
from tillgate.simulator.items import Item, menu_of
from tillgate.simulator.taxes import LAWS, Tax
from tillgate.simulator.till import weighed

_SIMPLE_MODIFIERS = ("MOD-RAR", "MOD-WEL", "MOD-NON", "MOD-SAU", "MOD-EGG", "MOD-CHE")


def add_line(
    account: Account,
    item: Item,
    *,
    quantity: Decimal = ONE,
    price: Decimal | None = None,
    after: float = 0.05,
) -> Line:
    """Put an item on the account, at such a share of the party's stay."""
    line = Line(
        item=item,
        taxes=taxes_on(account.location, item.tax_class, account.dine_in),
        at=moment(account, after),
        staff=account.owner,
        price=item.price if price is None else price,
        quantity=quantity,
    )
    account.lines.append(line)
    return line


def add_modifier(account: Account, parent: Line, item: Item) -> Line:
    """Put a modifier right after the line it belongs to, in the same quantity."""
    line = add_line(account, item, quantity=parent.quantity)
    line.parent, line.at = parent, parent.at
    return line


def moment(account: Account, share: float) -> datetime:
    """The instant after such a share of the party's stay, to the millisecond."""
    stay = (account.closed - account.opened) / timedelta(milliseconds=1)
    return account.opened + timedelta(milliseconds=int(stay * share))


@cache
def taxes_on(location: Location, tax_class: str, dine_in: bool) -> tuple[Tax, ...]:
    """The taxes on a thing of that class in that place."""
    law = LAWS[location.country]
    by_code = {tax.code: tax for tax in law.rates}
    return tuple(by_code[code] for code in law.codes(tax_class, dine_in=dine_in))


def order(account: Account, style: str, dice: Dice) -> None:
    """Fill the account with what such a party orders."""
    _STYLES[style](account, dice)


def _order_coffee(account: Account, dice: Dice) -> None:
    for line in _share_out(account, dice, "coffee"):
        if dice.chance(0.16):
            add_modifier(account, line, item_of(account, dice.pick(("MOD-OAT", "MOD-SHO"))))
    if dice.chance(0.45):
        add_line(account, pick_item(account, dice, dice.pick(("bakery", "bakery", "sandwich"))))


def _order_lunch(account: Account, dice: Dice) -> None:
    if dice.chance(0.14):
        order_set_menu(account, dice)
    else:
        _order_mains(account, dice)
        if dice.chance(0.2):
            add_line(account, pick_item(account, dice, "side"))
    if dice.chance(0.7):
        _share_out(account, dice, dice.pick(("soft", "soft", "glass", "beer")))
    if dice.chance(0.3):
        add_line(account, pick_item(account, dice, "coffee"), after=0.8)


def _order_dinner(account: Account, dice: Dice) -> None:
    if dice.chance(0.4):
        add_line(
            account, pick_item(account, dice, "cocktail"), quantity=_few(account, dice), after=0.02
        )
    if dice.chance(0.5):
        _share_out(account, dice, "starter")
    _order_mains(account, dice)
    if dice.chance(0.35):
        add_line(account, pick_item(account, dice, "side"))
    if account.covers > 1 and dice.chance(0.4):
        add_line(
            account, pick_item(account, dice, "bottle"), quantity=ONE * -(-account.covers // 4)
        )
    else:
        _share_out(account, dice, dice.pick(("glass", "beer", "soft")))
    if dice.chance(0.35):
        add_line(
            account, pick_item(account, dice, "dessert"), quantity=_few(account, dice), after=0.75
        )


def _order_drinks(account: Account, dice: Dice) -> None:
    for turn in range(dice.weighted(((1, 6.0), (2, 3.0), (3, 1.0)))):
        course = dice.weighted((("beer", 5), ("glass", 3), ("cocktail", 2), ("spirit", 2)))
        add_line(
            account,
            pick_item(account, dice, course),
            quantity=ONE * account.covers,
            after=0.05 + 0.3 * turn,
        )
    if dice.chance(0.2):
        add_line(account, pick_item(account, dice, "side"), after=0.4)


def _order_take_away(account: Account, dice: Dice) -> None:
    for _ in range(dice.between(1, 2)):
        course = dice.weighted((("main", 4), ("sandwich", 4), ("bakery", 2)))
        add_line(account, pick_item(account, dice, course), quantity=ONE * dice.between(1, 2))
    if dice.chance(0.6):
        add_line(account, pick_item(account, dice, dice.pick(("soft", "coffee", "side"))))


def order_set_menu(account: Account, dice: Dice) -> Line:
    """A set menu: its price on the parent, the dishes chosen as children at nothing."""
    parent = add_line(account, pick_item(account, dice, "set"), quantity=ONE * account.covers)
    for course in ("starter", "main"):
        child = add_modifier(account, parent, pick_item(account, dice, course))
        child.price = NOTHING
    return parent


def order_cut(account: Account, dice: Dice) -> Line:
    """A steak: the parent costs nothing, the cut chosen carries the price."""
    parent = add_line(account, pick_item(account, dice, "cut"))
    add_modifier(account, parent, pick_item(account, dice, "cut choice"))
    return parent


def order_by_weight(account: Account, dice: Dice) -> Line:
    """Something priced by weight, in thousandths of its unit."""
    grams = weighed(dice.between(38, 95) * 10)
    return add_line(account, pick_item(account, dice, "weighed"), quantity=grams)


def item_of(account: Account, sku: str) -> Item:
    """The item of the place with that SKU."""
    return menu_of(account.location).by_sku[sku]


def pick_item(account: Account, dice: Dice, course: str) -> Item:
    """Some item of a course of the place."""
    return dice.pick(menu_of(account.location).by_course[course])


def _order_mains(account: Account, dice: Dice) -> None:
    if dice.chance(0.05):
        order_cut(account, dice)
    elif dice.chance(0.03):
        order_by_weight(account, dice)
    for line in _share_out(account, dice, "main"):
        if dice.chance(0.12):
            modifier = item_of(account, dice.pick(_SIMPLE_MODIFIERS))
            add_modifier(account, line, modifier)


def _share_out(account: Account, dice: Dice, course: str) -> list[Line]:
    """One of a course for each cover, of one or two kinds."""
    if account.covers > 1 and dice.chance(0.55):
        some = dice.between(1, account.covers - 1)
        kinds = [some, account.covers - some]
    else:
        kinds = [account.covers]
    items = [pick_item(account, dice, course) for _ in kinds]
    return [
        add_line(account, item, quantity=ONE * quantity)
        for item, quantity in zip(items, kinds, strict=True)
    ]


def _few(account: Account, dice: Dice) -> Decimal:
    return ONE * dice.between(1, account.covers)


_STYLES: dict[str, Callable[[Account, Dice], None]] = {
    "coffee": _order_coffee,
    "lunch": _order_lunch,
    "dinner": _order_dinner,
    "bar": _order_drinks,
    "take-away": _order_take_away,
}
