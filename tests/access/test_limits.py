"""Counting calls in windows of a minute."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from tillgate.access import limits
from tillgate.access.limits import Limiter, Standing


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    times = [1000.0]
    monkeypatch.setattr(limits, "monotonic", lambda: times[0])
    return times


def test_calls_are_allowed_up_to_the_limit_and_again_in_the_next_window(now: list[float]) -> None:
    limiter = Limiter()
    assert limiter.hit_now("a", 2) == Standing(True, 2, 1, 60)
    now[0] += 20.5
    assert limiter.hit_now("a", 2) == Standing(True, 2, 0, 40)
    assert limiter.hit_now("a", 2) == Standing(False, 2, 0, 40)
    assert limiter.hit_now("b", 2) == Standing(True, 2, 1, 60)
    now[0] += 40
    assert limiter.hit_now("a", 2) == Standing(True, 2, 1, 60)


def test_awaiting_and_not_awaiting_count_together(now: list[float]) -> None:
    limiter = Limiter()
    limiter.hit_now("a", 5)
    assert asyncio.run(limiter.hit("a", 5)).remaining == 3


def test_a_lowered_limit_bites_at_once(now: list[float]) -> None:
    limiter = Limiter()
    for _ in range(3):
        limiter.hit_now("a", 5)
    assert limiter.hit_now("a", 2) == Standing(False, 2, 0, 60)


def test_threads_do_not_miscount() -> None:
    limiter = Limiter()
    with ThreadPoolExecutor(8) as pool:
        standings = list(pool.map(lambda _: limiter.hit_now("a", 50), range(200)))
    assert sum(standing.allowed for standing in standings) == 50


def test_closed_windows_are_forgotten(now: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits._Windows, "_MANY", 10)
    limiter = Limiter()
    for number in range(10):
        limiter.hit_now(str(number), 5)
    now[0] += 61
    limiter.hit_now("a", 5)
    assert set(limiter._windows._open) == {"a"}


def test_without_redis_each_process_counts_for_itself() -> None:
    pytest.importorskip("redis", reason="the redis extra is not installed")
    limiter = Limiter("redis://127.0.0.1:1/0")
    assert limiter.hit_now("a", 1).allowed
    assert not asyncio.run(limiter.hit("a", 1)).allowed
