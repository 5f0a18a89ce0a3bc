"""As whom PostgreSQL's programs run. They refuse to be root; everyone else runs them as is.

For root there are two ways. In a user namespace root's own id is shown to PostgreSQL as some
other: files stay root's and no mode changes. Where namespaces are forbidden, as in some containers,
another existing user runs it; that user gets the cluster's folder and must be able to walk there.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tillgate.foundation.postgres.errors import FolderUnreachable
from tillgate.foundation.postgres.folder import Folder

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_OVERFLOW_ID = 65534
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Runner:
    """Starts programs as one user. `shown_as` is the id that root has inside a namespace."""

    user: str | None = None
    shown_as: int | None = None

    def start(self, arguments: Sequence[str | Path], **options: Any) -> "subprocess.Popen[bytes]":
        """Start a program that gets SIGINT when the calling thread's process dies."""
        return subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            env=_environment(),
            user=self.user,
            group=self._group(),
            extra_groups=None if self.user is None else [],
            # The caller has one thread that runs Python; what is called needs no lock of others.
            preexec_fn=self._enter(os.getpid()),  # noqa: PLW1509
            **options,
        )

    def own(self, folder: Path) -> None:
        """Give a folder of ours to the user that the programs run as."""
        if self.user is not None:
            entry = pwd.getpwnam(self.user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)

    def owns(self, path: Path) -> bool:
        """Whether a path belongs to the user that the programs run as."""
        expected = os.geteuid() if self.user is None else pwd.getpwnam(self.user).pw_uid
        return path.lstat().st_uid == expected

    def _group(self) -> int | None:
        return None if self.user is None else pwd.getpwnam(self.user).pw_gid

    def _enter(self, parent: int) -> Callable[[], None]:
        def enter() -> None:
            if self.shown_as is not None:
                _enter_user_namespace(self.shown_as)
            # Last, since the kernel forgets it when a process changes its ids.
            _die_with(parent)

        return enter


def choose_runner(folder: Folder, postgres: Path) -> Runner:
    """The way that works here; raises `FolderUnreachable` when root finds none."""
    if os.geteuid() != 0:
        return Runner()
    for runner in _ways_for_root(folder, postgres):
        if runner.user is not None:
            _open_the_way(folder)
        if _works(runner, folder, postgres):
            return runner
    raise FolderUnreachable(
        "PostgreSQL refuses to run as root; user namespaces are not allowed here, and no other "
        f"user can reach {_first_closed(folder.data_dir, postgres)}: run Tillgate as a normal "
        "user, or put the data folder (TILLGATE_DATA_DIR) and the installation where others "
        "may pass, for example below /var/lib and /opt"
    )


def _ways_for_root(folder: Folder, postgres: Path) -> Iterator[Runner]:
    """The ways to try, best first.

    A cluster stays with whoever made it. A new one is root's if it can be, else it goes to the
    person in whose home it lies, else to a user made for services.
    """
    names = {entry.pw_uid: entry.pw_name for entry in pwd.getpwall()}
    if folder.cluster.exists() and (maker := folder.cluster.stat().st_uid) != 0:
        yield from (Runner(user=names[uid]) for uid in [maker] if uid in names)
        return
    yield Runner(shown_as=_some_user_id())
    if folder.cluster.exists():
        return
    places = [folder.data_dir, _first_closed(folder.data_dir, postgres)]
    owners = [names.get(place.stat().st_uid, "root") for place in places]
    for name in [*owners, "postgres", "nobody"]:
        if name != "root" and name in names.values():
            yield Runner(user=name)


def _some_user_id() -> int:
    """An id that has a name, which initdb asks for, and is not the one of unknown users."""
    for entry in pwd.getpwall():
        if entry.pw_uid not in {0, _OVERFLOW_ID}:
            return entry.pw_uid
    return _OVERFLOW_ID


def _open_the_way(folder: Folder) -> None:
    """Let another user pass through our own folder; the files in it stay private."""
    if folder.root.stat().st_uid == os.geteuid():
        folder.root.chmod(0o711)


def _works(runner: Runner, folder: Folder, postgres: Path) -> bool:
    """Whether PostgreSQL runs this way and reaches the folder."""
    tries: list[list[str | Path]] = [
        ["/bin/sh", "-c", 'test -x "$0"', folder.root],
        [postgres, "--version"],
    ]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return all(runner.start(attempt, **quiet).wait() == 0 for attempt in tries)
    except (OSError, subprocess.SubprocessError):
        return False


def _first_closed(*paths: Path) -> Path:
    """The uppermost folder on the way to the paths that others may not pass."""
    for path in paths:
        for step in reversed([path, *path.parents]):
            if not step.stat().st_mode & 0o001:
                return step
    return paths[0]


def _environment() -> dict[str, str]:
    """Neither the locale nor libpq's variables of whoever started us may shape the cluster."""
    passed_on = {"PATH", "HOME", "LD_LIBRARY_PATH"}
    kept = {name: value for name, value in os.environ.items() if name in passed_on}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _enter_user_namespace(shown_as: int) -> None:
    user, group = os.geteuid(), os.getegid()
    if _libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{shown_as} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{shown_as} {group} 1")


def _die_with(parent: int) -> None:
    if sys.platform != "linux":
        return
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
