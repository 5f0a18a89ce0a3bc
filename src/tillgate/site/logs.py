"""Logs: one JSON object a line (or plain text), each request with its id and without its query.

Query strings never reach a log: old programs put secrets there (`WIRE.md`). Nor does the token of a
personal link, which is a part of the path.
"""

import logging
import re
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from tillgate.foundation import clock
from tillgate.foundation.instants import format_instant

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Not what every record has; and not the request that Django adds, which is written with its query.
_LEFT_OUT = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "request",
}


_PERSONAL_LINK = re.compile(r"(/(?:sign|credentials|invitation)/)[^/\s\"'?]+")


def without_links(text: str) -> str:
    """The text with the token of every personal link left out."""
    return _PERSONAL_LINK.sub(r"\1…", text)


class TextLines(logging.Formatter):
    """A record as a line for people."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the lines of an error below it."""
        return without_links(super().format(record))


class JsonLines(logging.Formatter):
    """A record as one JSON object: at, level, logger, message, what `extra` added, the error."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON for the record."""
        line = {
            "at": format_instant(clock.now()),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update((k, v) for k, v in vars(record).items() if k not in _LEFT_OUT)
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return without_links(msgspec.json.encode(line, enc_hook=str).decode())


def set_up_logging(log_format: str) -> None:
    """Send everything to stderr, as JSON lines or as text for people."""
    handler = logging.StreamHandler(sys.stderr)
    text = TextLines("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if log_format == "json" else text)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("_granian", "procrastinate"):
        logging.getLogger(name).setLevel(logging.WARNING)


class RequestLog:
    """ASGI middleware: a line a request, with the request's id; gives one where there is none."""

    def __init__(self, app: App, *, plane: str, access_log: bool) -> None:
        self.app = app
        self.plane = plane
        self.log = logging.getLogger("tillgate.requests") if access_log else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and say so."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        seen: dict[str, Any] = {"status": 500, "bytes": 0}

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                seen["request_id"] = _request_id(message)
            else:
                seen["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            # Nobody further out says why: the server answers 500 with an empty body.
            logging.getLogger(__name__).exception("the %s plane failed", self.plane)
            raise
        finally:
            if self.log:
                facts = {**self._facts(scope, started), **seen}
                self.log.info("%(method)s %(path)s %(status)s", facts, extra=facts)

    def _facts(self, scope: Scope, started: float) -> dict[str, Any]:
        millis = round((time.perf_counter() - started) * 1000, 2)
        method, path = scope["method"], scope["path"]
        return {"plane": self.plane, "method": method, "path": path, "ms": millis}


def _request_id(start: Message) -> str:
    headers = start["headers"] = list(start.get("headers", []))
    for name, value in headers:
        if name.lower() == b"x-request-id":
            return str(value.decode("latin-1"))
    made = uuid.uuid4().hex
    headers.append((b"x-request-id", made.encode()))
    return made
