"""A page of 1,000 closed sales by us and by peers: plain applications of two frameworks.

They read tables of their own in the same database, and give the same sales byte for byte; only
what stands around them in the answer differs. They check no token, count no call and write no log.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Any

import msgspec

from bench.books import page_path
from bench.installation import Installation
from bench.load import run_load
from bench.peers.load import load
from bench.row import Row, compared
from bench.served import fetch, served
from bench.year import FIRST, LOCATION
from tillgate.foundation.config import config
from tillgate.foundation.postgres.folder import SUPERUSER
from tillgate.foundation.postgres.roles import DATABASE
from tillgate.foundation.postgres.urls import embedded_url

_MODULE = "bench.peers.serve"
_GZIP = {"Accept-Encoding": "gzip"}
# How often a peer is asked in a turn.
_ASKED = 3


class OtherSales(RuntimeError):
    """A peer does not give the same sales, so the comparison would mean nothing."""


def measure(place: Installation) -> list[Row]:
    """Pages a second over one connection, gzip asked for, in turn."""
    sales, page = _sales_path(place), page_path(place.year) + "?include=payments"
    with served("shipped") as ours:
        load(_superuser_url(), LOCATION.id, _all_sales(place, ours + sales))
        with (
            served("fastapi", module=_MODULE) as fastapi,
            served("django", module=_MODULE) as django,
        ):
            urls = [base_url + page for base_url in (ours, fastapi, django)]
            _check([fetch(url, place.headers()) for url in urls])
            turns = [_turn(place, urls[0], urls[1:]) for _ in range(place.scale.turns + 1)]
    by_us, by_fastapi, by_django = zip(*turns[1:], strict=True)
    name = "Page of 1,000 closed sales with payments"
    return [
        compared(f"{name}, by FastAPI", "pages/s", by_us, by_fastapi, at_least=50),
        compared(f"{name}, by Django REST", "pages/s", by_us, by_django, at_least=50),
    ]


def _turn(place: Installation, ours: str, peers: Sequence[str]) -> list[float]:
    headers, seconds = place.headers(**_GZIP), place.scale.seconds
    rate = run_load(ours, headers, connections=1, seconds=seconds).per_second
    return [rate, *(1 / median(_seconds(url) for _ in range(_ASKED)) for url in peers)]


def _seconds(url: str) -> float:
    """Of one answer. A peer takes so long that a run of some seconds would cut much of it off."""
    started = perf_counter()
    fetch(url, _GZIP)
    return perf_counter() - started


def _sales_path(place: Installation) -> str:
    last = FIRST + timedelta(days=place.scale.peer_days)
    return f"/f/finance/{LOCATION.id}/financials/{FIRST}T12:00Z/{last}T12:00Z?include=payments"


def _all_sales(place: Installation, url: str) -> Iterator[dict[str, Any]]:
    while url:
        answer = msgspec.json.decode(fetch(url, place.headers()))
        yield from answer["sales"]
        url = answer["_links"].get("nextPage", {}).get("href", "")


def _check(answers: list[bytes]) -> None:
    """Raises `OtherSales` unless the sales are the same bytes everywhere."""
    ours, *theirs = (sales_of(answer) for answer in answers)
    if any(each != ours for each in theirs):
        raise OtherSales("a peer's sales differ from ours")


def sales_of(answer: bytes) -> bytes:
    """The list of sales of an answer as it stands there; what follows it is no list."""
    start = answer.index(b'"sales":[')
    return answer[start : answer.rindex(b"]") + 1]


def _superuser_url() -> str:
    return embedded_url(config().data_dir, SUPERUSER, DATABASE)
