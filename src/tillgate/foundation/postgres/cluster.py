"""The embedded PostgreSQL, shared by all processes that use one data folder.

The first to attach starts it, the last to leave stops it, and so does its death: see `locks` for
how users are counted, `keeper` for the process that keeps it running.
"""

import json
import os
import selectors
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from tillgate.foundation.postgres import locks
from tillgate.foundation.postgres.errors import CannotStart, PasswordsLost, StillBusy
from tillgate.foundation.postgres.folder import (
    SUPERUSER,
    Folder,
    new_passwords,
    read_json,
    write_private,
)
from tillgate.foundation.postgres.prepare import prepare
from tillgate.foundation.postgres.roles import DATABASE, ROLE_NAMES, Role
from tillgate.foundation.postgres.urls import embedded_url

_TIMEOUT = 90.0
_PAUSE = 0.02


class Cluster:
    """One process's use of the server below a data folder; leaving the block detaches."""

    def __init__(self, folder: Folder, users_lock: int) -> None:
        self.folder = folder
        self._users_lock: int | None = users_lock

    @property
    def data_dir(self) -> Path:
        return self.folder.data_dir

    def url(self, role: Role, database: str = DATABASE) -> str:
        """The role's conninfo. The five roles are the same in every database of the cluster."""
        return embedded_url(self.data_dir, ROLE_NAMES[role], database)

    def superuser_url(self, database: str = DATABASE) -> str:
        """The superuser's conninfo, for backups and for tests that make databases."""
        return embedded_url(self.data_dir, SUPERUSER, database)

    def create_database(self, name: str) -> None:
        """One more database, closed to everyone but the five roles like the first."""
        prepare(self.superuser_url, name)

    def ensure_running(self) -> None:
        """Start the server again if its keeper was killed; URLs given before stay good."""
        deadline = time.monotonic() + _TIMEOUT
        with locks.locked(self.folder.lock("starting"), deadline):
            _ensure_running(self.folder, deadline)

    def detach(self, *, wait: bool = True, timeout: float = 30.0) -> None:
        """Stop using the server. The last user's leaving stops it.

        With `wait` it returns when the server has stopped, or at once when others use it;
        raises `StillBusy` when it takes longer than `timeout` seconds. Twice is harmless.
        """
        if self._users_lock is None:
            return
        os.close(self._users_lock)
        self._users_lock = None
        if wait:
            _wait_until_gone(self.folder, time.monotonic() + timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.detach()


def attach(data_dir: Path, *, timeout: float = _TIMEOUT) -> Cluster:
    """Use the server below `data_dir`, starting it and making its cluster if need be.

    On return the server answers, and the five roles and the database `tillgate` exist. Raises a
    `PostgresError`: `BinariesMissing`, `WrongVersion`, `PasswordsLost`, `FolderUnreachable`,
    `CannotStart`, or `StillBusy` after `timeout` seconds.
    """
    folder, deadline = Folder(data_dir.absolute()), time.monotonic() + timeout
    folder.create()
    with locks.locked(folder.lock("starting"), deadline):
        users_lock = locks.wait_for_lock(folder.lock("users"), locks.SHARED, deadline)
        try:
            _ensure_passwords(folder)
            _ensure_running(folder, deadline)
        except BaseException:
            os.close(users_lock)
            raise
    return Cluster(folder, users_lock)


def _ensure_passwords(folder: Folder) -> None:
    names = [SUPERUSER, *ROLE_NAMES.values()]
    passwords = read_json(folder.passwords)
    if passwords is None and folder.cluster.exists():
        raise PasswordsLost(
            f"{folder.passwords} is gone, so nobody can sign in to {folder.cluster}: restore "
            "it from a backup, or remove both to begin with an empty database"
        )
    if missing := [name for name in names if name not in (passwords or {})]:
        write_private(folder.passwords, json.dumps((passwords or {}) | new_passwords(missing)))
        folder.prepared.unlink(missing_ok=True)


def _ensure_running(folder: Folder, deadline: float) -> None:
    for is_last_try in (False, False, True):
        if not _is_running(folder, deadline):
            _start_keeper(folder, deadline)
        try:
            return _ensure_prepared(folder)
        except psycopg.OperationalError as error:
            # Somebody killed it just now: begin again, unless that becomes a habit.
            if is_last_try:
                raise CannotStart(f"the server runs, but cuts us off: {error}") from error
    return None


def _ensure_prepared(folder: Folder) -> None:
    """Make the roles and the database once for each start of the server."""
    start = str((read_json(folder.connection) or {}).get("start"))
    if not folder.prepared.exists() or folder.prepared.read_text() != start:
        _prepare(folder)
        write_private(folder.prepared, start)


def _is_running(folder: Folder, deadline: float) -> bool:
    """Whether a keeper lives and its server answers; waits while that is being decided."""
    while not locks.is_free(folder.lock("keeper")):
        if folder.connection.exists() and _answers(folder):
            return True
        if time.monotonic() >= deadline:
            raise StillBusy(f"the server does not answer in time: see {folder.log}")
        time.sleep(_PAUSE)
    return False


def _answers(folder: Folder) -> bool:
    try:
        psycopg.connect(embedded_url(folder.data_dir, SUPERUSER, "postgres")).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise PasswordsLost(
                f"{folder.passwords} does not fit {folder.cluster}: restore the file that belongs "
                "to it, or remove both to begin with an empty database"
            ) from error
        return False
    return True


def _start_keeper(folder: Folder, deadline: float) -> None:
    command = [sys.executable, "-P", "-m", "tillgate.foundation.postgres.keeper"]
    log = os.open(folder.keeper_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(log, "ab") as log_file:
        starter = subprocess.Popen(
            [*command, folder.data_dir],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log_file,
            start_new_session=True,
        )
    with starter:
        line = _read_answer(starter, deadline)
    if not line:
        raise CannotStart(f"the server's keeper ended without a word: see {folder.keeper_log}")
    answer = json.loads(line)
    if "error" in answer:
        raise CannotStart(answer["error"])


def _read_answer(starter: "subprocess.Popen[bytes]", deadline: float) -> bytes:
    """The keeper's one line, or nothing when it ended without."""
    with selectors.DefaultSelector() as selector:
        if starter.stdout is None:
            return b""
        selector.register(starter.stdout, selectors.EVENT_READ)
        if not selector.select(max(deadline - time.monotonic(), 0)):
            raise StillBusy("the server's keeper is still at work; try again in a while")
        return starter.stdout.readline()


def _prepare(folder: Folder) -> None:
    passwords = read_json(folder.passwords) or {}

    def superuser_url(database: str) -> str:
        return embedded_url(folder.data_dir, SUPERUSER, database)

    prepare(superuser_url, DATABASE, {role: passwords[ROLE_NAMES[role]] for role in Role})


def _wait_until_gone(folder: Folder, deadline: float) -> None:
    while not (locks.is_free(folder.lock("keeper")) and locks.is_free(folder.lock("server"))):
        if locks.is_shared(folder.lock("users")):
            return
        if time.monotonic() >= deadline:
            raise StillBusy(f"PostgreSQL is slow to stop: see {folder.log}")
        time.sleep(_PAUSE)
