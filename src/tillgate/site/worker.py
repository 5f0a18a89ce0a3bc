"""The job worker: procrastinate over the same PostgreSQL, stopped within the deadline."""

import asyncio
import logging
import os
import sys
from contextlib import suppress
from time import time

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from psycopg import OperationalError

from tillgate.site import tasks
from tillgate.site.serve import stop_requested

_AGAIN_AFTER = 3.0
_AT_ONCE = 4
# A worker that was killed may have left mail behind, and a new installation has no sandbox yet: do
# not wait for the clock.
_AT_START = (tasks.requeue_lost_mail, tasks.feed_sandbox)

_log = logging.getLogger(__name__)


async def work(deadline: float, *, beside: bool) -> None:
    """Run jobs until asked to stop; a running job gets until the deadline.

    `beside` another process: stop when standard input ends, which is when that process does. The
    process ends with 0 when it was asked to, with 1 when the jobs could not go on.
    """
    working = asyncio.create_task(_keep_working(deadline))
    stopping = {asyncio.create_task(stop_requested())}
    if beside:
        stopping.add(asyncio.create_task(_input_ended()))
    await asyncio.wait({working, *stopping}, return_when=asyncio.FIRST_COMPLETED)
    has_failed = _tell_failure(working)
    for task in (*stopping, working):
        task.cancel()
    await asyncio.wait({working}, timeout=deadline)
    logging.shutdown()
    # The job library leaves tasks behind that take no cancellation, and asyncio would wait for
    # them for ever. Jobs are transactions, and locks are freed with the process: it may just end.
    os._exit(1 if has_failed else 0)


def _tell_failure(working: asyncio.Task[None]) -> bool:
    """Log why the jobs ended by themselves, if they did; whether that was a failure."""
    error = working.exception() if working.done() else None
    if error is not None:
        _log.error("the worker failed", exc_info=error)
    return error is not None


async def _keep_working(deadline: float) -> None:
    """Run jobs; while the database is away, try again. Whoever serves beside us does the same."""
    while True:
        try:
            # It takes a cancellation as the word to stop, finishes its jobs and returns.
            return await _run(deadline)
        except (ConnectorException, OperationalError) as error:
            _log.warning("no jobs run, the database does not answer: %s", error)
            await asyncio.sleep(_AGAIN_AFTER)


async def _run(deadline: float) -> None:
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as jobs:
        async with jobs.open_async():
            for task in _AT_START:
                with suppress(AlreadyEnqueued):
                    await jobs.configure_task(task.name).defer_async(timestamp=int(time()))
            await jobs.run_worker_async(
                install_signal_handlers=False,
                shutdown_graceful_timeout=deadline,
                # A mail server that does not answer must not hold up the closing of days.
                concurrency=_AT_ONCE,
            )


async def _input_ended() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
