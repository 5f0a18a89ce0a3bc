"""The programs in docs/examples, run against a real gate."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from tests.api.rows import BUSINESS, LOCATION, Rows, sales_every
from tests.books import empty_books
from tests.contract.server import Server, database_settings
from tillgate.access import acts
from tillgate.foundation.postgres.roles import Role
from tillgate.ledger.feed.batch import Written, import_file

REPOSITORY = Path(__file__).parent.parent
PROGRAM = REPOSITORY / "docs" / "examples" / "read_sales.py"
MIRROR = REPOSITORY / "docs" / "examples" / "mirror_menu.py"
RANGE = ("2026-03-14T05:30:00Z", "2026-03-15T05:30:00+00:00")
SALES = 2100


class Installation(NamedTuple):
    """A gate with 2,100 sales of a day, and a client of their merchant."""

    url: str
    client_id: str
    secret: str
    owner_url: str

    def change(self, statement: str) -> None:
        """Change something as an operator would, who sits at the database."""
        with psycopg.connect(self.owner_url) as connection:
            connection.execute(statement)
        # Grants are kept for half a second.
        time.sleep(0.6)

    def run(self, *command: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """Run `read_sales.py`, or another program with its arguments."""
        named = {
            "GATE_URL": self.url,
            "GATE_CLIENT_ID": self.client_id,
            "GATE_CLIENT_SECRET": self.secret,
        }
        return subprocess.run(
            [sys.executable, *(command or (str(PROGRAM), str(LOCATION), *RANGE))],
            env={**os.environ, **named, **environ},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture(scope="module")
def installation(  # type: ignore[no-untyped-def]
    role_urls: dict[Role, str], migrated: None, django_db_blocker, tmp_path_factory
) -> Iterator[Installation]:
    rows = Rows(role_urls[Role.LEDGER], role_urls[Role.OWNER])
    empty_books(role_urls[Role.OWNER])
    rows.add_location()
    with psycopg.connect(role_urls[Role.OWNER]) as connection:
        # Else the worker, should its minute come, closes the day.
        connection.execute("UPDATE directory_businesslocation SET close_after_hours = NULL")
    rows.add_sales(sales_every(0.5, SALES))
    with django_db_blocker.unblock():
        integration = acts.open_integration(
            business_id=BUSINESS,
            name="Bookkeeping",
            scopes=["financial-api", "items"],
            location_ids=[LOCATION],
            staff=False,
            consumers=False,
            authorizations=False,
            actor="test",
        )
        issued = acts.issue_client(integration=integration, redirect_uris=[], actor="test")
    server = Server("all", tmp_path_factory.mktemp("gate"), database_settings(role_urls))
    try:
        url = f"http://localhost:{server.port}"
        yield Installation(url, issued.client_id, issued.secret, role_urls[Role.OWNER])
    finally:
        assert server.stop() == 0, server.log()
        rows.close()
        empty_books(role_urls[Role.OWNER])


@pytest.fixture
def read_sales() -> Any:
    spec = importlib.util.spec_from_file_location("read_sales", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_program_reads_all_pages_of_a_range(installation: Installation) -> None:
    done = installation.run()
    assert done.returncode == 0, done.stderr
    references = [json.loads(line)["accountReference"] for line in done.stdout.splitlines()]
    assert references == [f"reference-{number}" for number in range(1, SALES + 1)]
    assert f"{SALES} records, revenue {SALES * 12}.00" in done.stderr
    assert "not closed yet" in done.stderr


def test_the_program_gets_a_new_token_when_its_own_is_refused(
    installation: Installation, read_sales: Any
) -> None:
    gate = read_sales.Gate(installation.url, installation.client_id, installation.secret)
    path = f"/f/finance/{LOCATION}/tax-rates"
    assert gate.get(path, {})["_embedded"]
    first = gate._token
    installation.change("DELETE FROM access_secrettoken; DELETE FROM oauth2_provider_accesstoken")
    assert gate.get(path, {})["_embedded"]
    assert gate._token != first


def test_the_program_waits_as_long_as_it_is_told(
    installation: Installation, read_sales: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        installation.change("UPDATE access_integration SET calls_per_minute = 600")

    installation.change("UPDATE access_integration SET calls_per_minute = 1")
    sleeper = type("Clock", (), {"sleep": staticmethod(wait), "monotonic": time.monotonic})
    monkeypatch.setattr(read_sales, "time", sleeper)
    gate = read_sales.Gate(installation.url, installation.client_id, installation.secret)
    found = list(read_sales.sales(gate, LOCATION, *RANGE))
    assert len(found) == SALES
    assert len(waits) == 1
    assert 1 <= waits[0] <= 60


def test_the_program_says_what_is_wrong_and_stops(installation: Installation) -> None:
    done = installation.run(GATE_CLIENT_SECRET="tg_none")
    assert done.returncode == 1
    assert "no token: 401" in done.stderr
    assert "invalid_client" in done.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_first_call_of_the_readme_works(installation: Installation) -> None:
    text = (REPOSITORY / "README.md").read_text()
    section = text.partition("## A first call")[2].partition("\n## ")[0]
    lines = re.findall(r"^ {4}(.*)$|^$", section, re.MULTILINE)
    named = {
        "BASE_URL": installation.url,
        "CLIENT_ID": installation.client_id,
        "CLIENT_SECRET": installation.secret,
        "LOCATION": str(LOCATION),
    }
    done = subprocess.run(
        ["bash", "-euc", "\n".join(lines)],
        env={**os.environ, **named},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["businessLocationId"] == LOCATION


def test_the_mirror_of_the_menu_follows_it(
    installation: Installation, ledger_url: str, tmp_path: Path
) -> None:
    def feed(*records: dict[str, Any]) -> None:
        here = {"recordedAt": f"2026-03-{20 + len(list(tmp_path.iterdir()))}T10:00:00Z"}
        lines = [json.dumps(here | {"businessLocationId": LOCATION} | one) for one in records]
        import_file(ledger_url, Written("menu", "\n".join(lines).encode()))

    def mirrored() -> tuple[str, dict[str, str]]:
        done = installation.run(str(MIRROR), str(LOCATION), str(tmp_path / "menu.json"))
        assert done.returncode == 0, done.stderr
        items = json.loads((tmp_path / "menu.json").read_text())["items"]
        return done.stderr.strip(), {number: item["name"] for number, item in items.items()}

    def item(number: int, name: str) -> dict[str, Any]:
        return {"record": "item", "item": {"id": number, "name": name}}

    feed(item(1, "Soup"), item(2, "Tarte"))
    assert mirrored() == ("2 changes, 2 items", {"1": "Soup", "2": "Tarte"})
    assert mirrored() == ("0 changes, 2 items", {"1": "Soup", "2": "Tarte"})
    feed({"record": "item_removed", "itemId": 1}, item(2, "Quiche"), item(3, "Ragoût"))
    assert mirrored() == ("3 changes, 2 items", {"2": "Quiche", "3": "Ragoût"})


def test_the_mirror_says_what_is_wrong(installation: Installation, tmp_path: Path) -> None:
    done = installation.run(str(MIRROR), "77", str(tmp_path / "menu.json"))
    assert done.returncode == 1
    assert "404" in done.stderr
    assert list(tmp_path.iterdir()) == []
