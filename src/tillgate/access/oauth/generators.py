"""What the OAuth library calls to make tokens and client ids in our form."""

from oauth2_provider.generators import BaseHashGenerator
from oauthlib.common import Request

from tillgate.access.tokens import new_client_id, new_token


class ClientIds(BaseHashGenerator):
    """Client ids in our form."""

    def hash(self) -> str:
        """A fresh client id."""
        return new_client_id()


def token_for(request: Request) -> str:
    """A fresh access or refresh token for the client of a request."""
    return new_token(sandbox=request.client.sandbox)
