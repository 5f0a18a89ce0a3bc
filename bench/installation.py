"""An installation of its own to measure: a PostgreSQL in a temporary folder, books, and a token.

Everything in it was made by the way it is made in earnest: the feed, the acts, the token endpoint.
"""

import logging
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from bench.scale import Scale
from bench.year import LOCATION, Year, beginner_id, directory_as, make_year
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import database_url
from tillgate.ledger.feed.batch import import_files
from tillgate.simulator.feed import directory_lines, write_sales
from tillgate.simulator.group import BUSINESS_ID
from tillgate.site import commands, databases

# Two pages, so that the measured one has a next page as most have.
_SALES = 2000
# Limits stay on, and count; they are only too high to be reached.
_CALLS_PER_MINUTE = 1_000_000_000


@dataclass(frozen=True)
class Installation:
    """Where it lies, how much is to be made, and a live access token for every location."""

    folder: Path
    scale: Scale
    token: str

    @cached_property
    def year(self) -> Year:
        """The closed days, made when a group needs them first."""
        return make_year(self.folder, self.scale)

    def headers(self, **more: str) -> dict[str, str]:
        """What a caller sends."""
        return {"Authorization": f"Bearer {self.token}", **more}


@contextmanager
def installation(scale: Scale) -> Iterator[Installation]:
    """Make it for the block; nothing of it is left afterwards."""
    with TemporaryDirectory(prefix="tillgate-bench-") as name:
        folder = Path(name)
        _use_only(folder)
        with commands.process(with_owner=True):
            logging.getLogger().setLevel(logging.WARNING)
            _fill(folder, beginner_id(scale))
            yield Installation(folder, scale, _token(scale))


def _use_only(folder: Path) -> None:
    """Settings of our own in this process and its children, whatever is set outside."""
    for name in [name for name in os.environ if name.startswith("TILLGATE_")]:
        del os.environ[name]
    os.environ["TILLGATE_DATA_DIR"] = str(folder / "data")


def _fill(folder: Path, beginner: int) -> None:
    from tillgate.site.migrate import migrate  # noqa: PLC0415  Django must be set up first

    migrate(databases.role_names())
    directory, sales = folder / "directory.ndjson", folder / "sales.ndjson"
    directory.write_bytes(b"".join(directory_lines()) + directory_as(beginner))
    write_sales(sales, location_id=LOCATION.id, count=_SALES)
    import_files(database_url(Role.LEDGER), [directory, sales])
    with psycopg.connect(database_url(Role.OWNER), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def _token(scale: Scale) -> str:
    from django.test import Client  # noqa: PLC0415  Django must be set up first

    from tillgate.access import acts  # noqa: PLC0415

    integration = acts.open_integration(
        business_id=BUSINESS_ID,
        name="Bench",
        scopes=["financial-api", "items"],
        location_ids=[LOCATION.id, beginner_id(scale)],
        staff=True,
        consumers=True,
        authorizations=True,
        actor="bench",
        calls_per_minute=_CALLS_PER_MINUTE,
    )
    issued = acts.issue_client(integration=integration, redirect_uris=[], actor="bench")
    basic = b64encode(f"{issued.client_id}:{issued.secret}".encode()).decode()
    answer = Client(headers={"authorization": f"Basic {basic}", "host": "localhost"}).post(
        "/oauth/token", {"grant_type": "client_credentials"}
    )
    return str(answer.json()["access_token"])
