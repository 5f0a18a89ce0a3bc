"""What the portal reads of the books: a month at a glance, and one day in full.

As the portal's role, which sees one location at a time here. Of closed days a month reads manifests
only, and one day its totals beside: never the sales themselves. An open day is added up from its
sales as closing will do it, so that its figures change no rule when it closes.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import zstandard
from django.db import connection
from django.db.models import Max, QuerySet

from tillgate.directory.models import BusinessLocation
from tillgate.directory.models import DayRule as DayRuleRow
from tillgate.directory.queries import seeing
from tillgate.ledger.amounts import PLACES, micro
from tillgate.ledger.calendar import ONE_DAY, Calendar, DayRule
from tillgate.ledger.closing import fetch_gift_card_groups
from tillgate.ledger.day_reads import DayState, is_there
from tillgate.ledger.document import Manifest, count
from tillgate.ledger.export.files import File
from tillgate.ledger.export.reads import Revision as Document
from tillgate.ledger.export.reads import read_file
from tillgate.ledger.models import BusinessDay, ClosedDay, OpenSale
from tillgate.ledger.period_sums import Compared, compare, reach
from tillgate.ledger.periods import Periods
from tillgate.ledger.proof import Proof
from tillgate.ledger.public import COUNTED, Group
from tillgate.ledger.sale import SaleType
from tillgate.ledger.summary_reads import Days, read_figures
from tillgate.ledger.totals import BLOCKS_DECODER, Blocks


class Glance(NamedTuple):
    """A day as a calendar shows it; `revision` is 0 while it is not closed.

    `net` is the revenue without tax and without gift cards, in the location's currency. `balances`
    is unknown (None) until the day is closed, and `corrected` are the reasons of the last revision.
    """

    business_date: date
    state: DayState
    revision: int
    sales: int
    net: Decimal
    balances: bool | None
    corrected: list[str]


class Corrected(NamedTuple):
    """A sale that a revision brought: `change` is `changed`, `added` or `moved`."""

    account: str
    change: str
    reason: str


class Revision(NamedTuple):
    """One document of a day; hashes are in hex, `sales` counts what it holds."""

    revision: int
    position: int
    closed_at: datetime
    cause: str
    digest: str
    previous_digest: str
    key_id: str
    currency: str
    sales: int
    proof: Proof
    corrected: list[Corrected]


class DayInFull(NamedTuple):
    """A day with all its figures; `shown` is the revision they are of, None while it is open.

    `revisions` are oldest first. `last_fed_at` is None where nothing was fed for an open day.
    """

    business_date: date
    state: DayState
    starts_at: datetime
    ends_at: datetime
    last_fed_at: datetime | None
    sales: int
    currency: str
    proof: Proof
    totals: Blocks
    shown: Revision | None
    revisions: list[Revision]


class NoSuchFile(LookupError):
    """The day has no such document."""


class NoSuchRevision(LookupError):
    """The day has no revision of that number."""


def calendar_of(location: int) -> Calendar:
    """The day rules of a location."""
    with seeing([location]):
        rows = DayRuleRow.objects.filter(business_location_id=location).order_by("valid_from")
        rules = rows.values_list("valid_from", "timezone", "day_start")
        return Calendar(tuple(DayRule(*rule) for rule in rules))


def days_at_a_glance(
    location: int,
    days: tuple[date, date],
    calendar: Calendar,
    *,
    until: date | None = None,
    now: datetime,
) -> list[Glance]:
    """The business days from the first to the last one that has begun, in order.

    After `until`, the location's last one, only those on which something was booked all the same.
    """
    with seeing([location]):
        # What is open is read first: a day that is closed in between is then found twice, not lost.
        opened = _open_nets(location, days)
        closed = dict(_closed_glances(location, days))
    found = _each_glance(days, calendar, closed, opened, now)
    return [one for one in found if is_there(one.business_date, until, one.revision or one.sales)]


def last_booked(location: int) -> date | None:
    """The newest business date with sales, or that is closed; None without any."""
    return _newest_day(location, ClosedDay.objects.all(), OpenSale.objects.all())


def newest_day_with_sales(location: int, before: date) -> date | None:
    """The last business date before another on which something was sold."""
    closed = ClosedDay.objects.filter(business_date__lt=before, sale_count__gt=0)
    return _newest_day(location, closed, OpenSale.objects.filter(business_date__lt=before))


def _newest_day(location: int, *days: QuerySet[Any]) -> date | None:
    with seeing([location]):
        newest = (
            each.filter(business_location_id=location).aggregate(Max("business_date"))
            for each in days
        )
        return max((day for one in newest if (day := one["business_date__max"])), default=None)


def day_in_full(
    place: BusinessLocation,
    day: date,
    calendar: Calendar,
    *,
    revision: int | None = None,
    now: datetime,
) -> DayInFull:
    """One day that has begun, in its newest revision or the one asked for.

    Raises `NoSuchRevision`, also for every revision of a day that is not closed.
    """
    with seeing([place.pk]):
        opened = _open_day(place, day, calendar, now)
        revisions = _revisions(place.pk, day)
        if revisions:
            return _closed_day(place.pk, day, revisions, revision)
    if revision is not None:
        raise NoSuchRevision
    return opened


def day_file(location: int, day: date, revision: int, file: File) -> bytes:
    """A file of a closed day, as the API plane gives it, without what it says of persons.

    Raises `NoSuchFile` where the day has no such revision.
    """
    with seeing([location]):
        made = read_file(_plain(), Document(location, day, revision), file)
    if made is None:
        raise NoSuchFile
    return made


def compared_periods(
    location: int, periods: Periods, days: tuple[date, date], *, now: datetime
) -> list[Compared]:
    """The periods that hold a day of a range, oldest first, each beside what it is compared with.

    Raises LookupError for an unknown location.
    """
    first, last = reach(periods, *days)
    with seeing([location]):
        asked = Days(location=location, first=first, last=last, now=now)
        found = read_figures(_plain(), asked)
    return list(compare(periods, found, *days))


# --- a month --------------------------------------------------------------------------------------


class _OnlyNet(msgspec.Struct):
    net: str


class _OnlyBalance(msgspec.Struct):
    balances: bool
    sold: _OnlyNet


class _Brief(msgspec.Struct):
    """Of a manifest what a calendar shows."""

    proof: _OnlyBalance
    corrects: dict[str, Any] | None = None


_BRIEF = msgspec.json.Decoder(_Brief)


def _closed_glances(location: int, days: tuple[date, date]) -> Iterator[tuple[date, Glance]]:
    rows = ClosedDay.objects.filter(business_location_id=location, business_date__range=days)
    newest = rows.order_by("business_date", "-revision").distinct("business_date")
    for day, revision, sales, manifest in newest.values_list(
        "business_date", "revision", "sale_count", "manifest"
    ):
        brief = _BRIEF.decode(manifest)
        net = Decimal(brief.proof.sold.net)
        reasons = [one["reason"] for one in (brief.corrects or {}).get("sales", [])]
        yield (
            day,
            Glance(day, DayState.CLOSED, revision, sales, net, brief.proof.balances, reasons),
        )


class _Line(msgspec.Struct, rename="camel"):
    tax_amount: str
    total_net_amount_without_tax: str = "0"
    accounting_group: Group = Group()


class _Sale(msgspec.Struct, rename="camel"):
    sales_lines: list[_Line] = []
    cancelled: bool = False
    type: SaleType = SaleType.SALE


_SALE = msgspec.json.Decoder(_Sale)


def _open_nets(location: int, days: tuple[date, date]) -> dict[date, tuple[int, Decimal]]:
    """Of each open day so many sales, and their net revenue."""
    rows = OpenSale.objects.filter(business_location_id=location, business_date__range=days)
    groups = frozenset(fetch_gift_card_groups(_plain(), location)) if rows.exists() else frozenset()
    sums: dict[date, tuple[int, int]] = {}
    for day, text in rows.values_list("business_date", "lean").iterator(chunk_size=2000):
        sales, net = sums.get(day, (0, 0))
        sums[day] = sales + 1, net + _net_of(_SALE.decode(text), groups)
    return {day: (sales, Decimal(net).scaleb(-PLACES)) for day, (sales, net) in sums.items()}


def _net_of(sale: _Sale, gift_card_groups: frozenset[str]) -> int:
    """As the proof counts it."""
    if sale.cancelled or sale.type not in COUNTED:
        return 0
    return sum(
        micro(line.total_net_amount_without_tax)
        for line in sale.sales_lines
        if line.accounting_group.code not in gift_card_groups or micro(line.tax_amount)
    )


def _each_glance(
    days: tuple[date, date],
    calendar: Calendar,
    closed: dict[date, Glance],
    opened: dict[date, tuple[int, Decimal]],
    now: datetime,
) -> Iterator[Glance]:
    day = days[0]
    while day <= days[1] and calendar.start(day) <= now:
        sales, net = opened.get(day, (0, Decimal(0)))
        state = _state(calendar, day, now)
        yield closed.get(day) or Glance(day, state, 0, sales, net, None, [])
        day += ONE_DAY


def _state(calendar: Calendar, day: date, now: datetime) -> DayState:
    return DayState.PROVISIONAL if calendar.end(day) <= now else DayState.OPEN


# --- a day ----------------------------------------------------------------------------------------

_MANIFEST = msgspec.json.Decoder(Manifest)


def _revisions(location: int, day: date) -> list[Revision]:
    rows = ClosedDay.objects.filter(business_location_id=location, business_date=day)
    columns = rows.order_by("revision").values_list("closed_at", "digest", "key_id", "manifest")
    return [
        _revision(closed_at, bytes(digest).hex(), key, _MANIFEST.decode(manifest))
        for closed_at, digest, key, manifest in columns
    ]


def _revision(closed_at: datetime, digest: str, key: str, told: Manifest) -> Revision:
    sales = (told.corrects or {}).get("sales", [])
    return Revision(
        revision=told.revision,
        position=told.position,
        closed_at=closed_at,
        cause=told.cause,
        digest=digest,
        previous_digest=told.previous_digest,
        key_id=key,
        currency=told.currency,
        sales=int(told.sales["count"]),
        proof=told.proof,
        corrected=[Corrected(one["accountFiscId"], one["change"], one["reason"]) for one in sales],
    )


def _closed_day(
    location: int, day: date, revisions: list[Revision], wanted: int | None
) -> DayInFull:
    shown = next((one for one in reversed(revisions) if wanted in {None, one.revision}), None)
    if shown is None:
        raise NoSuchRevision
    row = ClosedDay.objects.filter(
        business_location_id=location, business_date=day, revision=shown.revision
    ).values_list("starts_at", "ends_at", "last_fed_at", "totals")[0]
    totals = BLOCKS_DECODER.decode(zstandard.ZstdDecompressor().decompress(row[3]))
    return DayInFull(
        *(day, DayState.CLOSED, *row[:3]),
        sales=shown.sales,
        currency=shown.currency,
        proof=shown.proof,
        totals=totals,
        shown=shown,
        revisions=revisions,
    )


def _open_day(place: BusinessLocation, day: date, calendar: Calendar, now: datetime) -> DayInFull:
    key = {"business_location_id": place.pk, "business_date": day}
    row = BusinessDay.objects.filter(**key).values_list("starts_at", "ends_at", "last_fed_at")
    starts_at, ends_at, fed = row.first() or (calendar.start(day), calendar.end(day), None)
    texts = OpenSale.objects.filter(**key).order_by("closed_at", "account_id")
    bodies = [body.encode() for body in texts.values_list("body", flat=True)]
    groups = fetch_gift_card_groups(_plain(), place.pk)
    _, totals, proof = count(bodies, groups, starts_at)
    return DayInFull(
        *(day, _state(calendar, day, now), starts_at, ends_at, fed),
        sales=len(bodies),
        currency=place.currency,
        proof=proof,
        totals=totals,
        shown=None,
        revisions=[],
    )


def _plain() -> Any:
    """The connection beneath Django's, within its transaction."""
    connection.ensure_connection()
    return connection.connection
