"""The demo's sales are written by a process of their own, while PostgreSQL starts and is migrated.

python -m tillgate.site.demo_feed WANTED    what to simulate, as JSON
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from tillgate.foundation import clock
from tillgate.simulator.feed import Plan, write_plan


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Business dates from `first` on, until an instant; the locations opened on `opened`."""

    opened: date
    first: date
    until: datetime


class _Kept(msgspec.Struct, frozen=True):
    """Out of what the demo remembers: what was simulated before."""

    opened: date
    simulated_until: datetime | None


class Writing:
    """A feed on its way into a folder."""

    def __init__(self, folder: Path, wanted: Wanted) -> None:
        self.folder = folder
        self.wanted = wanted
        said = msgspec.json.encode(wanted).decode()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tillgate.site.demo_feed", said, folder],
            stdout=subprocess.PIPE,
            process_group=0,  # Ctrl-C is ours to hear
        )

    def files(self) -> list[Path]:
        """The files in the order in which they are to be imported, once all are there."""
        said, _ = self._process.communicate()
        if self._process.returncode != 0:
            raise OSError("the demo's sales were not written")
        return [Path(name) for name in msgspec.json.decode(said, type=list[str])]

    def end(self) -> None:
        """Whether or not somebody wanted the files."""
        with self._process:
            self._process.kill()


@contextmanager
def written(folder: Path, *, days: int, feeds: Sequence[Path]) -> Iterator[Writing | None]:
    """The group's feed from the last start of the demo to now; None where the data is given."""
    path = folder / "demo.json"
    kept = msgspec.json.decode(path.read_bytes(), type=_Kept) if path.exists() else None
    if feeds or (kept is not None and kept.simulated_until is None):
        yield None
        return
    writing = Writing(folder / "feed", _wanted(kept, days))
    try:
        yield writing
    finally:
        writing.end()


def _wanted(kept: _Kept | None, days: int) -> Wanted:
    now = clock.now()
    if kept is None or kept.simulated_until is None:
        opened = now.date() - timedelta(days=days)
        return Wanted(opened=opened, first=opened, until=now)
    # Days that were still open somewhere at the last start are written again, whole; what was fed
    # before changes nothing.
    first = max(kept.opened, (kept.simulated_until - timedelta(days=2)).date())
    return Wanted(opened=kept.opened, first=first, until=now)


def main() -> None:
    """Write the feed, and print the names of its files."""
    wanted, folder = msgspec.json.decode(sys.argv[1], type=Wanted), Path(sys.argv[2])
    last = wanted.until.date()
    plan = Plan(
        first=wanted.first, last=last, opened=wanted.opened, until=wanted.until, corrections=True
    )
    sys.stdout.buffer.write(msgspec.json.encode([str(file) for file in write_plan(folder, plan)]))


if __name__ == "__main__":
    main()
