"""How often a client may call: fixed windows of a minute, which begin with the first call in them.

Counted in this process, or in Redis for all processes when a URL is given. While Redis cannot be
reached each process counts for itself: a limit is for fairness, and no reason to turn callers away.

Our own counting in memory costs a microsecond; the `limits` library's costs ten, and a thread
every ten milliseconds. Redis is left to it.
"""

import logging
from math import ceil
from threading import Lock
from time import monotonic, time
from typing import Any, NamedTuple

from limits import RateLimitItemPerMinute
from limits.aio import strategies as aio_strategies
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

WINDOW_SECONDS = 60

_RETRY_SECONDS = 5.0
_PATIENCE = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}

_log = logging.getLogger(__name__)


class Standing(NamedTuple):
    """Where a caller stands after a call: `remaining` of `limit`, all again in `reset_seconds`."""

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int


class Limiter:
    """Counts calls by key; `name` keeps the counts of different limiters apart in Redis."""

    def __init__(self, redis_url: str = "", *, name: str = "api") -> None:
        self._windows = _Windows()
        self._name = name
        self._redis_url = redis_url
        self._alone_until = 0.0
        self._shared: FixedWindowRateLimiter | None = None
        self._shared_aio: aio_strategies.FixedWindowRateLimiter | None = None

    async def hit(self, key: str, per_minute: int) -> Standing:
        """Count a call, and say whether it was within the limit."""
        if not self._redis_url or monotonic() < self._alone_until:
            return self._windows.hit(key, per_minute)
        item = RateLimitItemPerMinute(per_minute, namespace=self._name)
        try:
            if self._shared_aio is None:
                self._shared_aio = _aio_limiter(self._redis_url)
            allowed = await self._shared_aio.hit(item, key)
            stats = await self._shared_aio.get_window_stats(item, key)
        except StorageError as error:
            return self._alone(key, per_minute, error)
        return _standing(allowed, per_minute, stats)

    def hit_now(self, key: str, per_minute: int) -> Standing:
        """The same for code that does not await."""
        if not self._redis_url or monotonic() < self._alone_until:
            return self._windows.hit(key, per_minute)
        item = RateLimitItemPerMinute(per_minute, namespace=self._name)
        try:
            if self._shared is None:
                self._shared = _limiter(self._redis_url)
            allowed = self._shared.hit(item, key)
            stats = self._shared.get_window_stats(item, key)
        except StorageError as error:
            return self._alone(key, per_minute, error)
        return _standing(allowed, per_minute, stats)

    def forget(self) -> None:
        """Start counting anew in this process."""
        self._windows = _Windows()

    def _alone(self, key: str, per_minute: int, error: StorageError) -> Standing:
        _log.warning("Redis does not answer, counting calls alone: %s", error.storage_error)
        self._alone_until = monotonic() + _RETRY_SECONDS
        return self._windows.hit(key, per_minute)


class _Windows:
    """The counts of one process. Threads of the portal share it, hence the lock."""

    _MANY = 10_000

    def __init__(self) -> None:
        self._open: dict[str, tuple[float, int]] = {}
        self._lock = Lock()

    def hit(self, key: str, limit: int) -> Standing:
        now = monotonic()
        with self._lock:
            ends, used = self._open.get(key, (0.0, 0))
            if now >= ends:
                self._forget_closed(now)
                ends, used = now + WINDOW_SECONDS, 0
            allowed = used < limit
            self._open[key] = (ends, used + allowed)
        remaining = limit - used - allowed
        return Standing(allowed, limit, max(0, remaining), ceil(ends - now))

    def _forget_closed(self, now: float) -> None:
        if len(self._open) >= self._MANY:
            self._open = {key: kept for key, kept in self._open.items() if kept[0] > now}


def _limiter(url: str) -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(storage_from_string(url, wrap_exceptions=True, **_PATIENCE))


def _aio_limiter(url: str) -> aio_strategies.FixedWindowRateLimiter:
    storage = storage_from_string(
        f"async+{url}", wrap_exceptions=True, implementation="redispy", **_PATIENCE
    )
    return aio_strategies.FixedWindowRateLimiter(storage)


def _standing(allowed: bool, limit: int, stats: Any) -> Standing:
    return Standing(allowed, limit, stats.remaining, max(1, ceil(stats.reset_time - time())))
