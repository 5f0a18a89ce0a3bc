"""The rules the OAuth library asks for: scopes, refreshing, storing and revoking tokens.

A suspended integration gets `unauthorized_client` (400) and keeps its tokens and its refresh token
unused, so that its program goes on by itself once it is resumed; a client of an ended one is
unknown, `invalid_client` (401).
"""

from typing import Any

from django.db import transaction
from oauth2_provider.models import AccessToken, RefreshToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

from tillgate.access import grants
from tillgate.access.models import Client, Consent, State
from tillgate.access.oauth.client_authentication import ClientAuthentication
from tillgate.access.oauth.codes import Codes, mark_exchanged, why_inactive
from tillgate.access.scopes import OFFLINE, granted
from tillgate.access.secrets import had_with, hold_secret
from tillgate.access.tokens import looks_genuine, token_hash


class Scopes:
    """The validator's part that knows scopes."""

    def get_default_scopes(self, client_id: str, request: Request, *_: Any, **__: Any) -> list[str]:
        """What a request gets that asks for nothing in particular."""
        return granted(None, _available(request))

    def validate_scopes(
        self,
        client_id: str,
        scopes: list[str],
        client: Client,
        request: Request,
        *_: Any,
        **__: Any,
    ) -> bool:
        """Narrow the request to what the client may have; false if that is nothing."""
        request.scopes = granted(" ".join(scopes), _available(request)) if scopes else []
        return bool(request.scopes)

    def get_original_scopes(self, refresh_token: str, request: Request, *_: Any, **__: Any) -> str:
        """What was consented to; a string, which the library splits."""
        return str(request.consent.scopes)

    def is_within_original_scope(
        self, request_scopes: list[str], refresh_token: str, request: Request, *_: Any, **__: Any
    ) -> bool:
        """Narrow a refresh to what was consented to; false if that is nothing."""
        request.scopes = granted(" ".join(request_scopes), request.consent.scopes.split())
        return bool(request.scopes)


class Validator(ClientAuthentication, Codes, Scopes, OAuth2Validator):
    """All the library asks; what is not said here or in the parts is the library's own."""

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Client, request: Request, *_: Any, **__: Any
    ) -> bool:
        """Whether the client may use the grant: all of them, while its integration is active."""
        if client.integration.state != State.ACTIVE:
            raise errors.UnauthorizedClientError(description=why_inactive(client), request=request)
        return grant_type != "client_credentials" or client.is_confidential

    def validate_refresh_token(
        self, refresh_token: str, client: Client, request: Request, *_: Any, **__: Any
    ) -> bool:
        """Whether the client may refresh with this token; a replay ends its whole family."""
        # By client first: whoever holds another's old token must not be able to end its family.
        token = grants.find_refresh_token(refresh_token, client)
        consent = _consent(token)
        if token is None or consent is None or not grants.is_live(token, consent):
            return False
        if grants.is_replay(token):
            actor = f"client:{client.client_id}"
            grants.end_family(consent.family, reason="refresh token used twice", actor=actor)
            return False
        request.user = consent.person
        request.consent = consent
        request.refresh_token_instance = token
        return True

    @transaction.atomic
    def save_bearer_token(
        self, token: dict[str, Any], request: Request, *_: Any, **__: Any
    ) -> None:
        """Store what is about to be answered, and complete the answer."""
        scopes = " ".join(dict.fromkeys(request.scopes))
        life, secret = 0, request.secret
        if secret is not None and not hold_secret(secret.pk):
            raise errors.InvalidClientError(request=request)
        if request.grant_type == "client_credentials":
            row = grants.store_access(
                client=request.client, person=None, scopes=scopes, token=token["access_token"]
            )
        else:
            row, life = self._store_pair(token, request, scopes)
        if secret is not None:
            had_with(row, secret.pk)
        token.update(scope=scopes, token_type="bearer", refresh_expires_in=life)  # noqa: S106

    def _store_pair(
        self, token: dict[str, Any], request: Request, scopes: str
    ) -> tuple[AccessToken, int]:
        if request.grant_type == "authorization_code":
            consent = grants.give_consent(
                client=request.client, person=request.user, scopes=request.scopes
            )
            mark_exchanged(request, consent.family)
            used = None
        else:
            consent, used = request.consent, request.refresh_token_instance
        try:
            return grants.store_pair(
                consent=consent,
                scopes=scopes,
                access=token["access_token"],
                refresh=token["refresh_token"],
                used=used,
            )
        except ValueError as error:
            raise errors.InvalidGrantError(request=request) from error

    def revoke_token(
        self, token: str, token_type_hint: str, request: Request, *_: Any, **__: Any
    ) -> None:
        """Revoke a token of the client: a refresh token with its family, an access token alone."""
        if not looks_genuine(token):
            return
        refresh = grants.find_refresh_token(token, request.client)
        if refresh is not None and refresh.token_family:
            actor = f"client:{request.client.client_id}"
            grants.end_family(refresh.token_family, reason="revoked", actor=actor)
            return
        own = AccessToken.objects.filter(application=request.client)
        own.filter(token_checksum=token_hash(token)).delete()


def _available(request: Request) -> list[str]:
    scopes: list[str] = request.client.integration.scope_words
    if request.grant_type == "client_credentials":
        return [scope for scope in scopes if scope != OFFLINE]
    return scopes


def _consent(token: RefreshToken | None) -> Consent | None:
    if token is None:
        return None
    return Consent.objects.select_related("person", "client").filter(pk=token.token_family).first()
