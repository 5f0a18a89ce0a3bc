"""Which core the server runs on, and which one its client and PostgreSQL share."""

import os
from collections.abc import Iterable

ALL = frozenset(os.sched_getaffinity(0))
SERVER = min(ALL)
CLIENT = max(ALL)


def on_cores(cores: Iterable[int], command: list[str]) -> list[str]:
    """The command, kept to these cores with everything it starts."""
    return ["taskset", "--cpu-list", ",".join(map(str, sorted(cores))), *command]


def stay_with_the_client() -> None:
    """Keep this process, and what it starts without another word, off the server's core."""
    os.sched_setaffinity(0, {CLIENT})
