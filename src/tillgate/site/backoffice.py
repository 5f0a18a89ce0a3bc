"""`tillgate backoffice import`: feed files or a drop folder, and what a person sees meanwhile."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import database_url
from tillgate.ledger.feed.batch import Source, import_files
from tillgate.ledger.feed.errors import BadFile
from tillgate.ledger.feed.landed import Landed, OnProgress, Progress
from tillgate.ledger.feed.watching import Watch, stopping_on_signals, watch_folder


def import_or_exit(
    files: Sequence[str], *, location: int | None, recorded_at: datetime | None
) -> None:
    """Land the files in turn; the first that is refused ends it with exit status 1."""
    sources: list[Source] = ["-" if file == "-" else Path(file) for file in files]
    try:
        with _bars() as on_progress:
            import_files(
                database_url(Role.LEDGER),
                sources,
                location=location,
                recorded_at=recorded_at,
                on_progress=on_progress,
                on_landed=_tell,
            )
    except BadFile as refused:
        sys.exit(f"{refused}")


def watch_until_stopped(
    folder: Path, *, location: int | None, recorded_at: datetime | None
) -> None:
    """Land what is put into the folder until SIGTERM or Ctrl-C."""
    sys.stdout.write(f"Watching {folder}\n")
    with stopping_on_signals() as stop:
        watch = Watch(
            location=location,
            recorded_at=recorded_at,
            on_landed=_tell,
            on_refused=_complain,
            on_trouble=_complain,
        )
        watch_folder(database_url(Role.LEDGER), folder, stop=stop, watch=watch)


def _tell(landed: Landed) -> None:
    lines = [str(landed), *(f"{landed.file}: warning: {text}" for text in landed.warnings)]
    if landed.warning_count > len(landed.warnings):
        lines.append(f"{landed.file}: {landed.warning_count} warnings in all")
    if landed.left_out:
        unknown = ", ".join(landed.left_out)
        lines.append(f"{landed.file}: left out, since nobody knows them: {unknown}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _complain(trouble: BadFile | str) -> None:
    sys.stderr.write(f"{trouble}\n")


@contextmanager
def _bars() -> Iterator[OnProgress]:
    """A bar on a terminal; elsewhere nothing, for each file says its line when it has landed."""
    if not sys.stderr.isatty():
        yield _nothing
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Bars(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bars:
        yield _on(bars)


def _nothing(_: Progress) -> None:
    return


def _on(bars: Bars) -> Callable[[Progress], None]:
    tasks = {}

    def report(progress: Progress) -> None:
        if progress.file not in tasks:
            tasks[progress.file] = bars.add_task(progress.file, total=progress.bytes_total or None)
        bars.update(tasks[progress.file], completed=progress.bytes_done)

    return report
