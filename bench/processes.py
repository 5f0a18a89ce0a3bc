"""Processes that belong together, and the memory they take, as Linux counts it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")


class Process(NamedTuple):
    """A process, who started it, and its command line."""

    pid: int
    parent: int
    command: str


def running() -> list[Process]:
    """Every process there is; one that ends while we look is left out."""
    found = []
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("latin-1")
                parent = _parent_in((folder / "stat").read_text(errors="replace"))
            except (FileNotFoundError, ProcessLookupError):
                continue
            found.append(Process(int(folder.name), parent, command))
    return found


def _parent_in(stat: str) -> int:
    # The name in brackets may hold anything, brackets too; the parent is the second word after it.
    return int(stat.rpartition(")")[2].split()[1])


def family(everyone: Iterable[Process], mark: str) -> set[int]:
    """Those whose command line holds the mark, and all that descend from them."""
    known = list(everyone)
    members = {process.pid for process in known if mark in process.command}
    while more := {p.pid for p in known if p.parent in members} - members:
        members |= more
    return members


def proportional_mb(pids: Iterable[int]) -> float:
    """The memory of these processes in MB; what n processes share counts one n-th for each."""
    return sum(_proportional_kb(pid) for pid in pids) / 1000


def _proportional_kb(pid: int) -> float:
    try:
        return facts((_PROC / str(pid) / "smaps_rollup").read_text())["Pss"] * 1.024
    except (FileNotFoundError, ProcessLookupError):
        return 0


def facts(rollup: str) -> Mapping[str, int]:
    """The figures of a `smaps_rollup`, in KiB."""
    lines = (line.split() for line in rollup.splitlines()[1:])
    return {words[0].rstrip(":"): int(words[1]) for words in lines}
