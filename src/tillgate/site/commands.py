"""What the commands do once a process of theirs is set up: settings, logs, databases, Django."""

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from getpass import getpass
from pathlib import Path

from asgiref.sync import sync_to_async

from tillgate.foundation.config import DEMO_MARK, Config, config
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import is_external, setting_name
from tillgate.ledger.feed.errors import BadFile
from tillgate.site import databases
from tillgate.site.beside import worker_beside
from tillgate.site.logs import set_up_logging
from tillgate.site.run import Part, serving
from tillgate.site.serve import claimed_port, stop_requested


@contextmanager
def process(*, django: bool = True, with_owner: bool = False) -> Iterator[Config]:
    """A process of ours: logs set up, databases running and known, migrated where they are ours."""
    conf = config()
    set_up_logging(conf.log_format)
    with databases.running(conf) as embedded:
        if django:
            databases.start_django(with_owner=with_owner or embedded)
            if embedded and not with_owner:
                from tillgate.site.migrate import catch_up

                catch_up(databases.role_names())
        yield conf


def _migrate() -> list[str]:
    from django.db import OperationalError

    from tillgate.site.migrate import migrate

    try:
        return migrate(databases.role_names())
    except OperationalError as error:
        sys.exit(f"tillgate: {str(error).strip()}")


def run_server(part: str, host: str, port: int) -> None:
    """Serve until asked to stop."""
    wanted = Part(part)
    with claimed_port(host, port), process(django=wanted is not Part.API) as conf:

        async def serve() -> None:
            async with serving(conf, wanted, host=host, port=port):
                await stop_requested()

        with worker_beside() if wanted is Part.ALL else nullcontext():
            asyncio.run(serve())


def run_worker(*, beside: bool) -> None:
    """Work until asked to stop, or until the process we run beside ends."""
    with process() as conf:
        from tillgate.site.worker import work

        asyncio.run(work(conf.shutdown_seconds, beside=beside))


def run_migrations() -> None:
    """Migrate, and say what was applied."""
    with process(with_owner=True):
        applied = _migrate()
        sys.stdout.write("\n".join([*applied, "The database is at this version."]) + "\n")


def run_checks() -> None:
    """Print each finding with its cure; exit status 1 when there is one."""
    from tillgate.site.checks import findings

    conf = config()
    with databases.running(conf):
        found = [f"{finding.what}\n    cure: {finding.cure}" for finding in findings(conf)]
    sys.stdout.write("\n".join(found or ["Nothing is wrong."]) + "\n")
    sys.exit(1 if found else 0)


def run_demo(  # noqa: PLR0913  the command's options
    *, port: int, data_dir: Path, days: int, feeds: Sequence[Path], as_json: bool, once: bool
) -> None:
    """Prepare the demo, serve it, make the first call and show it; until Ctrl-C unless `once`."""
    from tillgate.site.demo_feed import written

    base_url = f"http://localhost:{port}"
    _become_a_demo(data_dir.absolute(), base_url)
    with (
        claimed_port("127.0.0.1", port),
        written(data_dir.absolute(), days=days, feeds=feeds) as writing,
        process(with_owner=True) as conf,
    ):
        from tillgate.site import demo
        from tillgate.site.demo_output import DemoOutput

        _migrate()
        out = DemoOutput(as_json=as_json)
        out.say("Feeding the sales …")
        try:
            kept = demo.prepare(
                conf.data_dir, days=days, feeds=feeds, writing=writing, say=out.step
            )
        except (demo.NothingFed, demo.OtherDemo, BadFile) as error:
            sys.exit(f"tillgate: {error}")

        async def serve() -> None:
            async with serving(conf, Part.ALL, host="127.0.0.1", port=port):
                ready = await sync_to_async(demo.ready)(kept, base_url)
                path = await sync_to_async(demo.first_path)(kept)
                await asyncio.to_thread(out.show, ready, kept, path, goes_on=not once)
                if not once:
                    await stop_requested()

        with worker_beside():
            asyncio.run(serve())


def _become_a_demo(data_dir: Path, base_url: str) -> None:
    """Set what a demo is in this process and its worker: its own data, whatever is set outside."""
    for role in Role:
        os.environ.pop(setting_name(role), None)
        os.environ.pop(f"{setting_name(role)}_FILE", None)
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / DEMO_MARK).touch()
    os.environ |= {
        "TILLGATE_DATA_DIR": str(data_dir),
        "TILLGATE_BASE_URL": base_url,
        "TILLGATE_DEMO": "true",
        "TILLGATE_LOG_FORMAT": "text",
        "TILLGATE_ACCESS_LOG": "false",
    }


def run_add_user(  # noqa: PLR0913  the command's options
    email: str,
    *,
    name: str,
    business: int | None,
    role: str,
    staff: Sequence[str],
    password_file: Path | None,
) -> None:
    """Add a person, who acts for a business or works for the platform where that is said."""
    password = _password(password_file)
    with process():
        from django.db import transaction

        from tillgate.access import acts
        from tillgate.access.errors import AccessError
        from tillgate.directory.models import Role as Standing
        from tillgate.directory.models import StaffRole

        try:
            with transaction.atomic():
                person = acts.add_person(email=email, password=password, name=name)
                if business is not None:
                    acts.add_membership(
                        person=person, business_id=business, role=Standing(role), actor="operator"
                    )
                for each in staff:
                    acts.add_staff_role(person=person, role=StaffRole(each), actor="operator")
        except AccessError as error:
            sys.exit(f"tillgate: {error}")
    sys.stdout.write(f"{email} can sign in.\n")


def run_forget_second_factor(email: str) -> None:
    """Let somebody who has lost their second factor set up another at the next sign-in."""
    with process():
        from tillgate.directory.models import Person
        from tillgate.portal.second_factor import forget_second_factor

        person = Person.objects.filter(email=email.lower()).first()
        if person is None:
            sys.exit(f"tillgate: nobody has the address {email}")
        forget_second_factor(person, actor="operator")
    sys.stdout.write(f"{email} is signed out and sets up a second factor anew.\n")


def _password(file: Path | None) -> str:
    if file is not None:
        return file.read_text().strip()
    password = getpass("Password: ")
    if password != getpass("The same again: "):
        sys.exit("tillgate: the two passwords differ; nobody was added")
    return password


def run_import(
    files: Sequence[str],
    *,
    watch: Path | None,
    location: int | None,
    recorded_at: datetime | None,
) -> None:
    """Take in feed files, or whatever is put into a drop folder."""
    from tillgate.site.backoffice import import_or_exit, watch_until_stopped

    if watch is not None and not watch.is_dir():
        sys.exit(f"tillgate: {watch} is no folder: make it, or name another with --watch")
    with _ledger_process():
        if watch is None:
            import_or_exit(files, location=location, recorded_at=recorded_at)
        else:
            watch_until_stopped(watch, location=location, recorded_at=recorded_at)


def run_erase(location: int, person: str, first: date, last: date) -> None:
    """Erase a person's parts of closed days and aborted orders, and say in how many."""
    import psycopg

    from tillgate.foundation.postgres.urls import database_url
    from tillgate.ledger.erasing import erase_person

    with _ledger_process(), psycopg.connect(database_url(Role.LEDGER)) as connection:
        erased = erase_person(connection, location=location, person=person, first=first, last=last)
    told = f"{erased.days} closed days and {erased.orders} aborted orders"
    sys.stdout.write(f"{person}: erased in {told}\n")


@contextmanager
def _ledger_process() -> Iterator[None]:
    """A host of the feed holds the ledger's role only; our own database is migrated first."""
    with process(django=not is_external(os.environ)):
        yield
