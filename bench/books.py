"""Closed days: a page of them against bare compression, a whole day, closing, and their size."""

from datetime import timedelta
from itertools import pairwise
from time import perf_counter

import msgspec
from isal import igzip

from bench.installation import Installation
from bench.load import run_load
from bench.row import Row, bounded, compared
from bench.served import fetch, served
from bench.year import FIRST, LOCATION, Year

# A page from the middle of the year, which begins within a day and has others after it.
_EVERYTHING = "staff,table,consumer,payments,revenue_center,account_profile,payment_authorization"
_GZIP = {"Accept-Encoding": "gzip"}
# What one location sells in a year, by which the size is judged.
_YEAR = 110_000


def page_path(year: Year) -> str:
    """The published V1 sales of some days in the middle of the part that the peers hold too."""
    first = FIRST + timedelta(days=year.scale.peer_days // 4)
    last = FIRST + timedelta(days=year.scale.peer_days - 1)
    return f"/f/finance/{LOCATION.id}/financials/{first}T12:00Z/{last}T12:00Z"


def measure(place: Installation) -> list[Row]:
    """All rows; the days were fed by the feed and closed by the act that closes them in earnest."""
    year = place.year
    sales = year.scale.days * year.scale.sales
    return [
        *_pages(place),
        _day(place),
        bounded("Closing a day of 300 sales", "ms", year.closings, at_most=100),
        bounded(
            f"{_YEAR:,} closed sales on disk", "MB", [year.megabytes / sales * _YEAR], at_most=40
        ),
    ]


def _pages(place: Installation) -> list[Row]:
    headers, seconds = place.headers(**_GZIP), place.scale.seconds
    with served("shipped") as base_url:
        page = base_url + page_path(place.year)
        paid, whole = (f"{page}?include={one}" for one in ("payments", _EVERYTHING))
        body = fetch(paid, place.headers())
        assert len(msgspec.json.decode(body)["sales"]) == 1000
        run_load(paid, headers, connections=1, seconds=1)
        ratios, others = [], []
        for _ in range(place.scale.turns):
            load = run_load(paid, headers, connections=1, seconds=seconds)
            ratios.append(load.milliseconds_each / _compression(body))
            others.append(run_load(whole, headers, connections=1, seconds=seconds))
    name = "Page of 1,000 closed sales"
    return [
        bounded(f"{name} with payments, by isal alone", "times", ratios, at_most=4),
        bounded(
            f"{name} with every part", "ms", [load.milliseconds_each for load in others], at_most=40
        ),
    ]


def _day(place: Installation) -> Row:
    """A whole closed day, asked for again and again, against its compressed bytes alone."""
    path = f"/f/finance/{LOCATION.id}/dailyFinancials?date={place.year.last}&include=payments"
    packed = place.folder / "day.gz"
    headers = place.headers(**_GZIP)
    with served("shipped") as base_url:
        packed.write_bytes(fetch(base_url + path, headers))
        with served("raw", packed) as raw:

            def rate(url: str) -> float:
                return run_load(url + path, headers, seconds=place.scale.seconds).per_second

            turns = [(rate(base_url), rate(raw)) for _ in range(place.scale.turns + 1)]
    ours, theirs = zip(*turns[1:], strict=True)
    return compared(
        "Closed day by dailyFinancials, by raw ASGI", "answers/s", ours, theirs, at_least=0.3
    )


def _compression(body: bytes) -> float:
    """Milliseconds of isal at level 1 over the same bytes; the best of some."""
    times = [perf_counter()]
    for _ in range(20):
        igzip.compress(body, compresslevel=1, mtime=0)
        times.append(perf_counter())
    return min(after - before for before, after in pairwise(times)) * 1000
