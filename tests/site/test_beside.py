"""The worker beside a server, with real processes that do nothing but write down who they are."""

import os
import signal
import sys
from pathlib import Path

import pytest
from tests.post_office import wait_until

from tillgate.site import beside
from tillgate.site.beside import LONGEST_PAUSE, pause_after, worker_beside

_IDLE = "import os, sys; print(os.getpid(), file=open({log!r}, 'a'), flush=True); sys.stdin.read()"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(beside, "FIRST_PAUSE", 0.02)
    return tmp_path / "pids"


def idle(log: Path, then: str = "") -> list[str]:
    return [sys.executable, "-S", "-c", f"{_IDLE.format(log=str(log))}; {then}"]


def workers(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_worker_that_was_killed_is_started_again(log: Path) -> None:
    with worker_beside(idle(log)):
        for so_many in (1, 2, 3):
            wait_until(lambda wanted=so_many: len(workers(log)) == wanted)
            if so_many < 3:
                os.kill(workers(log)[-1], signal.SIGKILL)
        assert is_alive(workers(log)[-1])
    assert not any(is_alive(pid) for pid in workers(log))


def test_a_worker_that_was_asked_to_stop_stays_away(log: Path) -> None:
    command = [sys.executable, "-S", "-c", f"print({os.getpid()}, file=open({str(log)!r}, 'a'))"]
    with worker_beside(command):
        wait_until(lambda: workers(log) != [])
    assert len(workers(log)) == 1


def test_pauses_grow_while_a_worker_keeps_dying_and_begin_anew_after_a_while() -> None:
    pause, pauses = None, []
    for _ in range(8):
        pause = pause_after(pause, lived=0.1)
        pauses.append(pause)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pause_after(60, lived=LONGEST_PAUSE + 1) == 1
