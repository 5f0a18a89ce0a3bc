"""The accounts of one business day of one location: made, put in order, numbered."""

from datetime import date

from tillgate.simulator.account import Account
from tillgate.simulator.crowd import run_usual_business
from tillgate.simulator.dice import Dice
from tillgate.simulator.group import Location
from tillgate.simulator.numbers import RESERVED, Numbers
from tillgate.simulator.oddities import ODDITIES
from tillgate.simulator.shift import Shift


def accounts_of(location: Location, day: date, *, seed: int, sales_a_day: int) -> list[Account]:
    """All accounts of the day by closing time, with their ids; none when the place is closed.

    The same for ever for the same arguments, whatever other days are made.
    """
    if not location.is_open_on(day):
        return []
    shift = Shift(location, day, seed, Dice(seed, location.id, day, "crowd"))
    run_usual_business(shift, sales_a_day)
    for name, oddity in ODDITIES.items():
        if oddity.play and day.weekday() in oddity.weekdays and _is_played_in(location, name):
            shift.dice = Dice(seed, location.id, day, name)
            oddity.play(shift)
    accounts = sorted(shift.accounts, key=lambda account: account.closed)
    _number(accounts, location, day, seed)
    return accounts


def _is_played_in(location: Location, name: str) -> bool:
    return location.country in ODDITIES[name].countries


def _number(accounts: list[Account], location: Location, day: date, seed: int) -> None:
    usual = Numbers(location, day, seed)
    reserved = Numbers(location, day, seed, first=RESERVED)
    for account in accounts:
        (reserved if account.is_reserved else usual).number(account)
