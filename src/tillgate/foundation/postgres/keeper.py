"""The process that keeps the embedded PostgreSQL running while anyone uses it.

    python -m tillgate.foundation.postgres.keeper DATA_DIR

It writes one line of JSON to its output, {"ready": true} or {"error": "…"}, and serves until nobody
holds the `users` lock. PostgreSQL is its child and is told to stop when it dies. It imports the
standard library only, to stay small, and ignores SIGTERM: who stops it is its users' leaving.
"""

import contextlib
import json
import locale
import math
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tillgate.foundation.postgres import locks
from tillgate.foundation.postgres.binaries import Binaries, find_binaries
from tillgate.foundation.postgres.errors import CannotStart, PostgresError
from tillgate.foundation.postgres.folder import (
    PORT,
    SUPERUSER,
    Folder,
    make_socket_folder,
    read_json,
    sync_folder,
    write_private,
)
from tillgate.foundation.postgres.runner import Runner, choose_runner

_READY_WITHIN = 60.0
_STOPS_WITHIN = 30.0
_FELL_AT_ONCE = 5.0
_LOG_LIMIT = 4_000_000

_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    # The end of the log is what people get to read when something is wrong.
    "log_checkpoints": "off",
}


class Keeper:
    """One server on one folder, from start to stop."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.nobody_left = threading.Event()
        self.binaries: Binaries = find_binaries(folder.cluster)
        self.runner: Runner = choose_runner(folder, self.binaries.postgres)
        self.socket_folder = self._take_socket_folder()
        self.server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster if there is none, start the server, say where it listens."""
        # Every process of an earlier server has gone once this lock is ours, so its files
        # can be removed without asking whom the pids in them belong to by now.
        lock = locks.wait_for_lock(
            self.folder.lock("server"), locks.EXCLUSIVE, time.monotonic() + _READY_WITHIN
        )
        try:
            if not (self.folder.cluster / "PG_VERSION").exists():
                self._make_cluster(lock)
            self._remove_stale_files()
            self.server = self._start_server(lock)
        finally:
            os.close(lock)
        self._wait_until_ready(self.server)
        where = {"host": str(self.socket_folder), "port": PORT}
        pids = {"keeper": os.getpid(), "server": self.server.pid}
        write_private(self.folder.connection, json.dumps(where | pids | {"start": time.time_ns()}))

    def serve(self) -> None:
        """Stay until nobody uses the server; start it again if it is killed meanwhile.

        It is left alone when somebody stopped it in order, or when it falls over at once.
        """
        threading.Thread(target=self._await_last_user, daemon=True).start()
        started = -math.inf
        while self.server is not None and not self.nobody_left.wait(0.1):
            if self.server.poll() is None:
                continue
            if self.server.returncode == 0 or time.monotonic() - started < _FELL_AT_ONCE:
                return
            started = time.monotonic()
            self.start()

    def stop(self) -> None:
        """Stop the server, cleanly if it can, and take away what says where it listens."""
        if (read_json(self.folder.connection) or {}).get("keeper") == os.getpid():
            self.folder.connection.unlink()
        if self.server is not None:
            _stop(self.server)
        shutil.rmtree(self.socket_folder, ignore_errors=True)
        self.folder.socket_folder.unlink(missing_ok=True)

    def _await_last_user(self) -> None:
        locks.block_on_lock(self.folder.lock("users"), locks.EXCLUSIVE)
        self.nobody_left.set()

    def _take_socket_folder(self) -> Path:
        """The folder of a server that was killed, if there is one: its users know that one."""
        name = self.folder.socket_folder
        if name.exists() and self._is_ours(Path(name.read_text())):
            return Path(name.read_text())
        folder = make_socket_folder()
        self.runner.own(folder)
        write_private(name, str(folder))
        return folder

    def _is_ours(self, folder: Path) -> bool:
        """In the temporary folder anybody may have put something of that name since."""
        try:
            mode = folder.lstat().st_mode
            return stat.S_ISDIR(mode) and mode & 0o777 == 0o700 and self.runner.owns(folder)
        except OSError:
            return False

    def _remove_stale_files(self) -> None:
        (self.folder.cluster / "postmaster.pid").unlink(missing_ok=True)
        for left in self.socket_folder.iterdir():
            left.unlink()

    def _make_cluster(self, lock: int) -> None:
        for left in self.folder.root.glob("cluster.new-*"):
            shutil.rmtree(left)
        unfinished = Path(tempfile.mkdtemp(prefix="cluster.new-", dir=self.folder.root))
        self.runner.own(unfinished)
        with self._password_file() as password_file:
            arguments: list[str | Path] = [
                *(self.binaries.initdb, "-D", unfinished, "--username", SUPERUSER),
                "--data-checksums",
                *("--auth-local=scram-sha-256", "--auth-host=scram-sha-256"),
                *("--encoding=UTF8", *_locale_arguments(self.binaries.major)),
                f"--pwfile={password_file}",
            ]
            self._run(arguments, lock)
        unfinished.rename(self.folder.cluster)
        sync_folder(self.folder.root)

    @contextlib.contextmanager
    def _password_file(self) -> Any:
        passwords = read_json(self.folder.passwords)
        if passwords is None:
            raise CannotStart(f"{self.folder.passwords} is missing")
        descriptor, name = tempfile.mkstemp(dir=self.socket_folder)
        with os.fdopen(descriptor, "w") as file:
            file.write(passwords[SUPERUSER])
        self.runner.own(Path(name))
        try:
            yield name
        finally:
            Path(name).unlink()

    def _run(self, arguments: list[str | Path], lock: int) -> None:
        with self.folder.log.open("ab") as log:
            done = self.runner.start(arguments, stdout=log, stderr=log, pass_fds=[lock]).wait()
        if done != 0:
            raise CannotStart(_explain(self.folder, "initdb failed"))

    def _start_server(self, lock: int) -> "subprocess.Popen[bytes]":
        settings = _SETTINGS | {"unix_socket_directories": str(self.socket_folder)}
        arguments: list[str | Path] = [self.binaries.postgres, "-D", self.folder.cluster]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        with self.folder.log.open("ab") as log:
            return self.runner.start(arguments, stdout=log, stderr=log, pass_fds=[lock])

    def _wait_until_ready(self, server: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + _READY_WITHIN
        while not self._is_ready(server.pid):
            if server.poll() is not None:
                raise CannotStart(_explain(self.folder, "PostgreSQL did not start"))
            if time.monotonic() >= deadline:
                raise CannotStart(_explain(self.folder, "PostgreSQL was not ready in time"))
            time.sleep(0.01)

    def _is_ready(self, pid: int) -> bool:
        """Line 1 of the pid file is our own child's pid, line 8 the state of the server."""
        try:
            text = (self.folder.cluster / "postmaster.pid").read_text(errors="replace")
            lines = text.splitlines()
        except FileNotFoundError:
            return False
        return lines[:1] == [str(pid)] and len(lines) >= 8 and lines[7].strip() == "ready"


def _locale_arguments(major: int) -> list[str]:
    """Sorted by code point and in UTF-8 whatever the machine's language is."""
    if major >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return ["--locale=C"]
    return ["--locale=C", "--lc-ctype=C.UTF-8"]


def _stop(server: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        server.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(_STOPS_WITHIN)
            return


def _explain(folder: Folder, what: str) -> str:
    lines = folder.log.read_text(errors="replace").splitlines()[-12:]
    said = "\n".join(f"    {line}" for line in lines)
    return f"{what}. The end of {folder.log}:\n{said}"


def _tell(message: dict[str, Any]) -> None:
    """Answer the process that started us, which may be gone, and let go of its pipe."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, json.dumps(message).encode() + b"\n")
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 1)


def _detach_from_starter() -> None:
    """Become a child of init, so that no zombie is left with whoever started us first."""
    if os.fork():
        os._exit(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A handler, not SIG_IGN: PostgreSQL would inherit that.
        signal.signal(number, lambda _number, _frame: None)


def _shorten(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


def main(data_dir: Path) -> int:
    """Keep the server of one data folder; 1 when it could not be started."""
    _detach_from_starter()
    os.umask(0o077)
    folder = Folder(data_dir)
    os.chdir("/")
    _shorten(folder.log)
    try:
        soon = time.monotonic() + _READY_WITHIN
        locks.wait_for_lock(folder.lock("keeper"), locks.EXCLUSIVE, soon)
        keeper = Keeper(folder)
        try:
            keeper.start()
            _tell({"ready": True})
            keeper.serve()
        finally:
            keeper.stop()
    except (PostgresError, OSError, subprocess.SubprocessError) as error:
        print(f"{time.strftime('%F %T')} {error}", file=sys.stderr)
        _tell({"error": str(error)})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
