"""The sale that another system knows by its reference, in an open day or in a closed one."""

from collections.abc import Collection
from typing import NamedTuple

from tillgate.foundation.postgres.pools import Pool, read_each
from tillgate.foundation.postgres.sessions import query
from tillgate.ledger import pieces
from tillgate.ledger.frames import Frame, decode_spans
from tillgate.ledger.personal import known_of
from tillgate.ledger.public import read_public
from tillgate.ledger.runs import ClosedRun, OpenRun, Run
from tillgate.ledger.sale import SaleType
from tillgate.ledger.texts import SaleText

_OPEN = """
SELECT s.account_id, s.payments_start, s.payments_end, s.lean,
    (extract(epoch FROM s.closed_at) * 1000)::bigint, s.type = 'SALE'
FROM ledger_externalreference r
JOIN ledger_opensale s ON s.business_location_id = r.business_location_id
    AND s.account_reference = r.account_reference
WHERE r.business_location_id = {location} AND r.reference = {reference}
ORDER BY s.type = 'SALE' DESC, s.closed_at DESC, s.account_id LIMIT 1
"""

# The document that has the sale last, for each sale that had the reference when it was closed; none
# for a sale that a correction has moved to an open day.
_CLOSED = """
SELECT DISTINCT ON (r.account_reference) r.account_reference,
    d.closings[array_position(d.reference_keys, k.key)], d.spans, d.data
FROM ledger_closedreference r, LATERAL (
    SELECT ('x' || encode(substr(sha256(convert_to(r.account_reference, 'UTF8')), 1, 8), 'hex'))
        ::bit(64)::bigint AS key
) k
JOIN ledger_closedday d ON d.business_location_id = {location} AND d.reference_keys @> ARRAY[k.key]
WHERE r.business_location_id = {location} AND r.reference = {reference}
    AND NOT EXISTS (SELECT FROM ledger_opensale s
        WHERE s.business_location_id = {location} AND s.account_reference = r.account_reference)
ORDER BY r.account_reference, d.position DESC
"""


class _Found(NamedTuple):
    """A sale, and what decides between several: a SALE first, then the latest, then by account."""

    is_sale: bool
    closed: int
    account: str
    run: Run


async def fetch_sale_by_reference(
    pool: Pool, locations: Collection[int], location: int, reference: str
) -> Run | None:
    """The sale with an external reference: a SALE before any other, then the latest closed."""
    wanted = [query(text, location=location, reference=reference) for text in (_OPEN, _CLOSED)]
    opened, closed = await read_each(pool, locations, wanted, undecoded=True)
    found = [_open_one(*row) for row in opened]
    found += [one for row in closed for one in _closed_ones(reference, *row)]
    if not found:
        return None
    return min(found, key=lambda one: (not one.is_sale, -one.closed, one.account)).run


def _open_one(  # noqa: PLR0913, PLR0917  a row
    account: bytes, start: int, end: int, text: bytes, closed: int, is_sale: bool
) -> _Found:
    sale = SaleText(account.decode(), start, end, text, closed)
    return _Found(is_sale, closed, sale.account_id, OpenRun([sale]))


def _closed_ones(
    reference: str, account_reference: bytes, closed: int, spans: bytes, data: bytes
) -> list[_Found]:
    found = list[_Found]()
    for span in decode_spans(spans):
        if not span.first <= closed <= span.last:
            continue
        frame = Frame(span, data[span.start : span.start + span.size])
        for place, cut in enumerate(frame.sales):
            if frame.directory.closed[place] != closed:
                continue
            if pieces.account_reference(cut.lean) == account_reference.decode():
                found += _closed_one(reference, frame, place)
    return found


def _closed_one(reference: str, frame: Frame, place: int) -> list[_Found]:
    """The sale, unless a correction has taken the reference away."""
    sale = read_public(frame.sales[place].lean)
    if reference not in sale.external_references:
        return []
    run = ClosedRun(b"", frame, known_of(()), place, place + 1)
    return [_Found(sale.type is SaleType.SALE, *run.key(0), run)]
