"""The API plane's connections, and how it outlives a restart of PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from psycopg import AsyncConnection, OperationalError
from psycopg_pool import AsyncConnectionPool

from tillgate.foundation.postgres.sessions import Query, fetch_each, reading

Connected = AsyncConnection[tuple[Any, ...]]
Pool = AsyncConnectionPool[Connected]
Found = TypeVar("Found")

# The pool doubles its pause after each failed attempt. Giving up soon lets the next caller
# try at once when the server is back, instead of waiting out a pause of minutes.
_GIVE_UP_AFTER = 2.0


def make_pool(url: str | Callable[[], str], *, name: str, size: int = 8, wait: float = 5.0) -> Pool:
    """A pool in autocommit mode, not yet open: `await pool.open()`, later `await pool.close()`.

    A function given as `url` is asked before each connection: an embedded server that was stopped
    in between listens elsewhere afterwards. A caller waits up to `wait` seconds for a connection,
    then gets psycopg_pool.PoolTimeout.
    """
    return AsyncConnectionPool(
        url,
        name=name,
        open=False,
        min_size=1,
        max_size=size,
        timeout=wait,
        reconnect_timeout=_GIVE_UP_AFTER,
        kwargs={
            "autocommit": True,
            "application_name": f"tillgate {name}",
            # Whatever PGCLIENTENCODING says: texts are passed on undecoded.
            "client_encoding": "UTF8",
        },
    )


async def read(pool: Pool, locations: Iterable[int], wanted: Query) -> list[tuple[Any, ...]]:
    """The rows of one query; tried once more when the connection turns out to be dead."""
    return (await read_each(pool, locations, [wanted]))[0]


async def read_each(
    pool: Pool, locations: Iterable[int], queries: Iterable[Query], *, undecoded: bool = False
) -> list[list[tuple[Any, ...]]]:
    """The rows of several queries of one transaction, on a connection of the pool.

    With `undecoded` a text comes as the bytes of its UTF-8.
    """
    ids, wanted = list(locations), list(queries)

    async def rows(connection: Connected) -> list[list[tuple[Any, ...]]]:
        return await fetch_each(connection, ids, wanted, undecoded=undecoded)

    async with AsyncExitStack() as stack:
        return await _on_a_living_one(stack, pool, rows)


@asynccontextmanager
async def reading_from(pool: Pool, locations: Iterable[int]) -> AsyncIterator[Connected]:
    """A connection of the pool with a transaction begun, as `sessions.reading`."""
    ids = list(locations)
    async with AsyncExitStack() as stack:

        async def begun(connection: Connected) -> Connected:
            await stack.enter_async_context(reading(connection, ids))
            return connection

        yield await _on_a_living_one(stack, pool, begun)


async def _on_a_living_one(
    stack: AsyncExitStack, pool: Pool, work: Callable[[Connected], Awaitable[Found]]
) -> Found:
    """What is found on a connection of the pool, which the stack holds until its end.

    Asking a connection whether it lives before each use would cost a second round trip. What is
    done here can be repeated: so a dead one is noticed by its failure, and the pool is swept.
    """
    connection = await stack.enter_async_context(pool.connection())
    try:
        return await work(connection)
    except OperationalError:
        if not connection.closed:
            raise
    await stack.aclose()
    await pool.check()
    return await work(await stack.enter_async_context(pool.connection()))
