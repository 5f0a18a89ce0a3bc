"""`/healthz` (the process lives), `/readyz` (it can do its work) and `/metrics` (Prometheus).

Metrics are answered to loopback only; a scraper elsewhere goes through a proxy that lets it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address

import msgspec

from tillgate.site.logs import App, Receive, Scope, Send

PATIENCE = 3.0
log = logging.getLogger("tillgate.health")
Check = Callable[[], Awaitable[None]]


class Health:
    """Answers for the whole process; `checks` raise what keeps their part from working."""

    def __init__(self, checks: Mapping[str, Check], metrics: Callable[[], bytes]) -> None:
        self.checks = checks
        self.metrics = metrics

    def before(self, app: App) -> App:
        """The app with the three paths in front of it."""
        answers = {"/healthz": self._alive, "/readyz": self._ready, "/metrics": self._numbers}

        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            answer = answers.get(scope["path"]) if scope["type"] == "http" else None
            if answer is None:
                await app(scope, receive, send)
            else:
                await answer(scope, send)

        return wrapped

    async def _alive(self, scope: Scope, send: Send) -> None:
        await _json(send, 200, {"status": "ok"})

    async def _ready(self, scope: Scope, send: Send) -> None:
        found = {name: await _finding(check) for name, check in self.checks.items()}
        ready = all(finding == "ok" for finding in found.values())
        await _json(send, 200 if ready else 503, {"ready": ready, "checks": found})

    async def _numbers(self, scope: Scope, send: Send) -> None:
        client = scope.get("client") or ("",)
        if not _is_loopback(client[0]):
            await _json(send, 403, {"error": "metrics are answered to loopback only"})
            return
        kind = b"text/plain; version=0.0.4; charset=utf-8"
        await _answer(send, 200, kind, self.metrics())


async def _finding(check: Check) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            await check()
    except Exception as error:
        log.warning("not ready", extra={"why": str(error)})
        return type(error).__name__
    return "ok"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


async def _json(send: Send, status: int, body: Mapping[str, object]) -> None:
    await _answer(send, status, b"application/json", msgspec.json.encode(body))


async def _answer(send: Send, status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    headers.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
