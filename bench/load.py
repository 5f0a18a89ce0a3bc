"""The load generator: `wrk` on a core of its own, its findings read from its own counters."""

import shutil
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import msgspec

from bench import cores

_REPORT = Path(__file__).with_name("report.lua")
_NEEDED = {"wrk": "wrk", "taskset": "util-linux"}
# The dependency group `bench`, by what is imported.
_COMPARED = ("duckdb", "fastapi", "pyarrow", "rest_framework", "sqlalchemy")


class Missing(RuntimeError):
    """A tool that measuring needs is not installed; the text gives the cure."""


class Failed(RuntimeError):
    """Some answers were errors, so the figures would mean nothing."""


class Load(msgspec.Struct, frozen=True):
    """What one run found: answers, the run's length and the median latency in microseconds."""

    answers: int
    microseconds: float
    median: float
    failures: int

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answers / self.microseconds * 1e6

    @property
    def milliseconds_each(self) -> float:
        """Time for each answer; with one connection that is what a caller waits."""
        return self.microseconds / self.answers / 1e3


def check_tools() -> None:
    """Raises `Missing` for the first tool that is not there."""
    for tool, package in _NEEDED.items():
        if shutil.which(tool) is None:
            raise Missing(f"{tool} is not installed. On Debian: apt-get install {package}")
    for module in _COMPARED:
        if find_spec(module) is None:
            raise Missing(f"{module} is not installed: run `make bench`, which installs it")


def run_load(
    url: str, headers: Mapping[str, str], *, connections: int = 16, seconds: int = 3
) -> Load:
    """Ask for one URL over and over; raises `Failed` unless every answer is a success."""
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(_REPORT)]
    for name, value in headers.items():
        options += ["-H", f"{name}: {value}"]
    command = cores.on_cores([cores.CLIENT], ["wrk", *options, url])
    said = subprocess.run(command, check=True, capture_output=True, timeout=seconds + 30)
    load = msgspec.json.decode(said.stdout.splitlines()[-1], type=Load)
    if load.failures or not load.answers:
        raise Failed(f"{load.failures} failures among {load.answers} answers of {url}")
    return load
