"""What the meter would have written, for tests: by its own role, and committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg

TABLES = "access_callcount, access_loggedcall, access_callgap"


class Meter:
    """Writes as the API plane's second connection does."""

    def __init__(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        self._connection = connection

    def count(self, client_id: str, at: datetime, calls: int = 1, **other: object) -> None:
        fields = {"endpoint": "/f/data/businesses", "status": 200, "bytes": 100, **other}
        self._connection.execute(
            "INSERT INTO access_callcount (at, client_id, endpoint, status, calls, bytes, last_at)"
            " VALUES (%(at)s, %(client)s, %(endpoint)s, %(status)s, %(calls)s, %(bytes)s, %(at)s)",
            {"at": at, "client": client_id, "calls": calls, **fields},
        )

    def log(self, client_id: str, at: datetime, calls: int = 1, *, status: int = 200) -> None:
        """So many calls, a millisecond after each other."""
        with self._connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO access_loggedcall (at, client_id, method, endpoint,"
                " business_location_id, status, ms, bytes, request_id)"
                " VALUES (%s, %s, 'GET', '/f/data/businesses', 42, %s, 1.25, 100, %s)",
                [
                    (at + timedelta(milliseconds=n), client_id, status, f"request-{n}")
                    for n in range(calls)
                ],
            )

    def miss(self, client_id: str, kind: str, at: datetime, calls: int) -> None:
        self._connection.execute(
            "INSERT INTO access_callgap (client_id, kind, first_at, last_at, calls)"
            " VALUES (%s, %s, %s, %s, %s)",
            (client_id, kind, at, at + timedelta(minutes=5), calls),
        )


@contextmanager
def metering(meter_url: str, owner_url: str) -> Iterator[Meter]:
    """A meter; what it wrote is gone afterwards."""
    with psycopg.connect(meter_url, autocommit=True) as connection:
        yield Meter(connection)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(f"TRUNCATE {TABLES}, access_dayusage")
