"""Looking at closed days in tests, with nothing but the tables and what docs/books.md says."""

import asyncio
import hashlib
import json
from typing import Any, NamedTuple

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tests.ledger.conftest import Books

from tillgate.foundation.postgres.pools import make_pool
from tillgate.ledger import pieces
from tillgate.ledger.beside_reads import fetch_faults
from tillgate.ledger.frames import Frame, decode_spans

_DAYS = """
SELECT d.business_date::text, d.revision, d.position, d.digest, d.previous_digest, d.manifest,
    d.signature, k.public, d.part_hashes, d.totals, d.spans, d.data, d.sale_count,
    d.business_location_id
FROM ledger_closedday d JOIN ledger_signingkey k USING (key_id)
ORDER BY d.business_location_id, d.position
"""


class Day(NamedTuple):
    """A row of the closed days."""

    date: str
    revision: int
    position: int
    digest: bytes
    previous: bytes
    manifest: bytes
    signature: bytes
    public: bytes
    part_hashes: bytes
    totals: bytes
    spans: bytes
    data: bytes
    sale_count: int
    location: int

    def told(self) -> dict[str, Any]:
        return json.loads(self.manifest)

    def sales(self) -> list[bytes]:
        """The texts that the digest is about."""
        return [
            pieces.whole(cut)
            for span in decode_spans(self.spans)
            for cut in Frame(span, self.data[span.start : span.start + span.size]).sales
        ]


def closed_days(books: Books) -> list[Day]:
    return [Day(*row) for row in books.rows(_DAYS)]


def check_whole(books: Books) -> list[Day]:
    """Every digest, signature and chain is right, and what lies beside; returns the days."""
    days = closed_days(books)
    heads: dict[int, tuple[int, bytes]] = {}
    for day in days:
        position, digest = heads.get(day.location, (0, b"\0" * 32))
        assert (day.position, day.previous) == (position + 1, digest), "the chain has a gap"
        heads[day.location] = day.position, day.digest
        assert hashlib.sha256(day.manifest).digest() == day.digest
        Ed25519PublicKey.from_public_bytes(day.public).verify(day.signature, day.manifest)
        _check_manifest(day)
    assert asyncio.run(_index_faults(books.url, sorted(heads))) == []
    return days


async def _index_faults(url: str, locations: list[int]) -> list[list[str]]:
    """What `tillgate verify` would be told by the gate."""
    found = list[list[str]]()
    async with make_pool(url, name="test reader", size=1) as pool:
        for location in locations:
            found += await fetch_faults(pool, locations, location, since=0, limit=10_000)
    return [faults for faults in found if faults]


def _check_manifest(day: Day) -> None:
    told = day.told()
    texts = day.sales()
    assert told["sales"]["count"] == len(texts) == day.sale_count
    whole = b"".join(text + b"\n" for text in texts)
    assert told["sales"]["sha256"] == hashlib.sha256(whole).hexdigest()
    totals = zstandard.decompress(day.totals)
    assert told["totals"]["sha256"] == hashlib.sha256(totals).hexdigest()
    assert told["parts"]["sha256"] == hashlib.sha256(day.part_hashes).hexdigest()
    assert told["position"] == day.position
    assert told["previousDigest"] == day.previous.hex()
    assert told["businessDate"] == day.date
