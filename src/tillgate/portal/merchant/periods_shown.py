"""Periods ready for their page: rows with comparisons, a drawn chart, and one period in full."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from babel.dates import format_interval, format_skeleton
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillgate.ledger.amounts import PLACES
from tillgate.ledger.period_sums import Compared, PeriodSum
from tillgate.ledger.periods import Kind, Period
from tillgate.ledger.summary import Summary
from tillgate.portal.locale import reader_locale
from tillgate.portal.templatetags.tillgate import percent

KINDS: dict[Kind, str | Promise] = {
    Kind.DAY: _("days"),
    Kind.WEEK: _("weeks"),
    Kind.MONTH: _("months"),
    Kind.QUARTER: _("quarters"),
    Kind.YEAR: _("years"),
}
# How many are shown at once: as many as make a season of their kind.
SHOWN = {Kind.DAY: 14, Kind.WEEK: 13, Kind.MONTH: 12, Kind.QUARTER: 8, Kind.YEAR: 5}
WIDTH, HEIGHT = 1000, 220
_STEP = Decimal("0.01")
_FILLED = Decimal("0.8")  # of the room that a bar has
_CENTS = 100


class Change(NamedTuple):
    """How a figure differs from another; `percent` is None where that other is nothing."""

    amount: Decimal
    percent: Decimal | None


class Row(NamedTuple):
    """A period in the table."""

    period: Period
    name: str
    dates: str
    final: bool
    closed: int
    net: Decimal
    tax: Decimal
    tips: Decimal
    service: Decimal
    receipts: int
    covers: Decimal
    average: Decimal | None
    before: Change
    year_before: Change
    had_year_before: bool


class Column(NamedTuple):
    """A bar of the chart; `kind` is a class of the stylesheet."""

    kind: str
    name: str
    amount: Decimal
    x: str
    y: str
    width: str
    height: str


class Chart(NamedTuple):
    """Net revenue of each period beside that of a year before; `zero` is where nothing is."""

    columns: list[Column]
    zero: str


def row_of(compared: Compared, kind: Kind) -> Row:
    """A period with what it is compared with."""
    now, summary = compared.now, compared.now.summary
    average = summary.average_check
    return Row(
        now.period,
        name_of(now.period, kind),
        _dates(now.period.first, now.period.last),
        now.final,
        now.closed,
        net_of(now),
        amount_of(summary.sold.tax),
        amount_of(summary.sold.tips),
        amount_of(summary.sold.service_charges),
        summary.receipts,
        amount_of(summary.covers),
        None if average is None else Decimal(average) / _CENTS,
        _change(now, compared.before),
        _change(now, compared.year_before),
        bool(compared.year_before.closed),
    )


def amount_of(millionths: int) -> Decimal:
    """Millionths as an amount."""
    return Decimal(millionths).scaleb(-PLACES)


def net_of(one: PeriodSum) -> Decimal:
    """Net revenue, without gift cards, as the calendar shows it of each day."""
    return amount_of(one.summary.sold.net)


def name_of(period: Period, kind: Kind) -> str:
    """What a period is called: by the reader's words where it has any."""
    if kind is Kind.MONTH:
        return format_skeleton("yMMM", period.first, locale=reader_locale())
    if kind is Kind.DAY:
        return format_skeleton("yMMMEd", period.first, locale=reader_locale())
    return period.name


def _dates(first: date, last: date) -> str:
    return str(format_interval(first, last, "yMMMd", locale=reader_locale()))


def _change(now: PeriodSum, other: PeriodSum) -> Change:
    mine, theirs = net_of(now), net_of(other)
    percent = (mine - theirs) / abs(theirs) * 100 if theirs else None
    return Change(mine - theirs, None if percent is None else percent.quantize(Decimal("0.1")))


# --- the chart ------------------------------------------------------------------------------------


