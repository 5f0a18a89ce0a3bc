"""What a back office puts right after a day is closed: a few sales a month, each with a reason.

A correction is recorded within three hours of the closing, before the next day is closed. So a
day's records need no other day's, and a sale that moves goes to a day that is still open.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from tillgate.foundation.instants import format_instant
from tillgate.simulator.account import Account, Line
from tillgate.simulator.dice import Dice
from tillgate.simulator.group import PAYMENT_METHODS, Location
from tillgate.simulator.published import published_sale
from tillgate.simulator.till import cents

# Of a location's days.
_SHARE = 0.14


class Corrected(NamedTuple):
    """What is put right of a day: the account that came late, if one did, and the record."""

    late: Account | None
    record: dict[str, Any]


class _Right(NamedTuple):
    """How a sale should have been, and on which day."""

    account: Account
    reason: str
    day: date | None = None
    is_late: bool = False


_Make = Callable[[Account, date], _Right | None]


def correction_of(
    location: Location, day: date, accounts: Sequence[Account], *, closed_at: datetime, seed: int
) -> Corrected | None:
    """The correction of a day, if it has one; the same for ever for the same arguments."""
    dice = Dice(seed, location.id, day, "corrections")
    if not dice.chance(_SHARE):
        return None
    kinds = list(KINDS.values())
    first = dice.between(0, len(kinds) - 1)
    simple = _simple(accounts)
    start = dice.between(0, max(len(simple) - 1, 0))
    at = closed_at + timedelta(minutes=dice.between(20, 180))
    for make in kinds[first:] + kinds[:first]:
        for account in simple[start:] + simple[:start]:
            right = make(account, day)
            if right is not None:
                return Corrected(account if right.is_late else None, _record(right, at))
    return None


def _simple(accounts: Sequence[Account]) -> list[Account]:
    """Plain sales, paid at once by one tender, to which no other account refers."""
    referred = {id(other) for each in accounts for other in (each.previous, each.first)}
    return [
        account
        for account in accounts
        if account.type == "SALE"
        and not account.cancelled
        and account.previous is None
        and id(account) not in referred
        and not account.external_references
        and len(account.payments) == 1
        and account.total > 0
    ]


def _late(account: Account, _: date) -> _Right | None:
    return _Right(account, "The till was offline when the day was closed", is_late=True)


def _other_tender(account: Account, _: date) -> _Right | None:
    (payment,) = account.payments
    if payment.method.code != "CASH":
        return None
    paid = replace(payment, method=PAYMENT_METHODS["CARD"], rounding=Decimal("0.00"))
    return _Right(replace(account, payments=[paid]), "Paid by card, booked as cash")


def _moved(account: Account, day: date) -> _Right | None:
    reason = "Booked on the wrong evening: it belongs to the day after"
    return _Right(account, reason, day + timedelta(days=1))


def _without_a_dish(account: Account, _: date) -> _Right | None:
    """Only where the rest still comes to whole cents."""
    (payment,) = account.payments
    line = next((one for one in account.lines if _can_go(one, account)), None)
    if line is None or payment.method.code not in {"CARD", "VOUCHER"}:
        return None
    rest = [one for one in account.lines if one is not line]
    paid = replace(payment, amount=payment.amount - cents(line.gross))
    right = replace(account, lines=rest, payments=[paid])
    return _Right(right, f"{line.item.name} was sent back and is not charged")


def _can_go(line: Line, account: Account) -> bool:
    parents = [one.parent for one in account.lines]
    alone = line.parent is None and all(parent is not line for parent in parents)
    is_whole = line.gross == cents(line.gross)
    return alone and is_whole and line.void_reason is None and 0 < line.gross < account.total


KINDS: dict[str, _Make] = {
    "late": _late,
    "other tender": _other_tender,
    "moved": _moved,
    "without a dish": _without_a_dish,
}


def _record(right: _Right, at: datetime) -> dict[str, Any]:
    account = right.account
    dated = {} if right.day is None else {"businessDate": str(right.day)}
    return {
        "record": "correction",
        "recordedAt": format_instant(at),
        "businessLocationId": account.location.id,
        **dated,
        "reason": right.reason,
        "sale": published_sale(account),
    }


def without(accounts: Iterable[Account], late: Account | None) -> list[Account]:
    """The accounts that were fed in time."""
    return [account for account in accounts if account is not late]
