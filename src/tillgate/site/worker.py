"""The job worker: procrastinate over the same PostgreSQL, stopped within the deadline."""

import asyncio
import contextlib
import sys

from procrastinate import App
from procrastinate.contrib.django import app

from tillgate.site.serve import stop_requested


async def work(deadline: float, *, beside: bool) -> None:
    """Run jobs until asked to stop; a running job gets until the deadline.

    `beside` another process: stop when standard input ends, which is when that process does.
    """
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as jobs:
        async with jobs.open_async():
            await _run(jobs, deadline, beside=beside)


async def _run(jobs: App, deadline: float, *, beside: bool) -> None:
    working = asyncio.create_task(
        jobs.run_worker_async(install_signal_handlers=False, shutdown_graceful_timeout=deadline)
    )
    stopping = {asyncio.create_task(stop_requested())}
    if beside:
        stopping.add(asyncio.create_task(_input_ended()))
    await asyncio.wait({working, *stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (*stopping, working):
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


async def _input_ended() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
