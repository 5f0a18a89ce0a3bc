"""How accounts are paid: tenders, tips, surcharges and the rounding of cash."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from tillgate.simulator.account import NOTHING, Account, Payment
from tillgate.simulator.dice import Dice
from tillgate.simulator.group import PAYMENT_METHODS
from tillgate.simulator.people import consumers_of
from tillgate.simulator.till import cents, spread

_HEX = "0123456789ABCDEF"
_TIP_SHARES = (Decimal("0.15"), Decimal("0.18"), Decimal("0.20"), Decimal("0.22"))


def usual_tender(account: Account, dice: Dice) -> str:
    """The code of the tender such a party would choose."""
    if account.location.country == "FR" and dice.chance(0.06):
        return "VOUCHER"
    cash_share = 0.3 if account.total < 15 else 0.12
    return "CASH" if dice.chance(cash_share) else "CARD"


def pay(account: Account, dice: Dice, codes: Sequence[str]) -> None:
    """Pay the settled account by these tenders in equal parts; nothing due, nothing paid."""
    total = account.total
    if not total:
        return
    parts = spread(total, [Decimal(1)] * len(codes))
    for code, amount in zip(codes, parts, strict=True):
        account.payments.append(tender(account, code, amount, dice))


def tender(account: Account, code: str, amount: Decimal, dice: Dice) -> Payment:
    """A payment by the method of that code, with what usually comes with it."""
    payment = Payment(PAYMENT_METHODS[code], amount, account.closed, account.owner)
    if code == "CARD":
        payment.authorization = "".join(dice.pick(_HEX) for _ in range(6))
        payment.surcharge = cents(amount * account.location.card_surcharge)
        payment.tip = _tip(account, amount, dice)
    elif code == "CASH" and account.location.cash_step > Decimal("0.01"):
        payment.rounding = _to_step(amount, account.location.cash_step) - amount
    elif code == "GIFT":
        payment.external_reference = f"GC-{dice.between(100_000, 999_999)}"
    elif code == "ONLINE":
        payment.external_reference = f"web-{dice.between(10_000, 99_999)}"
    if code == "ACCOUNT":
        payment.consumer = consumers_of(account.location)[0]
    elif dice.chance(0.02) or code == "ONLINE":
        payment.consumer = dice.pick(consumers_of(account.location))
    return payment


def _tip(account: Account, amount: Decimal, dice: Dice) -> Decimal:
    habit = account.location.tip_habit
    if amount < 0 or account.has_service or not account.dine_in or not dice.chance(habit):
        return NOTHING
    if habit < 0.5:
        return NOTHING + dice.between(1, 6)
    return cents(amount * dice.pick(_TIP_SHARES))


def _to_step(amount: Decimal, step: Decimal) -> Decimal:
    return cents((amount / step).quantize(Decimal(1), ROUND_HALF_EVEN) * step)
