"""The files of closed days: how fast their NDJSON comes, before it is packed."""

from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from time import perf_counter
from urllib.parse import urlsplit

from bench.installation import Installation
from bench.load import Failed
from bench.row import Row, bounded
from bench.served import served
from bench.year import LOCATION

# Each day is fetched once a turn: bytes that a process has kept would say nothing.
_MOST_DAYS = 60
_PARTS = ("sales", "lines", "payments", "taxes")
_BASE = f"/accounting/v1/business-locations/{LOCATION.id}/export/v1"


def measure(place: Installation) -> list[Row]:
    """The time that 100 MB of the four parts take, day after day over one connection."""
    with served("shipped") as base_url:
        _fetch(base_url, place)
        turns = [_fetch(base_url, place) for _ in range(place.scale.turns)]
    return [bounded("100 MB of NDJSON parts of closed days", "ms", turns, at_most=1000)]


def _fetch(base_url: str, place: Installation) -> float:
    connection, size = HTTPConnection(urlsplit(base_url).netloc, timeout=60), 0
    started = perf_counter()
    for path in _paths(place):
        connection.request("GET", path, headers=place.headers())
        answer = connection.getresponse()
        size += len(answer.read())
        if answer.status != 200:
            raise Failed(f"{path}: {answer.status}")
    connection.close()
    return (perf_counter() - started) / size * 1e11


def _paths(place: Installation) -> Iterator[str]:
    for number in range(min(_MOST_DAYS, place.year.scale.days)):
        day = place.year.last - timedelta(days=number)
        yield from (f"{_BASE}/{day}/1/{part}.ndjson" for part in _PARTS)
