"""The demo with 30 days: how long until it is ready, and the memory of all its processes then."""

import signal
import subprocess
import sys
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import NamedTuple

from bench import cores
from bench.processes import family, proportional_mb, running
from bench.row import Row, bounded
from bench.served import NotServing, free_port

_TURNS = 2
_PATIENCE = 60
# The worker beside it is still starting when the first call has been answered.
_ALL_STARTED = 3


class Start(NamedTuple):
    """Seconds from the command to the line that says it is ready, MB soon after its first call."""

    seconds: float
    memory: float


def measure() -> list[Row]:
    """Start it in an empty folder, twice; it has all cores, as on a laptop."""
    starts = [_start() for _ in range(_TURNS)]
    name = "Demo with 30 days"
    return [
        bounded(f"{name}, ready", "s", [one.seconds for one in starts], at_most=30),
        bounded(f"{name}, memory (PSS)", "MB", [one.memory for one in starts], at_most=600),
    ]


def _start() -> Start:
    with TemporaryDirectory(prefix="tillgate-bench-demo-") as name:
        options = ["--json", "--days", "30", "--port", str(free_port()), "--data-dir", name]
        command = [sys.executable, "-m", "tillgate", "demo", *options]
        begun = perf_counter()
        with subprocess.Popen(
            cores.on_cores(cores.ALL, command),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,
        ) as process:
            try:
                return _observe(process, name, begun)
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(_PATIENCE)


def _observe(process: "subprocess.Popen[bytes]", folder: str, begun: float) -> Start:
    assert process.stdout is not None
    # The demo makes its first call itself, and only then says that it is ready.
    if not process.stdout.readline():
        raise NotServing("the demo ended: run `tillgate demo` to see why")
    seconds = perf_counter() - begun
    sleep(_ALL_STARTED)
    return Start(seconds, proportional_mb(family(running(), folder)))
