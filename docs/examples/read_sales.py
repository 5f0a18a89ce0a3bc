"""Read the sales of a business location from Tillgate, with Python's standard library alone.

    export GATE_URL=https://gate.example.com
    export GATE_CLIENT_ID=... GATE_CLIENT_SECRET=...
    python read_sales.py LOCATION FROM TO > sales.ndjson

FROM and TO are date-times with a zone, such as 2026-03-01T05:30:00Z; FROM is included, TO is not.
Each sale is one line of JSON on standard output. Use `accountReference` as the key when you store
them: reading a range again gives the same keys. Exit status 0 means that all pages were read.
"""

# ruff: noqa: INP001, S310  one file by itself; the URL is the user's own

import base64
import gzip
import json
import os
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

TRIES = 6
LONGEST_WAIT = 120.0


class GaveUp(Exception):
    """The gate answered with something that trying again does not mend."""


class Gate:
    """A connection to Tillgate: asks for tokens when needed and waits when told to."""

    def __init__(self, url: str, client_id: str, client_secret: str) -> None:
        self.url = url.rstrip("/")
        self._basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._token = ""
        self._good_until = 0.0

    def get(self, path: str, query: dict[str, str]) -> Any:
        """The JSON at a path; a token that is no longer good is replaced once."""
        for last in (False, True):
            headers = {"Authorization": f"Bearer {self._current_token()}"}
            status, body = self._ask(Request(f"{self.url}{path}?{urlencode(query)}"), headers)
            if status == 200:
                return json.loads(body)
            if status != 401 or last:
                raise GaveUp(f"{path}: {status} {body[:500]}")
            self._good_until = 0.0
        raise AssertionError

    def _current_token(self) -> str:
        if time.monotonic() >= self._good_until:
            form = urlencode({"grant_type": "client_credentials", "scope": "financial-api"})
            request = Request(f"{self.url}/oauth/token", data=form.encode())
            status, body = self._ask(request, {"Authorization": f"Basic {self._basic}"})
            if status != 200:
                raise GaveUp(f"no token: {status} {body[:500]}")
            answer = json.loads(body)
            self._token = answer["access_token"]
            # A minute early: the call that uses it takes time too.
            self._good_until = time.monotonic() + answer["expires_in"] - 60
        return self._token

    def _ask(self, request: Request, headers: dict[str, str]) -> tuple[int, str]:
        """Status and body of an answer; what may pass by itself is tried again."""
        for attempt in range(1, TRIES + 1):
            status, body, wait = self._ask_once(request, headers)
            if status != 429 and status < 500:
                return status, body
            if attempt < TRIES:
                time.sleep(min(wait or 2.0**attempt, LONGEST_WAIT))
        raise GaveUp(f"gave up after {TRIES} tries: {status} {body[:500]}")

    @staticmethod
    def _ask_once(request: Request, headers: dict[str, str]) -> tuple[int, str, float]:
        for name, value in {"Accept-Encoding": "gzip", **headers}.items():
            request.add_header(name, value)
        try:
            with urlopen(request, timeout=60) as answer:
                return answer.status, _text(answer), 0.0
        except HTTPError as error:
            with error:
                return error.code, _text(error), float(error.headers.get("Retry-After") or 0)
        except (URLError, OSError) as error:
            return 599, str(error), 0.0


def _text(answer: Any) -> str:
    body = answer.read()
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(body) if packed else body).decode()


def sales(gate: Gate, location: int, start: str, end: str) -> Iterator[dict[str, Any]]:
    """Every sale closed in [start, end), with its payments, in order of closing."""
    path = f"/f/finance/{location}/financials/{quote(start)}/{quote(end)}"
    query = {"include": "payments", "pageSize": "1000"}
    while True:
        page = gate.get(path, query)
        yield from page["sales"]
        if not page.get("nextPageToken"):
            break
        query["nextPageToken"] = page["nextPageToken"]
    if not page["dataComplete"]:
        print("Some days of this range are not closed yet: read them again later.", file=sys.stderr)


def main() -> None:
    """Print the sales that the command line asks for."""
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    location, start, end = sys.argv[1:]
    environ = os.environ
    gate = Gate(environ["GATE_URL"], environ["GATE_CLIENT_ID"], environ["GATE_CLIENT_SECRET"])
    revenue, count = Decimal(0), 0
    try:
        for sale in sales(gate, int(location), start, end):
            print(json.dumps(sale))
            count += 1
            if sale["type"] in {"SALE", "REFUND"} and not sale.get("cancelled"):
                # Amounts are text: as floats their sum would be off by cents.
                amounts = (line["totalNetAmountWithTax"] for line in sale["salesLines"])
                revenue += sum(map(Decimal, amounts))
    except GaveUp as reason:
        sys.exit(f"read_sales: {reason}")
    print(f"{count} records, revenue {revenue:.2f}", file=sys.stderr)


if __name__ == "__main__":
    main()
