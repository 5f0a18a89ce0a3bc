"""Which processes belong together, and how their memory is read."""

import os
import sys

from bench.processes import Process, facts, family, proportional_mb, running

ROLLUP = """\
55d0a8a3f000-7ffd0b7f6000 ---p 00000000 00:00 0                          [rollup]
Rss:               11304 kB
Pss:                5023 kB
Pss_Dirty:          3120 kB
"""


def test_family_is_who_is_marked_and_all_that_descend_from_them() -> None:
    everyone = [
        Process(1, 0, "init"),
        Process(10, 1, "tillgate demo --data-dir /tmp/x"),
        Process(11, 10, "tillgate worker"),
        Process(20, 1, "keeper /tmp/x"),
        Process(21, 20, "postgres"),
        Process(22, 21, "postgres: checkpointer"),
        Process(30, 1, "postgres of somebody else"),
    ]

    assert family(everyone, "/tmp/x") == {10, 11, 20, 21, 22}


def test_rollup_is_read_by_name() -> None:
    assert facts(ROLLUP) == {"Rss": 11304, "Pss": 5023, "Pss_Dirty": 3120}


def test_this_process_is_found_with_its_parent_and_its_memory() -> None:
    mine = next(process for process in running() if process.pid == os.getpid())

    assert mine.parent == os.getppid()
    assert sys.executable.rsplit("/", 1)[-1] in mine.command
    assert proportional_mb([mine.pid]) > 5


def test_a_process_that_has_ended_takes_no_memory() -> None:
    assert proportional_mb([2**22 + 1]) == 0
