"""What everybody may read: the plane's own description, the page made from it, and our keys."""

import json
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from tillgate.api.call import Call, Scope
from tillgate.api.errors import Header, Refusal, error_body
from tillgate.api.operation import Answer, Send, options_or_refuse, payload_answer, send_answer
from tillgate.api.page import render_page
from tillgate.api.payload import Payload

# A caller can choose among our hosts and any port, so there are many base URLs.
_KEPT = 8

_STRICT = (
    b"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'"
)
_POLICY: Header = (b"content-security-policy", _STRICT)
_NO_REFERRER: Header = (b"referrer-policy", b"no-referrer")


@cache
def description() -> dict[str, Any]:
    """`openapi.yaml`; what it shares between its own lines is left out."""
    text = (files("tillgate.api") / "openapi.yaml").read_text()
    whole = yaml.safe_load(text)
    return {key: value for key, value in whole.items() if not key.startswith("x-")}


class Document:
    """A text everybody may read, made once for each base URL, as an ASGI application."""

    def __init__(self, base_url: Callable[[Call], str], make: Callable[[str], Payload]) -> None:
        self._base_url = base_url
        self._make = lru_cache(_KEPT)(make)

    async def __call__(self, scope: Scope, _receive: object, send: Send) -> None:
        """Answer GET and HEAD, refuse what would write."""
        call = Call(scope)
        try:
            answer = self._answer(call)
        except Refusal as refusal:
            body = error_body(refusal, path=call.path)
            kind: Header = (b"content-type", b"application/json")
            answer = Answer(refusal.status, [kind, *refusal.headers], body)
        answer.headers.append((b"x-request-id", call.request_id))
        await send_answer(call, answer, send)

    def _answer(self, call: Call) -> Answer:
        if call.method not in {"GET", "HEAD"}:
            return options_or_refuse(call)
        payload = self._make(self._base_url(call))
        return payload_answer(call, payload, (_POLICY, _NO_REFERRER))


class Documents:
    """The description, the page, and the page's stylesheet."""

    def __init__(self, base_url: Callable[[Call], str]) -> None:
        self.openapi = Document(base_url, _openapi)
        self.page = Document(base_url, _page)
        self.stylesheet = Document(base_url, _stylesheet)


def _openapi(base_url: str) -> Payload:
    servers = [{"url": base_url, "description": "This gate"}]
    text = json.dumps({**description(), "servers": servers}, ensure_ascii=False)
    return Payload(text.encode())


def _page(base_url: str) -> Payload:
    page = render_page(description(), base_url)
    return Payload(page.encode(), b"text/html; charset=utf-8")


def _stylesheet(_base_url: str) -> Payload:
    css = (files("tillgate.api") / "api.css").read_bytes()
    return Payload(css, b"text/css; charset=utf-8")
