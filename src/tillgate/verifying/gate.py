"""Closed days from a gate: the chain by `changes`, then the files of each document."""

import gzip
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from tillgate.verifying.day import NEEDED, Files
from tillgate.verifying.errors import Broken, CannotVerify
from tillgate.verifying.folder import title_of
from tillgate.verifying.texts import parse

KEYS = "/.well-known/tillgate-keys"
_PAGE = 366
_TRIES = 8
_LONGEST_WAIT = 60.0
_LOCAL = ("localhost", "127.0.0.1", "::1")

# The bytes at a path of the gate; raises `Refused`.
Get = Callable[[str], bytes]


class Refused(Exception):
    """The gate answered with another status than 200, or with what cannot be unpacked."""

    def __init__(self, path: str, status: int, said: str) -> None:
        super().__init__(f"{path}: {status} {said}")
        self.status = status
        self.said = said


class Gate:
    """A location's chain behind a gate."""

    def __init__(self, get: Get, location: int) -> None:
        self._get = get
        self._base = f"/accounting/v1/business-locations/{location}"

    def keys(self) -> bytes:
        """The public keys."""
        return self._asked(KEYS)

    def digest_at(self, position: int) -> str | None:
        """The digest that the gate gives for a position; None when its chain ends before it."""
        path = f"{self._base}/changes?since={position - 1}&pageSize=1"
        items = parse(self._asked(path), path)["items"]
        return str(items[0]["digest"]) if items else None

    def documents(self, since: int = 0) -> Iterator[Files]:
        """Each document after a position, in the order of the chain."""
        while page := self._page(since):
            for item in page:
                yield self._files(item)
            since = int(page[-1]["position"])

    def index_faults(self) -> Iterator[tuple[str, list[str]]]:
        """Of each document what the gate itself finds not to fit of all that lies beside it."""
        since = 0
        while (page := self._answer(since, "checkIndex=true&"))["items"]:
            for item in page["items"]:
                yield title_of(item["businessDate"], item["revision"]), item["indexFaults"]
            for day in page["strayParts"]:
                yield day, ["people that no document speaks of"]
            since = int(page["items"][-1]["position"])

    def days(self, first: date, last: date) -> list[dict[str, Any]]:
        """The days of at most a year as `days` gives them."""
        return self._items(f"days?from={first}&to={last}&pageSize={_PAGE}")

    def sums(self, first: date, last: date) -> list[dict[str, Any]]:
        """What each of these days comes to, as `periods` adds it up."""
        return self._items(f"periods?by=day&from={first}&to={last}")

    def _items(self, asked: str) -> list[dict[str, Any]]:
        path = f"{self._base}/{asked}"
        return list(parse(self._asked(path), path)["items"])

    def _page(self, since: int) -> list[dict[str, Any]]:
        return list(self._answer(since)["items"])

    def _answer(self, since: int, how: str = "") -> dict[str, Any]:
        """Some documents after a position; where a page fails, the next one alone."""
        path = f"{self._base}/changes?{how}since={since}&pageSize="
        try:
            return dict(parse(self._get(f"{path}{_PAGE}"), path))
        except Refused as refused:
            if refused.status != 500:
                raise CannotVerify(f"the gate does not answer: {refused}") from refused
        try:
            return dict(parse(self._get(f"{path}1"), path))
        except Refused as refused:
            where = f"position {since + 1} of the chain"
            raise Broken(where, f"the gate cannot tell of it: {refused}") from refused

    def _files(self, item: dict[str, Any]) -> Files:
        day, revision = str(item["businessDate"]), int(item["revision"])
        title = title_of(day, revision)
        texts = {}
        for name in NEEDED:
            try:
                texts[name] = self._get(f"{self._base}/export/v1/{day}/{revision}/{name}")
            except Refused as refused:
                raise Broken(f"{title}: {name}", f"the gate cannot give it: {refused}") from refused
        return Files(title, int(item["position"]), day, revision, texts)

    def _asked(self, path: str) -> bytes:
        try:
            return self._get(path)
        except Refused as refused:
            raise CannotVerify(f"the gate does not answer: {refused}") from refused


def over_http(base_url: str, token: str, *, wait: Callable[[float], None] = time.sleep) -> Get:
    """Asks a gate; waits when it is told to. Raises `CannotVerify` for an address that is none."""
    parts = urlsplit(base_url)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query:
        raise CannotVerify(f"{base_url} is no address of a gate: write https://gate.example.com")
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        raise CannotVerify("a token is sent over https only, but for localhost: write https://…")
    opener = build_opener(_NoRedirects)
    base = base_url.rstrip("/")
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}

    def get(path: str) -> bytes:
        request = Request(f"{base}{path}", headers=headers)  # noqa: S310  checked above
        for left in reversed(range(_TRIES)):
            try:
                with opener.open(request, timeout=120) as answer:
                    body: bytes = answer.read()
                    packed = answer.headers.get("Content-Encoding") == "gzip"
                    return gzip.decompress(body) if packed else body
            except HTTPError as error:
                if error.code not in {429, 503} or not left:
                    raise Refused(path, error.code, _said(error)) from error
                wait(_seconds(error.headers.get("Retry-After")))
            except (URLError, HTTPException, OSError) as error:
                reason = getattr(error, "reason", error)
                raise CannotVerify(f"{base} cannot be reached: {reason}") from error
        raise AssertionError("the last try returns or raises")

    return get


class _NoRedirects(HTTPRedirectHandler):
    """A token is for one gate: it is not taken along to another address."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _said(error: HTTPError) -> str:
    text = error.read(2000).decode(errors="replace")
    return text if len(text) < 300 else f"{text[:300]}…"


def _seconds(header: str | None) -> float:
    return min(float(header), _LONGEST_WAIT) if header and header.isdigit() else 1.0
