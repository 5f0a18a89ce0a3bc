"""What is odd about the simulated group, and where to look for it.

One table, `ODDITIES`: every business day of an open location plays those of its weekday, so each
occurs in any week, hence in any 30 days (the clock changes only where the clocks change).
"""

from collections.abc import Callable
from typing import NamedTuple

from tillgate.simulator import chains, specials
from tillgate.simulator.group import FRIDAY, LOCATIONS, SATURDAY, SUNDAY, THURSDAY, WEDNESDAY
from tillgate.simulator.shift import Shift

EVERYWHERE = tuple(location.country for location in LOCATIONS)
ANY_DAY = tuple(range(7))


class Oddity(NamedTuple):
    """Something rare: on which weekdays (Monday is 0), in which countries, and what makes it.

    Where `play` is missing, it lies in the calendar or the catalogue (`group.py`, `items.py`).
    """

    meaning: str
    weekdays: tuple[int, ...]
    countries: tuple[str, ...] = EVERYWHERE
    play: Callable[[Shift], object] | None = None


def _played(play: Callable[[Shift], object], *weekdays: int, only: str = "") -> Oddity:
    meaning = (play.__doc__ or "").strip()
    countries = tuple(only.split()) if only else EVERYWHERE
    return Oddity(meaning, weekdays, countries, play)


ODDITIES: dict[str, Oddity] = {
    "modifier before its parent": _played(specials.modifier_before_parent, WEDNESDAY, SATURDAY),
    "price on the modifier": _played(specials.price_on_modifier, THURSDAY, SATURDAY),
    "modifier with another tax": _played(
        specials.modifier_with_other_tax, WEDNESDAY, FRIDAY, only="GB FR US IE"
    ),
    "set menu": _played(specials.set_menu, THURSDAY),
    "line discount": _played(specials.line_discount, WEDNESDAY),
    "account discount": _played(specials.account_discount, THURSDAY),
    "both discounts on a line": _played(specials.both_discounts, FRIDAY),
    "service charge": _played(specials.service_charge, FRIDAY, SATURDAY, only="GB US"),
    "tip": _played(specials.tip, WEDNESDAY),
    "surcharge": _played(specials.split_tender, THURSDAY, only="US"),
    "several tenders": _played(specials.split_tender, WEDNESDAY, SUNDAY),
    "cash rounding": _played(specials.cash_rounding, FRIDAY, SUNDAY, only="CA"),
    "receivable": _played(specials.on_account, THURSDAY),
    "gift card sold": _played(specials.gift_card_sold, SATURDAY),
    "gift card redeemed": _played(specials.gift_card_redeemed, SUNDAY),
    "voided line": _played(specials.voided_line, FRIDAY),
    "void": _played(chains.void_sale, SATURDAY),
    "refund": _played(chains.refund_all, THURSDAY),
    "refund of one dish": _played(chains.refund_one_dish, SUNDAY),
    "recall": _played(chains.reopen, SUNDAY),
    "split": _played(chains.split, SATURDAY),
    "transfer": _played(chains.move_to_table, FRIDAY),
    "cash drop": _played(chains.drop_cash, FRIDAY),
    "update": _played(chains.change_payment, WEDNESDAY),
    "cancel": _played(chains.cancel, THURSDAY),
    "sold for a sister": _played(chains.sell_for_sister, WEDNESDAY),
    "left open": _played(chains.leave_open, THURSDAY),
    "carried over": _played(chains.pay_next_day, FRIDAY),
    "after midnight": _played(specials.after_midnight, FRIDAY, SATURDAY),
    "doubled hour": _played(specials.doubled_hour, *ANY_DAY),
    "after the gap": _played(specials.after_the_gap, *ANY_DAY),
    "same closing time": _played(specials.same_closing_time, SATURDAY),
    "zero receipt": _played(specials.zero_receipt, WEDNESDAY),
    "sold by weight": _played(specials.sold_by_weight, SATURDAY),
    "goodwill": _played(specials.goodwill, SUNDAY),
    "renamed special": _played(specials.renamed_special, THURSDAY),
    "every tax rate": _played(specials.every_tax_rate, SUNDAY),
    "tags of all sorts": _played(specials.tags_of_all_sorts, WEDNESDAY),
    "no receipt": _played(specials.no_receipt, FRIDAY),
    "online order": _played(specials.online_order, FRIDAY, SATURDAY),
    "reservation": _played(specials.reservation, SUNDAY),
    "empty day": Oddity(
        "Closed one day a week: Mondays, in IE Tuesdays.", (0, 1), ("FR", "CA", "IE")
    ),
    "archived item": Oddity("An item of last summer that nobody can order any more.", ANY_DAY),
}
