"""What `tillgate serve` runs: the planes that are wanted, and the worker beside them."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from enum import StrEnum

from prometheus_client import generate_latest

from tillgate.api.app import ApiPlane
from tillgate.foundation.config import Config
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import database_url
from tillgate.site.asgi import whole_app
from tillgate.site.health import Check, Health
from tillgate.site.serve import listening


class Part(StrEnum):
    """What one process serves."""

    ALL = "all"
    PORTAL = "portal"
    API = "api"


@asynccontextmanager
async def serving(conf: Config, part: Part, *, host: str, port: int) -> AsyncIterator[None]:
    """Serve during the block: pools are opened before the first request, closed after the last."""
    async with AsyncExitStack() as stack:
        checks: dict[str, Check] = {}
        api = portal = None
        if part is not Part.PORTAL:
            plane = ApiPlane(conf, database_url(Role.READER), database_url(Role.METER))
            api = await stack.enter_async_context(plane)
            checks["api"] = plane.readiness
        if part is not Part.API:
            # Django is loaded only where it is served: a host of the API plane needs none.
            from tillgate.site import control_plane  # noqa: PLC0415

            portal = control_plane.app()
            checks["portal"] = control_plane.readiness
        app = whole_app(conf, Health(checks, generate_latest), api=api, portal=portal)
        async with listening(app, host, port, conf.shutdown_seconds):
            yield


@contextmanager
def worker_beside() -> Iterator[None]:
    """A worker of our own during the block; it ends with us even when we are killed."""
    command = [sys.executable, "-m", "tillgate", "worker", "--beside"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as worker:
        try:
            yield
        finally:
            # The worker stops when its standard input ends, as it does when this process dies.
            assert worker.stdin is not None
            worker.stdin.close()
            worker.wait(timeout=30)
