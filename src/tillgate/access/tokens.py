"""How tokens, secrets and client ids are made, recognised and stored; used by both planes.

A token is `tg_` (`tg_test_` in the sandbox), 32 random letters and digits (190 bits), and six more
that are the checksum of all before them. So a leaked one is recognised wherever it turns up, and
one that was cut or mistyped is refused without a look-up. Only the SHA-256 of the whole token
is stored: with that much randomness a slow hash would add nothing.
"""

import hashlib
import secrets
import string
import zlib

PREFIX = "tg_"
SANDBOX_PREFIX = "tg_test_"

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM = 32
_CHECKSUM = 6
_LENGTHS = {len(PREFIX) + _RANDOM + _CHECKSUM, len(SANDBOX_PREFIX) + _RANDOM + _CHECKSUM}


def new_token(*, sandbox: bool = False) -> str:
    """A fresh access token, refresh token or client secret."""
    body = (SANDBOX_PREFIX if sandbox else PREFIX) + _random(_RANDOM)
    return body + _checksum(body)


def new_client_id(*, sandbox: bool = False) -> str:
    """A fresh client id, such as `tg_client_4fZ…`; it is no secret."""
    return (SANDBOX_PREFIX if sandbox else PREFIX) + "client_" + _random(20)


def looks_genuine(token: str) -> bool:
    """Whether this can be a token of ours: its length, prefix and checksum agree."""
    if len(token) not in _LENGTHS or not token.startswith(PREFIX) or not token.isascii():
        return False
    return token[-_CHECKSUM:] == _checksum(token[:-_CHECKSUM])


def token_hash(token: str) -> str:
    """What is stored and looked up in place of a token: the SHA-256 of the whole, in hex."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    left = zlib.crc32(body.encode("ascii"))
    digits = []
    for _ in range(_CHECKSUM):
        left, digit = divmod(left, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
