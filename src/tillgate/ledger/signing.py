"""The signature of closed days: Ed25519, with a key that only those hold who close days.

A key is known by its JWK thumbprint (RFC 7638); what was signed with an older key stays good.
"""

import os
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tillgate.foundation.config import config
from tillgate.foundation.environment import BadSetting
from tillgate.foundation.keys import books_seed
from tillgate.ledger.jwk import from_base64url, thumbprint


class Signer:
    """A private key; `key_id` names its public half."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self.key_id = thumbprint(self.public)

    def sign(self, text: bytes) -> bytes:
        """The 64 bytes of the signature."""
        return self._key.sign(text)


@cache
def signer() -> Signer:
    """The key of this installation: TILLGATE_BOOKS_KEY(_FILE), else a made one."""
    text = books_seed(os.environ, config().data_dir)
    try:
        seed = from_base64url(text)
    except ValueError as error:
        raise BadSetting("TILLGATE_BOOKS_KEY", "…", _CURE) from error
    if len(seed) != 32:
        raise BadSetting("TILLGATE_BOOKS_KEY", "…", _CURE)
    return Signer(seed)


_CURE = "write 32 random bytes in base64url, 43 characters"
