"""What a role cannot do, tried; and what the reader still can, listed."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from tillgate.site.privileges import BOOKS, MAPPINGS, PUBLIC_KEYS

REFUSED = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.ReadOnlySqlTransaction,
    # What nobody can do to a view, its owner neither.
    psycopg.errors.ObjectNotInPrerequisiteState,
    psycopg.errors.WrongObjectType,
)


@pytest.fixture
def reader(reader_url) -> Iterator[psycopg.Connection]:
    """The reader as an attacker would use it: the read-only default switched off."""
    with psycopg.connect(reader_url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        yield connection


def relations(owner_url: str, kinds: str) -> list[str]:
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind::text = ANY(%s) ORDER BY relname",
            [list(kinds)],
        ).fetchall()
    return [name for (name,) in rows]


def columns(connection: psycopg.Connection, table: str) -> list[str]:
    rows = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped ORDER BY attnum",
        [table],
    ).fetchall()
    return [name for (name,) in rows]


def refused(connection: psycopg.Connection, statement: str, table: str) -> bool:
    column = columns(connection, table)[-1]
    text = sql.SQL(statement).format(t=sql.Identifier(table), c=sql.Identifier(column))
    try:
        connection.execute(text)
    except REFUSED:
        return True
    return False


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {t} DEFAULT VALUES",
        "UPDATE {t} SET {c} = {c}",
        "DELETE FROM {t}",
        "TRUNCATE {t}",
        "COPY {t} FROM STDIN",
        "DROP TABLE {t}",
        "ALTER TABLE {t} DISABLE ROW LEVEL SECURITY",
        "CREATE INDEX ON {t} ({c})",
        "COMMENT ON TABLE {t} IS 'ours'",
        "CREATE POLICY mine ON {t} USING (true)",
        "CREATE TRIGGER mine BEFORE INSERT ON {t} EXECUTE FUNCTION mine()",
    ],
)
def test_the_reader_writes_to_no_table_whatsoever(reader, owner_url, statement):
    tables = relations(owner_url, "rpv")
    assert len(tables) > 30
    assert [table for table in tables if not refused(reader, statement, table)] == []


def test_the_reader_passes_nothing_on(reader, owner_url):
    for table in BOOKS:
        reader.execute(sql.SQL("GRANT SELECT ON {} TO PUBLIC").format(sql.Identifier(table)))
    with psycopg.connect(owner_url) as owner:
        query = "SELECT count(*) FROM information_schema.table_privileges WHERE grantee = 'PUBLIC'"
        schema = " AND table_schema = 'public'"
        assert owner.execute(query + schema).fetchone() == (0,)


def test_the_reader_reads_the_books_and_no_other_table(reader, owner_url):
    readable = [
        table
        for table in relations(owner_url, "rpv")
        if not refused(reader, "SELECT {c} FROM {t} LIMIT 1", table)
        or not refused(reader, "SELECT count(*) FROM {t}", table)
    ]
    assert sorted(readable) == sorted([*BOOKS, MAPPINGS, PUBLIC_KEYS])


def test_the_reader_moves_no_sequence(reader, owner_url):
    sequences = relations(owner_url, "S")
    assert sequences
    for name in sequences:
        with pytest.raises(REFUSED):
            reader.execute(sql.SQL("SELECT nextval({})").format(sql.Literal(name)))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "CREATE EXTENSION plpgsql",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_import('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/mine'",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/hostname')",
        "SELECT * FROM pg_authid",
        "SET ROLE pg_write_all_data",
        "ALTER SYSTEM SET work_mem = '1GB'",
        "SELECT pg_reload_conf()",
        "ALTER ROLE ALL SET search_path TO mine",
    ],
)
def test_the_reader_makes_and_takes_nothing(reader, statement):
    with pytest.raises(psycopg.Error) as refusal:
        reader.execute(statement)
    assert refusal.value.sqlstate in {"42501", "25006", "42710"}


def test_what_the_reader_can_still_do_is_this(reader):
    """None of it writes to a table. Row-level security guards a forgotten WHERE, not injection."""
    reader.execute("SET tillgate.locations = '{1}'")
    reader.execute("SELECT pg_try_advisory_lock(1), pg_advisory_unlock_all()")
    reader.execute("NOTIFY somebody, 'hello'")
    reader.execute("SELECT rolname FROM pg_roles")
    reader.execute("SELECT relname FROM pg_class")
    reader.execute("SELECT * FROM access_grant('none')")


def test_a_fresh_reader_connection_is_read_only_by_default(reader_url):
    with psycopg.connect(reader_url) as connection:
        assert connection.execute("SHOW default_transaction_read_only").fetchone() == ("on",)


def test_the_meter_adds_counts_and_reads_nothing(meter_url, owner_url):
    with psycopg.connect(meter_url, autocommit=True) as meter:
        meter.execute(
            "INSERT INTO access_callcount (at, client_id, endpoint, status, calls, bytes)"
            " VALUES (now(), 'nobody', '/none', 200, 1, 1)"
        )
        tables = relations(owner_url, "rpv")
        readable = [t for t in tables if not refused(meter, "SELECT {c} FROM {t} LIMIT 1", t)]
        writable = [t for t in tables if not refused(meter, "DELETE FROM {t} WHERE false", t)]
    assert (readable, writable) == ([], [])
    with psycopg.connect(owner_url) as owner:
        owner.execute("DELETE FROM access_callcount WHERE client_id = 'nobody'")


@pytest.mark.parametrize("url", ["portal_url", "ledger_url"])
def test_no_role_changes_the_audit_trail(request, url):
    with psycopg.connect(request.getfixturevalue(url), autocommit=True) as connection:
        for statement in ("UPDATE {t} SET kind = kind", "DELETE FROM {t}"):
            assert refused(connection, statement, "foundation_event")


def test_the_portal_reads_the_books_but_writes_none(portal_url):
    with psycopg.connect(portal_url, autocommit=True) as connection:
        for table in BOOKS:
            assert refused(connection, "UPDATE {t} SET {c} = {c}", table)
            assert refused(connection, "DELETE FROM {t}", table)


def test_the_feed_sees_no_control_table(ledger_url, owner_url):
    with psycopg.connect(ledger_url, autocommit=True) as connection:
        readable = [
            table
            for table in relations(owner_url, "rpv")
            if not refused(connection, "SELECT {c} FROM {t} LIMIT 1", table)
        ]
    assert sorted(readable) == sorted([*BOOKS, PUBLIC_KEYS])
