"""What every template knows: the platform, and where its reader may go."""

from functools import partial
from typing import Any, NamedTuple

from django.http import HttpRequest

from tillgate.portal.navigation import FOOT, MAIN, links


class Platform(NamedTuple):
    """What the platform is called."""

    name: str


def platform() -> Platform:
    """The platform whose portal this is."""
    return Platform(name="Tillgate")


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Links are made when a template asks for them, so fragments cost none."""
    knows_user = hasattr(request, "user")  # not yet, where a request is refused early
    return {
        "platform": platform,
        "navigation": partial(links, request, MAIN) if knows_user else (),
        "foot": partial(links, request, FOOT) if knows_user else (),
    }
