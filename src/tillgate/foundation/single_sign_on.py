"""The identity provider by which people may sign in, where the operator names one."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from tillgate.foundation.environment import BadSetting, env_secret

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SingleSignOn(msgspec.Struct, frozen=True, kw_only=True):
    """An OpenID Connect provider; `name` is what the button says."""

    issuer: str
    client_id: str
    client_secret: str
    name: str

    def __repr__(self) -> str:
        return f"{self.name} at {self.issuer}"


def single_sign_on(environ: Mapping[str, str]) -> SingleSignOn | None:
    """What the environment says, None when it says nothing; raises `BadSetting`."""
    issuer = environ.get("TILLGATE_OIDC_ISSUER", "").rstrip("/")
    client_id = environ.get("TILLGATE_OIDC_CLIENT_ID", "")
    client_secret = env_secret(environ, "TILLGATE_OIDC_CLIENT_SECRET")
    if not issuer and not client_id and not client_secret:
        return None
    parts = urlsplit(issuer)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not is_safe or not parts.hostname or parts.query or parts.fragment:
        cure = "write it like https://login.example.com"
        raise BadSetting("TILLGATE_OIDC_ISSUER", issuer, cure)
    if not client_id:
        raise BadSetting("TILLGATE_OIDC_CLIENT_ID", "", "set it too: the issuer is set")
    if not client_secret:
        raise BadSetting("TILLGATE_OIDC_CLIENT_SECRET", "", "set it too: the issuer is set")
    name = environ.get("TILLGATE_OIDC_NAME", "") or str(parts.hostname)
    return SingleSignOn(issuer=issuer, client_id=client_id, client_secret=client_secret, name=name)
