"""Corrections of closed days: a further document that names what it corrects, and why.

A correction brings one sale as it should have been: changed, late, or booked on another day. All
corrections of a batch that touch a closed day become one new revision of it. The sales that they do
not touch keep their texts byte for byte, and so do the hashes of personal parts, also of erased
ones. A sale may also move between a closed day and an open one: there it is a row like any other.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from psycopg import Connection

from tillgate.foundation import clock
from tillgate.foundation.event_rows import add_event
from tillgate.foundation.settling import (
    CONTRADICTED,
    Contradiction,
    Outcome,
    Recorded,
    Tally,
    settle,
)
from tillgate.ledger.calendar import Calendar
from tillgate.ledger.calendars import fetch_calendars
from tillgate.ledger.canonical import closing_time, render_texts
from tillgate.ledger.closed_sales import ClosedSales, OpenedSale, open_day
from tillgate.ledger.closing import (
    Beside,
    IndexRow,
    close_marked,
    fetch_gift_card_groups,
    fetch_head,
    whole_milliseconds,
    write_document,
)
from tillgate.ledger.document import (
    DayFacts,
    KeptSale,
    cut_sale,
    has_strays,
    make_document,
    milliseconds,
)
from tillgate.ledger.frames import Facts
from tillgate.ledger.lookup import key_of, short
from tillgate.ledger.merging import DatedSale, merge_dated
from tillgate.ledger.month_lines import month_of
from tillgate.ledger.month_writing import write_month
from tillgate.ledger.open_rows import add_open_sale, remove_open_sale
from tillgate.ledger.parts import copied
from tillgate.ledger.personal import Collected
from tillgate.ledger.sale import DECODER, Sale

_CLOSED = """
SELECT d.position, d.business_date FROM ledger_closedday d
WHERE d.business_location_id = %s AND d.reference_keys @> ARRAY[%s::bigint]
ORDER BY d.position + 0 DESC LIMIT 1
"""

_OPEN = """
SELECT body, recorded_at, business_date FROM ledger_opensale
WHERE business_location_id = %s AND account_reference = %s
"""

_LOCATION = """
SELECT since, currency FROM directory_businesslocation WHERE business_location_id = %s
"""

_IS_CLOSED = """
SELECT EXISTS (SELECT FROM ledger_closedday
    WHERE business_location_id = %s AND business_date = %s)
"""

_ACCOUNT = """
SELECT EXISTS (
    SELECT FROM ledger_opensale
    WHERE business_location_id = %(location)s AND account_id = %(account)s
      AND account_reference <> %(reference)s
    UNION ALL
    SELECT FROM ledger_closedday d
    CROSS JOIN unnest(d.reference_keys, d.account_keys) AS c (reference_key, account_key)
    WHERE d.business_location_id = %(location)s
      AND d.business_date BETWEEN %(day)s::date - 31 AND %(day)s::date + 31
      AND c.account_key = %(account_key)s AND c.reference_key <> %(reference_key)s)
