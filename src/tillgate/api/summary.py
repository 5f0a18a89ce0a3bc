"""`summary`: what a range of business days comes to, in every block, with its proof.

Amounts of the blocks are rounded half even to two places, each once; those of the proof have all
six, so that its equation can be added up.
"""

from datetime import date, datetime, timedelta

import msgspec
from msgspec import field

from tillgate.access.reads import Grant
from tillgate.api.blocks import blocks, proof
from tillgate.api.books import books_of
from tillgate.api.call import Call
from tillgate.api.params import Parameters
from tillgate.api.plane import Plane
from tillgate.api.readers import BusinessDate, Id, Instant, check_dates
from tillgate.api.turns import sum_turn
from tillgate.foundation import clock
from tillgate.foundation.instants import format_instant
from tillgate.ledger.day_reads import DayState
from tillgate.ledger.summary import add_up
from tillgate.ledger.summary_reads import Days, RangeFigures, fetch_figures

# What accounts are kept for: ten years, whichever of them are leap years.
LONGEST = timedelta(days=3652)


class SummaryParameters(Parameters, frozen=True):
    """Which days, and as of when; one date alone is that day, none the day that runs now."""

    business_location_id: Id
    from_: BusinessDate | None = field(name="from", default=None)
    to: BusinessDate | None = None
    as_of: Instant | None = None

    def __post_init__(self) -> None:
        check_dates(self.from_, self.to, LONGEST)


async def get_summary(plane: Plane, _call: Call, grant: Grant, asked: SummaryParameters) -> bytes:
    """What a range comes to: closed days from their documents, the others as they are by now."""
    location = asked.business_location_id
    books, now = await books_of(plane, grant, location), clock.now()
    today = books.calendar.day_of(now)
    days = Days(
        location=location,
        first=asked.from_ or asked.to or today,
        last=asked.to or asked.from_ or today,
        now=now,
        as_of=earlier(asked.as_of, now),
    )
    async with sum_turn(plane):
        found = await fetch_figures(plane.pool, grant.locations, days)
    summary = add_up((day.business_date, day.figures) for day in found.days if day.figures)
    return msgspec.json.encode(
        {
            "businessLocationId": location,
            "from": days.first,
            "to": days.last,
            **({"asOf": format_instant(days.as_of)} if days.as_of else {}),
            "currency": found.currency,
            **_finality(days, found),
            **blocks(summary, found.gift_card_methods),
            "proof": proof(summary),
        }
    )


def earlier(as_of: datetime | None, now: datetime) -> datetime | None:
    """What is asked of the past; nothing is known of the future."""
    return None if as_of is None or as_of >= now else as_of


def _finality(asked: Days, found: RangeFigures) -> dict[str, object]:
    dates: dict[DayState, list[date]] = {state: [] for state in DayState}
    for day in found.days:
        dates[day.state].append(day.business_date)
    return {
        "final": found.is_final(asked.first, asked.last),
        "openDays": dates[DayState.OPEN],
        "provisionalDays": dates[DayState.PROVISIONAL],
        "closedDays": [
            {
                "businessDate": day.business_date,
                "revision": day.revision,
                "digest": day.digest.hex(),
            }
            for day in found.days
            if day.revision is not None
        ],
    }
