"""One feed file is one batch and one transaction: it lands whole or not at all.

Everything is read, checked and put aside first; then the locations are locked, and the kinds of
record are settled in the order in which they need each other, whatever their order in the file:
businesses, locations, lookups and items, sales, and at last the days that close.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

import psycopg
from psycopg import Connection

from tillgate.foundation import clock
from tillgate.foundation.event_rows import add_event
from tillgate.foundation.postgres.sessions import scoped
from tillgate.foundation.settling import Tally
from tillgate.ledger.feed.balance import adds_up, unbalanced_lines
from tillgate.ledger.feed.errors import SHOWN, BadFile, BadLine
from tillgate.ledger.feed.landed import Landed, OnProgress, Progress
from tillgate.ledger.feed.landing import land_kinds
from tillgate.ledger.feed.reading import FeedReader
from tillgate.ledger.feed.records import AbortedOrderRecord, Found, SaleRecord
from tillgate.ledger.feed.stage import Stage, place_of
from tillgate.ledger.locks import lock_locations

_REPORT_EVERY = 500


class Written(NamedTuple):
    """A feed that was written in this process and lies in no file."""

    name: str
    text: bytes


Source = Path | Written | Literal["-"]
Connect = Callable[[], Connection[Any]]


def import_files(  # noqa: PLR0913  what, as whom, and who wants to hear of it
    connect: str | Connect,
    files: Sequence[Source],
    *,
    location: int | None = None,
    recorded_at: datetime | None = None,
    on_progress: OnProgress = lambda _: None,
    on_landed: Callable[[Landed], None] = lambda _: None,
) -> list[Landed]:
    """Land feed files one after the other; `-` is standard input.

    `connect` is a conninfo of the ledger role or makes its connection. `location` and `recorded_at`
    are for recorded answers (default: the file's modification time). Raises `BadFile` at the first
    file that is refused; those before it have landed and `on_landed` has heard of them.
    """
    landed = []
    for file in files:
        landed.append(
            import_file(
                connect,
                file,
                location=location,
                recorded_at=recorded_at,
                on_progress=on_progress,
            )
        )
        on_landed(landed[-1])
    return landed


def import_file(  # noqa: PLR0913  what, as whom, and who wants to hear of it
    connect: str | Connect,
    file: Source,
    *,
    location: int | None = None,
    recorded_at: datetime | None = None,
    sandbox: bool = False,
    on_progress: OnProgress = lambda _: None,
) -> Landed:
    """Land one feed file; raises `BadFile`, and then nothing of it is kept.

    Ids of the sandbox are taken with `sandbox` only, and then no others.
    """
    name = "standard input" if file == "-" else file.name
    with _opened(file) as (stream, size, modified_at), _connection(connect) as connection:
        reader = FeedReader(
            stream, location=location, recorded_at=recorded_at or modified_at, sandbox=sandbox
        )
        batch = _Batch(connection, reader, name)
        return batch.land(lambda done, count: on_progress(Progress(name, done, size, count)))


@contextmanager
def _opened(file: Source) -> Iterator[tuple[BinaryIO, int, datetime]]:
    """The stream, its size (0: unknown) and the time its content is from."""
    if file == "-":
        yield sys.stdin.buffer, 0, clock.now()
        return
    if isinstance(file, Written):
        yield BytesIO(file.text), len(file.text), clock.now()
        return
    with file.open("rb") as stream:
        status = file.stat()
        yield stream, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC)


@contextmanager
def _connection(connect: str | Connect) -> Iterator[Connection[Any]]:
    if isinstance(connect, str):
        with psycopg.connect(connect, application_name="tillgate feed") as connection:
            yield connection
    else:
        with connect() as connection:
            yield connection


class _Batch:
    """The landing of one file on one connection."""

    def __init__(self, connection: Connection[Any], reader: FeedReader, name: str) -> None:
        self.connection = connection
        self.reader = reader
        self.landed = Landed(file=name)

    def land(self, report: Callable[[int, int], None]) -> Landed:
        """Read it all, then bring it into the books, in one transaction."""
        with self.connection.transaction():
            stage = self._staged(report)
            lock_locations(self.connection, stage.locations, stage.businesses)
            with scoped(self.connection, sorted(stage.locations)):
                for kind, tally in land_kinds(self.connection, stage):
                    self._refuse(tally)
                    self.landed.add(kind, tally)
                self._note()
        self.landed.left_out = sorted(self.reader.left_out)
        return self.landed

    def _staged(self, report: Callable[[int, int], None]) -> Stage:
        bad: list[BadLine] = []
        done = count = 0

        def read(size: int) -> None:
            nonlocal done
            done += size

        self.reader.on_bytes = read
        with Stage(self.connection) as stage:
            for found in self.reader.records():
                if isinstance(found, BadLine):
                    bad.append(found)
                elif not bad:
                    self._put(stage, found)
                count += 1
                if count % _REPORT_EVERY == 0:
                    report(done, count)
                if len(bad) == SHOWN:
                    break
            if bad:
                raise BadFile(self.landed.file, bad)
        report(done, count)
        return stage

    def _put(self, stage: Stage, found: Found) -> None:
        if isinstance(found.record, SaleRecord):
            sale = found.record.sale
            for line in unbalanced_lines(sale):
                self.landed.warn(
                    f"line {found.line}: sale {sale.account_fisc_id}, sales line {line}: "
                    "totalNetAmountWithTax is not net + tax + service charge"
                )
        elif isinstance(found.record, AbortedOrderRecord) and not adds_up(found.record.order):
            self.landed.warn(
                f"line {found.line}: aborted order {found.record.aborted_order_id}: "
                "totalAmountAborted is not the sum of its lines"
            )
        stage.put(found)

    def _refuse(self, tally: Tally) -> None:
        if not tally.refused:
            return
        bad = []
        for origin, path, problem, expected in sorted(tally.refused)[:SHOWN]:
            line, index = place_of(origin)
            prefix = self.reader.prefixes.get(line)
            place = path if prefix is None else f"{prefix}[{index}].{path.removeprefix('sale.')}"
            bad.append(BadLine(line, place, problem, expected))
        raise BadFile(self.landed.file, bad)

    def _note(self) -> None:
        if self.landed.changed_anything:
            add_event(
                self.connection,
                kind="feed:file:landed",
                subject="feed",
                actor="feed",
                data={"file": self.landed.file, "counts": self.landed.counts},
            )
