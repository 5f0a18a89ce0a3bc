"""Public keys of closed days as others read them: Ed25519 as JWK (RFC 8037)."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec


def jwk(public: bytes) -> dict[str, str]:
    """A public key as others read it (RFC 8037)."""
    fields = {"crv": "Ed25519", "kty": "OKP", "x": base64url(public)}
    return {**fields, "alg": "EdDSA", "use": "sig", "kid": thumbprint(public)}


def thumbprint(public: bytes) -> str:
    """The key's name: SHA-256 of its needed fields in their order, in base64url."""
    fields = {"crv": "Ed25519", "kty": "OKP", "x": base64url(public)}
    return base64url(hashlib.sha256(msgspec.json.encode(fields, order="sorted")).digest())


def base64url(raw: bytes) -> str:
    """Without padding, as in a JWK."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Raises ValueError for what is none."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
