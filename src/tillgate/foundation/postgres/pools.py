"""The API plane's connections, and how it outlives a restart of PostgreSQL."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg_pool import AsyncConnectionPool

from tillgate.foundation.postgres.sessions import Query, fetch_each, reading

Pool = AsyncConnectionPool[AsyncConnection[tuple[Any, ...]]]

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

    Asking a connection whether it lives before each use would cost a second round trip. Reading
    can be repeated: so a dead one is noticed by its failure, and the pool is swept.
    """
    ids, wanted = list(locations), list(queries)
    async with pool.connection() as conn:
        try:
            return await fetch_each(conn, ids, wanted, undecoded=undecoded)
        except OperationalError:
            if not conn.closed:
                raise
    await pool.check()
    async with pool.connection() as conn:
        return await fetch_each(conn, ids, wanted, undecoded=undecoded)


@asynccontextmanager
async def reading_from(
    pool: Pool, locations: Iterable[int]
) -> AsyncIterator[AsyncConnection[tuple[Any, ...]]]:
    """A connection of the pool with a transaction begun, as `sessions.reading`; not a dead one.

    What is begun needs a round trip, so a connection that died before is noticed here, where
    nothing is read yet.
    """
    ids = list(locations)
    async with AsyncExitStack() as stack:
        try:
            connection = await _begun(stack, pool, ids)
        except OperationalError:
            await stack.aclose()
            await pool.check()
            connection = await _begun(stack, pool, ids)
        yield connection


async def _begun(
    stack: AsyncExitStack, pool: Pool, locations: Iterable[int]
) -> AsyncConnection[tuple[Any, ...]]:
    connection = await stack.enter_async_context(pool.connection())
    await stack.enter_async_context(reading(connection, locations))
    return connection