"""

_LATEST = """
SELECT d.position, d.revision, d.starts_at, d.ends_at, d.last_fed_at, d.part_hashes, l.currency
FROM ledger_closedday d JOIN directory_businesslocation l USING (business_location_id)
WHERE d.business_location_id = %s AND d.business_date = %s ORDER BY d.revision DESC LIMIT 1
"""

_ADD_REFERENCES = """
INSERT INTO ledger_closedreference (business_location_id, reference, account_reference)
SELECT %s, unnest(%s::text[]), %s ON CONFLICT DO NOTHING
"""


class Correction(NamedTuple):
    """A sale of a closed day as it should be, why, and when the back office said so."""

    origin: int
    business_location_id: int
    recorded_at: datetime
    business_date: date | None
    reason: str
    currency: str | None
    sale: Sale


class _Change(NamedTuple):
    """What is done to a sale of one day; without a sale it is booked on another day from now on."""

    kind: str
    account_id: str
    reason: str
    recorded_at: datetime
    sale: Sale | None


# By day, then by account reference.
_Changes = dict[date, dict[str, _Change]]


def correct_days(connection: Connection[Any], corrections: Sequence[Correction]) -> Tally:
    """Bring corrections into closed days; keep nothing when the tally refuses any.

    A correction is settled with what is known of its sale like any other record: the same again
    changes nothing, an older one neither. Refused are sales that no closed day has or should have,
    a day before the location's first one, amounts in another currency, and account ids that are
    known under another reference. The caller holds the locks of the locations.
    """
    tally = Tally()
    locations = sorted({each.business_location_id for each in corrections})
    calendars = fetch_calendars(connection, locations)
    for location in locations:
        mine = [each for each in corrections if each.business_location_id == location]
        if location not in calendars:
            _refuse_unknown(mine, location, tally)
            continue
        batch = _Batch(connection, location, calendars[location], tally)
        for correction in mine:
            batch.take(correction)
        if not tally.refused:
            batch.write()
    return tally


def _refuse_unknown(corrections: Iterable[Correction], location: int, tally: Tally) -> None:
    for each in corrections:
        problem = f"location {location} is not known"
        tally.refuse(each.origin, "businessLocationId", problem, "feed its `location` record first")


class _Place(NamedTuple):
    """Where a sale is booked, and whether its day is closed by now."""

    day: date
    is_closed: bool


class _Known(NamedTuple):
    """A sale as it is known: where, and what of it."""

    place: _Place
    sale: Recorded[DatedSale]


class _Taken(NamedTuple):
    """What the corrections of a batch have made of one sale; `before` is None for a late one."""

    before: _Place | None
    now: _Place
    sale: Recorded[DatedSale]
    reason: str


class _Batch:
    """The corrections of one location."""

    def __init__(
        self, connection: Connection[Any], location: int, calendar: Calendar, tally: Tally
    ) -> None:
        self._connection = connection
        self._location = location
        self._calendar = calendar
        self._tally = tally
        self._final = ClosedSales(connection)
        self._taken: dict[str, _Taken] = {}
        self._since, self._currency = connection.execute(_LOCATION, (location,)).fetchall()[0]
        close_marked(connection, location, calendar)

    def take(self, correction: Correction) -> None:
        """Settle one correction with what is known of its sale by now."""
        reference = correction.sale.account_reference
        known = self._known(reference)
        place = self._place(correction, known)
        if self._refuses(correction, known, place):
            return
        given = Recorded(correction.recorded_at, DatedSale(correction.sale, place.day))
        try:
            outcome, after = settle(known.sale if known else None, given, merge_dated)
        except Contradiction:
            self._tally.refuse(correction.origin, "recordedAt", *CONTRADICTED)
            return
        self._tally.count(outcome)
        # What only confirms a sale leaves no trace: its document cannot say so any more.
        if outcome in {Outcome.NEW, Outcome.CHANGED}:
            earlier = self._taken.get(reference)
            before = earlier.before if earlier else known.place if known else None
            # An older record that only adds leaves the sale where it is known to be.
            now = self._at(_day_of(after))
            self._taken[reference] = _Taken(before, now, after, correction.reason)

    def _known(self, reference: str) -> _Known | None:
        taken = self._taken.get(reference)
        if taken is not None:
            return _Known(taken.now, taken.sale)
        return self._open(reference) or self._closed(reference)

    def _open(self, reference: str) -> _Known | None:
        """The sale on an open day; one that moved there is in an earlier document as well."""
        row = self._connection.execute(_OPEN, (self._location, reference)).fetchone()
        if row is None:
            return None
        body, at, day = row
        return _Known(_Place(day, False), Recorded(at, DatedSale(DECODER.decode(body), day)))

    def _closed(self, reference: str) -> _Known | None:
        row = self._connection.execute(_CLOSED, (self._location, key_of(reference))).fetchone()
        if row is None:
            return None
        position, day = row
        body, at = self._final.fetch(self._location, position, reference)
        return _Known(_Place(day, True), Recorded(at, DatedSale(DECODER.decode(body), day)))

    def _place(self, correction: Correction, known: _Known | None) -> _Place:
        """Where the sale belongs: as said, else where it is known while it closed then."""
        if correction.business_date is not None:
            return self._at(correction.business_date)
        closed_at = closing_time(correction.sale)
        if known is not None and closing_time(known.sale.thing.sale) == closed_at:
            return known.place
        return self._at(self._calendar.day_of(closed_at))

    def _at(self, day: date) -> _Place:
        row = self._connection.execute(_IS_CLOSED, (self._location, day)).fetchall()[0]
        return _Place(day, row[0])

    def _refuses(self, correction: Correction, known: _Known | None, place: _Place) -> bool:
        for path, problem, cure in self._problems(correction, known, place):
            self._tally.refuse(correction.origin, path, problem, cure)
            return True
        return False

    def _problems(
        self, correction: Correction, known: _Known | None, place: _Place
    ) -> Iterator[tuple[str, str, str]]:
        if place.day < self._since:
            problem = f"business day {place.day} is before the location's first one, {self._since}"
            yield "businessDate", problem, "a `location` record with an earlier since"
        stays_open = not place.is_closed and not (known and known.place.is_closed)
        if stays_open and not self._was_closed(correction):
            problem = f"business day {place.day} is not closed"
            yield "businessDate", problem, "send it as a `sale`"
        if correction.currency not in {None, self._currency}:
            problem = f"its amounts are in {correction.currency}"
            yield "sale", problem, f"the location's own {self._currency}"
        sale = correction.sale
        values = {"location": self._location, "day": place.day, "account": sale.account_fisc_id}
        keys = {
            "reference": sale.account_reference,
            "account_key": key_of(sale.account_fisc_id),
            "reference_key": key_of(sale.account_reference),
        }
        if self._connection.execute(_ACCOUNT, values | keys).fetchall()[0][0]:
            problem = f"account {sale.account_fisc_id} is known under another accountReference"
            cure = "the same accountReference, or another account"
            yield "sale.accountFiscId", problem, cure

    def _was_closed(self, correction: Correction) -> bool:
        """Whether the sale has been on a closed day: its corrections may be fed again."""
        return self._closed(correction.sale.account_reference) is not None

    def write(self) -> None:
        """Write what the corrections come to: rows of open days, and revisions of closed ones."""
        moved_by = {
            reference: remove_open_sale(self._connection, self._location, reference)
            for reference, taken in self._taken.items()
            if taken.before is not None and not taken.before.is_closed
        }
        changes = self._changes()
        positions = {day: self._write_day(day, changes[day]) for day in sorted(changes)}
        for month in {month_of(day) for day in changes}:
            write_month(self._connection, self._location, month)
        for reference, taken in self._taken.items():
            if not taken.now.is_closed:
                left = taken.before and positions.get(taken.before.day)
                by = left or moved_by.get(reference)
                add_open_sale(self._connection, self._location, taken.sale, moved_by=by)
        if changes:
            add_event(
                self._connection,
                kind="ledger:days:corrected",
                subject=f"location:{self._location}",
                actor="feed",
                data={"business_dates": [day.isoformat() for day in sorted(changes)]},
            )

    def _changes(self) -> _Changes:
        """What is done to closed days: each sale as it ends, from where it was."""
        changes: _Changes = {}
        for reference, (before, now, sale, reason) in self._taken.items():
            told = (sale.thing.sale.account_fisc_id, reason, sale.recorded_at)
            if before is not None and before.is_closed and before != now:
                changes.setdefault(before.day, {})[reference] = _Change("moved", *told, None)
            if now.is_closed:
                kind = "changed" if before == now else "added"
                change = _Change(kind, *told, sale.thing.sale)
                changes.setdefault(now.day, {})[reference] = change
        return changes

    def _write_day(self, day: date, changes: dict[str, _Change]) -> int:
        """Write a revision of a day; returns its position in the chain."""
        row = self._connection.execute(_LATEST, (self._location, day)).fetchall()[0]
        position, revision, starts_at, ends_at, fed_at, hashes, currency = row
        before = open_day(self._connection, self._location, position)
        head = fetch_head(self._connection, self._location)
        facts = DayFacts(
            business_location_id=self._location,
            business_date=day,
            currency=currency,
            starts_at=starts_at,
            ends_at=ends_at,
            closed_at=whole_milliseconds(clock.now()),
            cause="correction",
            revision=revision + 1,
            position=head.position + 1,
            previous_digest=head.digest,
            gift_card_groups=fetch_gift_card_groups(self._connection, self._location),
            corrects=_told(revision, changes),
        )
        collected, entries = Collected(first=len(hashes) // 32), list[IndexRow]()
        kept = [_unchanged(sale) for sale in before.sales if sale.reference not in changes]
        kept += [
            self._corrected(change, collected, entries)
            for change in changes.values()
            if change.sale is not None
        ]
        document = make_document(facts, kept, collected, earlier_hashes=bytes(hashes))
        beside = Beside(fed_at, has_strays(facts, kept), entries)
        write_document(self._connection, facts, document, beside)
        return facts.position

    def _corrected(
        self, change: _Change, collected: Collected, entries: list[IndexRow]
    ) -> KeptSale:
        sale = change.sale
        assert sale is not None
        texts = render_texts(copied(sale))
        closed = milliseconds(closing_time(sale))
        reference, account = sale.account_reference, sale.account_fisc_id
        entries.append(IndexRow(key_of(reference), key_of(account), short(texts.digest), closed))
        if sale.external_references:
            values = (self._location, sale.external_references, reference)
            self._connection.execute(_ADD_REFERENCES, values)
        payments = texts.lean[texts.payments_start : texts.payments_end].encode()
        facts = Facts(account, closed, milliseconds(change.recorded_at))
        return cut_sale(texts.body.encode(), payments, facts, collected)


def _day_of(sale: Recorded[DatedSale]) -> date:
    assert sale.thing.business_date is not None  # each side of the settling had one
    return sale.thing.business_date


def _unchanged(sale: OpenedSale) -> KeptSale:
    facts = Facts(sale.account_id, milliseconds(sale.closed_at), milliseconds(sale.recorded_at))
    return KeptSale(facts, sale.cut)


def _told(revision: int, changes: dict[str, _Change]) -> dict[str, Any]:
    """What the manifest says that a revision corrects."""
    listed = [
        {"accountFiscId": each.account_id, "change": each.kind, "reason": each.reason}
        for each in changes.values()
    ]
    return {"revision": revision, "sales": sorted(listed, key=lambda one: one["accountFiscId"])}
