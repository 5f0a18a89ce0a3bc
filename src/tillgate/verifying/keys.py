"""Public keys as a JSON Web Key Set (RFC 7517), each named by its thumbprint (RFC 7638)."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tillgate.verifying.errors import Broken
from tillgate.verifying.texts import compact, parse

FILE = "keys.json"


class Keys:
    """The keys by their names."""

    def __init__(self, text: bytes, where: str = FILE, *, exact: bool = True) -> None:
        """Raises `Broken` for a key that is not what its name says; `exact` for any other byte."""
        told = parse(text, where)
        if not isinstance(told, dict) or not isinstance(told.get("keys"), list):
            raise Broken(where, "is no set of keys: fetch /.well-known/tillgate-keys again")
        self._known = dict(_checked(key, where) for key in told["keys"])
        if exact and compact({"keys": told["keys"]}) != text:
            raise Broken(where, "is not written as the gate writes it: a byte was changed")

    @property
    def names(self) -> list[str]:
        """The names of all keys."""
        return list(self._known)

    def check(self, name: str, signature: bytes, text: bytes, where: str) -> None:
        """Raises `Broken` unless the key is known and signed the text."""
        if name not in self._known:
            raise Broken(where, f"is signed by the key {name}, which is not among the keys")
        try:
            self._known[name].verify(signature, text)
        except InvalidSignature:
            raise Broken(where, "the signature does not fit day.json") from None


def _checked(key: Any, where: str) -> tuple[str, Ed25519PublicKey]:
    try:
        raw = from_base64url(str(key["x"]))
        public = Ed25519PublicKey.from_public_bytes(raw)
        fields = {"crv": "Ed25519", "kty": "OKP", "x": base64url(raw)}
        name = base64url(hashlib.sha256(compact(fields)).digest())
        expected = {**fields, "alg": "EdDSA", "use": "sig", "kid": name}
    except (KeyError, TypeError, ValueError):
        raise Broken(where, f"has a key that is none: {json.dumps(key)[:200]}") from None
    if key != expected:
        raise Broken(where, f"the key {key.get('kid')} is not the one of that name")
    return name, public


def base64url(raw: bytes) -> str:
    """Without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Raises ValueError for what is none."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
