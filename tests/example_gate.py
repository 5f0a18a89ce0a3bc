"""A gate for the programs in docs/examples, with the demo's days."""

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg

from tests.api.rows import BUSINESS, LOCATION, Rows, sales_every
from tests.books import empty_books
from tests.contract.server import Server, database_settings
from tillgate.access import acts
from tillgate.foundation.instants import format_instant
from tillgate.foundation.postgres.roles import Role
from tillgate.ledger.feed.batch import Written, import_file
from tillgate.simulator.feed import Plan, records
from tillgate.simulator.group import HERON, LOCATIONS, Group, Location
from tillgate.simulator.hours import day_end

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"
RANGE = ("2026-03-14T05:30:00Z", "2026-03-15T05:30:00+00:00")
SALES = 2100


class Installation(NamedTuple):
    """A gate with 2,100 sales of a day, and a client of their merchant."""

    url: str
    client_id: str
    secret: str
    owner_url: str

    def change(self, statement: str) -> None:
        """Change something as an operator would, who sits at the database."""
        with psycopg.connect(self.owner_url) as connection:
            connection.execute(statement)
        # Grants are kept for half a second.
        time.sleep(0.6)

    def run(self, *command: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """Run `read_sales.py`, or another program with its arguments."""
        named = {
            "GATE_URL": self.url,
            "GATE_CLIENT_ID": self.client_id,
            "GATE_CLIENT_SECRET": self.secret,
        }
        return subprocess.run(
            [sys.executable, *(command or ("read_sales.py", str(LOCATION), *RANGE))],
            cwd=EXAMPLES,
            env={**os.environ, **named, **environ},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@contextmanager
def installed(role_urls: dict[Role, str], folder: Path) -> Iterator[Installation]:
    """The gate, from the migrated database on; the books are empty afterwards."""
    rows = Rows(role_urls[Role.LEDGER], role_urls[Role.OWNER])
    empty_books(role_urls[Role.OWNER])
    rows.add_location()
    rows.add_sales(sales_every(0.5, SALES))
    issued = _client_of(BUSINESS, LOCATION)
    environ = {**database_settings(role_urls), "TILLGATE_SANDBOX": "false"}
    server = Server("all", folder, environ)
    try:
        url = f"http://localhost:{server.port}"
        yield Installation(url, issued.client_id, issued.secret, role_urls[Role.OWNER])
    finally:
        assert server.stop() == 0, server.log()
        rows.close()
        empty_books(role_urls[Role.OWNER])


def _client_of(business: int, location: int) -> acts.IssuedClient:
    integration = acts.open_integration(
        business_id=business,
        name="Bookkeeping",
        scopes=["financial-api", "items"],
        location_ids=[location],
        staff=False,
        consumers=False,
        authorizations=False,
        actor="test",
    )
    return acts.issue_client(integration=integration, redirect_uris=[], actor="test")


class Demo(NamedTuple):
    """A place of the demo's group on the same gate, with its last days until now.

    Yesterday is not closed yet: `closing` ends it. Of yesterday and of the day before, a sale was
    not fed in time: `late`, by the day.
    """

    installation: Installation
    ledger_url: str
    location: int
    yesterday: date
    closing: dict[str, Any]
    late: dict[date, dict[str, Any]]

    def feed(self, *lines: dict[str, Any]) -> None:
        """Feed records as the back office does."""
        text = "\n".join(json.dumps(line) for line in lines)
        import_file(self.ledger_url, Written("more", text.encode()))

    def chain(self) -> list[str]:
        """The business date of each closed document, in their order."""
        wanted = (
            "SELECT business_date FROM ledger_closedday WHERE business_location_id = %s"
            " ORDER BY position"
        )
        with psycopg.connect(self.installation.owner_url) as connection:
            return [str(day) for (day,) in connection.execute(wanted, (self.location,))]

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a program with its arguments."""
        return self.installation.run(*command)


def add_demo(installation: Installation, ledger_url: str) -> Demo:
    """Feed the demo's days to an installation."""
    now = datetime.now(UTC)
    place = _place_where_no_day_begins(now)
    today = (now.astimezone(ZoneInfo(place.timezone)) - timedelta(hours=5, minutes=30)).date()
    yesterday, before, first = (today - timedelta(days=back) for back in (1, 2, 3))
    group = Group(HERON.business_id, HERON.name, HERON.currency, (place,))
    plan = Plan(first=first, last=today, until=now, opened=first, sales_a_day=8, group=group)
    lines = [json.loads(line) for line in records(plan)]
    closing_of = {one["businessDate"]: one for one in lines if one["record"] == "day_closed"}
    late = {day: _last_plain_sale(lines, place, day) for day in (yesterday, before)}
    held_back = [closing_of[str(yesterday)], *late.values()]
    text = "\n".join(json.dumps(one) for one in lines if one not in held_back)
    import_file(ledger_url, Written("demo", text.encode()))
    issued = _client_of(HERON.business_id, place.id)
    return Demo(
        installation._replace(client_id=issued.client_id, secret=issued.secret),
        ledger_url,
        place.id,
        yesterday,
        closing_of[str(yesterday)],
        {day: _correction(sale, day) for day, sale in late.items()},
    )


def _place_where_no_day_begins(now: datetime) -> Location:
    """The demo's first place; while a day begins there, another."""
    london, chicago = LOCATIONS[0], LOCATIONS[2]
    there = now.astimezone(ZoneInfo(london.timezone))
    return chicago if 4 <= there.hour < 6 else london


def _last_plain_sale(lines: list[dict[str, Any]], place: Location, day: date) -> dict[str, Any]:
    """The record of the last sale of a day that refers to no other, and no other to it."""
    referred = Counter(
        account
        for one in lines
        if one["record"] == "sale"
        for account in set(one["sale"]["source"].values())
    )
    start = format_instant(day_end(place, day - timedelta(days=1)))
    end = format_instant(day_end(place, day))
    return [
        one
        for one in lines
        if one["record"] == "sale"
        and start <= one["sale"]["timeOfCloseAndPaid"] < end
        and one["sale"]["type"] == "SALE"
        and referred[one["sale"]["accountFiscId"]] == 1
        and set(one["sale"]["source"].values()) == {one["sale"]["accountFiscId"]}
    ][-1]


def _correction(sale: dict[str, Any], day: date) -> dict[str, Any]:
    reason = "The till was offline when the day was closed"
    return {**sale, "record": "correction", "businessDate": str(day), "reason": reason}


class Receiver:
    """Books elsewhere: takes entries over HTTP and keeps them."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.answer = 201
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.answer == 201:
                    receiver.received.append(json.loads(body))
                    receiver.keys.append(self.headers["Idempotency-Key"])
                self.send_response(receiver.answer)
                self.end_headers()
                self.wfile.write(b"the period is locked")

            def log_message(self, *_: object) -> None:
                """Nothing is written to the test's output."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/entries"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def balances(journal: str) -> dict[str, Decimal]:
    """What each account comes to; together it is nothing."""
    balances: defaultdict[str, Decimal] = defaultdict(Decimal)
    for account, amount in re.findall(r"^ +(\S.*?)  (-?[\d.]+) [A-Z]{3}$", journal, re.MULTILINE):
        balances[account] += Decimal(amount)
    assert sum(balances.values()) == 0
    assert len(balances) > 2
    return {account: amount for account, amount in balances.items() if amount}
