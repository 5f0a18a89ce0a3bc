"""The demo's first call, made over HTTP like anybody's, and how to make it oneself."""

import json
from base64 import b64encode
from typing import Any
from urllib.request import Request, urlopen

import msgspec


class FirstCall(msgspec.Struct):
    """What was asked, and the answer."""

    path: str
    body: dict[str, Any]


def make_call(base_url: str, client_id: str, secret: str, location_ids: list[int]) -> FirstCall:
    """A token by client credentials, then today's sales of the first location that has any."""
    basic = b64encode(f"{client_id}:{secret}".encode()).decode()
    form = b"grant_type=client_credentials"
    token = _json(f"{base_url}/oauth/token", {"Authorization": f"Basic {basic}"}, form)
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    for location in location_ids:
        path = f"/f/finance/{location}/dailyFinancials?include=payments"
        body = _json(f"{base_url}{path}", bearer)
        if body["sales"]:
            break
    return FirstCall(path, body)


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
    return f"{text}\n({len(sales)} sales in all; the first one is shown, with its first line)"


def _json(url: str, headers: dict[str, str], form: bytes | None = None) -> dict[str, Any]:
    # Always our own loopback address, never a file: see `commands.run_demo`.
    with urlopen(Request(url, form, headers), timeout=30) as answer:  # noqa: S310
        body: dict[str, Any] = json.load(answer)
        return body
