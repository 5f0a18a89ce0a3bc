"""Whether the identity provider of single sign-on answers as it must."""

import json
from urllib.request import urlopen

from tillgate.foundation.single_sign_on import SingleSignOn

_PATIENCE = 5.0  # seconds
_NEEDED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


def trouble_with(provider: SingleSignOn) -> str:
    """What is wrong with the provider's own description, "" when nothing is."""
    url = f"{provider.issuer}/.well-known/openid-configuration"
    try:
        # Only https, and http on the loopback, come this far.
        with urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310
            said = json.load(answer)
    except (OSError, ValueError) as error:
        return f"{url} does not answer: {error}"
    if not isinstance(said, dict) or said.get("issuer", "").rstrip("/") != provider.issuer:
        return f"{url} speaks for another issuer"
    missing = [name for name in _NEEDED if not said.get(name)]
    return f"{url} lacks {', '.join(missing)}" if missing else ""
