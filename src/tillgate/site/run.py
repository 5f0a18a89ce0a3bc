"""What `tillgate serve` runs: the planes that are wanted."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
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
