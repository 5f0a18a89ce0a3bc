"""Servers in processes of their own, on the server's core, for the length of a block."""

import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from bench import cores


class NotServing(RuntimeError):
    """A server ended before it was ready."""


def free_port() -> int:
    """A port of the loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(kind: str, body: Path | None = None, *, module: str = "bench.server") -> Iterator[str]:
    """Run a kind of server that a module knows; gives its base URL."""
    port = free_port()
    command = [sys.executable, "-m", module, kind, str(port)]
    process = subprocess.Popen(
        cores.on_cores([cores.SERVER], [*command, str(body)] if body else command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # The request log is on, as it is in earnest; nobody reads it here.
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        try:
            if not process.stdout.readline():
                raise NotServing(f"the {kind} server ended: run `{' '.join(command)}` to see why")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.stdin.close()
            process.wait(timeout=20)


def fetch(url: str, headers: Mapping[str, str]) -> bytes:
    """The bytes of one answer; raises for anything but a success."""
    with urlopen(Request(url, headers=dict(headers)), timeout=30) as answer:
        body: bytes = answer.read()
        return body
