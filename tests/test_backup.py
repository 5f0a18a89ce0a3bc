"""What the operator's page says of backups."""

import subprocess
from pathlib import Path

import pytest

from tests.api.rows import OPENING, Rows, a_sale
from tillgate.foundation.postgres.binaries import find_binaries


def _dump(url: str) -> "subprocess.CompletedProcess[str]":
    programs = find_binaries(Path("no cluster yet"), {}).folder
    command = [str(programs / "pg_dump"), "--data-only", "--table=ledger_opensale", url]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def one_sale(clean_books: None, ledger_url: str, owner_url: str) -> None:
    rows = Rows(ledger_url, owner_url)
    rows.add_location()
    rows.add_sales([a_sale(1, OPENING)])
    rows.close()


def test_a_dump_by_the_owner_holds_the_books(one_sale: None, owner_url: str) -> None:
    done = _dump(owner_url)
    assert done.returncode == 0, done.stderr
    assert "reference-1" in done.stdout


def test_a_dump_by_the_reader_fails_loudly_instead_of_being_empty(
    one_sale: None, reader_url: str
) -> None:
    done = _dump(reader_url)
    assert done.returncode != 0
    assert "row-level security" in done.stderr
