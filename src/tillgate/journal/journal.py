"""The journal of a location: its entries over some days, and what they were made with."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from tillgate.journal.entry import Entry, added_up
from tillgate.journal.mapping import Account, Mapping
from tillgate.journal.sources import Source


class Journal(NamedTuple):
    """The entries of a range of booking dates, in order, all made with one mapping.

    `accounts` are those of its postings with what they are below of, and suspense, by code. It is
    `final` when nothing can be booked on its dates any more. `without_figures` are days that have
    begun and of which nothing is known: no sale yet, or, as of earlier, none as it was then.
    """

    mapping: Mapping
    currency: str
    location: int
    entries: Sequence[Entry]
    accounts: Sequence[Account]
    final: bool
    without_figures: Sequence[date]

    @property
    def suspense(self) -> Account:
        """The account of what has none."""
        return next(each for each in self.accounts if each.code == self.mapping.suspense)

    @property
    def unmapped(self) -> list[Source]:
        """What is on the suspense account for want of another, over all entries."""
        return added_up(source for entry in self.entries for source in entry.postings.unmapped)
