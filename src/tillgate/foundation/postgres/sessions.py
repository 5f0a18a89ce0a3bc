"""The one place that tells PostgreSQL which locations a query may see.

Row-level security compares each row with `tillgate.locations`, set for one transaction only. Plain
PostgreSQL gets the setting and the queries as one text, which it runs as one transaction: half
the time of separate statements, and an error leaves the connection idle. Citus hands such a text
on to its workers whole and refuses it, so there the statements go one by one.

A text of several statements takes no parameters: write values in with `query`.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from typing import Any, LiteralString, TypeVar

from psycopg import AsyncConnection, AsyncCursor, Connection, sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader

from tillgate.foundation.config import config

Row = TypeVar("Row")
Query = sql.SQL | sql.Composed

_CITUS_SETTING = "SET LOCAL citus.propagate_set_commands = 'local'"
# Each statement would otherwise see what was committed up to its own beginning.
_ONE_SNAPSHOT = sql.SQL("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


class _AsItCame(Loader):
    """Text as the bytes it came in."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def locations_setting(ids: Iterable[int]) -> sql.SQL:
    """`SET LOCAL tillgate.locations = '{1,2}'`; raises TypeError for anything but integers."""
    words = []
    for location in ids:
        if type(location) is not int:
            raise TypeError(f"a business location id is an integer, not {location!r}")
        words.append(str(location))
    return sql.SQL(f"SET LOCAL tillgate.locations = '{{{','.join(words)}}}'")


def query(text: LiteralString, /, **values: Any) -> sql.Composed:
    """SQL with its values written in as literals: `query("… where id = {id}", id=7)`.

    A brace that belongs to the SQL is doubled. A string with a NUL raises psycopg.DataError.
    """
    return sql.SQL(text).format(**{name: _literal(value) for name, value in values.items()})


def _literal(value: Any) -> sql.Composable:
    literal = sql.Literal(value)
    # A cast binds tighter than a sign: -1::text is an error, and so is the least bigint.
    if isinstance(value, int | float | Decimal) and value < 0:
        return sql.SQL("({})").format(literal)
    return literal


async def fetch(conn: AsyncConnection[Row], locations: Iterable[int], wanted: Query) -> list[Row]:
    """The rows of one query that the locations may see, in one round trip."""
    return (await fetch_each(conn, locations, [wanted]))[0]


async def fetch_each(
    conn: AsyncConnection[Row],
    locations: Iterable[int],
    queries: Iterable[Query],
    *,
    citus: bool | None = None,
    undecoded: bool = False,
) -> list[list[Row]]:
    """The rows of several queries, all of one transaction and snapshot, in one round trip.

    The connection must be in autocommit mode. `citus` defaults to the setting TILLGATE_CITUS.
    With `undecoded` a text comes as bytes: where megabytes are only passed on, decoding them and
    encoding them again would take longer than all else.
    """
    if not conn.autocommit:
        raise ValueError("fetch needs a connection in autocommit mode")
    if config().citus if citus is None else citus:
        return await _fetch_one_by_one(conn, locations, queries, undecoded=undecoded)
    wanted = list(queries)
    settings = [_ONE_SNAPSHOT] if len(wanted) > 1 else []
    statements = sql.SQL(";\n").join([*settings, locations_setting(locations), *wanted])
    cursor = await _cursor(conn, undecoded=undecoded).execute(statements)
    answers = []
    if settings:
        cursor.nextset()
    while cursor.nextset():
        answers.append(await cursor.fetchall())
    return answers


async def _fetch_one_by_one(
    conn: AsyncConnection[Row],
    locations: Iterable[int],
    queries: Iterable[Query],
    *,
    undecoded: bool,
) -> list[list[Row]]:
    async with reading(conn, locations, citus=True):
        cursor = _cursor(conn, undecoded=undecoded)
        return [await (await cursor.execute(wanted)).fetchall() for wanted in queries]


def _cursor(conn: AsyncConnection[Row], *, undecoded: bool) -> AsyncCursor[Row]:
    cursor = conn.cursor()
    if undecoded:
        cursor.adapters.register_loader("text", _AsItCame)
    return cursor


@asynccontextmanager
async def reading(
    conn: AsyncConnection[Row], locations: Iterable[int], *, citus: bool | None = None
) -> AsyncIterator[None]:
    """A transaction that may see the locations, for what takes several round trips: a cursor.

    All that is read in it is of one snapshot.
    """
    async with conn.transaction():
        await conn.execute(_ONE_SNAPSHOT)
        if config().citus if citus is None else citus:
            await conn.execute(_CITUS_SETTING)
        await conn.execute(locations_setting(locations))
        yield


@contextmanager
def scoped(
    conn: Connection[Row], locations: Iterable[int], *, citus: bool | None = None
) -> Iterator[Connection[Row]]:
    """A transaction that may see and write the locations; rolled back if the block raises.

    Inside a transaction that is open already it becomes a savepoint, and the setting lasts to the
    end of that transaction. Values can be passed as parameters here.
    """
    with conn.transaction():
        if config().citus if citus is None else citus:
            conn.execute(_CITUS_SETTING)
        conn.execute(locations_setting(locations))
        yield conn
