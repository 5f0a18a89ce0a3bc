"""The usual business of a day: lunch and dinner peaks, and the habits of ordinary parties."""

from decimal import Decimal
from typing import NamedTuple

from tillgate.simulator.account import Account, Discount
from tillgate.simulator.dice import Dice
from tillgate.simulator.orders import add_line, pick_item
from tillgate.simulator.shift import Shift

HAPPY_HOUR = Discount("PERCENT", "HAPPY", "Happy hour 20%", Decimal("0.2"))
REGULARS = Discount("PERCENT", "LOYAL10", "Regulars 10%", Decimal("0.1"))
STAFF = Discount("PERCENT", "STAFF50", "Staff meal 50%", Decimal("0.5"))
ON_THE_HOUSE = Discount("PERCENT", "HOUSE", "On the house", Decimal(1))
COUPON = Discount("AMOUNT", "COUPON5", "Coupon 5.00", Decimal("5.00"))


class Service(NamedTuple):
    """A time of day: how many of the sales, around which minute, how long and how many covers."""

    style: str
    share: float
    minute: int
    spread: int
    stay: tuple[int, int]
    covers: tuple[tuple[int, float], ...]


_ONE_OR_TWO = ((1, 6.0), (2, 4.0))
_FEW = ((1, 2.5), (2, 5.0), (3, 1.5), (4, 1.5))
_MORE = ((1, 0.5), (2, 5.0), (3, 1.5), (4, 2.5), (5, 0.6), (6, 0.7), (8, 0.2))

SERVICES = (
    Service("coffee", 0.17, 10 * 60, 80, (8, 40), _ONE_OR_TWO),
    Service("lunch", 0.27, 12 * 60 + 50, 50, (30, 70), _FEW),
    Service("take-away", 0.07, 12 * 60 + 30, 45, (4, 14), _ONE_OR_TWO),
    Service("coffee", 0.07, 15 * 60 + 45, 60, (8, 40), _ONE_OR_TWO),
    Service("dinner", 0.27, 19 * 60 + 45, 70, (55, 115), _MORE),
    Service("take-away", 0.06, 19 * 60, 60, (5, 18), _ONE_OR_TWO),
    Service("bar", 0.09, 21 * 60 + 20, 75, (15, 70), _FEW),
)
_SHARES = tuple((service, service.share) for service in SERVICES)
_CROWD_OF_WEEKDAY = (0.72, 0.78, 0.86, 0.97, 1.28, 1.36, 1.08)


def run_usual_business(shift: Shift, sales_a_day: int) -> None:
    """Serve about so many parties, more on Fridays and Saturdays."""
    crowd = sales_a_day * shift.location.size * _CROWD_OF_WEEKDAY[shift.day.weekday()]
    for _ in range(round(crowd * (0.92 + 0.16 * shift.dice.throw()))):
        serve_usual_party(shift, shift.dice.weighted(_SHARES))


def serve_usual_party(shift: Shift, service: Service) -> Account:
    """One party of a service: ordered, sometimes corrected or discounted, charged and paid."""
    dice = shift.dice
    minute = dice.around(service.minute, service.spread)
    stay = service.stay[0] + dice.throw() * (service.stay[1] - service.stay[0])
    account = shift.serve(service.style, minute, stay=stay, covers=dice.weighted(service.covers))
    _add_habits(shift, account)
    if service.style == "dinner" and dice.chance(0.1):
        account.external_references.append(f"RESA-{dice.between(100_000, 999_999)}")
    return shift.close(account)


def charges_service(account: Account, dice: Dice) -> bool:
    """Whether the place's service charge goes on this account; in some places guests may refuse."""
    charge = account.location.service_charge
    if charge is None or not account.dine_in or account.covers < charge.from_covers:
        return False
    return dice.chance(charge.share)


def _add_habits(shift: Shift, account: Account) -> None:
    dice = shift.dice
    account.has_service = charges_service(account, dice)
    habit = dice.throw()
    if habit < 0.02:
        shift.void(account, add_line(account, pick_item(account, dice, "side")))
    elif habit < 0.05:
        account.lines[0].discount = HAPPY_HOUR
    elif habit < 0.08:
        account.discount = dice.pick((REGULARS, REGULARS, STAFF, COUPON))
    elif habit < 0.11:
        account.has_receipt = False
