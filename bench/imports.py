"""The import of 100,000 sales against a bare COPY of the same rows into a table of the same shape.

The import is the whole command, from its start to its end. The COPY is binary, the fastest there
is, of bytes that lie ready, and timed without its connecting. Both have the server's core for
their own process and leave the other one to PostgreSQL.
"""

import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import psycopg

from bench import cores
from bench.bare_copy import COLUMNS
from bench.installation import LOCATION, Installation
from bench.row import Row, bounded, compared
from tillgate.foundation.config import config
from tillgate.foundation.postgres.folder import SUPERUSER
from tillgate.foundation.postgres.roles import DATABASE
from tillgate.foundation.postgres.urls import embedded_url
from tillgate.simulator.feed import write_sales

_SALES = 100_000
_TURNS = 3

# A table of the owner's: columns, keys and indexes are the same, row-level security is not there.
_SAME_SHAPE = "CREATE TABLE bare_copy (LIKE ledger_opensale INCLUDING ALL)"
_EMPTY = (
    "TRUNCATE ledger_opensale, ledger_externalreference, ledger_businessday, bare_copy",
    "TRUNCATE ledger_closedday, ledger_dayfigures, ledger_monthlines",
    "TRUNCATE ledger_closedreference, ledger_personalpart",
    "CHECKPOINT",
)
_COUNT = "SELECT (SELECT count(*) FROM ledger_opensale), (SELECT count(*) FROM bare_copy)"


class Import(NamedTuple):
    """How long a command took, and the most memory its process held, in MB."""

    seconds: float
    peak: float


class RowsLost(RuntimeError):
    """The two tables do not hold all sales, so their speeds say nothing."""


def measure(place: Installation) -> list[Row]:
    """Import and COPY in turn, three times."""
    feed, rows = place.folder / "sales-100000.ndjson", place.folder / "rows.copy"
    write_sales(feed, location_id=LOCATION.id, count=_SALES)
    with psycopg.connect(_superuser_url(), autocommit=True) as connection:
        connection.execute(_SAME_SHAPE)
        connection.execute("ALTER TABLE bare_copy OWNER TO tillgate_owner")
        turns = [_turn(connection, feed, rows) for _ in range(_TURNS)]
    imports, copies = zip(*turns, strict=True)
    speeds = [_SALES / one.seconds for one in imports]
    name = "Import of 100,000 sales"
    return [
        compared(
            f"{name}, by bare COPY",
            "sales/s",
            speeds,
            [_SALES / seconds for seconds in copies],
            at_least=0.2,
        ),
        bounded(f"{name}, time", "s", [one.seconds for one in imports], at_most=45),
        bounded(f"{name}, peak memory", "MB", [one.peak for one in imports], at_most=200),
    ]


def _turn(connection: psycopg.Connection, feed: Path, rows: Path) -> tuple[Import, float]:
    for statement in _EMPTY:
        connection.execute(statement)
    imported = _import(feed)
    if not rows.exists():
        _keep_rows(connection, rows)
    connection.execute("CHECKPOINT")
    copied = _copy(rows)
    counts = connection.execute(_COUNT).fetchone()
    if counts != (_SALES, _SALES):
        raise RowsLost(f"{counts} rows instead of {_SALES}")
    return imported, copied


# A process's peak counts what it was before it became another: a fork of the bench, which is
# large by now. So a small one starts the command, and tells its peak in KB.
_START = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""


def _import(feed: Path) -> Import:
    command = [sys.executable, "-m", "tillgate", "backoffice", "import", str(feed)]
    starter = [sys.executable, "-S", "-c", _START, *command]
    begun = perf_counter()
    told = subprocess.run(
        cores.on_cores([cores.SERVER], starter), check=True, capture_output=True
    ).stdout
    return Import(perf_counter() - begun, int(told) / 1024)


def _keep_rows(connection: psycopg.Connection, rows: Path) -> None:
    wanted = f"COPY ledger_opensale ({COLUMNS}) TO STDOUT (FORMAT BINARY)"
    with rows.open("wb") as file, connection.cursor().copy(wanted) as copy:
        file.writelines(copy)


def _copy(rows: Path) -> float:
    command = [sys.executable, "-m", "bench.bare_copy", str(rows)]
    said = subprocess.run(
        cores.on_cores([cores.SERVER], command), check=True, capture_output=True, timeout=120
    )
    return float(said.stdout)


def _superuser_url() -> str:
    # CHECKPOINT, so that neither half pays for what the other one wrote, is a superuser's.
    return embedded_url(config().data_dir, SUPERUSER, DATABASE)
