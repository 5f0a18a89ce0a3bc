"""Corrections of closed days: a further document that names what it corrects, and why.

A correction brings one sale as it should have been: changed, late, or booked on another day. All
corrections of a batch that touch a day become one new revision of it. The sales that they do not
touch keep their texts byte for byte, and so do the hashes of personal parts, also of erased ones.
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
from tillgate.ledger.parts import copied
from tillgate.ledger.personal import Collected
from tillgate.ledger.sale import DECODER, Sale

_KNOWN = """
SELECT d.position, d.business_date FROM ledger_closedday d
WHERE d.business_location_id = %s AND d.reference_keys @> ARRAY[%s::bigint]
ORDER BY d.position + 0 DESC LIMIT 1
"""

_IS_OPEN = """
SELECT EXISTS (SELECT FROM ledger_opensale
    WHERE business_location_id = %s AND account_reference = %s)
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
    changes nothing, an older one neither. Refused are sales of open days, days that are not closed,
    amounts in another currency, and account ids that are known under another reference. The caller
    holds the locks of the locations.
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
        self._now: dict[str, Recorded[DatedSale]] = {}
        self._changes: _Changes = {}

    def take(self, correction: Correction) -> None:
        """Settle one correction with what is known of its sale by now."""
        reference = correction.sale.account_reference
        known = self._now.get(reference) or self._known(reference)
        day = self._day(correction, known)
        if self._refuses(correction, day):
            return
        given = Recorded(correction.recorded_at, DatedSale(correction.sale, day))
        try:
            outcome, after = settle(known, given, merge_dated)
        except Contradiction:
            self._tally.refuse(correction.origin, "recordedAt", *CONTRADICTED)
            return
        self._tally.count(outcome)
        # What only confirms a sale leaves no trace: its document cannot say so any more.
        if outcome in {Outcome.NEW, Outcome.CHANGED}:
            self._now[reference] = after
            self._change(correction, known, after.thing)

    def _known(self, reference: str) -> Recorded[DatedSale] | None:
        row = self._connection.execute(_KNOWN, (self._location, key_of(reference))).fetchone()
        if row is None:
            return None
        position, day = row
        body, at = self._final.fetch(self._location, position, reference)
        return Recorded(at, DatedSale(DECODER.decode(body), day))

    def _day(self, correction: Correction, known: Recorded[DatedSale] | None) -> date:
        """The day the sale belongs to: as said, else its known one while it closed then."""
        if correction.business_date is not None:
            return correction.business_date
        closed_at = closing_time(correction.sale)
        if known is not None and closing_time(known.thing.sale) == closed_at:
            assert known.thing.business_date is not None
            return known.thing.business_date
        return self._calendar.day_of(closed_at)

    def _refuses(self, correction: Correction, day: date) -> bool:
        for path, problem, cure in self._problems(correction, day):
            self._tally.refuse(correction.origin, path, problem, cure)
            return True
        return False

    def _problems(self, correction: Correction, day: date) -> Iterator[tuple[str, str, str]]:
        sale, location = correction.sale, self._location
        latest = self._connection.execute(_LATEST, (location, day)).fetchone()
        if latest is None:
            yield "businessDate", f"business day {day} is not closed", "send it as a `sale`"
            return
        if correction.currency not in {None, latest[-1]}:
            problem = f"its amounts are in {correction.currency}"
            yield "sale", problem, f"the location's own {latest[-1]}"
        if self._connection.execute(_IS_OPEN, (location, sale.account_reference)).fetchall()[0][0]:
            yield "sale", "it is a sale of a day that is open", "send it as a `sale`"
        values = {"location": location, "day": day, "account": sale.account_fisc_id}
        keys = {
            "reference": sale.account_reference,
            "account_key": key_of(sale.account_fisc_id),
            "reference_key": key_of(sale.account_reference),
        }
        if self._connection.execute(_ACCOUNT, values | keys).fetchall()[0][0]:
            problem = f"account {sale.account_fisc_id} is known under another accountReference"
            cure = "the same accountReference, or another account"
            yield "sale.accountFiscId", problem, cure

    def _change(
        self, correction: Correction, known: Recorded[DatedSale] | None, now: DatedSale
    ) -> None:
        reference, account = now.sale.account_reference, now.sale.account_fisc_id
        assert now.business_date is not None
        before = known.thing.business_date if known else None
        told = (account, correction.reason, correction.recorded_at)
        if before is not None and before != now.business_date:
            self._take_away(before, reference, _Change("moved", *told, None))
        kind = "changed" if before == now.business_date else "added"
        of_day = self._changes.setdefault(now.business_date, {})
        # Added and changed in one batch is added.
        kind = "added" if reference in of_day and of_day[reference].kind == "added" else kind
        of_day[reference] = _Change(kind, *told, now.sale)

    def _take_away(self, day: date, reference: str, change: _Change) -> None:
        of_day = self._changes.setdefault(day, {})
        earlier = of_day.pop(reference, None)
        if earlier is None or earlier.kind != "added":
            of_day[reference] = change
        if not of_day:
            del self._changes[day]

    def write(self) -> None:
        """Write a new revision of each day that is changed, in the order of the days."""
        for day in sorted(self._changes):
            self._write_day(day, self._changes[day])
        if self._changes:
            add_event(
                self._connection,
                kind="ledger:days:corrected",
                subject=f"location:{self._location}",
                actor="feed",
                data={"business_dates": [day.isoformat() for day in sorted(self._changes)]},
            )

    def _write_day(self, day: date, changes: dict[str, _Change]) -> None:
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
