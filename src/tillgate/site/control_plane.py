"""The control plane as an ASGI app: Django, already set up by `databases.start_django`."""

from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application
from django.db import DatabaseError, connection

from tillgate.site.logs import App


def app() -> App:
    """The portal and the OAuth endpoints."""
    return get_asgi_application()  # type: ignore[return-value]


async def readiness() -> bool:
    """Whether the database answers the portal."""
    return await sync_to_async(_answers)()


def _answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
