"""Who uses the embedded server, told by locks that the kernel frees when a process dies.

    users    shared by every process that uses the server; its keeper waits for it exclusively,
             so it gets it when the last user has gone, killed or not, and newcomers wait while
             the server stops
    starting held by the one process that is attaching
    keeper   held by the keeper as long as it lives
    server   handed down to PostgreSQL itself: free means that no process of it is left, so
             what its pid file says need not be believed

These are flock locks: they belong to the open file. Descriptors are close-on-exec, so programs
that a user starts do not count; children it forks without exec share its file and do, which is
right, since they use the same database. So a lock is only ever released by closing, never by
LOCK_UN, which would take it from those children too.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tillgate.foundation.postgres.errors import StillBusy
from tillgate.foundation.postgres.folder import give_to_folder_owner

SHARED, EXCLUSIVE = fcntl.LOCK_SH, fcntl.LOCK_EX
_PAUSE = 0.01


def try_lock(path: Path, kind: int) -> int | None:
    """The descriptor that holds the lock, or None when another process is in the way."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def wait_for_lock(path: Path, kind: int, deadline: float) -> int:
    """Like `try_lock`, but waits; raises `StillBusy` at the deadline (time.monotonic)."""
    while (descriptor := try_lock(path, kind)) is None:
        if time.monotonic() >= deadline:
            raise StillBusy(
                f"another process keeps {path} locked: see who with `fuser -v {path}`, "
                "stop it or wait, then try again"
            )
        time.sleep(_PAUSE)
    return descriptor


def block_on_lock(path: Path, kind: int) -> int:
    """Wait for the lock in the kernel, without end."""
    descriptor = _open(path)
    fcntl.flock(descriptor, kind)
    return descriptor


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock exclusively at this moment."""
    return _could_lock(path, SHARED)


def is_shared(path: Path) -> bool:
    """Whether somebody holds the lock, but nobody exclusively.

    Asked twice, since another process that asks the same holds it for a moment.
    """
    for _ in range(2):
        if _could_lock(path, EXCLUSIVE) or not _could_lock(path, SHARED):
            return False
        time.sleep(_PAUSE)
    return True


def _could_lock(path: Path, kind: int) -> bool:
    descriptor = try_lock(path, kind)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is not None


@contextmanager
def locked(path: Path, deadline: float) -> Iterator[None]:
    """Hold the lock exclusively for the block."""
    descriptor = wait_for_lock(path, EXCLUSIVE, deadline)
    try:
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if new:
        give_to_folder_owner(descriptor, path.parent)
    return descriptor