def chart_of(compared: Sequence[Compared], kind: Kind) -> Chart:
    """Two bars for each period: a year before, and now; what is below nothing goes down."""
    bars = [bar for each in compared for bar in _bars(each, kind)]
    amounts = [Decimal(0), *(bar.amount for bar in bars)]
    height = max(amounts) - min(amounts)
    if not height:
        return Chart([], "0")
    scale, room = HEIGHT / height, Decimal(WIDTH) / len(bars)
    zero = max(amounts) * scale
    columns = [_column(bar, room * number, room, zero, scale) for number, bar in enumerate(bars)]
    return Chart([each for each in columns if each.amount], _written(zero))


class _Bar(NamedTuple):
    kind: str
    name: str
    amount: Decimal


def _bars(compared: Compared, kind: Kind) -> tuple[_Bar, _Bar]:
    now, earlier = compared.now, compared.year_before
    return (
        _Bar("k5", name_of(earlier.period, kind), net_of(earlier)),
        _Bar("k1" if now.final else "k2", name_of(now.period, kind), net_of(now)),
    )


def _column(bar: _Bar, x: Decimal, room: Decimal, zero: Decimal, scale: Decimal) -> Column:
    top = zero - max(bar.amount, Decimal(0)) * scale
    width, height = room * _FILLED, abs(bar.amount) * scale
    lengths = [_written(each) for each in (x + (room - width) / 2, top, width, height)]
    return Column(bar.kind, bar.name, bar.amount, *lengths)


def _written(length: Decimal) -> str:
    return str(length.quantize(_STEP))


# --- one period in full ---------------------------------------------------------------------------


class Line(NamedTuple):
    """A line of a table: what, which, and its figures."""

    name: str
    code: str
    amounts: list[Decimal]


class Block(NamedTuple):
    """A table of a period."""

    name: str | Promise
    heads: Sequence[str | Promise]
    lines: list[Line]


def blocks_of(summary: Summary) -> list[Block]:
    """Every block of a summary that has a line."""
    blocks = [
        Block(_("By accounting group"), (_("Gross"), _("Tax"), _("Net")), list(_groups(summary))),
        Block(_("Taxes"), (_("On net"), _("Tax")), list(_taxes(summary))),
        Block(_("Discounts"), (_("Amount"),), list(_discounts(summary))),
        Block(_("Payments"), (_("Amount"), _("Tips"), _("Surcharges")), list(_payments(summary))),
        Block(_("Service charges"), (_("Amount"),), list(_services(summary))),
        Block(_("Beside the sum"), (_("Amount"),), list(_beside(summary))),
    ]
    return [block for block in blocks if block.lines]


def _line(name: str, code: str, *millionths: int) -> Line:
    return Line(name, code, [amount_of(each) for each in millionths])


def _groups(summary: Summary) -> Iterator[Line]:
    for one in summary.groups:
        yield _line(one.name or str(_("without a group")), one.code, one.gross, one.tax, one.net)


def _taxes(summary: Summary) -> Iterator[Line]:
    for one in summary.taxes:
        yield _line(one.code, percent((Decimal(one.rate) - 1) * 100), one.net, one.tax)


def _discounts(summary: Summary) -> Iterator[Line]:
    for one in summary.discounts:
        yield _line(one.name or one.type, one.code, one.amount)


def _payments(summary: Summary) -> Iterator[Line]:
    for one in summary.payments:
        yield _line(one.description or one.code, one.code, one.amount, one.tip, one.surcharge)


def _services(summary: Summary) -> Iterator[Line]:
    for one in summary.service_charges:
        yield _line(str(_CHARGES.get(one.type, one.type)), one.rate, one.amount)


_CHARGES: dict[str, Promise] = {
    "UNTAXED": _("without tax"),
    "APPORTIONED": _("taxed as what it is charged on"),
}
_BESIDE: tuple[tuple[str, Promise], ...] = (
    ("refunds", _("Refunds")),
    ("voids", _("Voids")),
    ("carried_in", _("Carried in")),
    ("carried_over", _("Carried over")),
    ("cash_drops", _("Cash drops")),
)


def _beside(summary: Summary) -> Iterator[Line]:
    for field, name in _BESIDE:
        counted = getattr(summary, field)
        if counted.number:
            yield _line(str(name), str(counted.number), counted.total)
