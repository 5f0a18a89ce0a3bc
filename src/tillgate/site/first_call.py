"""The demo's first call, made over HTTP like anybody's, and how to make it oneself."""

import json
from base64 import b64encode
from typing import Any
from urllib.request import Request, urlopen


def make_call(base_url: str, client_id: str, secret: str, path: str) -> dict[str, Any]:
    """A token by client credentials, then the answer to the call."""
    basic = b64encode(f"{client_id}:{secret}".encode()).decode()
    form = b"grant_type=client_credentials"
    token = _json(f"{base_url}/oauth/token", {"Authorization": f"Basic {basic}"}, form)
    return _json(f"{base_url}{path}", {"Authorization": f"Bearer {token['access_token']}"})


def as_curl(base_url: str, client_id: str, secret: str, path: str) -> str:
    """The two commands that make the call, to copy."""
    return (
        f"TOKEN=$(curl -s -u '{client_id}:{secret}' -d grant_type=client_credentials \\\n"
        f'  {base_url}/oauth/token | sed \'s/.*"access_token": *"\\([^"]*\\)".*/\\1/\')\n'
        f"curl -s -H \"Authorization: Bearer $TOKEN\" \\\n  '{base_url}{path}'"
    )


def shortened(body: dict[str, Any]) -> str:
    """The answer with its first sale and line only, and how many more there are."""
    sales = body["sales"]
    short = [{**sale, "salesLines": sale["salesLines"][:1]} for sale in sales[:1]]
    text = json.dumps({**body, "sales": short}, indent=2, ensure_ascii=False)
    shown = "the first one is shown, with its first line" if sales else "feed some"
    return f"{text}\n({len(sales)} sales in all; {shown})"


def _json(url: str, headers: dict[str, str], form: bytes | None = None) -> dict[str, Any]:
    # Always our own loopback address, never a file: see `commands.run_demo`.
    with urlopen(Request(url, form, headers), timeout=30) as answer:  # noqa: S310
        body: dict[str, Any] = json.load(answer)
        return body
