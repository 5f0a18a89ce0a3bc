"""A drop folder: files put there land one by one, and lie in `done/` or `refused/` afterwards.

Killed at any moment nothing is lost: a file is moved only after it has landed, and landing it once
more changes nothing.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import psycopg

from tillgate.ledger.feed.batch import Connect, import_file
from tillgate.ledger.feed.errors import BadFile
from tillgate.ledger.feed.landed import Landed, OnProgress

_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")
_RETRY_AFTER = 5.0


class _Stamp(NamedTuple):
    """A file that is still being written changes one of these between two looks."""

    size: int
    modified_ns: int


class Watch(NamedTuple):
    """How a folder is watched, and who hears of it.

    `on_trouble` hears of what is nobody's line: the database is away, a file cannot be read. Such
    files stay where they are and are tried again.
    """

    location: int | None = None
    recorded_at: datetime | None = None
    every: float = 1.0
    on_progress: OnProgress = lambda _: None
    on_landed: Callable[[Landed], None] = lambda _: None
    on_refused: Callable[[BadFile], None] = lambda _: None
    on_trouble: Callable[[str], None] = lambda _: None


def watch_folder(
    connect: str | Connect, folder: Path, *, stop: threading.Event, watch: Watch
) -> None:
    """Land what is put into the folder until `stop` is set; a file that is landing is finished.

    A file is taken once it has stayed the same from one look to the next, in the order of names.
    Names that begin with a dot or end like an unfinished download are passed over: writing under
    such a name and renaming is the safe way.
    """
    for place in ("done", "refused"):
        (folder / place).mkdir(exist_ok=True)
    seen: dict[Path, _Stamp] = {}
    while not stop.is_set():
        now = _stamps(folder)
        for file in sorted(now):
            if seen.get(file) == now[file] and not stop.is_set():
                _take(connect, file, now[file], stop=stop, watch=watch)
        seen = now
        stop.wait(watch.every)


@contextmanager
def stopping_on_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; only for the main thread."""
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stamps(folder: Path) -> dict[Path, _Stamp]:
    found = {}
    for file in folder.iterdir():
        if file.name.startswith(".") or file.suffix in _UNFINISHED:
            continue
        with suppress(FileNotFoundError):
            if file.is_file():
                found[file] = _stamp(file)
    return found


def _stamp(file: Path) -> _Stamp:
    status = file.stat()
    return _Stamp(status.st_size, status.st_mtime_ns)


def _take(
    connect: str | Connect, file: Path, stamp: _Stamp, *, stop: threading.Event, watch: Watch
) -> None:
    try:
        landed = import_file(
            connect,
            file,
            location=watch.location,
            recorded_at=watch.recorded_at,
            on_progress=watch.on_progress,
        )
        # What was appended meanwhile is in no batch yet: the file is taken again.
        if _stamp(file) == stamp:
            _move(file, "done")
            watch.on_landed(landed)
    except BadFile as refused:
        if _stamp(file) == stamp:
            _refuse(file, refused)
            watch.on_refused(refused)
    except FileNotFoundError:
        return
    except psycopg.OperationalError as error:
        watch.on_trouble(f"{file.name}: the database does not answer, will try again: {error}")
        stop.wait(_RETRY_AFTER)
    except OSError as error:
        watch.on_trouble(f"{file.name}: {error.strerror}")
        stop.wait(_RETRY_AFTER)


def _refuse(file: Path, refused: BadFile) -> None:
    # The reason first: a file in refused/ without one would be a riddle.
    target = _free_name(file, "refused")
    target.with_name(f"{target.name}.why.txt").write_text(f"{refused}\n")
    file.replace(target)


def _move(file: Path, place: str) -> None:
    file.replace(_free_name(file, place))


def _free_name(file: Path, place: str) -> Path:
    target, number = file.parent / place / file.name, 1
    while target.exists():
        target = file.parent / place / f"{file.stem}.{number}{file.suffix}"
        number += 1
    return target
