"""An installation has its sandbox at once: the worker feeds it, and the first call is copied."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.house import House
from tests.contract.server import Server, database_settings
from tests.journeys.demo import plain_environment

OPEN = """
import json, sys, time
from tillgate.site.commands import process
with process():
    from tillgate.access import sandbox
    from tillgate.directory.models import Person
    from tillgate.foundation.sandbox_ids import LOCATIONS
    from tillgate.portal.first_call import first_call
    end = time.monotonic() + 60
    while not sandbox.sandbox_locations() and time.monotonic() < end:
        time.sleep(0.2)
    issued = sandbox.open_sandbox(actor=Person.objects.create_user("maya@lindqvist.example"))
    said = first_call(sys.argv[1], issued.client_id, issued.secret, LOCATIONS[0])
    json.dump(said, sys.stdout)
"""


@pytest.fixture
def server(house: House, tmp_path: Path) -> Iterator[Server]:
    started = Server("all", tmp_path, database_settings(house.urls))
    yield started
    started.stop()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_first_call_is_copied_from_the_page_into_a_shell(
    server: Server, house: House, tmp_path: Path
) -> None:
    opened = subprocess.run(
        [sys.executable, "-c", OPEN, f"http://localhost:{server.port}"],
        env=plain_environment()
        | database_settings(house.urls)
        | {"TILLGATE_DATA_DIR": str(tmp_path / "data")},
        stdout=subprocess.PIPE,
        check=True,
        timeout=90,
    )
    called = subprocess.run(
        ["sh", "-c", json.loads(opened.stdout)],
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        check=True,
        timeout=30,
    )
    body = json.loads(called.stdout)
    assert len(body["sales"]) > 5
    assert body["businessName"] == "Sandbox Kingfisher Kitchens"
