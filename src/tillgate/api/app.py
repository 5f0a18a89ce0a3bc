"""The read-only plane as one ASGI application. Imports no Django, shares nothing with the portal.

Its pools are opened and closed by whoever owns the event loop, not by ASGI's lifespan: a server
that has to stop by a deadline skips the lifespan's end.

    async with ApiPlane(config(), reader_url, meter_url) as app:
        ...  # serve it
"""

from typing import Any, Self

from starlette.routing import Route, Router

from tillgate.api import keys
from tillgate.api.call import Scope
from tillgate.api.documents import Documents
from tillgate.api.operation import Endpoint, Nowhere, Send
from tillgate.api.plane import Lifetimes, Plane
from tillgate.api.routes import OPERATIONS
from tillgate.foundation.config import Config


class ApiPlane:
    """The application, and its life: `async with ApiPlane(…) as app` opens and closes its pools."""

    def __init__(
        self,
        config: Config,
        reader_url: str,
        meter_url: str,
        *,
        lifetimes: Lifetimes = Lifetimes(),  # noqa: B008  it is immutable
    ) -> None:
        self.plane = plane = Plane(config, reader_url, meter_url, lifetimes)
        documents = Documents(plane.base_url)
        self._router = Router(
            [
                *(Route(one.path, endpoint=Endpoint(plane, one)) for one in OPERATIONS),
                Route(keys.PATH, endpoint=keys.Keys(plane)),
                Route("/openapi.json", endpoint=documents.openapi),
                Route("/docs", endpoint=documents.page),
                Route("/docs/api.css", endpoint=documents.stylesheet),
            ],
            redirect_slashes=False,
            default=Nowhere(plane),
        )

    async def __aenter__(self) -> Self:
        """Open the pools. Returns at once, also while the database cannot be reached."""
        await self.plane.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Write the usage that is left, close the pools."""
        await self.plane.stop()

    async def readiness(self) -> None:
        """Raises what keeps calls from being answered, such as a database that is down."""
        await self.plane.check()

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        """Serve a request; a slash at the end of a path means nothing."""
        kind = scope["type"]
        if kind == "http":
            path = scope["path"]
            if len(path) > 1 and path.endswith("/"):
                scope = {**scope, "path": path.rstrip("/") or "/"}
            await self._router(scope, receive, send)
        elif kind == "lifespan":
            await _acknowledge_lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000, "reason": ""})


async def _acknowledge_lifespan(receive: Any, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return
