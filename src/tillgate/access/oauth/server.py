"""The OAuth server with the three grants we offer, and no implicit, password or device grant."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from oauth2_provider.settings import oauth2_settings
from oauthlib.common import Request
from oauthlib.oauth2 import (
    AuthorizationCodeGrant,
    AuthorizationEndpoint,
    BearerToken,
    ClientCredentialsGrant,
    RefreshTokenGrant,
    RevocationEndpoint,
    TokenEndpoint,
)
from oauthlib.oauth2.rfc6749.errors import InvalidRequestError
from oauthlib.oauth2.rfc6749.grant_types.authorization_code import code_challenge_method_s256

from tillgate.access.grants import ACCESS_LIFE

# The base64url form of a SHA-256 (RFC 7636 section 4.2).
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class S256CodeGrant(AuthorizationCodeGrant):
    """The authorization code grant with PKCE by S256 only."""

    _code_challenge_methods: Mapping[str, Any] = {"S256": code_challenge_method_s256}


class Server(AuthorizationEndpoint, TokenEndpoint, RevocationEndpoint):
    """Authorization, token and revocation endpoints of the library with our grants."""

    def __init__(
        self,
        request_validator: Any,
        token_generator: Callable[[Request], str] | None = None,
        **_unused: Any,
    ) -> None:
        bearer = BearerToken(request_validator, token_generator, int(ACCESS_LIFE.total_seconds()))
        codes = S256CodeGrant(request_validator, pre_auth=[_check_challenge])
        AuthorizationEndpoint.__init__(self, "code", bearer, {"code": codes})
        grants = {
            "authorization_code": codes,
            "refresh_token": RefreshTokenGrant(request_validator),
            "client_credentials": ClientCredentialsGrant(request_validator),
        }
        TokenEndpoint.__init__(self, "authorization_code", bearer, grants)
        RevocationEndpoint.__init__(self, request_validator)


@cache
def server() -> Server:
    """The one server of this process, as the settings make it; it keeps nothing of a request."""
    validator = oauth2_settings.OAUTH2_VALIDATOR_CLASS()
    made: Server = oauth2_settings.OAUTH2_SERVER_CLASS(validator, **oauth2_settings.server_kwargs)
    return made


def _check_challenge(request: Request) -> dict[str, Any]:
    challenge = request.code_challenge
    if challenge is not None and not _CHALLENGE.fullmatch(challenge):
        why = "code_challenge must be the base64url form of a SHA-256, 43 signs without padding."
        raise InvalidRequestError(description=why, request=request)
    return {}
