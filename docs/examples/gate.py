"""What the programs beside this file share: asking Tillgate, and keeping what it answered.

Python's standard library alone. Copy this file together with the program that you take. Address
and credentials come from the environment:

    export GATE_URL=https://gate.example.com
    export GATE_CLIENT_ID=... GATE_CLIENT_SECRET=...
"""

# ruff: noqa: INP001, S310  no package; the addresses are checked below

import base64
import gzip
import json
import os
import sys
import time
import zlib
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

TRIES = 6
LONGEST_WAIT = 120.0
SETTINGS = ("GATE_URL", "GATE_CLIENT_ID", "GATE_CLIENT_SECRET")


class GaveUp(Exception):
    """Something is wrong that trying again does not mend; its text is for a person."""


class _NoRedirects(HTTPRedirectHandler):
    """A token is for one gate: it is not taken along to another address."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = build_opener(_NoRedirects)


class Gate:
    """A connection to Tillgate: asks for tokens when needed, and waits when told to."""

    def __init__(self, url: str, client_id: str, client_secret: str, scope: str) -> None:
        self.url = checked_url(url, "GATE_URL")
        self._basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._scope = scope
        self._token = ""
        self._good_until = 0.0

    @classmethod
    def from_environment(cls, scope: str) -> "Gate":
        """The gate that the environment names."""
        if missing := [name for name in SETTINGS if not os.environ.get(name)]:
            raise GaveUp(f"set {', '.join(missing)} in the environment")
        url, client_id, client_secret = (os.environ[name] for name in SETTINGS)
        return cls(url, client_id, client_secret, scope)

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON at a path."""
        target = f"{path}?{urlencode(query)}" if query else path
        return _parsed(self.get_bytes(target), self.url + target)

    def get_bytes(self, path: str) -> bytes:
        """What is at a path; a token that is no longer good is replaced once."""
        for last in (False, True):
            headers = {"Authorization": f"Bearer {self._current_token()}"}
            status, body = ask(Request(self.url + path, headers=headers))
            if status == 200:
                return body
            if status != 401 or last:
                raise GaveUp(f"{path}: {status} {said(body)}")
            self._good_until = 0.0
        raise AssertionError

    def _current_token(self) -> str:
        if time.monotonic() >= self._good_until:
            form = urlencode({"grant_type": "client_credentials", "scope": self._scope})
            headers = {"Authorization": f"Basic {self._basic}"}
            status, body = ask(Request(f"{self.url}/oauth/token", form.encode(), headers))
            if status != 200:
                raise GaveUp(f"no token: {status} {said(body)}")
            answer = _parsed(body, f"{self.url}/oauth/token")
            self._token = answer["access_token"]
            # A minute early: the call that uses it takes time too.
            self._good_until = time.monotonic() + answer["expires_in"] - 60
        return self._token


def checked_url(url: str, name: str) -> str:
    """An address without a slash at its end; in clear only to this machine."""
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise GaveUp(f"{name} is {url!r}: write an address such as https://gate.example.com")
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise GaveUp(f"{name} is {url!r}: write https, or what is secret could be read on the way")
    return url.rstrip("/")


def ask(request: Request) -> tuple[int, bytes]:
    """Status and body of an answer; what may pass by itself is tried again."""
    request.add_header("Accept-Encoding", "gzip")
    for attempt in range(1, TRIES + 1):
        status, body, wait = _ask_once(request)
        if status != 429 and status < 500:
            return status, body
        if attempt < TRIES:
            time.sleep(min(wait or 2.0**attempt, LONGEST_WAIT))
    raise GaveUp(f"gave up after {TRIES} tries: {status} {said(body)}")


def _ask_once(request: Request) -> tuple[int, bytes, float]:
    """599 stands for no answer at all, or for one that broke off."""
    try:
        with _OPENER.open(request, timeout=60) as answer:
            return answer.status, _unpacked(answer), 0.0
    except HTTPError as error:
        with error:
            told = error.headers.get("Retry-After") or ""
            return error.code, _unpacked(error), float(told) if told.isdigit() else 0.0
    except (OSError, HTTPException, EOFError, zlib.error) as error:
        return 599, str(error).encode(), 0.0


def _unpacked(answer: Any) -> bytes:
    body: bytes = answer.read()
    return gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body


def _parsed(body: bytes, url: str) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise GaveUp(f"{url} gave no JSON: is GATE_URL the gate's address?") from error


def said(body: bytes) -> str:
    """A refusal, short enough for one line."""
    return " ".join(body.decode(errors="replace").split())[:500]


def location_of(text: str) -> int:
    """The id of a business location, as the command line gives it."""
    if not (text.isascii() and text.isdigit()):
        raise GaveUp(f"LOCATION is {text!r}: write the number of a business location")
    return int(text)


def read_kept(file: Path, empty: dict[str, Any]) -> dict[str, Any]:
    """What an earlier run kept in a file; `empty` before the first. Both name their location."""
    try:
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return empty
    except (OSError, ValueError) as error:
        raise GaveUp(f"{file} cannot be read: {error}. Name another file") from error
    if not isinstance(kept, dict) or kept.keys() != empty.keys():
        raise GaveUp(f"{file} was not written by this program: name another file")
    if kept["location"] != empty["location"]:
        raise GaveUp(f"{file} belongs to location {kept['location']}: name another file")
    return kept


def keep(file: Path, text: str) -> None:
    """Replace a file at once: whoever reads it sees what was there or what is new."""
    beside = file.with_name(f".{file.name}.part")
    try:
        with beside.open("w", encoding="utf-8") as part:
            part.write(text)
            part.flush()
            os.fsync(part.fileno())
        beside.replace(file)
    except OSError as error:
        raise GaveUp(f"{file} cannot be written: {error}") from error


def run(main: Callable[[list[str]], int], usage: str | None, arguments: int) -> None:
    """Run a program with the arguments it was given; ends it with its exit status."""
    given = sys.argv[1:]
    if len(given) != arguments:
        sys.exit(usage)
    try:
        sys.exit(main(given))
    except GaveUp as reason:
        sys.exit(f"{Path(sys.argv[0]).stem}: {reason}")
