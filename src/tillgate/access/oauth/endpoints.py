"""The endpoints for programs: token, revoke, introspect, and the metadata that names them.

Sources: RFC 6749 section 3.2, RFC 7009, RFC 7662, RFC 8414.
"""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from oauth2_provider.models import AccessToken
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from tillgate.access import grants
from tillgate.access.models import Client, Consent, State
from tillgate.access.oauth.answers import answer, endpoint, library_answer
from tillgate.access.oauth.origin import issuer
from tillgate.access.oauth.parameters import of_token_call
from tillgate.access.oauth.server import server
from tillgate.access.scopes import ALL
from tillgate.access.tokens import looks_genuine, token_hash
from tillgate.foundation import clock


@endpoint("POST")
def token(request: HttpRequest) -> HttpResponse:
    """Tokens for a code, a refresh token, or a client's own secret."""
    given = of_token_call(request)
    if "grant_type" not in given:
        raise InvalidRequestError(description="The parameter grant_type is missing.")
    headers, body, status = server().create_token_response(
        request.path, "POST", urlencode(given), _headers(request)
    )
    return library_answer(status, body, headers)


@endpoint("POST")
def revoke(request: HttpRequest) -> HttpResponse:
    """Revoke one of the client's own tokens; an unknown one is as good as revoked."""
    given = of_token_call(request)
    given.pop("grant_type", None)
    headers, body, status = server().create_revocation_response(
        request.path, "POST", urlencode(given), _headers(request)
    )
    return library_answer(status, body, headers)


@endpoint("POST")
def introspect(request: HttpRequest) -> HttpResponse:
    """What one of the client's own tokens is good for; any other is just not active."""
    given = of_token_call(request)
    given.pop("grant_type", None)
    asked = Request(request.path, "POST", urlencode(given), _headers(request))
    if not server().request_validator.authenticate_client(asked):
        raise InvalidClientError(request=asked)
    if "token" not in given:
        raise InvalidRequestError(description="The parameter token is missing.")
    facts = _facts(given["token"], asked.client)
    return answer(200, {"active": False} if facts is None else {"active": True, **facts})


@endpoint("GET")
def metadata(request: HttpRequest) -> HttpResponse:
    """Where everything is and what is supported."""
    base = issuer(request)
    methods = ["client_secret_basic", "client_secret_post"]
    facts: dict[str, object] = {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "revocation_endpoint": f"{base}/oauth/revoke",
        "introspection_endpoint": f"{base}/oauth/introspect",
        "scopes_supported": list(ALL),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": [*methods, "none"],
        "revocation_endpoint_auth_methods_supported": [*methods, "none"],
        "introspection_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }
    return answer(200, facts)


def _headers(request: HttpRequest) -> dict[str, str]:
    authorization = request.headers.get("Authorization")
    return {"Authorization": authorization} if authorization else {}


def _facts(sent: str, client: Client) -> dict[str, object] | None:
    if not looks_genuine(sent) or client.integration.state != State.ACTIVE:
        return None
    now = clock.now()
    own = AccessToken.objects.filter(application=client, token_checksum=token_hash(sent))
    access = own.filter(expires__gt=now).first()
    if access is not None:
        return {
            "scope": access.scope,
            "client_id": client.client_id,
            "token_type": "bearer",
            "exp": int(access.expires.timestamp()),
            "iat": int(access.created.timestamp()),
        }
    return _refresh_facts(sent, client)


def _refresh_facts(sent: str, client: Client) -> dict[str, object] | None:
    found = grants.find_refresh_token(sent, client)
    consent = found and Consent.objects.filter(pk=found.token_family).first()
    if not found or not consent or not grants.may_refresh(found, consent):
        return None
    return {
        "scope": consent.scopes,
        "client_id": client.client_id,
        "exp": int(grants.refresh_end(found, consent).timestamp()),
        "iat": int(found.created.timestamp()),
    }
