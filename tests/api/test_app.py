"""What importing the plane brings along, and that it lives without its database."""

import asyncio
import subprocess
import sys
from pathlib import Path

import psycopg_pool
import pytest

from tillgate.api.app import ApiPlane
from tillgate.foundation.config import Config

FOREIGN_TO_IT = "{'django', 'oauth2_provider', 'oauthlib', 'allauth', 'procrastinate'}"
NOWHERE = "host=127.0.0.1 port=1"


def test_the_plane_brings_no_django() -> None:
    program = (
        "import sys, tillgate.api.app\n"
        "found = {name.partition('.')[0] for name in sys.modules}\n"
        f"print(sorted(found & {FOREIGN_TO_IT}))\n"
        "above = ('tillgate.portal', 'tillgate.site')\n"
        "print(sorted(name for name in sys.modules if name.startswith(above)))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "[]"]


def test_the_plane_starts_and_stops_while_its_database_is_down() -> None:
    async def life() -> None:
        async with ApiPlane(Config(data_dir=Path()), NOWHERE, NOWHERE) as plane:
            plane.plane.pool.timeout = 0.2
            with pytest.raises(psycopg_pool.PoolTimeout):
                await plane.readiness()

    asyncio.run(asyncio.wait_for(life(), 10))


def test_a_lifespan_is_acknowledged_and_opens_nothing() -> None:
    async def life() -> list[str]:
        plane = ApiPlane(Config(data_dir=Path()), NOWHERE, NOWHERE)
        heard = iter(["lifespan.startup", "lifespan.shutdown"])
        said: list[str] = []

        async def receive() -> dict[str, str]:
            return {"type": next(heard)}

        async def send(message: dict[str, str]) -> None:
            said.append(message["type"])

        await plane({"type": "lifespan"}, receive, send)  # type: ignore[arg-type]
        assert plane.plane.pool.closed
        return said

    assert asyncio.run(life()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
