"""Turns for what keeps a connection and a thread busy: other calls must get through beside it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tillgate.api.errors import Unavailable
from tillgate.api.plane import Plane

# Callers give up after some seconds; whoever waits longer for a turn is told to come again.
_TURN_WITHIN = 15.0


@asynccontextmanager
async def sum_turn(plane: Plane) -> AsyncIterator[None]:
    """A turn for summing up; raises `Unavailable` when none comes in time."""
    try:
        async with asyncio.timeout(_TURN_WITHIN):
            await plane.sums.acquire()
    except TimeoutError as error:
        raise Unavailable from error
    try:
        yield
    finally:
        plane.sums.release()
