"""The authorization request, from what a browser brings to where it is sent back; no pages.

The request is read anew from the query each time, also when the person has decided: nothing that
matters travels through a form.
"""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2.rfc6749 import errors

from tillgate.access.models import Client
from tillgate.access.oauth.parameters import of_authorization
from tillgate.access.oauth.server import server
from tillgate.directory.models import Person

_PATH = "/oauth/authorize"


class CannotAuthorize(Exception):
    """The request names no client or no address to go back to, so a person must be told."""


class SendBack(Exception):
    """The request is wrong in a way that its client is told: redirect the browser to `location`."""

    def __init__(self, location: str) -> None:
        super().__init__("the authorization request was refused")
        self.location = location


class Asked(NamedTuple):
    """A sound authorization request."""

    client: Client
    scopes: list[str]
    redirect_uri: str
    state: str | None
    given: Mapping[str, str]


def read_request(query: QueryDict, *, issuer: str) -> Asked:
    """Understand the query of a request. Raises `CannotAuthorize` or `SendBack`."""
    try:
        given = of_authorization(query)
        scopes, facts = server().validate_authorization_request(_uri(given))
    except errors.FatalClientError as error:
        raise CannotAuthorize(error.description) from error
    except errors.OAuth2Error as error:
        raise _send_back(error, issuer) from error
    client = facts["request"].client
    return Asked(client, scopes, facts["redirect_uri"], facts["state"], given)


def allow(asked: Asked, *, person: Person, issuer: str) -> str:
    """Make a code for what the person agreed to; returns where the browser goes with it.

    Raises `CannotAuthorize` or `SendBack` if the request is no longer sound.
    """
    try:
        headers, _, _ = server().create_authorization_response(
            _uri(asked.given), scopes=asked.scopes, credentials={"user": person}
        )
    except errors.FatalClientError as error:
        raise CannotAuthorize(error.description) from error
    return _with_issuer(headers["Location"], issuer)


def deny(asked: Asked, *, issuer: str) -> str:
    """Where the browser goes when the person said no."""
    refused = errors.AccessDeniedError(state=asked.state)
    return _with_issuer(refused.in_uri(asked.redirect_uri), issuer)


def _send_back(error: errors.OAuth2Error, issuer: str) -> SendBack:
    return SendBack(_with_issuer(error.in_uri(error.redirect_uri), issuer))


def _with_issuer(location: str, issuer: str) -> str:
    """With the `iss` parameter, by which a client of several servers tells answers apart.

    Source: RFC 9207.
    """
    return str(add_params_to_uri(location, [("iss", issuer)]))


def _uri(given: Mapping[str, str]) -> str:
    return f"{_PATH}?{urlencode(given)}"
