"""Who is calling: a client with one of its secrets, by Basic or in the form, or a public client.

Secrets have a table of their own, so that two can be live while a program changes from one to the
next; the library's single `client_secret` is never compared with anything.
"""

import base64
import binascii
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from tillgate.access.limits import Limiter
from tillgate.access.models import Client, ClientSecret
from tillgate.access.queries import is_live
from tillgate.access.secrets import note_use
from tillgate.access.tokens import looks_genuine, token_hash
from tillgate.foundation import clock
from tillgate.foundation.config import config

_USE_NOTED_EVERY = timedelta(minutes=1)

limiter = Limiter(config().redis_url, name="token")


class TooManyCalls(OAuth2Error):
    """The client has used up its calls of this minute; 429 tells a program to try again."""

    error = "temporarily_unavailable"
    status_code = 429

    def __init__(self, wait: int) -> None:
        super().__init__(description=f"Too many calls: try again in {wait} seconds.")
        self._wait = wait

    @property
    def headers(self) -> dict[str, str]:
        """When to come back."""
        return {"Retry-After": str(self._wait)}


class ClientAuthentication:
    """The validator's part that knows clients."""

    def authenticate_client(self, request: Request, *_: Any, **__: Any) -> bool:
        """Whether the caller knows a live secret of the client it names; counts the call."""
        named = _by_basic(request) if _sends_basic(request) else _by_form(request)
        secret = _live_secret(*named) if named else None
        if secret is None:
            return False
        client = secret.client
        if (request.client_id or client.client_id) != client.client_id:
            return False
        return self._admit(client, request, secret)

    def authenticate_client_id(self, client_id: str, request: Request, *_: Any, **__: Any) -> bool:
        """Whether this is a public client, which has no secret to know; counts the call."""
        client = find_client(client_id)
        if client is None or client.is_confidential:
            return False
        return self._admit(client, request)

    def client_authentication_required(self, request: Request, *_: Any, **__: Any) -> bool:
        """Always, but for a public client that sends nothing which could be a secret."""
        if _sends_basic(request) or request.client_secret:
            return True
        client = find_client(request.client_id)
        return client is None or client.is_confidential

    def validate_client_id(self, client_id: str, request: Request, *_: Any, **__: Any) -> bool:
        """Whether there is such a client, for a browser that comes to authorize it."""
        request.client = find_client(client_id)
        return request.client is not None

    def _admit(self, client: Client, request: Request, secret: ClientSecret | None = None) -> bool:
        request.client = client
        request.client_id = client.client_id
        # Always set: what is not an attribute of a request is looked up in what the caller sent.
        request.secret = secret
        conf = config()
        limit = conf.token_calls_per_minute if request.grant_type else conf.calls_per_minute
        kind = "token" if request.grant_type else "other"
        standing = limiter.hit_now(f"{kind}:{client.client_id}", limit)
        if not standing.allowed:
            raise TooManyCalls(standing.reset_seconds)
        return True


def find_client(client_id: str | None) -> Client | None:
    """The client of an integration that has not ended."""
    if not client_id:
        return None
    client = Client.objects.select_related("integration").filter(client_id=client_id).first()
    return client if client is not None and client.is_usable(None) else None


def _live_secret(client_id: str, secret: str) -> ClientSecret | None:
    if not looks_genuine(secret):
        return None
    rows = ClientSecret.objects.select_related("client__integration").filter(
        is_live(), client__client_id=client_id, hash=token_hash(secret)
    )
    row = rows.first()
    if row is None or not row.client.is_usable(None) or not row.client.is_confidential:
        return None
    if row.last_used_at is None or row.last_used_at < clock.now() - _USE_NOTED_EVERY:
        note_use(row)
    return row


def _sends_basic(request: Request) -> bool:
    scheme = str(request.headers.get("Authorization") or "").partition(" ")[0]
    return scheme.lower() == "basic"


def _by_basic(request: Request) -> tuple[str, str] | None:
    """Client id and secret of the header, each form-encoded (RFC 6749 section 2.3.1)."""
    encoded = str(request.headers["Authorization"]).partition(" ")[2].strip()
    try:
        client_id, found, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    client_id, secret = unquote_plus(client_id), unquote_plus(secret)
    # PostgreSQL refuses a NUL with an error instead of finding nothing.
    return (client_id, secret) if found and "\0" not in client_id else None


def _by_form(request: Request) -> tuple[str, str] | None:
    client_id, secret = request.client_id, request.client_secret
    return (client_id, secret) if client_id and secret else None
