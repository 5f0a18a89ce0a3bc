"""PostgreSQL started by root and by others: whose files they are, and what is out of reach."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.foundation.postgres.servers import User, has_stopped, processes_of, wait_until

import tillgate
from tillgate.foundation.postgres import locks, runner
from tillgate.foundation.postgres.binaries import find_binaries
from tillgate.foundation.postgres.cluster import attach
from tillgate.foundation.postgres.errors import FolderUnreachable
from tillgate.foundation.postgres.folder import SUPERUSER, Folder, new_passwords, write_private
from tillgate.foundation.postgres.keeper import Keeper
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.runner import Runner, choose_runner
from tillgate.foundation.postgres.urls import embedded_url

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
UNPRIVILEGED = "nobody"
SYSTEM_PYTHON = Path("/usr/bin/python3")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may pass, unlike pytest's own; no process of it stays behind."""
    folder = Path(tempfile.mkdtemp(prefix="tillgate-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    wait_until(lambda: not processes_of(folder), "no process stays behind")
    shutil.rmtree(folder)


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(shown_as: int) -> None:
        raise PermissionError("user namespaces are forbidden")

    monkeypatch.setattr(runner, "_enter_user_namespace", refuse)


def start_in_this_process(data_dir: Path) -> Keeper:
    folder = Folder(data_dir)
    folder.create()
    names = [SUPERUSER, *(f"tillgate_{role}" for role in Role)]
    passwords = '", "'.join(f'{key}": "{word}' for key, word in new_passwords(names).items())
    write_private(folder.passwords, f'{{"{passwords}"}}')
    keeper = Keeper(folder)
    keeper.start()
    return keeper


def ask_as_superuser(data_dir: Path) -> str:
    with psycopg.connect(embedded_url(data_dir, SUPERUSER, "postgres")) as conn:
        row = conn.execute("select current_user").fetchone()
    assert row is not None
    return str(row[0])


@as_root
def test_root_keeps_its_files_in_a_user_namespace(data_dir: Path) -> None:
    with attach(data_dir) as cluster:
        chosen = choose_runner(cluster.folder, find_binaries(cluster.folder.cluster).postgres)
        if chosen.shown_as is None:
            pytest.skip("user namespaces are forbidden here")
        owners = {path.stat().st_uid for path in cluster.folder.root.rglob("*")}
        assert owners == {0}


@as_root
@pytest.mark.usefixtures("no_namespaces")
def test_without_namespaces_another_user_runs_it(open_folder: Path) -> None:
    data_dir = open_folder / "data"
    keeper = start_in_this_process(data_dir)
    folder = keeper.folder
    try:
        assert keeper.runner.user is not None
        expected = pwd.getpwnam(keeper.runner.user).pw_uid
        assert ask_as_superuser(data_dir) == SUPERUSER
        assert keeper.server is not None
        assert Path(f"/proc/{keeper.server.pid}").stat().st_uid == expected
        assert folder.cluster.stat().st_uid == expected
        assert keeper.socket_folder.stat().st_mode & 0o777 == 0o700
        assert folder.passwords.stat().st_uid == 0
        assert folder.passwords.stat().st_mode & 0o077 == 0
    finally:
        keeper.stop()
    assert locks.is_free(folder.lock("server"))
    assert not keeper.socket_folder.exists()


@as_root
def test_a_cluster_made_as_another_user_stays_with_that_user(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as forbidden:
        forbidden.setattr(runner, "_ways_for_root", lambda *_: iter([Runner(user=UNPRIVILEGED)]))
        start_in_this_process(open_folder / "data").stop()
    folder = Folder(open_folder / "data")
    chosen = choose_runner(folder, find_binaries(folder.cluster).postgres)
    assert chosen == Runner(user=UNPRIVILEGED)


@as_root
@pytest.mark.usefixtures("no_namespaces")
def test_a_closed_parent_is_named_with_the_cure_and_not_opened(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    folder = Folder(closed / "data")
    folder.create()
    with pytest.raises(FolderUnreachable, match=rf"can reach {closed}: .*TILLGATE_DATA_DIR"):
        choose_runner(folder, find_binaries(folder.cluster).postgres)
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_a_folder_of_another_persons_is_left_to_that_person(open_folder: Path) -> None:
    person = pwd.getpwnam(UNPRIVILEGED)
    data_dir = open_folder / "data"
    data_dir.mkdir(mode=0o700)
    os.chown(data_dir, person.pw_uid, person.pw_gid)
    with attach(data_dir) as cluster:
        assert cluster.folder.cluster.stat().st_uid == person.pw_uid
        assert cluster.folder.passwords.stat().st_uid == person.pw_uid
    assert data_dir.stat().st_mode & 0o777 == 0o700


@as_root
def test_root_in_a_persons_private_home_runs_it_as_that_person(open_folder: Path) -> None:
    person = pwd.getpwnam(UNPRIVILEGED)
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    os.chown(home, person.pw_uid, person.pw_gid)
    with attach(home / "checkout" / ".tillgate") as cluster:
        assert cluster.folder.cluster.stat().st_uid == person.pw_uid
        assert ask_as_superuser(cluster.data_dir) == SUPERUSER
    assert home.stat().st_mode & 0o777 == 0o700


@as_root
def test_a_normal_user_needs_no_root(open_folder: Path, new_user: Callable[..., User]) -> None:
    person = pwd.getpwnam(UNPRIVILEGED)
    data_dir = open_folder / "data"
    data_dir.mkdir(mode=0o700)
    os.chown(data_dir, person.pw_uid, person.pw_gid)
    python, environment = _python_for_others()
    options = {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    user = new_user(data_dir, python=python, env=environment, cwd="/", **options)
    assert user.says() == "attached alive"
    assert {path.stat().st_uid for path in data_dir.rglob("*")} == {person.pw_uid}
    assert user.tell("leave") == "left"
    assert has_stopped(data_dir)


def _python_for_others() -> tuple[str, dict[str, str]]:
    """A Python that an unprivileged user may run, with our packages on its path."""
    ours = str(Path(tillgate.__file__).parent.parent)
    places = [ours, *(place for place in sys.path if "site-packages" in place)]
    environment = {"PYTHONPATH": ":".join(places), "PYTHONDONTWRITEBYTECODE": "1"}
    for python in (sys.executable, str(SYSTEM_PYTHON)):
        try:
            tried = subprocess.run(
                [python, "-c", "import sys, psycopg, tillgate.foundation.config"],
                env=environment,
                cwd="/",
                capture_output=True,
                user=UNPRIVILEGED,
                check=False,
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return python, environment
    pytest.skip(f"{UNPRIVILEGED} can read neither {sys.executable} nor a system Python like it")
