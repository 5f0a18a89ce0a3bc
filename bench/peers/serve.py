"""`python -m bench.peers.serve KIND PORT`: a peer to measure, until standard input ends.

Both run under Granian with one worker. FastAPI has the settings of our own plane. Granian serves
WSGI in a worker process only, so Django has the same settings there.
"""

import asyncio
import os
import signal
import socket
import sys
from threading import Thread
from time import sleep

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import database_url
from tillgate.site.serve import listening

_HOST = "127.0.0.1"


async def serve_fastapi(port: int) -> None:
    """Serve, say so by a line on standard output, and wait for the end of standard input."""
    from bench.peers.fastapi_app import make_app  # noqa: PLC0415  the other peer needs none of it

    app = make_app(database_url(Role.OWNER))
    async with listening(app, _HOST, port, 2):  # type: ignore[arg-type]
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


def serve_django(port: int) -> None:
    """The same by Granian's own server, which stops by a signal."""
    Thread(target=_until_input_ends, args=(port,), daemon=True).start()
    Server(
        "bench.peers.django_app:application",
        address=_HOST,
        port=port,
        interface=Interfaces.WSGI,
        websockets=False,
        log_enabled=False,
        backlog=1024,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
    ).serve()


def _until_input_ends(port: int) -> None:
    while True:
        try:
            socket.create_connection((_HOST, port)).close()
            break
        except OSError:
            sleep(0.05)
    print("ready", flush=True)
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    kind, port = sys.argv[1], int(sys.argv[2])
    if kind == "fastapi":
        asyncio.run(serve_fastapi(port))
    else:
        serve_django(port)
