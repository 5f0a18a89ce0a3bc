"""The ids of a day: a letter, the till, a dot and a counter of its own kind.

Each date has its own block of counters, so that a day can be made without the days before it.
"""

from collections import Counter
from datetime import date

from tillgate.simulator.account import Account, Line
from tillgate.simulator.dice import reference
from tillgate.simulator.group import Location

BLOCK = 10_000
# The end of a block belongs to accounts that another day refers to.
RESERVED = 9_900


class Numbers:
    """Gives the next id of each kind and till within one day's block."""

    def __init__(self, location: Location, day: date, seed: int, *, first: int = 1) -> None:
        self._base = (day - location.since).days * BLOCK
        self._first, self._end = first, RESERVED if first < RESERVED else BLOCK
        self._seed = seed
        self._given: Counter[tuple[str, int]] = Counter()

    def number(self, account: Account) -> None:
        """Give ids to an account and all it holds.

        Raises `ValueError` when the day has no number left: too many sales were asked for.
        """
        till = account.device.id
        account.id = self._next("A", till)
        account.reference = reference("account", self._seed, account.id)
        if account.has_receipt:
            account.receipt_id = self._next("R", till)
        for line in account.lines:
            self._number_line(line, till)
        for payment in account.payments:
            payment.id = self._next("T", till)
            payment.uuid = reference("payment", self._seed, payment.id)

    def _number_line(self, line: Line, till: int) -> None:
        if line.parent is not None and not line.parent.id:
            line.parent.id = self._next("S", till)
        line.id = line.id or self._next("S", till)

    def _next(self, kind: str, till: int) -> str:
        count = self._first + self._given[kind, till]
        if count >= self._end:
            raise ValueError(f"no number left for {kind}{till}: fewer sales a day, please")
        self._given[kind, till] += 1
        return f"{kind}{till}.{self._base + count}"
