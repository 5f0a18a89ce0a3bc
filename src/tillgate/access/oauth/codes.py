"""Authorization codes: which requests get one, and what it is good for.

A code is good for one exchange. Presented again by its own client it ends the tokens it was
exchanged for, since somebody else may have got hold of it (RFC 6749 section 4.1.2).
"""

from typing import Any

from django.db import transaction
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

from tillgate.access import redirects
from tillgate.access.grants import CODE_LIFE, end_family
from tillgate.access.models import Client, Grant, State
from tillgate.foundation import clock


class Codes:
    """The validator's part that knows authorization codes."""

    def validate_response_type(
        self, client_id: str, response_type: str, client: Client, request: Request, *_: Any
    ) -> bool:
        """Only `code`, and only while the integration is active."""
        if response_type != "code":
            raise errors.UnsupportedResponseTypeError(request=request)
        if client.integration.state != State.ACTIVE:
            raise errors.UnauthorizedClientError(description=why_inactive(client), request=request)
        return True

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        """For clients that cannot keep a secret."""
        return not request.client.is_confidential

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *_: Any, **__: Any
    ) -> bool:
        """Whether the address is one the client has registered."""
        return redirects.matches(redirect_uri, request.client.redirect_uris.split())

    def confirm_redirect_uri(
        self,
        client_id: str,
        code: str,
        redirect_uri: str,
        client: Client,
        request: Request,
        *_: Any,
        **__: Any,
    ) -> bool:
        """Whether the exchange names the address that the code was sent to.

        Raises InvalidGrantError if not, as RFC 6749 section 5.2 has it.
        """
        if not Grant.objects.filter(
            code=code, application=client, redirect_uri=redirect_uri
        ).exists():
            raise errors.InvalidGrantError(
                description="redirect_uri is not the one the code was sent to.", request=request
            )
        return True

    def save_authorization_code(
        self, client_id: str, code: dict[str, str], request: Request, *_: Any, **__: Any
    ) -> None:
        """Keep the hash of a new code."""
        Grant.objects.create(
            application=request.client,
            user=request.user,
            code=code["code"],
            expires=clock.now() + CODE_LIFE,
            redirect_uri=request.redirect_uri,
            scope=" ".join(request.scopes),
            code_challenge=request.code_challenge or "",
            code_challenge_method=request.code_challenge_method or "",
        )

    def validate_code(
        self, client_id: str, code: str, client: Client, request: Request, *_: Any, **__: Any
    ) -> bool:
        """Whether the client may exchange this code; one that was exchanged ends its tokens."""
        grant = Grant.objects.filter(code=code, application=client).select_related("user").first()
        if grant is None:
            return False
        if grant.family is not None:
            self._end_replayed(grant, client)
            return False
        # A verifier without a challenge: the request that got the code was stripped of it on its
        # way, or another's code was put in (RFC 9700 section 2.1.1).
        if grant.is_expired() or (request.code_verifier and not grant.code_challenge):
            return False
        request.user = grant.user
        request.scopes = grant.scope.split()
        return True

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *_: Any, **__: Any
    ) -> None:
        """Nothing is left to do: the code was marked in the transaction that stored its tokens."""

    def _end_replayed(self, grant: Grant, client: Client) -> None:
        # Anybody can name a public client, and should not be able to cut it off with an old code.
        if grant.family is not None and client.is_confidential:
            actor = f"client:{client.client_id}"
            end_family(grant.family, reason="authorization code used twice", actor=actor)


@transaction.atomic
def mark_exchanged(request: Request, family: object) -> None:
    """Note what a request's code was exchanged for. Raises InvalidGrantError if it was before."""
    unused = Grant.objects.filter(code=request.code, application=request.client, family=None)
    if not unused.update(family=family):
        raise errors.InvalidGrantError(request=request)


def why_inactive(client: Client) -> str:
    """What to tell a program whose integration is not active."""
    reason = client.integration.state_reason
    return f"Access is {client.integration.state}{': ' + reason if reason else '.'}"
