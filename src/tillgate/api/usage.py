"""Who called what how often: counted in memory, written in batches by the meter role.

Calls never wait for it. While the meter cannot be reached counts are kept, up to a bound; beyond it
they are given up, and the loss is counted and said in the log.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import psycopg
from psycopg_pool import PoolTimeout

from tillgate.api import metrics
from tillgate.foundation import clock
from tillgate.foundation.postgres.pools import Pool

FLUSH_SECONDS = 3.0
_MOST_ROWS = 20_000

_log = logging.getLogger(__name__)

_INSERT = """
INSERT INTO access_callcount (at, client_id, endpoint, status, calls, bytes)
VALUES (%s, %s, %s, %s, %s, %s)
"""


class Key(NamedTuple):
    """One row: the minute, the client, the endpoint's template, the status."""

    at: datetime
    client_id: str
    endpoint: str
    status: int


class Usage:
    """Counts calls; `start` writes them every few seconds, `stop` writes what is left."""

    def __init__(self, pool: Pool, *, seconds: float = FLUSH_SECONDS) -> None:
        self._pool = pool
        self._seconds = seconds
        self._counts: dict[Key, list[int]] = {}
        self._task: asyncio.Task[None] | None = None

    def count(self, client_id: str, endpoint: str, status: int, size: int) -> None:
        """Count a call whose answer had so many bytes."""
        minute = clock.now().replace(second=0, microsecond=0)
        self._add(Key(minute, client_id, endpoint, status), 1, size)

    def _add(self, key: Key, calls: int, size: int) -> None:
        kept = self._counts.get(key)
        if kept is not None:
            kept[0] += calls
            kept[1] += size
        elif len(self._counts) < _MOST_ROWS:
            self._counts[key] = [calls, size]
        else:
            metrics.USAGE_LOST.inc(calls)

    def start(self) -> None:
        """Begin to write; must run inside the event loop."""
        self._task = asyncio.create_task(self._run(), name="usage")

    async def stop(self) -> None:
        """Write what is left, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self.flush()
        if lost := sum(calls for calls, _ in self._counts.values()):
            self._counts = {}
            metrics.USAGE_LOST.inc(lost)
            _log.error("the usage of %d calls is lost", lost)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            await self.flush()

    async def flush(self) -> None:
        """Write what was counted; what cannot be written stays for the next time."""
        batch, self._counts = self._counts, {}
        if not batch:
            return
        try:
            await self._write((*key, *counts) for key, counts in batch.items())
        except (psycopg.Error, PoolTimeout) as error:
            _log.warning("usage not written, %d rows kept for later: %s", len(batch), error)
            for key, (calls, size) in batch.items():
                self._add(key, calls, size)
        else:
            metrics.USAGE_WRITTEN.inc(sum(calls for calls, _ in batch.values()))

    async def _write(self, rows: Iterable[tuple[object, ...]]) -> None:
        async with (
            self._pool.connection() as connection,
            connection.transaction(),
            connection.cursor() as cursor,
        ):
            await cursor.executemany(_INSERT, rows)
