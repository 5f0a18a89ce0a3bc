"""Personal links: a long random token in an address, of which only the hash is stored.

Mail scanners open links, so opening one changes nothing: a page shows a button, and the button does
the work.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import NamedTuple

from tillgate.foundation.config import config

_LOCAL = "http://localhost:8000"

# Mails outlive a version of the portal, so these paths stay as they are; a test opens each there.
PAGES: Mapping[str, str] = {
    "home": "/",
    "interest_page": "/merchants/interests/{}/",
    "invitation": "/invitation/{}/",
    "request_page": "/requests/{}/",
    "merchant_request": "/merchants/requests/{}/",
    "review_request": "/review/{}/",
    "sign": "/sign/{}/",
    "credentials": "/credentials/{}/",
    "agreement_check": "/check/",
}


class NewLink(NamedTuple):
    """A link that was just made: the token goes into the mail, its hash into the table."""

    token: str
    token_hash: str


def new_link() -> NewLink:
    """A fresh link with 256 random bits."""
    token = secrets.token_urlsafe(32)
    return NewLink(token, hash_of(token))


def hash_of(token: str) -> str:
    """What a token is stored and looked up by: its SHA-256 in hex."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def address_of(page: str, *args: object) -> str:
    """The whole address of a page of the portal, by its name in `PAGES`."""
    return base_url() + PAGES[page].format(*args)


def base_url() -> str:
    """The address of this installation, without a slash at its end."""
    return config().base_url or _LOCAL
