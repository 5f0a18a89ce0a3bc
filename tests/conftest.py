"""One real PostgreSQL a test process, migrated once; fixtures give its five roles.

TILLGATE_TEST_DATABASE_URL points the suite at an outside server instead: a superuser's URL, used
to make five roles and a database of our own there, which are dropped at the end.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from hypothesis import HealthCheck, settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.books import empty_books
from tests.chromium import chromium, lent_chromium  # noqa: F401
from tests.contract.database import BLANK, drop_database, keep_blank
from tillgate.foundation.postgres import cluster
from tillgate.foundation.postgres.prepare import prepare
from tillgate.foundation.postgres.roles import DATABASE, ROLE_NAMES, Role
from tillgate.foundation.postgres.urls import django_settings
from tillgate.site.migrate import migrate

# Closed days are signed in every test; a made key would be left in the working folder.
os.environ.setdefault("TILLGATE_BOOKS_KEY", secrets.token_urlsafe(32))

# How long drawing takes says how busy the machine is, and nothing of the code.
settings.register_profile(
    "busy", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy")

REPOSITORY = Path(__file__).parent.parent
CONTRACT = REPOSITORY.parent / "shared" / "contract"


@pytest.fixture(scope="session")
def role_names() -> dict[Role, str]:
    """What the roles are called: names of our own on a server that is not ours."""
    if not os.environ.get("TILLGATE_TEST_DATABASE_URL"):
        return dict(ROLE_NAMES)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return {role: f"tillgate_test_{worker}_{role}" for role in Role}


@pytest.fixture(scope="session")
def superuser_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A superuser's conninfo for the session's database; the server is stopped at the end."""
    outside = os.environ.get("TILLGATE_TEST_DATABASE_URL", "")
    if outside:
        name = f"tillgate_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        yield make_conninfo(outside, dbname=name)
        return
    with cluster.attach(tmp_path_factory.mktemp("data dir")) as running:
        _forgo_power_cuts(running.superuser_url("postgres"))
        yield running.superuser_url(DATABASE)


def _forgo_power_cuts(url: str) -> None:
    """Its data needs to outlive no machine: what was committed still outlives the server."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def role_urls(superuser_url: str, role_names: dict[Role, str]) -> Iterator[dict[Role, str]]:
    """The conninfo of each role on the session's database, before any migration."""
    name = conninfo_to_dict(superuser_url)["dbname"]
    passwords = {role: secrets.token_hex(16) for role in Role}

    def url(database: str) -> str:
        return make_conninfo(superuser_url, dbname=database)

    if name != DATABASE:
        _drop(url("postgres"), str(name), role_names)
    prepare(url, str(name), passwords, role_names)
    yield {
        role: make_conninfo(superuser_url, user=role_names[role], password=passwords[role])
        for role in Role
    }
    if name != DATABASE:
        _drop(url("postgres"), str(name), role_names)


def _drop(url: str, database: str, names: dict[Role, str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        gone = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(gone.format(sql.Identifier(database)))
        for name in names.values():
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def migrated(  # type: ignore[no-untyped-def]
    superuser_url: str, role_urls: dict[Role, str], role_names: dict[Role, str], django_db_blocker
) -> Iterator[None]:
    """The database at this version; Django works in it as the portal role from here on."""
    for alias, role in (("default", Role.PORTAL), ("owner", Role.OWNER)):
        connections.settings[alias].update(django_settings(role_urls[role]))
    with django_db_blocker.unblock():
        migrate(role_names)
        connections["owner"].close()
    keep_blank(superuser_url)
    with psycopg.connect(role_urls[Role.OWNER], autocommit=True) as connection:
        # Django's transactional tests end with a TRUNCATE by the role they ran as.
        portal = sql.Identifier(role_names[Role.PORTAL])
        connection.execute(
            sql.SQL("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {}").format(portal)
        )
    yield
    drop_database(BLANK, superuser_url)


@pytest.fixture(scope="session")
def django_db_setup(migrated: None) -> None:
    """pytest-django's own set-up would make a database as the portal, which may not."""


@pytest.fixture
def owner_url(role_urls: dict[Role, str], migrated: None) -> str:
    return role_urls[Role.OWNER]


@pytest.fixture
def portal_url(role_urls: dict[Role, str], migrated: None) -> str:
    return role_urls[Role.PORTAL]


@pytest.fixture
def ledger_url(role_urls: dict[Role, str], migrated: None) -> str:
    return role_urls[Role.LEDGER]


@pytest.fixture
def reader_url(role_urls: dict[Role, str], migrated: None) -> str:
    return role_urls[Role.READER]


@pytest.fixture
def meter_url(role_urls: dict[Role, str], migrated: None) -> str:
    return role_urls[Role.METER]


@pytest.fixture
def clean_books(owner_url: str) -> None:
    """No business, no location, no sale; what stands on them goes too."""
    empty_books(owner_url)
