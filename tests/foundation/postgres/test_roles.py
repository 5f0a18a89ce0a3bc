"""The five roles: what they are, and what is closed to them on every supported version."""

import os
import subprocess
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.foundation.postgres.servers import VERSIONS, use_binaries, wheel_binaries

from tillgate.foundation.postgres.cluster import Cluster, attach
from tillgate.foundation.postgres.roles import ROLE_NAMES, Role, cluster_statements, roles_sql

STRANGE_DATABASE = 'till\'s "gate"'
STRANGE_NAMES = {role: f"some.{role} 'x\"" for role in Role}
PASSWORDS = {role: f"pass'word\\ {role}" for role in Role}


@pytest.fixture(scope="module", params=VERSIONS)
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """A server of each version at hand, made and prepared by our own code."""
    with pytest.MonkeyPatch.context() as patch:
        use_binaries(request.param, patch)
        with attach(tmp_path_factory.mktemp("roles")) as running:
            yield running


def run_script(cluster: Cluster, script: str) -> str:
    """What psql says, as whoever `tillgate db roles` prints for would run it."""
    done = subprocess.run(
        [wheel_binaries("pginstall18") / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
        env={f"PG{key.upper()}": str(value) for key, value in _parts(cluster).items()},
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def _parts(cluster: Cluster) -> dict[str, object]:
    parts = conninfo_to_dict(cluster.superuser_url("postgres"))
    return {"database" if key == "dbname" else key: value for key, value in parts.items()}


def attributes(cluster: Cluster, names: list[str]) -> list[tuple[object, ...]]:
    with psycopg.connect(cluster.superuser_url()) as conn:
        return conn.execute(
            "select rolcanlogin, rolinherit, rolsuper, rolcreatedb, rolcreaterole, "
            "rolreplication, rolbypassrls from pg_roles where rolname = any(%s)",
            [names],
        ).fetchall()


def test_no_role_may_more_than_sign_in(cluster: Cluster) -> None:
    found = attributes(cluster, list(ROLE_NAMES.values()))
    assert found == [(True, False, False, False, False, False, False)] * 5


def test_the_reader_makes_neither_temporary_tables_nor_large_objects(cluster: Cluster) -> None:
    attempts = [
        "create temporary table note (text text)",
        "create table note (text text)",
        "create schema notes",
        "select lo_create(0)",
        "select lo_creat(-1)",
        "select lo_from_bytea(0, 'x')",
        "select lo_put(1, 0, 'x')",
        "select lo_open(1, 131072)",
        "select lowrite(0, 'x')",
        "select lo_import('/etc/passwd')",
        "create database other",
        "create role other",
        "alter role tillgate_reader superuser",
        "set role tillgate_owner",
        "copy (select 1) to program 'true'",
        "select pg_read_file('/etc/passwd')",
    ]
    for role in (Role.READER, Role.METER, Role.PORTAL):
        with psycopg.connect(cluster.url(role), autocommit=True) as conn:
            conn.execute("set default_transaction_read_only = off")
            for attempt in attempts:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    conn.execute(attempt.encode())


def test_the_ledger_stages_in_temporary_tables_and_nowhere_else(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(Role.LEDGER), autocommit=True) as conn:
        conn.execute("create temporary table stage (text text)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("create table note (text text)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("select lo_create(0)")


def test_the_owner_makes_tables(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(Role.OWNER), autocommit=True) as conn:
        conn.execute("create table note (text text)")
        conn.execute("create schema notes")


def test_only_the_five_may_connect(cluster: Cluster) -> None:
    with psycopg.connect(cluster.superuser_url(), autocommit=True) as conn:
        conn.execute("create role stranger login password 'known'")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(cluster.url(Role.READER), user="stranger", password="known")


def test_reading_sessions_begin_read_only_and_end_in_time(shared: Cluster) -> None:
    def settings(role: Role) -> tuple[str, ...]:
        names = ("default_transaction_read_only", "statement_timeout", "lock_timeout", "timezone")
        with psycopg.connect(shared.url(role)) as conn:
            return tuple(str(conn.execute(f"show {n}".encode()).fetchone()[0]) for n in names)

    assert settings(Role.READER) == ("on", "30s", "0", "UTC")
    assert settings(Role.METER) == ("off", "5s", "0", "UTC")
    assert settings(Role.OWNER) == ("off", "0", "10s", "UTC")


def test_the_script_runs_twice_under_strange_names(cluster: Cluster) -> None:
    script = roles_sql(STRANGE_DATABASE, STRANGE_NAMES, PASSWORDS)
    assert run_script(cluster, script) == ""
    assert run_script(cluster, script) == ""
    found = attributes(cluster, list(STRANGE_NAMES.values()))
    assert found == [(True, False, False, False, False, False, False)] * 5
    for role in Role:
        with psycopg.connect(
            cluster.superuser_url(),
            dbname=STRANGE_DATABASE,
            user=STRANGE_NAMES[role],
            password=PASSWORDS[role],
            autocommit=True,
        ) as conn:
            conn.execute("set default_transaction_read_only = off")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute("select lo_create(0)")


def test_the_script_takes_back_what_a_role_should_not_have(cluster: Cluster) -> None:
    with psycopg.connect(cluster.superuser_url(), autocommit=True) as conn:
        conn.execute("alter role tillgate_reader superuser bypassrls createrole inherit")
        conn.execute("grant temporary on database tillgate to public")
    assert run_script(cluster, roles_sql()) == ""
    found = attributes(cluster, ["tillgate_reader"])
    assert found == [(True, False, False, False, False, False, False)]
    with psycopg.connect(cluster.url(Role.READER), autocommit=True) as conn:
        conn.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("create temporary table note (text text)")


def test_without_passwords_the_script_sets_none_and_says_how() -> None:
    script = roles_sql()
    assert "PASSWORD" not in script
    assert '--   \\password "tillgate_reader"' in script
    assert all("PASSWORD" not in statement for statement in cluster_statements())
    assert os.linesep.join(["", '\\connect "tillgate"', ""]) in script
