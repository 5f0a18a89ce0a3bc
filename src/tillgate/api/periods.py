"""`periods`: the accounting periods of a range, each with every block, its proof, and comparisons.

All amounts have six places: those of the days add up to those of their period, digit for digit.
"""

import asyncio
from datetime import date
from itertools import islice
from typing import Annotated

import msgspec
from msgspec import field

from tillgate.access.reads import Grant
from tillgate.api.blocks import blocks, covers, proof
from tillgate.api.books import books_of
from tillgate.api.call import Call
from tillgate.api.params import Clash, Parameters, reading
from tillgate.api.plane import Plane
from tillgate.api.readers import BusinessDate, Id, Instant, check_dates, one_of, whole
from tillgate.api.summary import LONGEST, earlier
from tillgate.api.turns import sum_turn
from tillgate.foundation import clock
from tillgate.foundation.instants import format_instant
from tillgate.ledger.amounts import exact
from tillgate.ledger.period_sums import Compared, PeriodSum, compare, reach
from tillgate.ledger.periods import Kind, Periods
from tillgate.ledger.summary import Summary
from tillgate.ledger.summary_reads import Days, RangeFigures, fetch_figures

_MOST = 366


class PeriodsParameters(Parameters, frozen=True):
    """Which periods, and as of when; one date alone is its period, none the one that runs now."""

    business_location_id: Id
    by: Annotated[Kind, reading(one_of(Kind))] = Kind.MONTH
    year_start: Annotated[int, reading(whole(1, 12))] = 1
    from_: BusinessDate | None = field(name="from", default=None)
    to: BusinessDate | None = None
    as_of: Instant | None = None

    def __post_init__(self) -> None:
        if self.from_ is None or self.to is None:
            return
        check_dates(self.from_, self.to, LONGEST)
        wanted = self.periods.covering(self.from_, self.to)
        if len(list(islice(wanted, _MOST + 1))) > _MOST:
            raise Clash("to", f"write a date that makes at most {_MOST} periods")

    @property
    def periods(self) -> Periods:
        """The periods that are asked for."""
        return Periods(self.by, self.year_start)


async def get_periods(plane: Plane, _call: Call, grant: Grant, asked: PeriodsParameters) -> bytes:
    """Each period that holds a day of the range, whole, oldest first."""
    location = asked.business_location_id
    books, now = await books_of(plane, grant, location), clock.now()
    today = books.calendar.day_of(now)
    first, last = asked.from_ or asked.to or today, asked.to or asked.from_ or today
    earliest, latest = reach(asked.periods, first, last)
    days = Days(
        location=location,
        first=earliest,
        last=latest,
        now=now,
        as_of=earlier(asked.as_of, now),
    )
    async with sum_turn(plane):
        found = await fetch_figures(plane.pool, grant.locations, days)
        items = await asyncio.to_thread(_items, asked.periods, found, (first, last))
    return msgspec.json.encode(
        {
            "businessLocationId": location,
            "by": asked.by,
            "yearStart": asked.year_start,
            **({"asOf": format_instant(days.as_of)} if days.as_of else {}),
            "currency": found.currency,
            "items": items,
        }
    )


def _items(
    periods: Periods, found: RangeFigures, days: tuple[date, date]
) -> list[dict[str, object]]:
    return [_item(each, found.gift_card_methods) for each in compare(periods, found, *days)]


def _item(compared: Compared, gift_card_methods: frozenset[int]) -> dict[str, object]:
    now = compared.now
    return {
        **_named(now),
        **blocks(now.summary, gift_card_methods, exact),
        "proof": proof(now.summary),
        "before": _comparison(now, compared.before),
        "yearBefore": _comparison(now, compared.year_before),
    }


def _named(one: PeriodSum) -> dict[str, object]:
    return {
        "period": one.period.name,
        "from": one.period.first,
        "to": one.period.last,
        "final": one.final,
        "closedDays": one.closed,
    }


def _comparison(now: PeriodSum, other: PeriodSum) -> dict[str, object]:
    mine, theirs = _base(now.summary), _base(other.summary)
    difference = {name: amount - theirs[name] for name, amount in mine.items()}
    return {**_named(other), "figures": _shown(theirs), "difference": _shown(difference)}


def _base(summary: Summary) -> dict[str, int]:
    groups = summary.groups
    return {
        "gross": summary.gross,
        "net": sum(each.net for each in groups),
        "tax": sum(each.tax for each in groups),
        "serviceCharge": sum(each.service_charge for each in groups),
        "discount": sum(each.discount for each in groups),
        "tips": summary.sold.tips,
        "receipts": summary.receipts,
        "covers": summary.covers,
    }


def _shown(figures: dict[str, int]) -> dict[str, object]:
    told: dict[str, object] = {name: exact(amount) for name, amount in figures.items()}
    return {**told, "receipts": figures["receipts"], "covers": covers(figures["covers"])}
