"""Running an ASGI app under one Granian worker, and stopping it properly.

SIGTERM or Ctrl-C stops listening, lets what is in flight finish until the deadline, then leaves. A
port that somebody already listens on is an error: Granian shares ports, so we look first and
claim the port among ourselves.
"""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from tillgate.site.logs import App


class PortTaken(OSError):
    """Somebody already listens on the port."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"Port {port} on {host} is taken: stop who listens there, or use --port.")


@contextmanager
def claimed_port(host: str, port: int) -> Iterator[None]:
    """Make sure the port is ours for the time of the block; raises `PortTaken`."""
    # An abstract socket is freed by the kernel with its process; it keeps a second Tillgate off
    # in the moment between the look and Granian's bind, which would succeed (SO_REUSEPORT).
    with socket.socket(socket.AF_UNIX) as claim:
        try:
            claim.bind(f"\0tillgate-port-{port}")
            _look(host, port)
        except OSError as error:
            raise PortTaken(host, port) from error
        yield


def _look(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        probe.listen(1)


def _of_allauth(part: str) -> Path:
    # Found and not imported: a host of the API plane does without Django.
    package = find_spec("allauth")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / part / "static" / part


# Our own files, and the scripts of allauth that passkeys need; the first that fits is taken.
STATIC = {
    "/static/account": _of_allauth("account"),
    "/static/mfa": _of_allauth("mfa"),
    "/static": Path(__file__).parent.parent / "portal" / "static",
}


@asynccontextmanager
async def listening(app: App, host: str, port: int, deadline: float) -> AsyncIterator[None]:
    """Serve the app during the block; on leaving, finish what is in flight within the deadline."""
    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        websockets=False,
        log_enabled=False,
        backlog=1024,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        static_path_route=list(STATIC),
        static_path_mount=list(STATIC.values()),
    )
    serving = asyncio.create_task(server.serve())
    try:
        await _until_listening(host, port, serving)
        # What is there by now stays: to look through it for garbage again and again is for nothing.
        gc.collect()
        gc.freeze()
        yield
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        # Granian waits for ever on a half-sent request; the deadline ends that.
        await asyncio.wait({serving}, timeout=deadline)
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


async def _until_listening(host: str, port: int, serving: asyncio.Task[None]) -> None:
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    serving.result()


async def stop_requested() -> None:
    """Return when the process is asked to stop by SIGTERM or Ctrl-C."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()
