"""Whole addresses of the portal's pages, for mails and documents, where no request tells them."""

from django.urls import reverse

from tillgate.foundation.config import config

# Where a laptop serves by default; an installation for others sets its public address.
LOCAL = "http://localhost:8000"


def address_of(page: str, *args: object) -> str:
    """The whole address of a page of the portal, by its name."""
    return (config().base_url or LOCAL) + reverse(page, args=args)
