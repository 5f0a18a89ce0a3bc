"""The address under which this server is known to the world."""

from django.http import HttpRequest

from tillgate.foundation.config import config


def issuer(request: HttpRequest) -> str:
    """TILLGATE_BASE_URL, else the address the request came to; without a slash at its end."""
    return config().base_url or f"{request.scheme}://{request.get_host()}"
