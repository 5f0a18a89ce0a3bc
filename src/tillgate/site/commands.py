"""What the commands do once a process of theirs is set up: settings, logs, databases, Django."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from tillgate.foundation.config import Config, config
from tillgate.site import databases
from tillgate.site.logs import set_up_logging
from tillgate.site.run import Part, serving, worker_beside
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
                _migrate()
        yield conf


def _migrate() -> list[str]:
    from tillgate.site.migrate import migrate

    return migrate(databases.role_names())


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
