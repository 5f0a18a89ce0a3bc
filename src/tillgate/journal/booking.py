"""Which documents of closed days give which entries: by either policy, and with which numbers."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from tillgate.journal.chart import Chart
from tillgate.journal.entry import Entry, change_of, postings_of
from tillgate.journal.mapping import Corrections
from tillgate.ledger.figures import Figures


class Document(NamedTuple):
    """A revision of a closed day: when it was closed, what it comes to, and why there is one."""

    business_date: date
    revision: int
    closed_at: datetime
    digest: bytes
    figures: Figures
    reasons: Sequence[str] = ()


class Booking(NamedTuple):
    """A document that is booked: whole, or as what it changes of the document `before`."""

    document: Document
    booked_on: date
    before: Document | None = None


class Bounds(NamedTuple):
    """The dates of a journal, both included, and on which business date an instant lies."""

    first: date
    last: date
    day_of: Callable[[datetime], date]

    def hold(self, booked_on: date) -> bool:
        """Whether what is booked on this date is in the journal."""
        return self.first <= booked_on <= self.last


def bookings(
    documents: Iterable[Document], corrections: Corrections, bounds: Bounds
) -> list[Booking]:
    """What is booked on the dates of a journal, in the order of its entries.

    The documents are all that may be booked on these dates, and what each correction corrects.
    """
    days: defaultdict[date, dict[int, Document]] = defaultdict(dict)
    for document in documents:
        days[document.business_date][document.revision] = document
    choose = _restated if corrections is Corrections.RESTATE else _in_open_periods
    chosen = (booking for day in days.values() for booking in choose(day, bounds))
    return sorted(
        (booking for booking in chosen if bounds.hold(booking.booked_on)),
        key=lambda each: (each.booked_on, each.document.business_date, each.document.revision),
    )


def _restated(day: dict[int, Document], _: Bounds) -> list[Booking]:
    newest = day[max(day)]
    return [Booking(newest, newest.business_date)]


def _in_open_periods(day: dict[int, Document], bounds: Bounds) -> list[Booking]:
    """A day as it was first closed on its own date, each correction on the day it was made."""
    first = [Booking(day[1], day[1].business_date)] if 1 in day else []
    return first + [
        Booking(document, bounds.day_of(document.closed_at), day[revision - 1])
        for revision, document in day.items()
        if revision - 1 in day
    ]


class Numbers(NamedTuple):
    """The numbers of a location's entries; they stay the same for ever."""

    location: int

    def whole(self, day: date, revision: int) -> str:
        """Of a revision that is booked whole."""
        return f"{self._of(day)}-r{revision}"

    def change(self, day: date, revision: int) -> str:
        """Of what a revision changes; of the first one, the day itself."""
        return f"{self._of(day)}-c{revision}" if revision > 1 else self.whole(day, revision)

    def provisional(self, day: date) -> str:
        """Of a day that is not closed."""
        return f"{self._of(day)}-p"

    def _of(self, day: date) -> str:
        return f"{self.location}-{day:%Y%m%d}"


def entry_of(booking: Booking, chart: Chart, numbers: Numbers) -> Entry:
    """The entry of a closed day, or of what a correction changes of it."""
    document, before = booking.document, booking.before
    day, revision = document.business_date, document.revision
    postings, is_whole = postings_of(document.figures, chart), before is None
    if before is not None:
        postings = change_of(postings_of(before.figures, chart), postings)
    number = numbers.whole if is_whole else numbers.change
    return Entry(
        number(day, revision),
        day,
        booking.booked_on,
        revision,
        document.digest,
        postings,
        restated=is_whole and revision > 1,
        follows=number(day, revision - 1) if revision > 1 else "",
        reasons=document.reasons,
    )


def provisional_entry(day: date, figures: Figures, chart: Chart, numbers: Numbers) -> Entry:
    """The entry of a day that is not closed; that of its document will have another number."""
    postings = postings_of(figures, chart)
    return Entry(numbers.provisional(day), day, day, None, b"", postings)
