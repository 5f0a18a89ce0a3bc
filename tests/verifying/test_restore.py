"""A closed day is the same after a dump and a restore, and after PostgreSQL was killed."""

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo
from tests.api.conftest import Gate
from tests.api.rows import DAY, LOCATION
from tests.contract.database import (
    database_name,
    drop_database,
    make_empty_database,
    migrate_database,
)
from tests.foundation.postgres.servers import has_stopped, kill, pid_of, wait_until
from tests.verifying.conftest import NEXT, Copy

from tillgate.api.app import ApiPlane
from tillgate.api.plane import Lifetimes
from tillgate.foundation.config import Config
from tillgate.foundation.postgres.binaries import find_binaries
from tillgate.foundation.postgres.cluster import attach
from tillgate.foundation.postgres.roles import DATABASE, ROLE_NAMES, Role
from tillgate.ledger.export.files import File

SUFFIX = "restored"
BASE = f"/accounting/v1/business-locations/{LOCATION}/export/v1"
PATHS = [
    *(f"{BASE}/{day}/{revision}/{file}" for day, revision in ((DAY, 1), (DAY, 2), (NEXT, 1))
      for file in File),
    f"/f/finance/{LOCATION}/dailyFinancials?date={DAY}&include=staff,payments,consumer",
]  # fmt: skip


@contextmanager
def _gate(urls: dict[Role, str]) -> Iterator[Copy]:
    lifetimes = Lifetimes(grants=0, lookups=0)
    plane = ApiPlane(
        Config(data_dir=Path()), urls[Role.READER], urls[Role.METER], lifetimes=lifetimes
    )
    with asyncio.Runner() as runner:
        runner.run(plane.__aenter__())
        try:
            yield Copy(Gate(plane, runner))
        finally:
            runner.run(plane.__aexit__(None, None, None))


def _run(*command: str) -> None:
    programs = find_binaries(Path("no cluster yet"), {}).folder
    done = subprocess.run(
        [str(programs / command[0]), *command[1:]], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.fixture
def restored(
    superuser_url: str,
    role_urls: dict[Role, str],
    role_names: dict[Role, str],
    django_db_blocker: Any,
    tmp_path: Path,
) -> Iterator[Callable[[], dict[Role, str]]]:
    """By the words of the operator's page: dumps the database, and gives one made of the dump."""

    def restore() -> dict[Role, str]:
        dump = _dumped(role_urls, tmp_path)
        urls = make_empty_database(SUFFIX, superuser_url, role_urls, role_names)
        name = database_name(SUFFIX, superuser_url)
        _restore(dump, make_conninfo(superuser_url, dbname=name), role_names)
        with django_db_blocker.unblock():
            migrate_database(urls[Role.OWNER], role_names)
        return urls

    yield restore
    drop_database(SUFFIX, superuser_url)


def _dumped(role_urls: dict[Role, str], folder: Path) -> str:
    dump = str(folder / "tillgate.dump")
    _run("pg_dump", "--format=custom", f"--file={dump}", role_urls[Role.OWNER])
    return dump


def _restore(dump: str, target: str, role_names: dict[Role, str]) -> None:
    role = f"--role={role_names[Role.OWNER]}"
    _run("pg_restore", "--no-owner", "--no-privileges", role, f"--dbname={target}", dump)


@pytest.mark.usefixtures("closed")
def test_a_closed_day_is_the_same_after_a_dump_and_a_restore(
    copy: Copy, restored: Callable[[], dict[Role, str]], tmp_path: Path
) -> None:
    """And what was saved from the one database goes on against the other."""
    place = tmp_path / "books"
    chain = copy.verify(place)
    before = [copy.get(path) for path in PATHS]
    with _gate(restored()) as other:
        other.gate.token = copy.gate.token
        assert [other.get(path) for path in PATHS] == before
        assert other.verify(place).digests == chain.digests


@pytest.fixture
def own_server(
    role_urls: dict[Role, str], role_names: dict[Role, str], django_db_blocker: Any, tmp_path: Path
) -> Path:
    """The data folder of a server of its own, that holds what the session's does."""
    if role_names != ROLE_NAMES:
        pytest.skip("the session's server is not an embedded one")
    folder = tmp_path / "own server"
    with attach(folder) as cluster:
        _restore(_dumped(role_urls, tmp_path), cluster.superuser_url(DATABASE), role_names)
        with django_db_blocker.unblock():
            migrate_database(cluster.url(Role.OWNER), role_names)
        # Before it has written its tables: they have to come from its log.
        kill(pid_of(folder, "server"))
    return folder


@pytest.mark.usefixtures("closed")
def test_a_closed_day_is_the_same_after_the_server_was_killed_and_after_it_was_stopped(
    copy: Copy, own_server: Path
) -> None:
    """Killed with what was written still in its log only, and found again by the same plane."""
    before = [copy.get(path) for path in PATHS]
    for killed in (True, False):
        with _running(own_server) as other:
            other.gate.token = copy.gate.token
            assert [other.get(path) for path in PATHS] == before
            if killed:
                kill(pid_of(own_server, "server"))
                wait_until(lambda: other.gate.get(PATHS[0]).status_code == 200, "it is back")
                assert [other.get(path) for path in PATHS] == before
                assert other.verify().digests == copy.verify().digests
        assert has_stopped(own_server)


@contextmanager
def _running(folder: Path) -> Iterator[Copy]:
    with attach(folder) as cluster, _gate({role: cluster.url(role) for role in Role}) as other:
        yield other
