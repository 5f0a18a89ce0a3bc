"""`aggregatedSales` of closed days: a year against DuckDB, and one day as the books grow.

Nothing is kept but the grant, so that each answer is summed up anew, as DuckDB's is. Ours is the
whole call with its bytes, DuckDB's only the query.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from bench import cores
from bench.installation import Installation
from bench.load import run_load
from bench.row import Row, bounded, compared
from bench.served import fetch, served
from bench.year import FIRST, LOCATION, NotWhole, Year, dates
from tillgate.foundation.instants import format_instant
from tillgate.simulator.hours import day_end

_KEYS = "accountingGroup,staff"
_PATH = f"/f/finance/%d/aggregatedSales?groupBy={_KEYS}&%s"
_CENT = Decimal("0.01")

Figures = tuple[Decimal, ...]
Sums = dict[tuple[str, str], Figures]


def measure(place: Installation) -> list[Row]:
    """The year in turn with DuckDB, then its last day in turn with a location's only day."""
    from bench.parquet import write_lines  # noqa: PLC0415  only this group needs pyarrow

    year = place.year
    file = place.folder / "lines.parquet"
    lines = write_lines(file, dates(0, year.scale.days), year.scale.sales)
    with (
        served("uncached") as base_url,
        ask_duck_of(file, "staff", place.scale.seconds) as (sums, ask_duck),
    ):
        whole, last, only = (base_url + path for path in _paths(year))
        _check(json.loads(fetch(whole, place.headers())), sums, lines)
        by_duck, by_us = in_turn(place, ask_duck, asking(place, whole))
        first_day, last_day = in_turn(place, asking(place, only), asking(place, last))
    name = "aggregatedSales"
    return [
        compared(f"{name} of a year, by DuckDB", "answers/s", by_us, by_duck, at_least=1 / 2),
        compared(
            f"{name} of a day, last of a year by first",
            "answers/s",
            last_day,
            first_day,
            at_least=1 / 1.1,
        ),
    ]


def _paths(year: Year) -> tuple[str, str, str]:
    """The year; its last day; and the same day where it is the first and only one."""
    start, end = (day_end(LOCATION, day) for day in (FIRST - timedelta(days=1), year.last))
    span = f"from={format_instant(start)}&to={format_instant(end)}"
    day = f"date={year.last}"
    return _PATH % (LOCATION.id, span), _PATH % (LOCATION.id, day), _PATH % (year.beginner, day)


def asking(place: Installation, url: str) -> Callable[[], float]:
    """Answers a second, over one connection."""
    seconds, headers = place.scale.seconds, place.headers()
    return lambda: run_load(url, headers, connections=1, seconds=seconds).per_second


def beside_duck(
    place: Installation, name: str, url: str, ask_duck: Callable[[], float], *, at_most: float
) -> list[Row]:
    """How many ms one answer takes, and how many come a second beside DuckDB's."""
    by_duck, by_us = in_turn(place, ask_duck, asking(place, url))
    headers, seconds = place.headers(), place.scale.seconds
    took = [
        run_load(url, headers, connections=1, seconds=seconds).milliseconds_each
        for _ in range(place.scale.turns)
    ]
    return [
        bounded(name, "ms", took, at_most=at_most),
        compared(f"{name}, by DuckDB", "answers/s", by_us, by_duck, at_least=1),
    ]


def in_turn(place: Installation, *sides: Callable[[], float]) -> list[list[float]]:
    """What each side came to in each turn; a turn before them warms up, and is forgotten."""
    turns = [[side() for side in sides] for _ in range(place.scale.turns + 1)]
    return [list(side) for side in zip(*turns[1:], strict=True)]


@contextmanager
def ask_duck_of(file: Path, query: str, seconds: int) -> Iterator[tuple[Sums, Callable[[], float]]]:
    """The sums by two keys, and what asks again for a turn's length: answers a second."""
    command = [sys.executable, "-m", "bench.duck", str(file), query]
    with subprocess.Popen(
        cores.on_cores([cores.SERVER], command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        rows = json.loads(process.stdout.readline())

        def ask() -> float:
            print(seconds, file=process.stdin, flush=True)
            return float(process.stdout.readline())

        yield {(group, staff): tuple(map(Decimal, each)) for group, staff, *each in rows}, ask
        process.stdin.close()


def _check(answer: dict[str, Any], theirs: Sums, lines: int) -> None:
    """Raises `NotWhole` unless every sum is the same, and every line was counted."""
    ours = {
        (group["groupByValue"], person["groupByValue"]): _figures(person)
        for group in answer["children"][0]["children"]
        for person in group["children"][0]["children"]
    }
    rounded = {key: _rounded(sums) for key, sums in theirs.items()}
    if ours != rounded or answer["numberOfSales"] != lines:
        raise NotWhole("our sums and DuckDB's differ")


def _figures(node: dict[str, Any]) -> Figures:
    names = ("totalAmount", "serviceCharge", "totalDiscountedAmount", "totalTaxAmount")
    return (*(Decimal(node[name]) for name in names), Decimal(node["numberOfSales"]))


def _rounded(sums: Figures) -> Figures:
    *amounts, lines = sums
    return (*(each.quantize(_CENT, ROUND_HALF_EVEN) for each in amounts), lines)
