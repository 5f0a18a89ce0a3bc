"""Who called what how often: counted in memory, written in batches by the meter role.

Calls never wait for it. While the meter cannot be reached counts are kept, up to a bound; beyond it
they are given up. The loss is counted, said in the log, and written down once the meter is back, so
that the pages can say it too. The request log goes the same way.

A clock may jump: nothing is written later than the database's own clock, or a week before it.
"""

import asyncio
import logging
from datetime import datetime
from typing import Literal, NamedTuple

import psycopg
from psycopg import AsyncCursor
from psycopg_pool import PoolTimeout

from tillgate.api import metrics
from tillgate.api.request_log import INSERT as INSERT_CALL
from tillgate.api.request_log import AnsweredCall, RequestLog, text_of
from tillgate.foundation import clock
from tillgate.foundation.postgres.pools import Pool

FLUSH_SECONDS = 3.0
_MOST_ROWS = 20_000

_log = logging.getLogger(__name__)

_LAST_AT = "least(greatest(%(last_at)s, now() - interval '7 days'), now())"
_INSERT = f"""
INSERT INTO access_callcount (at, client_id, endpoint, status, calls, bytes, last_at)
VALUES (date_trunc('minute', {_LAST_AT}), %(client_id)s, %(endpoint)s, %(status)s, %(calls)s,
    %(bytes)s, {_LAST_AT})
"""  # noqa: S608  two constants put together
_INSERT_GAP = """
INSERT INTO access_callgap (client_id, kind, first_at, last_at, calls)
VALUES (%s, %s, least(%s, now()), least(%s, now()), %s)
"""

Kind = Literal["count", "log"]


class Key(NamedTuple):
    """One row: the minute, the client, the endpoint's template, the status."""

    at: datetime
    client_id: str
    endpoint: str
    status: int


class Sum:
    """What a row comes to."""

    __slots__ = ("calls", "last_at", "size")

    def __init__(self, calls: int, size: int, last_at: datetime) -> None:
        self.calls, self.size, self.last_at = calls, size, last_at


class _Gap:
    """Calls of a client that are missing somewhere: how many, from when until when."""

    __slots__ = ("calls", "first_at", "last_at")

    def __init__(self, at: datetime) -> None:
        self.first_at = self.last_at = at
        self.calls = 0

    def join(self, other: "_Gap | None") -> None:
        """Take in what another one says."""
        if other is not None:
            self.calls += other.calls
            self.first_at = min(self.first_at, other.first_at)
            self.last_at = max(self.last_at, other.last_at)


class Usage:
    """Counts calls; `start` writes them every few seconds, `stop` writes what is left."""

    def __init__(self, pool: Pool, *, seconds: float = FLUSH_SECONDS) -> None:
        self._pool = pool
        self._seconds = seconds
        self._counts: dict[Key, Sum] = {}
        self._calls = RequestLog()
        self._gaps: dict[tuple[str, Kind], _Gap] = {}
        self._task: asyncio.Task[None] | None = None

    def record(self, call: AnsweredCall) -> None:
        """Count a call that was answered, and log it."""
        now = clock.now()
        minute = now.replace(second=0, microsecond=0)
        key = Key(minute, call.client_id, call.endpoint, call.status)
        self._add(key, 1, call.size, now)
        if not self._calls.add(now, minute, call):
            self._miss(call.client_id, "log", 1, now)

    def _add(self, key: Key, calls: int, size: int, at: datetime) -> None:
        kept = self._counts.get(key)
        if kept is not None:
            kept.calls += calls
            kept.size += size
            kept.last_at = at
        elif len(self._counts) < _MOST_ROWS:
            self._counts[key] = Sum(calls, size, at)
        else:
            metrics.USAGE_LOST.inc(calls)
            self._miss(key.client_id, "count", calls, at)

    def _miss(self, client_id: str, kind: Kind, calls: int, at: datetime) -> None:
        # A token was recognised for each of them, so there are no more than clients.
        gap = self._gaps.get((client_id, kind))
        if gap is None:
            gap = self._gaps[client_id, kind] = _Gap(at)
            if kind == "count":
                _log.error("usage is lost from now on: the meter was away for too long")
        gap.calls += calls
        gap.first_at, gap.last_at = min(gap.first_at, at), max(gap.last_at, at)

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
        if lost := sum(each.calls for each in self._counts.values()):
            self._counts = {}
            metrics.USAGE_LOST.inc(lost)
            _log.error("the usage of %d calls is lost", lost)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            await self.flush()

    async def flush(self) -> None:
        """Write what was counted and logged; what cannot be written stays for the next time."""
        counts, self._counts = self._counts, {}
        gaps, self._gaps = self._gaps, {}
        calls = self._calls.take()
        if not (counts or gaps or calls):
            return
        try:
            await self._write(counts, calls, gaps)
        except (psycopg.Error, PoolTimeout) as error:
            _log.warning("usage not written, %d rows kept for later: %s", len(counts), error)
            self._keep(counts, calls, gaps)
        else:
            metrics.USAGE_WRITTEN.inc(sum(each.calls for each in counts.values()))

    def _keep(
        self,
        counts: dict[Key, Sum],
        calls: list[tuple[datetime, AnsweredCall]],
        gaps: dict[tuple[str, Kind], _Gap],
    ) -> None:
        for key, gap in gaps.items():
            gap.join(self._gaps.get(key))
            self._gaps[key] = gap
        for row, each in counts.items():
            self._add(row, each.calls, each.size, each.last_at)
        now = clock.now()
        for call in self._calls.put_back(calls):
            self._miss(call.client_id, "log", 1, now)

    async def _write(
        self,
        counts: dict[Key, Sum],
        calls: list[tuple[datetime, AnsweredCall]],
        gaps: dict[tuple[str, Kind], _Gap],
    ) -> None:
        async with (
            self._pool.connection() as connection,
            connection.transaction(),
            connection.cursor() as cursor,
        ):
            await _write_counts(cursor, counts)
            if calls:
                await cursor.execute(INSERT_CALL, [text_of(calls)])
            rows = [(*key, gap.first_at, gap.last_at, gap.calls) for key, gap in gaps.items()]
            await cursor.executemany(_INSERT_GAP, rows)


async def _write_counts(cursor: AsyncCursor[tuple[object, ...]], counts: dict[Key, Sum]) -> None:
    rows = [
        {
            "client_id": key.client_id,
            "endpoint": key.endpoint,
            "status": key.status,
            "calls": each.calls,
            "bytes": each.size,
            "last_at": each.last_at,
        }
        for key, each in counts.items()
    ]
    await cursor.executemany(_INSERT, rows)
