"""The planes put together: which paths are the API plane's, and what wraps each plane."""

from collections.abc import Sequence

from granian.utils.proxies import wrap_asgi_with_proxy_headers

from tillgate.foundation.config import Config
from tillgate.site.health import Health
from tillgate.site.logs import App, Message, Receive, RequestLog, Scope, Send

PREFIXES = (
    "/f",
    "/items",
    "/accounting",
    "/catalogue",
    "/docs",
    "/openapi.json",
    "/.well-known/tillgate-keys",
)


def belongs_to(path: str, prefixes: Sequence[str]) -> bool:
    """Whether a path is one of the prefixes or below it: `/f/x` is below `/f`, `/fx` is not."""
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


class Planes:
    """Sends each request to its plane; an installation may serve one of them only."""

    def __init__(self, *, api: App | None, portal: App | None) -> None:
        self.api = api
        self.portal = portal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the plane whose path it is, 404 where that plane is not served here."""
        plane = self.api if belongs_to(_path(scope), PREFIXES) else self.portal
        await (plane or self.portal or self.api or _nothing)(scope, receive, send)


def _path(scope: Scope) -> str:
    # `//f/x` would otherwise reach the portal, whose answers are pages.
    return "/" + str(scope["path"]).lstrip("/")


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    start: Message = {"type": "http.response.start", "status": 404, "headers": []}
    await send(start)
    await send({"type": "http.response.body", "body": b"Not found\n"})


def whole_app(conf: Config, health: Health, *, api: App | None, portal: App | None) -> App:
    """What Granian serves: health first, then the planes, logged, behind trusted proxies."""
    api = api and RequestLog(api, plane="api", access_log=conf.access_log)
    portal = portal and RequestLog(portal, plane="portal", access_log=conf.access_log)
    app: App = health.before(Planes(api=api, portal=portal))
    if conf.trusted_proxies:
        app = wrap_asgi_with_proxy_headers(app, list(conf.trusted_proxies))
    return app
