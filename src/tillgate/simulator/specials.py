"""Accounts with something about their lines, discounts, tenders, references or hours."""

from datetime import timedelta
from decimal import Decimal

from tillgate.simulator.crowd import COUPON, HAPPY_HOUR, ON_THE_HOUSE, REGULARS
from tillgate.simulator.hours import clock_change
from tillgate.simulator.items import menu_of
from tillgate.simulator.orders import (
    add_line,
    add_modifier,
    item_of,
    order_by_weight,
    order_cut,
    order_set_menu,
    pick_item,
)
from tillgate.simulator.shift import Shift
from tillgate.simulator.till import settle

_NOON = 12 * 60
_EVENING = 19 * 60


def modifier_before_parent(shift: Shift) -> None:
    """A dish whose modifier comes before it in the list of lines."""
    account = shift.seat("lunch", _NOON + 10)
    dish = add_line(account, pick_item(account, shift.dice, "main"))
    add_modifier(account, dish, item_of(account, "MOD-EGG"))
    account.lines.reverse()
    shift.close(account)


def price_on_modifier(shift: Shift) -> None:
    """A steak at nothing whose cut carries the price."""
    account = shift.seat("dinner", _EVENING + 20, stay=70)
    order_cut(account, shift.dice)
    add_line(account, pick_item(account, shift.dice, "glass"))
    shift.close(account)


def modifier_with_other_tax(shift: Shift) -> None:
    """A sandwich taken away with a modifier at nothing that is taxed as alcohol."""
    account = shift.seat("take-away", _NOON + 5, stay=7, covers=1)
    sandwich = add_line(account, pick_item(account, shift.dice, "sandwich"))
    add_modifier(account, sandwich, item_of(account, "MOD-LIM"))
    shift.close(account)


def set_menu(shift: Shift) -> None:
    """A set menu: the dishes are children at nothing."""
    account = shift.seat("lunch", _NOON + 25, stay=60)
    order_set_menu(account, shift.dice)
    shift.close(account)


def line_discount(shift: Shift) -> None:
    """Beers at happy hour, a share off; and a coupon of a fixed amount off a dish."""
    account = shift.seat("bar", 17 * 60 + 30)
    beers = add_line(account, pick_item(account, shift.dice, "beer"), quantity=Decimal("2.000"))
    dish = add_line(account, pick_item(account, shift.dice, "sandwich"))
    beers.discount, dish.discount = HAPPY_HOUR, COUPON
    shift.close(account)


def account_discount(shift: Shift) -> None:
    """A regular's share off the whole account, spread over its lines."""
    account = shift.serve("dinner", _EVENING + 35, stay=75, covers=3)
    account.discount = REGULARS
    shift.close(account)


def both_discounts(shift: Shift) -> None:
    """A line with a discount of its own and a share of the account's."""
    account = shift.seat("bar", 18 * 60)
    for course in ("beer", "side", "dessert"):
        add_line(account, pick_item(account, shift.dice, course))
    account.lines[0].discount, account.discount = HAPPY_HOUR, REGULARS
    shift.close(account)


def service_charge(shift: Shift) -> None:
    """A party of six with the service charge of the place."""
    account = shift.serve("dinner", _EVENING + 15, stay=110, covers=6)
    account.has_service = True
    shift.close(account, "CARD")


def tip(shift: Shift) -> None:
    """A lunch by card with a tip."""
    account = shift.serve("lunch", 13 * 60 + 5)
    shift.close(account, "CARD")
    account.payments[0].tip = Decimal("4.50")


def split_tender(shift: Shift) -> None:
    """One bill paid half in cash and half by card."""
    shift.close(shift.serve("lunch", 13 * 60 + 15), "CASH", "CARD")


def cash_rounding(shift: Shift) -> None:
    """Cash where the smallest coin is five cents, and a total that does not end on five."""
    account = shift.serve("coffee", 10 * 60 + 30, stay=20)
    settle(account)
    while account.total % account.location.cash_step == 0:
        account.lines = []
        add_line(account, pick_item(account, shift.dice, "coffee"))
        add_line(account, pick_item(account, shift.dice, "bakery"))
        settle(account)
    shift.close(account, "CASH")


def on_account(shift: Shift) -> None:
    """A company's lunch put on its account."""
    shift.close(shift.serve("lunch", _NOON + 45, covers=4), "ACCOUNT")


def gift_card_sold(shift: Shift) -> None:
    """A gift card and a coffee: the card is untaxed and discounts leave it alone."""
    account = shift.seat("coffee", 11 * 60, stay=10, covers=1)
    add_line(account, pick_item(account, shift.dice, "coffee"))
    worth = Decimal(shift.dice.pick(("25.00", "50.00", "100.00")))
    add_line(account, item_of(account, "GIF-01"), price=worth)
    account.discount = REGULARS
    shift.close(account, "CARD")


