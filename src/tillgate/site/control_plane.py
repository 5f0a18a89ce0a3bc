"""The control plane as an ASGI app: Django, already set up by `databases.start_django`."""

import logging

from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application
from django.db import connection
from django.urls import get_resolver

from tillgate.site.logs import App

_log = logging.getLogger(__name__)


def app() -> App:
    """The portal and the OAuth endpoints; raises, and logs, why they cannot be loaded."""
    # Django imports pages with the first request, and answers 500 without a word if it cannot.
    try:
        get_resolver().url_patterns  # noqa: B018  reading it imports them
    except Exception:
        _log.exception("the portal cannot be loaded, so nothing is served")
        raise
    return get_asgi_application()  # type: ignore[return-value]


async def readiness() -> None:
    """Raises what keeps the portal from answering, such as a database that is down."""
    await sync_to_async(_ask)()


def _ask() -> None:
    # No request begins or ends here, so nobody else would drop a connection that has died.
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()
