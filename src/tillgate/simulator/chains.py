"""Accounts that come of other accounts: voided, refunded, reopened, split, moved, carried over.

Revenue is counted on SALE and REFUND that are not cancelled, so every other account here either
stands beside a sale that counts or takes back one that no longer does.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from tillgate.simulator.account import Account, Line
from tillgate.simulator.dice import Dice
from tillgate.simulator.group import Location
from tillgate.simulator.groups import group_of
from tillgate.simulator.hours import day_end
from tillgate.simulator.numbers import RESERVED, Numbers
from tillgate.simulator.orders import add_line, pick_item
from tillgate.simulator.shift import VOID_REASONS, Shift
from tillgate.simulator.tenders import tender
from tillgate.simulator.till import negated, settle, settle_alone

_HALF = Decimal("0.500")


def follow(account: Account, type_: str, minutes: float) -> Account:
    """An empty account that comes of another, opened when that closed, open for so long."""
    return replace(
        account,
        type=type_,
        opened=account.closed,
        closed=account.closed + timedelta(minutes=minutes),
        lines=[],
        payments=[],
        discount=None,
        cancelled=False,
        void_reason=None,
        first=account.first or account,
        previous=account,
        external_references=[],
        is_reserved=False,
        id="",
        receipt_id="",
    )


def copied(lines: Sequence[Line]) -> list[Line]:
    """The same lines for another account, without ids, children under the copied parents."""
    copies = {id(line): replace(line, id="") for line in lines}
    return _under_own_parents(copies)


def taken_back(shift: Shift, account: Account, *, void_reason: str | None = None) -> list[Line]:
    """All lines of an account negated, by the manager."""
    at = account.closed
    copies = {
        id(line): negated(line, at=at, staff=shift.manager, void_reason=void_reason)
        for line in account.lines
    }
    return _under_own_parents(copies)


def _under_own_parents(copies: dict[int, Line]) -> list[Line]:
    for copy in copies.values():
        if copy.parent is not None:
            copy.parent = copies[id(copy.parent)]
    return list(copies.values())


def refund_all(shift: Shift) -> None:
    """A lunch paid and, an hour later, given back whole."""
    sale = shift.close(shift.serve("lunch", 12 * 60 + 35), "CARD")
    refund = follow(sale, "REFUND", 61)
    refund.covers, refund.lines = 0, taken_back(shift, sale)
    shift.close(refund, "CARD")
    refund.payments[0].tip = -sale.payments[0].tip


def refund_one_dish(shift: Shift) -> None:
    """A dinner of which one dish is given back."""
    sale = shift.seat("dinner", 19 * 60 + 5, stay=80)
    dish = add_line(sale, pick_item(sale, shift.dice, "main"))
    add_line(sale, pick_item(sale, shift.dice, "glass"))
    shift.close(sale, "CARD")
    refund = follow(sale, "REFUND", 12)
    again = add_line(refund, dish.item)
    settle_alone(again, refund)
    refund.covers = 0
    refund.lines = [negated(again, at=refund.closed, staff=shift.manager)]
    shift.close(refund, "CARD")


def void_sale(shift: Shift) -> None:
    """A sale paid by mistake: cancelled, and taken back by an account of type VOID."""
    sale = shift.close(shift.serve("lunch", 13 * 60 + 20), "CARD")
    sale.cancelled = True
    void = follow(sale, "VOID", 4)
    void.covers = 0
    void.void_reason = shift.dice.pick(VOID_REASONS)
    void.lines = taken_back(shift, sale, void_reason=void.void_reason)
    shift.close(void, "CARD")
    void.payments[0].tip = -sale.payments[0].tip


def reopen(shift: Shift) -> None:
    """A bill reopened for a dessert: cancelled, recalled, and sold anew with one line more."""
    first = shift.close(shift.serve("dinner", 18 * 60 + 45, stay=70), "CARD")
    first.cancelled = True
    recall = follow(first, "RECALL", 1)
    recall.lines = copied(first.lines)
    shift.book(recall)
    sale = follow(recall, "SALE", 25)
    sale.lines = copied(first.lines)
    add_line(sale, pick_item(sale, shift.dice, "dessert"))
    shift.close(sale, "CARD")


def split(shift: Shift) -> None:
    """A table that pays apart: the whole as SPLIT, then two sales which share the bottle."""
    whole = shift.seat("dinner", 20 * 60 + 10, stay=85)
    dishes = [add_line(whole, pick_item(whole, shift.dice, "main")) for _ in range(2)]
    bottle = add_line(whole, pick_item(whole, shift.dice, "bottle"))
    whole.type = "SPLIT"
    settle(whole)
    shift.book(whole)
    for dish, code in zip(dishes, ("CARD", "CASH"), strict=True):
        share = follow(whole, "SALE", 3)
        share.covers = 1
        add_line(share, dish.item)
        add_line(share, bottle.item, quantity=_HALF)
        shift.close(share, code)


def move_to_table(shift: Shift) -> None:
    """Drinks at the bar moved to a table: TRANSFER, then one sale with both."""
    bar = shift.serve("bar", 18 * 60 + 15, stay=25)
    bar.type = "TRANSFER"
    settle(bar)
    shift.book(bar)
    sale = shift.serve("dinner", 18 * 60 + 41, stay=90)
    sale.lines = copied(bar.lines) + sale.lines
    sale.first = sale.previous = bar
    shift.close(sale, "CARD")


def drop_cash(shift: Shift) -> None:
    """Change put into the till in the morning, and cash taken to the safe at night."""
    for minute, amount in ((9 * 60, "150.00"), (23 * 60 + 10, "-200.00")):
        account = shift.seat("coffee", minute, stay=1, covers=0)
        account.type, account.table, account.profile = "FLOAT", None, None
        account.has_receipt = False
        account.payments = [tender(account, "CASH", Decimal(amount), shift.dice)]
        account.payments[0].consumer = None
        shift.book(account)


def change_payment(shift: Shift) -> None:
    """A payment booked as card that was cash: UPDATE takes one back and makes the other."""
    sale = shift.close(shift.serve("lunch", 12 * 60 + 5), "CARD")
    update = follow(sale, "UPDATE", 20)
    update.covers, update.has_receipt = 0, False
    update.payments = [
        tender(update, code, amount, shift.dice)
        for code, amount in (("CARD", -sale.total), ("CASH", sale.total))
    ]
    update.payments[1].tip = sale.payments[0].tip
    update.payments[0].tip = -sale.payments[0].tip
    shift.book(update)


def cancel(shift: Shift) -> None:
    """An order cancelled before anything was paid."""
    account = shift.serve("dinner", 20 * 60 + 25, stay=22)
    account.type, account.cancelled, account.has_receipt = "CANCEL", True, False
    account.void_reason = shift.dice.pick(VOID_REASONS)
    settle(account)
    shift.book(account)


def sell_for_sister(shift: Shift) -> None:
    """An order taken here for another location of the group, which books the sale."""
    account = shift.serve("take-away", 17 * 60 + 40, stay=6)
    account.type, account.has_receipt = "CROSS_BL", False
    places = group_of(shift.location).locations
    sister = next(other for other in places if other is not shift.location)
    account.external_references = [f"TASK:OO-{sister.id}-{shift.day:%y%m%d}"]
    settle(account)
    shift.book(account)


def leave_open(shift: Shift) -> None:
    """A table still open when the day ends: TRANSITORY, unpaid."""
    shift.book(_left_open(shift.location, shift.day, shift.seed))


def pay_next_day(shift: Shift) -> None:
    """Yesterday's open table, paid today: counts wholly today."""
    yesterday = shift.day - timedelta(days=1)
    left = _left_open(shift.location, yesterday, shift.seed)
    Numbers(shift.location, yesterday, shift.seed, first=RESERVED).number(left)
    sale = follow(left, "SALE", 0)
    sale.lines = copied(left.lines)
    sale.opened, sale.closed = left.opened, shift.at(11 * 60 + 50)
    shift.close(sale, "CARD")


def _left_open(location: Location, day: date, seed: int) -> Account:
    """The same account whichever day asks for it; its ids come from the reserved numbers."""
    shift = Shift(location, day, seed, Dice(seed, location.id, day, "left open"))
    account = shift.serve("dinner", 21 * 60 + 30, stay=90)
    account.type, account.is_reserved = "TRANSITORY", True
    account.closed = day_end(location, day) - timedelta(seconds=1)
    settle(account)
    return account
