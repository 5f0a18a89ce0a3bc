"""`python -m bench.server KIND PORT [BODY]`: one server to measure, until standard input ends.

All kinds run under the same Granian with the same settings, so only the application differs.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from prometheus_client import generate_latest

from tillgate.api.app import ApiPlane
from tillgate.api.plane import Lifetimes
from tillgate.foundation.config import config
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import database_url
from tillgate.site.asgi import whole_app
from tillgate.site.health import Health
from tillgate.site.logs import App, Receive, Scope, Send, set_up_logging
from tillgate.site.serve import listening

# `tillgate serve api` as it is shipped, and the same with nothing kept but the grant.
LIFETIMES = {"shipped": Lifetimes(), "uncached": Lifetimes(lookups=0)}


@contextlib.asynccontextmanager
async def api_app(lifetimes: Lifetimes) -> AsyncIterator[App]:
    """What `tillgate serve api` serves, request log and limits included."""
    conf = config()
    plane = ApiPlane(conf, database_url(Role.READER), database_url(Role.METER), lifetimes=lifetimes)
    async with plane as api:
        health = Health({"api": plane.readiness}, generate_latest)
        yield whole_app(conf, health, api=api, portal=None)


@contextlib.asynccontextmanager
async def raw_app(body: bytes) -> AsyncIterator[App]:
    """The least an ASGI application can do: one answer to everything."""
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    end = {"type": "http.response.body", "body": body}

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send(start)
        await send(end)

    yield app


async def serve(kind: str, port: int, body: bytes) -> None:
    """Serve, say so by a line on standard output, and wait for the end of standard input."""
    made = raw_app(body) if kind == "raw" else api_app(LIFETIMES[kind])
    async with made as app, listening(app, "127.0.0.1", port, 2):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    set_up_logging(config().log_format)
    given = Path(sys.argv[3]).read_bytes() if len(sys.argv) > 3 else b""
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), given))
