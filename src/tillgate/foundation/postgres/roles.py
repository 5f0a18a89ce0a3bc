"""The five roles that reach the database, and the SQL which makes them.

Rights on single tables are not given here: they come with the tables, after each migration. This is
what must stand before the first one, and what only a superuser may do. Everything is idempotent
and holds on PostgreSQL 15 to 18.
"""

from collections.abc import Mapping
from enum import StrEnum

from psycopg import sql


class Role(StrEnum):
    """Who connects: each process holds only the roles it needs."""

    OWNER = "owner"
    """Makes and changes tables; nothing at run time."""
    PORTAL = "portal"
    """Reads and writes the control tables, reads the books."""
    LEDGER = "ledger"
    """Takes the feed in and closes days."""
    READER = "reader"
    """Serves the API: reads, and nothing else."""
    METER = "meter"
    """Adds usage counts, and nothing else."""


DATABASE = "tillgate"
ROLE_NAMES: Mapping[Role, str] = {role: f"tillgate_{role}" for role in Role}

_ATTRIBUTES = "LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"

# A reader's query that runs longer than this has no caller left; the meter only inserts.
_SETTINGS: Mapping[Role, Mapping[str, str]] = {
    Role.OWNER: {"lock_timeout": "10s"},
    Role.PORTAL: {"idle_in_transaction_session_timeout": "60s"},
    Role.LEDGER: {},
    Role.READER: {
        "default_transaction_read_only": "on",
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "30s",
    },
    Role.METER: {
        "statement_timeout": "5s",
        "idle_in_transaction_session_timeout": "30s",
    },
}


def roles_sql(
    database: str = DATABASE,
    names: Mapping[Role, str] = ROLE_NAMES,
    passwords: Mapping[Role, str] | None = None,
) -> str:
    """The whole script for `psql -f`, to be run by a superuser connected to any database.

    Without passwords it tells where to set each by hand.
    """
    parts = [
        "-- Tillgate's roles and database. Run as a superuser: psql -v ON_ERROR_STOP=1 -f FILE",
        *(f"{statement};" for statement in cluster_statements(names, passwords)),
        *(_password_hints(names) if passwords is None else ()),
        f"{_create_unless_there(database, names)} \\gexec",
        _connect_to(database),
        *(f"{statement};" for statement in database_statements(database, names)),
    ]
    return "\n\n".join(parts) + "\n"


def cluster_statements(
    names: Mapping[Role, str] = ROLE_NAMES, passwords: Mapping[Role, str] | None = None
) -> list[str]:
    """Make the five roles; the same whichever database one is connected to."""
    statements = [_make_role(name) for name in names.values()]
    for role, settings in _SETTINGS.items():
        statements += [_set_default(names[role], key, value) for key, value in settings.items()]
    if passwords is not None:
        statements += [_set_password(names[role], passwords[role]) for role in Role]
    return statements


def create_database_statement(
    database: str = DATABASE, names: Mapping[Role, str] = ROLE_NAMES
) -> str:
    """CREATE DATABASE, which PostgreSQL refuses inside a transaction and when it is there."""
    template = "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0"
    return _text(template, sql.Identifier(database), sql.Identifier(names[Role.OWNER]))


def database_statements(
    database: str = DATABASE, names: Mapping[Role, str] = ROLE_NAMES
) -> list[str]:
    """Close the database to everyone but the five; to be run while connected to it."""
    here, owner = sql.Identifier(database), sql.Identifier(names[Role.OWNER])
    five = sql.SQL(", ").join(sql.Identifier(names[role]) for role in Role)
    return [
        _text("ALTER DATABASE {} OWNER TO {}", here, owner),
        _text("ALTER DATABASE {} SET timezone TO 'UTC'", here),
        _text("REVOKE ALL ON DATABASE {} FROM PUBLIC", here),
        _text("GRANT CONNECT ON DATABASE {} TO {}", here, five),
        # COPY cannot write into a table with row-level security: the feed stages its rows.
        _text("GRANT TEMPORARY ON DATABASE {} TO {}", here, sql.Identifier(names[Role.LEDGER])),
        _text("ALTER SCHEMA public OWNER TO {}", owner),
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        _text("GRANT USAGE ON SCHEMA public TO {}", five),
        _REVOKE_LARGE_OBJECTS,
    ]


# Whoever may run lo_create or lo_from_bytea writes to disk without a right on any table.
_REVOKE_LARGE_OBJECTS = r"""DO $$
DECLARE
    large_object_function regprocedure;
BEGIN
    FOR large_object_function IN
        SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace
          AND (proname LIKE 'lo\_%' OR proname IN ('loread', 'lowrite'))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', large_object_function);
    END LOOP;
END
$$"""

# The attributes are only changed when they differ: on a managed server, where nobody is
# superuser, even "NOSUPERUSER" in an ALTER ROLE is refused.
_MAKE_ROLE = """DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {name}) THEN
        CREATE ROLE {role} {attributes};
    ELSIF EXISTS (
        SELECT FROM pg_roles WHERE rolname = {name}
        AND (NOT rolcanlogin OR rolinherit OR rolsuper OR rolcreatedb OR rolcreaterole
             OR rolreplication OR rolbypassrls)
    ) THEN
        ALTER ROLE {role} {attributes};
    END IF;
END
$$"""


def _make_role(name: str) -> str:
    return (
        sql.SQL(_MAKE_ROLE)
        .format(name=sql.Literal(name), role=sql.Identifier(name), attributes=sql.SQL(_ATTRIBUTES))
        .as_string(None)
    )


def _set_default(name: str, setting: str, value: str) -> str:
    role, key = sql.Identifier(name), sql.Identifier(setting)
    return _text("ALTER ROLE {} SET {} TO {}", role, key, sql.Literal(value))


def _set_password(name: str, password: str) -> str:
    return _text("ALTER ROLE {} PASSWORD {}", sql.Identifier(name), sql.Literal(password))


def _password_hints(names: Mapping[Role, str]) -> list[str]:
    lines = [f"--   \\password {_text('{}', sql.Identifier(name))}" for name in names.values()]
    return ["-- Set each password afterwards, in psql:\n" + "\n".join(lines)]


def _create_unless_there(database: str, names: Mapping[Role, str]) -> str:
    create = sql.Literal(create_database_statement(database, names))
    there = "SELECT {} WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {})"
    return _text(there, create, sql.Literal(database))


def _connect_to(database: str) -> str:
    return f"\\connect {_text('{}', sql.Identifier(database))}"


def _text(template: str, *values: sql.Composable) -> str:
    return sql.SQL(template).format(*values).as_string(None)
