"""A gate in this process, over the reader's pool, and rows for it to read."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.rows import Rows

from tillgate.api.app import ApiPlane
from tillgate.api.plane import Lifetimes
from tillgate.foundation.config import Config


class Gate:
    """The plane, called without a network; `token` is sent unless another header says otherwise."""

    def __init__(self, plane: ApiPlane, runner: asyncio.Runner) -> None:
        self.plane = plane
        self.runner = runner
        self.token = ""
        transport = httpx.ASGITransport(app=plane)  # type: ignore[arg-type]
        self.client = httpx.AsyncClient(transport=transport, base_url="http://localhost")

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        call = self.client.request(method, path, headers=headers, **options)
        return self.runner.run(call)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.call("GET", path, **options)


Open = Callable[..., Gate]


@pytest.fixture
def rows(clean_books: None, ledger_url: str, owner_url: str) -> Iterator[Rows]:
    rows = Rows(ledger_url, owner_url)
    yield rows
    rows.close()


@pytest.fixture
def open_gate(reader_url: str, meter_url: str) -> Iterator[Open]:
    """Opens gates with settings of one's own; all are closed at the end."""
    with asyncio.Runner() as runner:
        gates: list[Gate] = []

        def opened(lifetimes: Lifetimes | None = None, **settings: Any) -> Gate:
            config = Config(data_dir=Path(), **settings)
            lifetimes = lifetimes or Lifetimes(grants=0, lookups=0)
            plane = ApiPlane(config, reader_url, meter_url, lifetimes=lifetimes)
            runner.run(plane.__aenter__())
            gates.append(Gate(plane, runner))
            return gates[-1]

        yield opened
        for gate in gates:
            runner.run(gate.client.aclose())
            runner.run(gate.plane.__aexit__(None, None, None))


@pytest.fixture
def gate(open_gate: Open, rows: Rows) -> Gate:
    """A gate that keeps nothing, for one location and a token that may see all but names."""
    rows.add_location()
    gate = open_gate()
    gate.token = rows.add_token()
    return gate
