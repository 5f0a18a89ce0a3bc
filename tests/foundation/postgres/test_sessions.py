"""Locations are set for one transaction, by integers only, on plain PostgreSQL and for Citus."""

import asyncio
from collections.abc import Awaitable, Iterator
from datetime import date
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection, sql

from tillgate.foundation.postgres.cluster import Cluster
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.sessions import (
    fetch,
    fetch_each,
    locations_setting,
    query,
    scoped,
)

MINE, SEES = [1, 2, 9_223_372_036_854_775_807], "select id from shop order by id"
CURRENT = sql.SQL("select current_setting('tillgate.locations', true)")


@pytest.fixture(scope="module")
def shops(shared: Cluster) -> Iterator[Cluster]:
    """A table under row-level security with shops 1, 2, 3 and the largest possible one."""
    with psycopg.connect(shared.url(Role.OWNER), autocommit=True) as conn:
        conn.execute("create table shop (id bigint primary key)")
        conn.execute("insert into shop values (1), (2), (3), (9223372036854775807)")
        conn.execute("alter table shop enable row level security")
        conn.execute(
            "create policy own on shop using (id = any((select nullif("
            "current_setting('tillgate.locations', true), '')::bigint[])::bigint[]))"
        )
        conn.execute("grant select on shop to tillgate_reader")
        conn.execute("grant select, insert, delete on shop to tillgate_ledger")
    yield shared
    with psycopg.connect(shared.url(Role.OWNER), autocommit=True) as conn:
        conn.execute("drop table shop")


def open_reader(cluster: Cluster) -> Awaitable[AsyncConnection[tuple[object, ...]]]:
    return AsyncConnection.connect(cluster.url(Role.READER), autocommit=True)


@given(st.lists(st.integers(min_value=-(2**63), max_value=2**63 - 1)))
def test_the_setting_lists_exactly_the_ids(ids: list[int]) -> None:
    text = locations_setting(ids).as_string(None)
    assert text.startswith("SET LOCAL tillgate.locations = '{")
    assert [int(word) for word in text[33:-2].split(",") if word] == ids


@pytest.mark.parametrize("bad", ["1", "1}'; drop table shop --", 1.0, None, True, Decimal(1)])
def test_the_setting_takes_integers_only(bad: object) -> None:
    with pytest.raises(TypeError, match="is an integer"):
        locations_setting([1, bad])


@pytest.mark.parametrize("citus", [False, True])
def test_a_query_sees_the_named_locations_and_the_next_one_does_not(
    shops: Cluster, citus: bool
) -> None:
    async def run() -> None:
        async with await open_reader(shops) as conn:
            assert await fetch_each(conn, [], [query(SEES)], citus=citus) == [[]]
            found = await fetch_each(conn, MINE, [query(SEES), CURRENT], citus=citus)
            assert found == [[(1,), (2,), (MINE[2],)], [("{1,2,9223372036854775807}",)]]
            assert await (await conn.execute(SEES)).fetchall() == []
            assert await fetch_each(conn, [3], [query(SEES)], citus=citus) == [[(3,)]]

    asyncio.run(run())


@pytest.mark.parametrize("citus", [False, True])
def test_texts_come_as_their_bytes_where_that_is_wanted_and_only_there(
    shops: Cluster, citus: bool
) -> None:
    wanted = query("select {text}::text, 7::bigint", text="Ratatouille d'été")

    async def run() -> None:
        async with await open_reader(shops) as conn:
            found = await fetch_each(conn, [1], [wanted], citus=citus, undecoded=True)
            assert found == [[("Ratatouille d'été".encode(), 7)]]
            assert await fetch_each(conn, [1], [wanted], citus=citus) == [
                [("Ratatouille d'été", 7)]
            ]

    asyncio.run(run())


@pytest.mark.parametrize("citus", [False, True])
def test_an_error_leaves_the_connection_fit_for_the_next_query(shops: Cluster, citus: bool) -> None:
    async def run() -> None:
        async with await open_reader(shops) as conn:
            with pytest.raises(psycopg.errors.DivisionByZero):
                await fetch_each(conn, MINE, [query("select 1/0")], citus=citus)
            assert conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
            assert await fetch(conn, [1], query(SEES)) == [(1,)]

    asyncio.run(run())


def test_a_connection_outside_autocommit_is_refused(shops: Cluster) -> None:
    async def run() -> None:
        async with await AsyncConnection.connect(shops.url(Role.READER)) as conn:
            with pytest.raises(ValueError, match="autocommit"):
                await fetch(conn, [1], query(SEES))

    asyncio.run(run())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    number=st.integers(min_value=-(2**63), max_value=2**63 - 1),
    amount=st.decimals(
        min_value=-(10**12), allow_nan=False, allow_infinity=False, places=6, max_value=10**12
    ),
    words=st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))),
)
def test_values_written_into_a_query_arrive_as_they_were(
    shared: Cluster, text: str, number: int, amount: Decimal, words: list[str]
) -> None:
    asked = query(
        "select {text}::text, {number}::bigint, {number}::text, {amount}::numeric, "
        "{words}::text[], {day}::date, {nothing}::text, '%s {{}}'",
        text=text,
        number=number,
        amount=amount,
        words=words,
        day=date(2026, 10, 25),
        nothing=None,
    )

    async def run() -> list[tuple[object, ...]]:
        async with await open_reader(shared) as conn:
            return await fetch(conn, [1], asked)

    expected = (text, number, str(number), amount, words, date(2026, 10, 25), None, "%s {}")
    assert asyncio.run(run()) == [expected]


@pytest.mark.parametrize("citus", [False, True])
def test_a_scope_writes_only_its_locations_and_ends_with_its_block(
    shops: Cluster, citus: bool
) -> None:
    with psycopg.connect(shops.url(Role.LEDGER), autocommit=True) as conn:
        with scoped(conn, [1, 7], citus=citus):
            conn.execute("insert into shop values (%s)", [7])
            assert conn.execute(SEES).fetchall() == [(1,), (7,)]
        assert conn.execute(SEES).fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege), scoped(conn, [7], citus=citus):
            conn.execute("insert into shop values (%s)", [8])
        with scoped(conn, [1, 7, 8], citus=citus):
            conn.execute("delete from shop where id = 7")
            assert conn.execute(SEES).fetchall() == [(1,)]


def test_a_scope_that_fails_changes_nothing(shops: Cluster) -> None:
    with psycopg.connect(shops.url(Role.LEDGER), autocommit=True) as conn:
        with pytest.raises(psycopg.errors.DivisionByZero), scoped(conn, [7]):
            conn.execute("insert into shop values (7); select 1/0")
        with scoped(conn, [7]):
            assert conn.execute(SEES).fetchall() == []