def gift_card_redeemed(shift: Shift) -> None:
    """A dinner paid half by gift card."""
    shift.close(shift.serve("dinner", _EVENING + 5, stay=80), "GIFT", "CARD")


def voided_line(shift: Shift) -> None:
    """A dish taken back before paying: a negative line with a reason."""
    account = shift.serve("dinner", _EVENING + 25, stay=75)
    shift.void(account, add_line(account, pick_item(account, shift.dice, "main")))
    shift.close(account)


def zero_receipt(shift: Shift) -> None:
    """A meal on the house: lines, a receipt, nothing to pay."""
    account = shift.serve("lunch", 14 * 60 + 20, covers=1)
    account.discount = ON_THE_HOUSE
    shift.close(account)


def sold_by_weight(shift: Shift) -> None:
    """A fish by weight: a quantity of thousandths."""
    account = shift.seat("dinner", _EVENING + 50, stay=70)
    order_by_weight(account, shift.dice)
    shift.close(account)


def goodwill(shift: Shift) -> None:
    """A dish and an allowance: a line with a negative price, which is no void."""
    account = shift.serve("dinner", 20 * 60, stay=65)
    add_line(account, item_of(account, "ALL-01"), after=0.9)
    shift.close(account)


def renamed_special(shift: Shift) -> None:
    """The chef's special, under an open price and a name typed in at the till."""
    account = shift.seat("lunch", 13 * 60)
    special = add_line(account, item_of(account, "SPE-01"), price=Decimal("23.40"))
    special.name_override = shift.dice.pick(("Jalapeño & crème fraîche 🌶", "Sole à la grenobloise"))
    shift.close(account)


def every_tax_rate(shift: Shift) -> None:
    """A heater, a jar and a bottle of water beside a dish: all rates of the place."""
    account = shift.seat("lunch", 13 * 60 + 30)
    for course in ("heat", "shop", "soft", "main", "beer"):
        add_line(account, pick_item(account, shift.dice, course))
    shift.close(account)


def tags_of_all_sorts(shift: Shift) -> None:
    """Oysters with two tags, a lemonade with none, an apple juice with one."""
    account = shift.seat("lunch", _NOON + 40)
    starters = menu_of(account.location).by_course["starter"]
    oysters = next(item for item in starters if len(item.tags) > 1)
    add_line(account, oysters)
    for sku in ("LEM-09", "JUI-01"):
        add_line(account, item_of(account, sku))
    shift.close(account)


def no_receipt(shift: Shift) -> None:
    """Drinks at the bar for which nothing was printed."""
    account = shift.serve("bar", 22 * 60)
    account.has_receipt = False
    shift.close(account)


def online_order(shift: Shift) -> None:
    """A take-away ordered online, with the references of two other systems and a fiscal number."""
    account = shift.serve("take-away", 18 * 60 + 30, stay=20)
    ticket = f"{shift.day:%y%m%d}-{shift.dice.between(100, 999)}"
    prefix = f"TASK:OO-{shift.location.id}"
    account.external_references = [f"{prefix}-{ticket}", f"{prefix}-courier-{ticket}"]
    account.external_fiscal_number = f"FISC-{ticket}"
    shift.close(account, "ONLINE")


def reservation(shift: Shift) -> None:
    """A table that was reserved."""
    account = shift.serve("dinner", _EVENING + 30, stay=95)
    account.external_references = [f"RESA-{shift.day:%y%m%d}-{shift.dice.between(100, 999)}"]
    shift.close(account)


def same_closing_time(shift: Shift) -> None:
    """Three accounts closed at the very same millisecond."""
    for minute, style in ((20, "lunch"), (35, "coffee"), (41, "take-away")):
        account = shift.serve(style, _NOON + minute)
        account.closed = shift.at(13 * 60 + 33.3)
        shift.close(account)


def after_midnight(shift: Shift) -> None:
    """Drinks paid after midnight, still on the business day before."""
    shift.close(shift.serve("bar", 23 * 60 + 35, stay=65))


def doubled_hour(shift: Shift) -> None:
    """Two accounts closed at the same time by the clock on the wall, an hour apart."""
    change = clock_change(shift.location, shift.day)
    if change and change.forward < timedelta(0):
        for offset in (-30, 30):
            account = shift.serve("bar", 23 * 60 + 50)
            account.closed = change.at + timedelta(minutes=offset)
            shift.close(account)


def after_the_gap(shift: Shift) -> None:
    """An account closed in the first second after the clocks went forward."""
    change = clock_change(shift.location, shift.day)
    if change and change.forward > timedelta(0):
        account = shift.serve("bar", 23 * 60 + 50)
        account.closed = change.at + timedelta(milliseconds=400)
        shift.close(account)
