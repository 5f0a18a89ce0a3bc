"""The read-only plane at run time: its pools, what it keeps for a moment, and its start and stop.

Started and stopped by whoever owns the event loop, not by ASGI's lifespan: a server that is made to
stop by a deadline skips the lifespan's end, and the pools would stay open.
"""

import asyncio
from math import inf

import msgspec

from tillgate.access.limits import Limiter
from tillgate.api.auth import Gatekeeper
from tillgate.api.origin import base_url_of
from tillgate.api.payload import Payload
from tillgate.api.shelf import Shelf
from tillgate.api.usage import Usage
from tillgate.foundation.config import Config
from tillgate.foundation.postgres.pools import make_pool, read
from tillgate.foundation.postgres.sessions import query
from tillgate.ledger.export.files import StoredDay
from tillgate.ledger.reads import LocationBooks


class Lifetimes(msgspec.Struct, frozen=True):
    """Seconds for which things are kept; 0 switches a cache off (tests and the bench do)."""

    grants: float = 0.5
    lookups: float = 1.0


class Plane:
    """Everything an operation works with; one for each process."""

    def __init__(
        self, config: Config, reader_url: str, meter_url: str, lifetimes: Lifetimes
    ) -> None:
        self.config = config
        self.pool = make_pool(reader_url, name="api reader")
        self._meter = make_pool(meter_url, name="api meter", size=1, wait=2.0)
        self.gatekeeper = Gatekeeper(self.pool, seconds=lifetimes.grants)
        self.limiter = Limiter(config.redis_url)
        self.usage = Usage(self._meter)
        self.lookups = Shelf[Payload](seconds=lifetimes.lookups, most=256)
        self.days = Shelf[Payload](seconds=lifetimes.lookups, most=16)
        self.books = Shelf[LocationBooks](seconds=lifetimes.lookups, most=10_000)
        self.documents = Shelf[StoredDay](seconds=lifetimes.lookups, most=4)
        # Sizes and digests of files of closed days, which never change.
        self.files = Shelf[tuple[int, str]](seconds=inf, most=50_000)
        self.base_url = base_url_of(config)
        # Each sum holds a connection and keeps a thread busy; calls must get through beside them.
        self.sums = asyncio.Semaphore(2)

    async def start(self) -> None:
        """Open the pools; returns at once, also while the database cannot be reached."""
        await self.pool.open()
        await self._meter.open()
        self.usage.start()

    async def stop(self) -> None:
        """Write the usage that is left and close the pools."""
        await self.usage.stop()
        await self._meter.close()
        await self.pool.close()

    async def check(self) -> None:
        """Ask the reader's database for an answer; raises what keeps it from giving one."""
        await read(self.pool, (), query("SELECT 1"))
