"""The read-only plane in this process, called as a server would call it: bytes in, bytes out."""

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from tillgate.api.app import ApiPlane
from tillgate.api.plane import Lifetimes
from tillgate.foundation.config import Config
from tillgate.foundation.postgres.roles import Role

Headers = Iterable[tuple[str, str]]
BASE_URL = "http://localhost"
KEEP_NOTHING = Lifetimes(grants=0, lookups=0)


class Answer(NamedTuple):
    """What came back; header names are in lower case."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """A header that occurs once, or ""."""
        values = [value for key, value in self.headers if key == name]
        assert len(values) < 2, f"{name} occurs twice: {values}"
        return values[0] if values else ""

    def json(self) -> Any:
        """The body; it must be JSON in UTF-8 and say so."""
        kinds = ("application/json", "application/problem+json")
        assert self.header("content-type").startswith(kinds), self
        return json.loads(self.body.decode())


class Gate:
    """The plane with its pools open; `close` ends them."""

    def __init__(
        self, urls: dict[Role, str], lifetimes: Lifetimes = KEEP_NOTHING, **settings: Any
    ) -> None:
        config = Config(data_dir=Path(), **settings)
        self.runner = asyncio.Runner()
        self.plane = ApiPlane(config, urls[Role.READER], urls[Role.METER], lifetimes=lifetimes)
        self.runner.run(self.plane.__aenter__())
        self.token = ""

    def close(self) -> None:
        self.runner.run(self.plane.__aexit__(None, None, None))
        self.runner.close()

    def get(self, target: str, **options: Any) -> Answer:
        return self.call("GET", target, **options)

    def fetch(self, target: str, token: str = "") -> Any:
        """The JSON of an answer that must be a 200."""
        answer = self.get(target, token=token)
        assert answer.status == 200, (target, answer.body)
        return answer.json()

    def call(self, method: str, target: str, *, token: str = "", headers: Headers = ()) -> Answer:
        """Call with a bearer token (the gate's own unless another is given, none with "-")."""
        token = token or self.token
        sent = [("host", "localhost"), *headers]
        if token and token != "-":
            sent.append(("authorization", f"Bearer {token}"))
        return self.runner.run(_call(self.plane, method, target, sent))

    def call_many(self, targets: Iterable[str], token: str = "") -> list[Answer]:
        """GET all of them, eight at a time."""
        return self.runner.run(self._many(list(targets), token or self.token))

    async def _many(self, targets: list[str], token: str) -> list[Answer]:
        turns = asyncio.Semaphore(8)
        sent = [("host", "localhost"), ("authorization", f"Bearer {token}")]

        async def one(target: str) -> Answer:
            async with turns:
                return await _call(self.plane, "GET", target, sent)

        return await asyncio.gather(*map(one, targets))


async def _call(app: Any, method: str, target: str, headers: Headers) -> Answer:
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(path).decode(errors="replace"),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 80),
    }
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    await app(scope, receive, send)
    start, *parts = messages
    found = [(name.decode().lower(), value.decode("latin-1")) for name, value in start["headers"]]
    return Answer(start["status"], found, b"".join(part.get("body", b"") for part in parts))
