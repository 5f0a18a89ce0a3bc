"""A full page of the published V1 sales with their payments, as one caller sees it."""

from datetime import timedelta

import msgspec

from bench.installation import LOCATION, Installation
from bench.load import run_load
from bench.row import Row, bounded
from bench.served import fetch, served

_TURNS = 5
_RANGE = f"{LOCATION.since}T00:00Z/{LOCATION.since + timedelta(days=30)}T00:00Z"
_PATH = f"/f/finance/{LOCATION.id}/financials/{_RANGE}?include=payments"


def measure(place: Installation) -> list[Row]:
    """Time for each page over one connection, gzip asked for, after a second of warming up."""
    headers = place.headers(**{"Accept-Encoding": "gzip"})
    with served("shipped") as base_url:
        page = msgspec.json.decode(fetch(base_url + _PATH, place.headers()))
        assert len(page["sales"]) == 1000
        run_load(base_url + _PATH, headers, connections=1, seconds=1)
        loads = [
            run_load(base_url + _PATH, headers, connections=1, seconds=2) for _ in range(_TURNS)
        ]
    name = "V1 page of 1,000 sales with payments"
    return [
        bounded(name, "ms", [load.milliseconds_each for load in loads], at_most=40),
        bounded(
            f"{name}, median latency", "ms", [load.median / 1000 for load in loads], at_most=40
        ),
    ]
