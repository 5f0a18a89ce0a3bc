"""The worker beside a server: it ends with us, and when it dies alone it is started again."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

_COMMAND = (sys.executable, "-m", "tillgate", "worker", "--beside")
# The first pause doubles with each death that follows soon, up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
_STOPS_WITHIN = 30.0

_log = logging.getLogger(__name__)


def pause_after(before: float | None, *, lived: float) -> float:
    """How many seconds to wait before the next start; `before` is the last such pause, if any."""
    if before is None or lived > LONGEST_PAUSE:
        return FIRST_PAUSE
    return min(before * 2, LONGEST_PAUSE)


@contextmanager
def worker_beside(command: Sequence[str] = _COMMAND) -> Iterator[None]:
    """A worker of our own during the block; it ends with us even when we are killed.

    Killed, or failed, it is started again after a pause; when it was asked to stop it stays away.
    """
    keeper = _Keeper(command)
    try:
        yield
    finally:
        keeper.stop()


class _Keeper:
    """One worker at a time, watched by a thread."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._stopping = threading.Event()
        self._turn = threading.Lock()
        self._worker = self._start()
        self._watcher = threading.Thread(target=self._watch, name="worker beside", daemon=True)
        self._watcher.start()

    def _start(self) -> subprocess.Popen[bytes]:
        # The worker stops when its standard input ends, as it does when this process dies.
        return subprocess.Popen(self._command, stdin=subprocess.PIPE)

    def _watch(self) -> None:
        pause: float | None = None
        while True:
            started = time.monotonic()
            code = self._worker.wait()
            if self._stopping.is_set() or code == 0:
                return
            pause = pause_after(pause, lived=time.monotonic() - started)
            _log.warning("the worker ended with %s; it is started again in %g s", code, pause)
            if self._stopping.wait(pause) or not self._start_again():
                return

    def _start_again(self) -> bool:
        """Start the next worker, unless we are to stop by now."""
        with self._turn:
            if not self._stopping.is_set():
                _input_of(self._worker).close()
                self._worker = self._start()
                return True
        return False

    def stop(self) -> None:
        """Ask the worker to stop and wait for it; kill it if it does not."""
        with self._turn:
            self._stopping.set()
            _input_of(self._worker).close()
        self._watcher.join(_STOPS_WITHIN)
        if self._watcher.is_alive():
            _log.warning("the worker did not stop within %g s and is killed", _STOPS_WITHIN)
            self._worker.kill()
            self._watcher.join()


def _input_of(worker: subprocess.Popen[bytes]) -> IO[bytes]:
    assert worker.stdin is not None
    return worker.stdin
