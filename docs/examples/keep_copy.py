"""Keep a copy of a business location's closed days, with Python's standard library alone.

    export GATE_URL=https://gate.example.com
    export GATE_CLIENT_ID=... GATE_CLIENT_SECRET=...
    python keep_copy.py LOCATION copy.db

Each run asks what was closed or corrected since the last one, fetches those days alone, checks them
by their digests, and stores them; a corrected day replaces what was there of it. The copy is an
SQLite database. Each day goes into it whole or not at all, together with the place in the chain
that the next run goes on from: a run that is killed loses nothing. Exit status 0 means that the
copy is up to date. Needs `gate.py` beside it.

    sqlite3 copy.db "SELECT business_date, revision, sales FROM day ORDER BY business_date"
"""

# ruff: noqa: INP001  no package

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from typing import Any, NamedTuple

from gate import Gate, GaveUp, location_of, run

PAGE_SIZE = 100
NO_DIGEST = "0" * 64
TABLES = """
CREATE TABLE IF NOT EXISTS copy (location INTEGER NOT NULL, position INTEGER NOT NULL,
    digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS day (business_date TEXT PRIMARY KEY, revision INTEGER NOT NULL,
    digest TEXT NOT NULL, sales INTEGER NOT NULL, manifest TEXT NOT NULL, totals TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sale (business_date TEXT NOT NULL REFERENCES day,
    account_reference TEXT NOT NULL, type TEXT NOT NULL, closed_at TEXT NOT NULL,
    sale TEXT NOT NULL, PRIMARY KEY (business_date, account_reference));
"""
STANDS = "SELECT count(*), coalesce(sum(sales), 0), max(copy.digest) FROM copy LEFT JOIN day"


class Document(NamedTuple):
    """A revision of a closed day, as its files say it."""

    manifest: bytes
    totals: bytes
    sales: bytes


def fetch(gate: Gate, path: str, change: dict[str, Any]) -> Document:
    """The files of what was closed or corrected, checked."""
    folder = f"{path}/export/v1/{change['businessDate']}/{change['revision']}"
    names = ("day.json", "totals.json", "sales.ndjson")
    document = Document(*(gate.get_bytes(f"{folder}/{name}") for name in names))
    check(document, change)
    return document


def check(document: Document, change: dict[str, Any]) -> None:
    """Raises `GaveUp` unless the files are those that the chain tells of."""
    manifest = json.loads(document.manifest)
    found = {
        "day.json": (document.manifest, change["digest"]),
        "totals.json": (document.totals, manifest["totals"]["sha256"]),
        "sales.ndjson": (document.sales, manifest["sales"]["sha256"]),
    }
    for name, (content, digest) in found.items():
        if sha256(content).hexdigest() != digest:
            day = f"{change['businessDate']}, revision {change['revision']}"
            raise GaveUp(f"{name} of {day} is not what its digest says: nothing of it was kept")


def follow(gate: Gate, copy: sqlite3.Connection, location: int) -> int:
    """Bring the copy up to date; returns how many documents came."""
    path = f"/accounting/v1/business-locations/{location}"
    position, digest = copy.execute("SELECT position, digest FROM copy").fetchone()
    came = 0
    while True:
        changes = gate.get(f"{path}/changes", since=position, pageSize=PAGE_SIZE)["items"]
        for change in changes:
            if (change["position"], change["previousDigest"]) != (position + 1, digest):
                raise GaveUp("what the gate has does not go on from this copy: keep it, and ask")
            save(copy, change, fetch(gate, path, change))
            position, digest = change["position"], change["digest"]
        came += len(changes)
        if len(changes) < PAGE_SIZE:
            return came


def save(copy: sqlite3.Connection, change: dict[str, Any], document: Document) -> None:
    """Put a document in the place of what was there of its day, and remember how far we are."""
    day, texts = change["businessDate"], document.sales.decode().split("\n")[:-1]
    rows = [
        (day, sale["accountReference"], sale["type"], sale["timeOfCloseAndPaid"], text)
        for text in texts
        for sale in (json.loads(text),)
    ]
    with copy:
        copy.execute("DELETE FROM sale WHERE business_date = ?", (day,))
        copy.execute(
            "INSERT OR REPLACE INTO day VALUES (?, ?, ?, ?, ?, ?)",
            (
                *(day, change["revision"], change["digest"], len(rows)),
                *(document.manifest.decode(), document.totals.decode()),
            ),
        )
        copy.executemany("INSERT INTO sale VALUES (?, ?, ?, ?, ?)", rows)
        copy.execute(
            "UPDATE copy SET position = ?, digest = ?", (change["position"], change["digest"])
        )


def opened(file: str, location: int) -> sqlite3.Connection:
    """The copy in a file, empty if there is none yet."""
    copy = sqlite3.connect(file)
    copy.executescript(TABLES)
    with copy:
        copy.execute(
            "INSERT INTO copy SELECT ?, 0, ? WHERE NOT EXISTS (SELECT 1 FROM copy)",
            (location, NO_DIGEST),
        )
    (owner,) = copy.execute("SELECT location FROM copy").fetchone()
    if owner != location:
        raise GaveUp(f"{file} belongs to location {owner}: name another file")
    return copy


def main(arguments: list[str]) -> int:
    """Bring the copy up to date that the command line names."""
    location, file = location_of(arguments[0]), arguments[1]
    gate = Gate.from_environment("financial-api")
    try:
        with closing(opened(file, location)) as copy:
            came = follow(gate, copy, location)
            days, sales, digest = copy.execute(STANDS).fetchone()
    except sqlite3.Error as error:
        raise GaveUp(f"{file} cannot be used: {error}") from error
    print(f"{came} documents came; {days} days with {sales} sales are kept, up to digest {digest}")
    return 0


if __name__ == "__main__":
    run(main, __doc__, arguments=2)
