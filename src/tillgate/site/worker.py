"""The job worker: procrastinate over the same PostgreSQL, stopped within the deadline."""

import asyncio
import contextlib

from procrastinate.contrib.django import app

from tillgate.site.serve import stop_requested


async def work(deadline: float) -> None:
    """Run jobs until the process is asked to stop; a running job gets until the deadline."""
    async with app.replace_connector(app.connector.get_worker_connector()).open_async() as jobs:
        working = asyncio.create_task(
            jobs.run_worker_async(install_signal_handlers=False, shutdown_graceful_timeout=deadline)
        )
        stopping = asyncio.create_task(stop_requested())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
