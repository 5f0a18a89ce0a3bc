"""Asking for a file over many days, making it, and forgetting it again."""

import logging
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.util import find_spec

from django.db import connection, transaction
from procrastinate.contrib.django import app

from tillgate.directory.models import BusinessLocation, Person
from tillgate.directory.permissions import require
from tillgate.directory.queries import locations_with_books_for
from tillgate.exports.errors import NoSuchFile, RangeUnusable, TooManyWaiting
from tillgate.exports.models import FileState, ParquetFile, TableChoice
from tillgate.foundation import clock
from tillgate.foundation.events import record_event
from tillgate.ledger.export.files import StoredDay, digest_of
from tillgate.ledger.export.reads import read_days

MOST_DAYS = 366
MOST_WAITING = 4
KEPT_FOR = timedelta(days=7)
# The worker's job, by the name under which procrastinate finds it.
MAKING = "tillgate.site.tasks.make_parquet"
_LACKING = "pyarrow"

_log = logging.getLogger(__name__)


def ask_for_parquet(
    *, person: Person, location: BusinessLocation, table: TableChoice, first: date, last: date
) -> ParquetFile:
    """Have the closed days of a range made into one file by the worker.

    The same asked for again while it is being made gives the file that is being made. Raises
    `RangeUnusable`, `TooManyWaiting`, and `NotPermitted` for whoever may not read these books.
    """
    require(person, "books:read")
    if location.pk not in {each.pk for each in locations_with_books_for(person)}:
        raise NoSuchFile
    if not timedelta() <= last - first < timedelta(days=MOST_DAYS):
        raise RangeUnusable(MOST_DAYS - 1)
    asked = {"business_location_id": location.pk, "table": table, "first": first, "last": last}
    with transaction.atomic():
        waiting = ParquetFile.objects.filter(
            business_location_id=location.pk, state=FileState.WAITING
        )
        if same := waiting.filter(**asked).first():
            return same
        if waiting.count() >= MOST_WAITING:
            raise TooManyWaiting(MOST_WAITING)
        file = ParquetFile.objects.create(**asked, asked_by=person, asked_at=clock.now())
        record_event(
            kind="export:file:asked",
            subject=f"location:{location.pk}",
            actor=f"person:{person.pk}",
            data={"table": table, "first": first.isoformat(), "last": last.isoformat()},
        )
        app.configure_task(MAKING).defer(file_id=file.pk)
    return file


def make_file(file_id: int) -> None:
    """Make a file that waits; what was made or is gone already is left alone."""
    file = ParquetFile.objects.filter(pk=file_id, state=FileState.WAITING).first()
    if file is None:
        return
    if find_spec(_LACKING) is None:
        _log.error("no Parquet file is made: the worker lacks the extra `parquet` (pyarrow)")
        _fail(file, "lacking")
        return
    try:
        with transaction.atomic():
            _make(file)
    except Exception:
        _log.exception("a Parquet file could not be made", extra={"file": file_id})
        _fail(file, "fault")


def _make(file: ParquetFile) -> None:
    # Only the worker has the library, and only when somebody asks.
    from tillgate.ledger.export.parquet import Table, make_parquet  # noqa: PLC0415

    days = _Counted(file)
    made = make_parquet(Table(file.table), days)
    file.content, file.rows, file.size = made.content, made.rows, len(made.content)
    file.sha256, file.days, file.state = digest_of(made.content), days.count, FileState.READY
    file.save()


class _Counted:
    """The documents of a range, the newest revision of each day; one in memory at a time."""

    def __init__(self, file: ParquetFile) -> None:
        self._file = file
        self.count = 0

    def __iter__(self) -> Iterator[StoredDay]:
        file = self._file
        connection.ensure_connection()
        location = file.business_location_id
        for day in read_days(connection.connection, location, file.first, file.last):
            self.count += 1
            yield day


def _fail(file: ParquetFile, why: str) -> None:
    file.state, file.why = FileState.FAILED, why
    file.save()


def forget_old_files() -> int:
    """Delete files that were asked for long ago; how many."""
    return ParquetFile.objects.filter(asked_at__lt=clock.now() - KEPT_FOR).delete()[0]
