"""Run the SQL of `roles` on a server where we are superuser."""

from collections.abc import Callable, Mapping

import psycopg
from psycopg import sql

from tillgate.foundation.postgres.roles import (
    DATABASE,
    ROLE_NAMES,
    Role,
    cluster_statements,
    create_database_statement,
    database_statements,
)

MAINTENANCE_DATABASE = "postgres"


def prepare(
    superuser_url: Callable[[str], str],
    database: str = DATABASE,
    passwords: Mapping[Role, str] | None = None,
    names: Mapping[Role, str] = ROLE_NAMES,
) -> None:
    """Make the roles and the database, or bring what is there up to date.

    `superuser_url` gives the superuser's conninfo for a database's name.
    """
    with psycopg.connect(superuser_url(MAINTENANCE_DATABASE), autocommit=True) as conn:
        with conn.transaction():
            _run(conn, cluster_statements(names, passwords))
        known = "SELECT 1 FROM pg_database WHERE datname = %s"
        if conn.execute(known, [database]).fetchone() is None:
            _run(conn, [create_database_statement(database, names)])
    with psycopg.connect(superuser_url(database)) as conn:
        _run(conn, database_statements(database, names))


def _run(conn: psycopg.Connection, statements: list[str]) -> None:
    for statement in statements:
        conn.execute(sql.SQL(statement))
