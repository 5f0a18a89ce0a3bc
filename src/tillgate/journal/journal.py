"""The journal of a location: its entries over some days, and what they were made with."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from tillgate.journal.entry import Entry
from tillgate.journal.mapping import Account, Mapping


class Journal(NamedTuple):
    """The entries of a range of booking dates, in order, all made with one mapping.

    `accounts` are those that the entries use, and suspense. `final` says whether every day of the
    range is closed. `without_figures` are days of which nothing is known, as when they were not
    closed yet at the time that was asked for.
    """

    mapping: Mapping
    currency: str
    location: int
    entries: Sequence[Entry]
    accounts: Sequence[Account]
    final: bool
    without_figures: Sequence[date]
