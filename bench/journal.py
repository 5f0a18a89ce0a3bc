"""A month's journal: in milliseconds, and against DuckDB, which adds up the same from the lines.

Ours is the whole call: figures of documents found, booked to accounts by references, written as
JSON. DuckDB's is the query alone: by day the groups, taxes, charges and tenders.
"""

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

from bench.installation import Installation
from bench.row import Row
from bench.served import fetch, served
from bench.sums import Sums, ask_duck_of, beside_duck
from bench.year import FIRST, LOCATION, NotWhole, dates

# The first month of the books is one of these many days.
_DAYS = 31

# By business date, and what it is of: debits above zero.
Booked = dict[tuple[str, str], Decimal]


def measure(place: Installation) -> list[Row]:
    """How long one answer takes, and how many a second beside DuckDB's."""
    from bench.takings import write_takings  # noqa: PLC0415  only here is pyarrow needed

    year = place.year
    month = dates(0, min(_DAYS, year.scale.days))
    folder = place.folder / "takings"
    write_takings(folder, month, year.scale.sales)
    path = f"/accounting/v1/business-locations/{LOCATION.id}/journal?from={FIRST}&to={month[-1]}"
    with (
        served("uncached") as base_url,
        ask_duck_of(folder, "takings", place.scale.seconds) as (sums, ask_duck),
    ):
        url = base_url + path
        _check(json.loads(fetch(url, place.headers())), sums)
        return beside_duck(place, "journal of a month", url, ask_duck, at_most=20)


def _check(answer: dict[str, Any], theirs: Sums) -> None:
    """Raises `NotWhole` unless each thing of each day is booked with the same amount."""
    ours: Booked = defaultdict(Decimal)
    for entry in answer["entries"]:
        for posting in entry["postings"]:
            side = 1 if posting["side"] == "debit" else -1
            for part in posting["parts"]:
                ours[entry["businessDate"], _name(part)] += side * Decimal(part["amount"])
    if not answer["final"] or _some(ours) != _some(_as_booked(theirs)):
        raise NotWhole("our entries and DuckDB's sums differ")


def _name(part: dict[str, Any]) -> str:
    what = "sales" if part["what"] == "giftCards" else part["what"]
    return f"{what} {part['key']}".rstrip()


def _as_booked(sums: Sums) -> Booked:
    booked: Booked = defaultdict(Decimal)
    for (day, thing), (first, second, third, fourth) in sums.items():
        if thing.startswith("tender"):
            booked[day, thing] += first + second + third + fourth
            booked[day, "tips"] -= second
            booked[day, "surcharges"] -= third
            booked[day, "rounding"] -= fourth
        else:
            booked[day, thing] -= first
            # Of the groups' tax that which no rate was sent for is booked apart.
            booked[day, "tax"] += first if thing.startswith("tax") else -second
    return booked


def _some(booked: Booked) -> Booked:
    return {key: amount for key, amount in booked.items() if amount}
