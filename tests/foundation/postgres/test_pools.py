"""The API plane's pool outlives a server that is killed and comes back."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
import pytest
from psycopg_pool import PoolTimeout
from tests.foundation.postgres.servers import kill, pid_of

from tillgate.foundation.postgres.cluster import Cluster, attach
from tillgate.foundation.postgres.pools import Pool, make_pool, read, read_each, reading_from
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.sessions import query

Ask = Callable[[Pool], Awaitable[list[tuple[object, ...]]]]

WHOM = query("select current_user::text, pg_backend_pid()")


async def fill(pool: Pool, number: int) -> None:
    """Have so many connections open and idle."""
    pause = query("select pg_sleep(0.05)")
    await asyncio.gather(*(read(pool, [1], pause) for _ in range(number)))


async def read_in_steps(pool: Pool) -> list[tuple[object, ...]]:
    """As `read`, by a transaction of its own."""
    async with reading_from(pool, [1]) as connection:
        return list(await (await connection.execute(WHOM)).fetchall())


@pytest.mark.parametrize("ask", [lambda pool: read(pool, [1], WHOM), read_in_steps])
def test_reading_goes_on_after_every_connection_was_cut(shared: Cluster, ask: Ask) -> None:
    async def run() -> None:
        async with make_pool(shared.url(Role.READER), name="reader", size=4) as pool:
            await fill(pool, 4)
            with psycopg.connect(shared.superuser_url()) as conn:
                conn.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where usename = 'tillgate_reader'"
                )
            answers = await asyncio.gather(*(ask(pool) for _ in range(8)))
            assert {answer[0][0] for answer in answers} == {"tillgate_reader"}

    asyncio.run(run())


def test_reading_goes_on_after_the_server_was_killed(data_dir: Path) -> None:
    async def run(cluster: Cluster) -> float:
        async with make_pool(cluster.url(Role.READER), name="reader", size=4) as pool:
            await fill(pool, 4)
            kill(pid_of(data_dir, "server"))
            began = time.monotonic()
            while True:
                try:
                    assert (await read(pool, [1], WHOM))[0][0] == "tillgate_reader"
                except (PoolTimeout, psycopg.OperationalError):
                    continue
                return time.monotonic() - began

    with attach(data_dir) as cluster:
        assert asyncio.run(run(cluster)) < 10


def test_a_function_as_url_finds_a_server_that_moved(data_dir: Path) -> None:
    async def run() -> None:
        pool = make_pool(lambda: attached[-1].url(Role.READER), name="reader", size=2)
        async with pool:
            await fill(pool, 2)
            attached[-1].detach()
            attached.append(attach(data_dir))
            assert (await read(pool, [1], WHOM))[0][0] == "tillgate_reader"

    attached = [attach(data_dir)]
    asyncio.run(run())
    attached[-1].detach()


def test_a_query_that_takes_too_long_is_not_tried_again(shared: Cluster) -> None:
    async def run() -> None:
        async with make_pool(shared.url(Role.READER), name="reader") as pool:
            slow = query("set statement_timeout = '100ms'; select pg_sleep(5)")
            began = time.monotonic()
            with pytest.raises(psycopg.errors.QueryCanceled):
                await read(pool, [1], slow)
            assert time.monotonic() - began < 2

    asyncio.run(run())


def test_no_server_is_a_timeout_of_the_asked_length(tmp_path: Path) -> None:
    async def run() -> None:
        async with make_pool(f"host={tmp_path}", name="reader", wait=0.3) as pool:
            with pytest.raises(PoolTimeout):
                await read(pool, [1], WHOM)

    asyncio.run(run())


def test_several_queries_come_back_in_order(shared: Cluster) -> None:
    async def run() -> list[list[tuple[object, ...]]]:
        async with make_pool(shared.url(Role.READER), name="reader") as pool:
            return await read_each(pool, [1], [query("select 1"), query("select 2 where false")])

    assert asyncio.run(run()) == [[(1,)], []]
