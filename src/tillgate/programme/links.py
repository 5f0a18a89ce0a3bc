"""Personal links: a long random token in an address, of which only the hash is stored.

Mail scanners open links, so opening one changes nothing: a page shows a button, and the button does
the work.
"""

import hashlib
import secrets
from typing import NamedTuple


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
