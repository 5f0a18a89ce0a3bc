"""The sandbox's business in the books of a test, and people who open it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import psycopg
from django.db import connections

from tillgate.access.models import Integration
from tillgate.directory.models import Person
from tillgate.foundation import sandbox_ids
from tillgate.foundation.models import Message
from tillgate.ledger.feed.batch import Written, import_file
from tillgate.simulator.feed import directory_lines
from tillgate.simulator.sandbox import SANDBOX
from tillgate.site.privileges import BY_LOCATION


def feed_directory(ledger_url: str) -> None:
    """Business, locations and items, without a sale."""
    lines = b"".join(directory_lines(date(2026, 10, 26), SANDBOX))
    import_file(ledger_url, Written("sandbox", lines), sandbox=True)


@contextmanager
def in_the_books(owner_url: str) -> Iterator[None]:
    """Whatever is fed about the sandbox in the block is gone afterwards, and so are the events."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        query = "SELECT coalesce(max(id), 0) FROM foundation_event"
        last_event = connection.execute(query).fetchone()
        yield
        for table in reversed(BY_LOCATION):
            connection.execute(
                f"DELETE FROM {table} WHERE business_location_id = any(%s)",
                (list(sandbox_ids.LOCATIONS),),
            )
        connection.execute(
            "DELETE FROM directory_business WHERE business_id = %s", (sandbox_ids.BUSINESS,)
        )
        connection.execute("DELETE FROM foundation_event WHERE id > %s", last_event)


@contextmanager
def committed_people(blocker) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """What the block commits about people and their sandboxes is removed afterwards."""
    with blocker.unblock():
        before = set(Person.objects.values_list("pk", flat=True))
        try:
            yield
        finally:
            Integration.objects.filter(business_id=sandbox_ids.BUSINESS).delete()
            Message.objects.filter(key__startswith="sandbox:").delete()
            Person.objects.exclude(pk__in=before).delete()
            connections.close_all()
