"""A small OpenID Connect provider on the loopback: it signs in whomever the test names."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "tillgate-at-idp", "a secret between the two"


class IdentityProvider:
    """Who is signed in there (`claims`), what it says of itself, and how it misbehaves."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"sub": "7", "name": "Robin Example"}
        self.in_token: dict[str, Any] = {}
        self.error = ""
        self.broken = ""
        self.issuer = ""
        self.asked: list[dict[str, str]] = []
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._codes: dict[str, dict[str, str]] = {}

    def answer(self, path: str, query: dict[str, str], form: dict[str, str]) -> tuple[int, Any]:
        """Status and JSON, or a place to go."""
        if self.broken and path == self.broken:
            return 500, {"error": "out of order"}
        if path == "/authorize":
            return 302, self._authorize(query)
        if path == "/token":
            return self._token(form)
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        said = {
            "/.well-known/openid-configuration": self._says(),
            "/userinfo": self.claims,
            "/jwks": {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]},
        }
        return (200, said[path]) if path in said else (404, {})

    def _says(self) -> dict[str, Any]:
        ends = ("authorization_endpoint", "authorize"), ("token_endpoint", "token")
        more = ("userinfo_endpoint", "userinfo"), ("jwks_uri", "jwks")
        return {
            "issuer": self.issuer,
            **{name: f"{self.issuer}/{end}" for name, end in (*ends, *more)},
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def _authorize(self, query: dict[str, str]) -> str:
        self.asked.append(query)
        back = {"state": query["state"]}
        if self.error:
            back["error"] = self.error
        else:
            back["code"] = secrets.token_hex(8)
            self._codes[back["code"]] = query
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def _token(self, form: dict[str, str]) -> tuple[int, Any]:
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_good = (
            asked is not None
            and (form["client_id"], form["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
            and form["redirect_uri"] == asked["redirect_uri"]
            and challenge == asked["code_challenge"]
        )
        if not is_good:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        token = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60}
        signed = jwt.encode(
            token | self.claims | self.in_token, self.key, "RS256", headers={"kid": "one"}
        )
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": signed}


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """A provider that listens during the block."""
    provider = IdentityProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._reply(dict(parse_qsl(text)))

        def _reply(self, form: dict[str, str]) -> None:
            parts = urlsplit(self.path)
            status, said = provider.answer(parts.path, dict(parse_qsl(parts.query)), form)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", said)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"" if status == 302 else json.dumps(said).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
