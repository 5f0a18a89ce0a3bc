"""The document of a closed day: what is kept of it, and the manifest that stands for it.

The manifest is a small JSON text. It holds the SHA-256 of the sales, of the totals and of the
personal parts, the proof, and where the day stands in its location's chain. Its own SHA-256 is the
day's digest, and it is what is signed. `docs/books.md` describes every byte of it for others.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import msgspec
import zstandard

from tillgate.foundation.instants import format_instant
from tillgate.ledger import figures, frames, pieces
from tillgate.ledger.frames import Facts
from tillgate.ledger.personal import Collected, PersonalPart, hash_of
from tillgate.ledger.pieces import Cut
from tillgate.ledger.proof import Proof, Prover
from tillgate.ledger.public import read_public
from tillgate.ledger.totals import Counter, DayTotals

FORMAT = "tillgate-day-1"
NO_DIGEST = b"\0" * 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DayFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a day beside its sales; `cause` is `feed`, `clock` or `correction`.

    `corrects` is empty for the first revision, else why there is another one.
    """

    business_location_id: int
    business_date: date
    currency: str
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime
    cause: str
    revision: int = 1
    position: int = 1
    previous_digest: bytes = NO_DIGEST
    gift_card_groups: tuple[str, ...] = ()
    corrects: dict[str, Any] | None = None


class KeptSale(NamedTuple):
    """A sale on its way into a document; `facts` are its line in the directory."""

    facts: Facts
    cut: Cut


class Document(NamedTuple):
    """Everything that is written of a closed day."""

    manifest: bytes
    digest: bytes
    totals: bytes
    figures: bytes
    part_hashes: bytes
    spans: bytes
    data: bytes
    parts: list[PersonalPart]
    sale_count: int
    first_closed_at: datetime | None
    last_closed_at: datetime | None


class Manifest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The manifest as JSON has it, its keys sorted; hashes in hex."""

    format: str
    business_location_id: int
    business_date: date
    currency: str
    starts_at: str
    ends_at: str
    closed_at: str
    cause: str
    revision: int
    position: int
    previous_digest: str
    sales: dict[str, Any]
    totals: dict[str, Any]
    parts: dict[str, Any]
    proof: Proof
    corrects: dict[str, Any] | None = None


def milliseconds(instant: datetime) -> int:
    """Since 1970; what comes in has no finer fractions."""
    return (instant - _EPOCH) // _MILLISECOND


_MILLISECOND = datetime(1970, 1, 1, 0, 0, 0, 1000) - datetime(1970, 1, 1)  # noqa: DTZ001


def instant_of(moment: int) -> datetime:
    """The instant of so many milliseconds since 1970."""
    return _EPOCH + moment * _MILLISECOND


def canonical_json(thing: Any) -> bytes:
    """UTF-8, keys sorted, no space between."""
    return msgspec.json.encode(thing, order="sorted")


def make_document(
    facts: DayFacts,
    sales: Iterable[KeptSale],
    collected: Collected,
    *,
    earlier_hashes: bytes = b"",
) -> Document:
    """The document of a day; the hashes of parts of earlier revisions stay in front."""
    ordered = sorted(sales, key=lambda sale: (sale.facts.closed, sale.facts.account_id))
    digest, totals, proof = count(
        (pieces.whole(sale.cut) for sale in ordered), facts.gift_card_groups, facts.starts_at
    )
    counted = canonical_json(totals)
    parts = collected.parts()
    hashes = earlier_hashes + b"".join(hash_of(part) for part in parts)
    manifest = canonical_json(_manifest(facts, len(ordered), (digest, counted, hashes), proof))
    spans, data = frames.pack([sale.facts for sale in ordered], [sale.cut for sale in ordered])
    closed = [sale.facts.closed for sale in ordered]
    return Document(
        manifest,
        hashlib.sha256(manifest).digest(),
        zstandard.ZstdCompressor(level=10).compress(counted),
        figures.pack(figures.figures_of(totals, proof)),
        hashes,
        frames.encode_spans(spans),
        data,
        parts,
        len(ordered),
        instant_of(closed[0]) if closed else None,
        instant_of(closed[-1]) if closed else None,
    )


def count(
    texts: Iterable[bytes], gift_card_groups: Collection[str], starts_at: datetime
) -> tuple[str, DayTotals, Proof]:
    """SHA-256 over the sales, each with a line feed; their totals; and their proof."""
    digest, counter = hashlib.sha256(), Counter()
    prover = Prover(gift_card_groups, format_instant(starts_at))
    for text in texts:
        digest.update(text)
        digest.update(b"\n")
        sale = read_public(text)
        counter.add(sale)
        prover.add(sale)
    totals = counter.totals()
    return digest.hexdigest(), totals, prover.proof(totals)


def _manifest(
    facts: DayFacts, sales: int, hashed: tuple[str, bytes, bytes], proof: Proof
) -> Manifest:
    digest, totals, hashes = hashed
    return Manifest(
        format=FORMAT,
        business_location_id=facts.business_location_id,
        business_date=facts.business_date,
        currency=facts.currency,
        starts_at=format_instant(facts.starts_at),
        ends_at=format_instant(facts.ends_at),
        closed_at=format_instant(facts.closed_at),
        cause=facts.cause,
        revision=facts.revision,
        position=facts.position,
        previous_digest=facts.previous_digest.hex(),
        sales={"count": sales, "sha256": digest},
        totals={"sha256": hashlib.sha256(totals).hexdigest()},
        parts={"count": len(hashes) // 32, "sha256": hashlib.sha256(hashes).hexdigest()},
        proof=proof,
        corrects=facts.corrects,
    )


def cut_sale(body: bytes, payments: bytes, facts: Facts, collected: Collected) -> KeptSale:
    """A sale of an open day, cut for its document."""
    return KeptSale(facts, pieces.cut(body, payments, collected.refer))


def has_strays(facts: DayFacts, sales: Sequence[KeptSale]) -> bool:
    """Whether a sale was closed outside of the day it is booked on."""
    start, end = milliseconds(facts.starts_at), milliseconds(facts.ends_at)
    return any(not start <= sale.facts.closed < end for sale in sales)
