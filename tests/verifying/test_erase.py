"""`tillgate backoffice erase` as the operator types it: gone, noted, and every digest right."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.api.rows import DAY, LOCATION, Rows
from tests.verifying.conftest import NEXT, Copy
from typer.testing import CliRunner

from tillgate.cli import app
from tillgate.verifying.command import Asked, verify

PEOPLE = f"/accounting/v1/business-locations/{LOCATION}/export/v1/{DAY}/1/people.ndjson"


def erase(folder: Path, url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """On a host of the feed, which holds the ledger role's URL and no other."""
    plain = {key: value for key, value in os.environ.items() if "TILLGATE" not in key}
    settings = {"TILLGATE_DATA_DIR": str(folder / "data"), "TILLGATE_LEDGER_DATABASE_URL": url}
    command = [sys.executable, "-m", "tillgate", "backoffice", "erase", *arguments]
    return subprocess.run(
        command, env=plain | settings, capture_output=True, text=True, timeout=60, check=False
    )


def days(first: object, last: object) -> list[str]:
    return ["--first", str(first), "--last", str(last)]


@pytest.mark.usefixtures("closed")
def test_a_person_is_erased_by_the_command_and_everything_still_verifies(
    copy: Copy, rows: Rows, ledger_url: str, tmp_path: Path
) -> None:
    place = tmp_path / "books"
    before = copy.verify(place)
    assert b"Example Waiter" in copy.get(PEOPLE)
    assert b"Chris" in copy.get(PEOPLE)
    who = ["--location", str(LOCATION), "--person", "staff:14670"]
    done = erase(tmp_path, ledger_url, *who, *days(DAY, NEXT))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "staff:14670: erased in 2 closed days and 0 aborted orders\n"
    assert b"Example Waiter" not in copy.get(PEOPLE)
    assert b"Chris" in copy.get(PEOPLE)
    (event,) = rows.owner.execute(
        "SELECT data FROM foundation_event WHERE kind = 'ledger:person:erased'"
        " ORDER BY id DESC LIMIT 1"
    ).fetchall()
    told = event[0] if isinstance(event[0], dict) else json.loads(event[0])
    assert (told["first"], told["last"], told["days"]) == (str(DAY), str(NEXT), 2)
    assert "14670" not in json.dumps(told)
    assert copy.verify().digests == before.digests
    assert copy.verify(place).digests == before.digests
    assert verify(Asked(place)).digests == before.digests


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--person", "Robin", *days(DAY, DAY)], "staff:ID or consumer:ID"),
        (["--person", "staff:", *days(DAY, DAY)], "staff:ID or consumer:ID"),
        (["--person", "staff:5", *days("yesterday", DAY)], "--first"),
        (["--person", "staff:5", *days(NEXT, DAY)], "--last"),
        (["--person", "staff:5", "--first", str(DAY)], "--last"),
    ],
)
def test_a_wrong_argument_is_named_and_nothing_starts(arguments: list[str], named: str) -> None:
    done = CliRunner().invoke(app, ["backoffice", "erase", "--location", "1", *arguments])
    assert done.exit_code == 2
    assert named in done.output
