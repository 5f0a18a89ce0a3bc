"""`python -m bench.bare_copy FILE`: COPY rows into the table `bare_copy`; prints seconds."""

import sys
from pathlib import Path
from time import perf_counter

import psycopg

from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import database_url

COLUMNS = (
    "business_location_id, account_reference, account_id, business_date, closed_at, type, "
    "recorded_at, digest, payments_start, payments_end, lean, body"
)
_BLOCK = 256 * 1024
_COPY = f"COPY bare_copy ({COLUMNS}) FROM STDIN (FORMAT BINARY)"


def copy_rows(url: str, file: Path) -> float:
    """Copy a file's rows in one transaction; seconds from its beginning to its COMMIT."""
    with psycopg.connect(url) as connection, file.open("rb") as stream:
        begun = perf_counter()
        with connection.transaction(), connection.cursor().copy(_COPY) as copy:
            while block := stream.read(_BLOCK):
                copy.write(block)
        return perf_counter() - begun


if __name__ == "__main__":
    print(copy_rows(database_url(Role.OWNER), Path(sys.argv[1])))
