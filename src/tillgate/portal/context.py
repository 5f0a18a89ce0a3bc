"""What every template knows: the platform, and where its reader may go."""

from functools import cache, partial
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest

from tillgate.content import queries
from tillgate.content.queries import Platform
from tillgate.portal.navigation import FOOT, MAIN, links


def platform() -> Platform | None:
    """The platform whose portal this is; None where the database cannot say, as on an error."""
    try:
        return queries.platform()
    except DatabaseError:
        return None


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Links are made when a template asks for them, so fragments cost none."""
    knows_user = hasattr(request, "user")  # not yet, where a request is refused early
    return {
        "platform": cache(platform),  # asked for once a page, though named several times
        "navigation": partial(links, request, MAIN) if knows_user else (),
        "foot": partial(links, request, FOOT) if knows_user else (),
    }
