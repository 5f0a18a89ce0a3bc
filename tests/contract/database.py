"""A second database on the session's server, for tests that must not lose their rows to others."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tillgate.foundation.postgres.prepare import prepare
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import django_settings
from tillgate.site.migrate import migrate

# Migrating takes seconds, copying what was migrated a tenth of one.
BLANK = "blank"


def make_database(
    suffix: str, superuser_url: str, role_urls: Mapping[Role, str], role_names: Mapping[Role, str]
) -> dict[Role, str]:
    """Make the database, migrated as any other; returns the conninfo of each role on it."""
    _copy(database_name(BLANK, superuser_url), suffix, superuser_url)
    name = database_name(suffix, superuser_url)
    return _prepared(name, superuser_url, role_urls, role_names)


def keep_blank(superuser_url: str) -> None:
    """Put a copy of the session's database aside while it is migrated and has no row yet."""
    _copy(database_of(superuser_url), BLANK, superuser_url)


def _copy(of: str, suffix: str, superuser_url: str) -> None:
    """Copy a database that nobody is connected to."""
    drop_database(suffix, superuser_url)
    names = map(sql.Identifier, (database_name(suffix, superuser_url), of))
    with psycopg.connect(make_conninfo(superuser_url, dbname="postgres"), autocommit=True) as made:
        made.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))


def make_empty_database(
    suffix: str, superuser_url: str, role_urls: Mapping[Role, str], role_names: Mapping[Role, str]
) -> dict[Role, str]:
    """As the SQL of `tillgate db roles` leaves it."""
    drop_database(suffix, superuser_url)
    return _prepared(database_name(suffix, superuser_url), superuser_url, role_urls, role_names)


def _prepared(
    name: str,
    superuser_url: str,
    role_urls: Mapping[Role, str],
    role_names: Mapping[Role, str],
) -> dict[Role, str]:
    passwords = {role: _password(url) for role, url in role_urls.items()}
    prepare(lambda other: make_conninfo(superuser_url, dbname=other), name, passwords, role_names)
    return {role: make_conninfo(url, dbname=name) for role, url in role_urls.items()}


def drop_database(suffix: str, superuser_url: str) -> None:
    """Drop it with whoever is still connected."""
    maintenance = make_conninfo(superuser_url, dbname="postgres")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        name = sql.Identifier(database_name(suffix, superuser_url))
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def database_name(suffix: str, superuser_url: str) -> str:
    return f"{database_of(superuser_url)}_{suffix}"


def database_of(url: str) -> str:
    return str(conninfo_to_dict(url)["dbname"])


def _password(url: str) -> str:
    return str(conninfo_to_dict(url)["password"])


def migrate_database(owner_url: str, role_names: Mapping[Role, str]) -> None:
    """What `tillgate migrate` does, on this database."""
    with owner_of(owner_url):
        migrate(role_names)


@contextmanager
def owner_of(owner_url: str) -> Iterator[None]:
    """Django's connection of the owner leads to this database meanwhile."""
    usual = dict(connections.settings["owner"])
    _point_owner_at(django_settings(owner_url))
    try:
        yield
    finally:
        _point_owner_at(usual)


def _point_owner_at(settings: Mapping[str, Any]) -> None:
    connections["owner"].close()
    del connections["owner"]
    connections.settings["owner"].update(settings)
