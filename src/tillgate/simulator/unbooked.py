"""What a till tells beside its sales: orders that came to nothing, and card payments with fees.

All of it is recorded within the business day, so that a day's records are complete at its end.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tillgate.foundation.instants import format_instant
from tillgate.simulator.account import Account, Payment
from tillgate.simulator.dice import Dice, uuid
from tillgate.simulator.group import FRIDAY, SATURDAY, Location
from tillgate.simulator.items import Item, menu_of
from tillgate.simulator.people import staff_of
from tillgate.simulator.till import cents

_DELAY = timedelta(seconds=40)
_CAPTURE = timedelta(seconds=2)
_DISPUTE = timedelta(minutes=50)
_FEE_SHARE, _FEE_EACH = Decimal("0.014"), Decimal("0.10")


def aborted_orders(location: Location, day: date, seed: int) -> Iterator[dict[str, Any]]:
    """Up to two orders of a day that were taken back whole; on Fridays at least one."""
    if not location.is_open_on(day):
        return
    dice = Dice(seed, location.id, day, "aborted orders")
    evening = datetime.combine(day, time(11), ZoneInfo(location.timezone)).astimezone(UTC)
    minutes = sorted(
        dice.between(0, 600) for _ in range(dice.between(1 if day.weekday() == FRIDAY else 0, 2))
    )
    for number, minute in enumerate(minutes, start=1):
        at = evening + timedelta(minutes=minute, milliseconds=dice.between(0, 999))
        yield _aborted_order(location, day, number, at, dice)


def _aborted_order(
    location: Location, day: date, number: int, at: datetime, dice: Dice
) -> dict[str, Any]:
    worker = dice.pick(staff_of(location)[1:])
    dishes = [item for item in menu_of(location).by_sku.values() if item.price > 0]
    ordered = [(dice.pick(dishes), dice.between(1, 4)) for _ in range(dice.between(1, 3))]
    total = sum((item.price * quantity for item, quantity in ordered), Decimal("0.00"))
    dated = {"businessDate": str(day)} if location.country == "FR" else {}
    return {
        "record": "aborted_order",
        "recordedAt": format_instant(at + _DELAY),
        "businessLocationId": location.id,
        "abortedOrderId": f"{location.tills[0].id}-{day:%Y%m%d}-{number}",
        **dated,
        "currency": location.currency,
        "staffId": worker.id,
        "order": {
            "staffName": worker.name,
            "timeOfAbortedOrder": format_instant(at),
            "totalAmountAborted": str(total),
            "abortedLineItems": [_aborted_line(*each) for each in ordered],
        },
    }


def _aborted_line(item: Item, quantity: int) -> dict[str, str]:
    return {
        "itemName": item.name,
        "itemSku": item.sku,
        "itemQuantity": f"{quantity}.000",
        "itemAmount": str(item.price * quantity),
        "itemPrice": str(item.price),
    }


def card_payments(accounts: Sequence[Account], day: date, seed: int) -> Iterator[dict[str, Any]]:
    """Each payment by card when it is captured, and again when it is refunded or disputed."""
    disputed = day.weekday() == SATURDAY
    for account in accounts:
        for payment in account.payments:
            if _is_by_card(payment) and payment.amount > 0:
                yield _card_payment(account, payment, seed, "CAPTURED", payment.at + _CAPTURE)
                if disputed:
                    disputed = False
                    yield _card_payment(account, payment, seed, "DISPUTED", payment.at + _DISPUTE)
        yield from _refunded(account, accounts, seed)


def _refunded(account: Account, accounts: Sequence[Account], seed: int) -> Iterator[dict[str, Any]]:
    paid = account.previous
    if account.type != "REFUND" or paid is None or paid not in accounts:
        return
    status = "REFUNDED" if account.total + paid.total == 0 else "PARTIALLY_REFUNDED"
    for payment in paid.payments:
        if _is_by_card(payment) and payment.amount > 0:
            yield _card_payment(paid, payment, seed, status, account.closed + _CAPTURE)


def _is_by_card(payment: Payment) -> bool:
    return payment.method.code == "CARD"


def _card_payment(
    account: Account, payment: Payment, seed: int, status: str, changed: datetime
) -> dict[str, Any]:
    location = account.location
    name = uuid("card", seed, payment.id).replace("-", "").upper()
    charged = payment.amount + payment.tip + payment.surcharge
    return {
        "record": "card_payment",
        "recordedAt": format_instant(changed + _DELAY),
        "businessLocationId": location.id,
        "payment": {
            "accountFiscId": account.id,
            "lightspeedPaymentId": f"ad-{name[:16]}",
            "uuid": payment.uuid,
            "reference": name[16:28],
            "status": status,
            "createdDate": format_instant(payment.at),
            "captureDate": format_instant(payment.at + _CAPTURE),
            "modificationDate": format_instant(changed),
            "fees": _amount(cents(charged * _FEE_SHARE + _FEE_EACH), location),
            "surcharge": _amount(payment.surcharge, location),
        },
    }


def _amount(value: Decimal, location: Location) -> dict[str, str]:
    return {"value": str(value), "currency": location.currency}
