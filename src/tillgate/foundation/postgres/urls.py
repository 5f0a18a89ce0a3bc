"""Where the database is, for each role: from the environment, else from the embedded server.

Nothing here starts anything. A URL is whatever libpq takes: `postgresql://…` or `host=… user=…`.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tillgate.foundation.config import config
from tillgate.foundation.environment import env_secret
from tillgate.foundation.postgres.errors import BadDatabaseUrl, DatabaseUnknown
from tillgate.foundation.postgres.folder import Folder, read_json
from tillgate.foundation.postgres.roles import DATABASE, ROLE_NAMES, Role

_DJANGO_KEYS = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER"} | {
    "password": "PASSWORD"
}


def setting_name(role: Role) -> str:
    """The environment's name for the role's URL, such as TILLGATE_READER_DATABASE_URL."""
    return f"TILLGATE_{role.upper()}_DATABASE_URL"


def database_url(role: Role) -> str:
    """The role's URL for this process: its environment, its data folder."""
    return resolve_url(role, os.environ, config().data_dir)


def resolve_url(role: Role, environ: Mapping[str, str], data_dir: Path) -> str:
    """The role's URL, or `DatabaseUnknown` when neither source has it.

    Raises `BadDatabaseUrl` for one that libpq cannot parse, without repeating its password.
    """
    given = env_secret(environ, setting_name(role))
    if not given and not Folder(data_dir).connection.exists():
        raise DatabaseUnknown(
            f"no PostgreSQL runs below {data_dir}: start one with `tillgate serve` or "
            f"`tillgate demo`, or set {setting_name(role)}"
        )
    if not given:
        return embedded_url(data_dir, ROLE_NAMES[role])
    try:
        conninfo_to_dict(given)
    except psycopg.ProgrammingError as error:
        cure = "write it like postgresql://user:password@host:5432/tillgate"
        raise BadDatabaseUrl(f"{setting_name(role)} cannot be understood: {cure}") from error
    return given


def is_given(role: Role, environ: Mapping[str, str]) -> bool:
    """Whether the role's URL is given, by itself or by a file."""
    name = setting_name(role)
    return bool(environ.get(name) or environ.get(f"{name}_FILE"))


def is_external(environ: Mapping[str, str]) -> bool:
    """Whether any role's URL is given, so that no embedded server is wanted."""
    return any(is_given(role, environ) for role in Role)


def embedded_url(data_dir: Path, user: str, database: str = DATABASE) -> str:
    """Where the embedded server listened when it last started; it may have stopped since."""
    folder = Folder(data_dir)
    connection, passwords = read_json(folder.connection), read_json(folder.passwords)
    if connection is None or passwords is None:
        raise DatabaseUnknown(f"no PostgreSQL runs below {data_dir}")
    return make_conninfo(
        host=connection["host"],
        port=connection["port"],
        dbname=database,
        user=user,
        password=passwords[user],
    )


def django_settings(url: str) -> dict[str, Any]:
    """The URL as an entry of Django's DATABASES; what Django has no key for goes to OPTIONS."""
    parts = {key: value for key, value in conninfo_to_dict(url).items() if value is not None}
    known = {_DJANGO_KEYS[key]: str(parts.pop(key)) for key in _DJANGO_KEYS if key in parts}
    return {"ENGINE": "django.db.backends.postgresql", **known, "OPTIONS": dict(parts)}
