"""Two ways to count a day, written apart, come to the same for whatever the simulator invents."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tillgate.ledger import pieces
from tillgate.ledger.canonical import closing_time, make_canonical, render_texts
from tillgate.ledger.document import DayFacts, KeptSale, cut_sale, make_document, milliseconds
from tillgate.ledger.frames import Facts
from tillgate.ledger.personal import Collected
from tillgate.ledger.sale import Sale
from tillgate.simulator.books import accounts_of
from tillgate.simulator.feed import sale_record
from tillgate.simulator.group import LOCATIONS, Location
from tillgate.verifying.recount import Recount, told_proof, told_totals


def kept(sale: dict[str, Any], collected: Collected) -> KeptSale:
    canonical = msgspec.convert(sale, Sale)
    make_canonical(canonical)
    closed = milliseconds(closing_time(canonical))
    texts = render_texts(canonical)
    payments = texts.lean[texts.payments_start : texts.payments_end].encode()
    facts = Facts(canonical.account_fisc_id, closed, closed)
    return cut_sale(texts.body.encode(), payments, facts, collected)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(LOCATIONS), st.integers(0, 1000), st.integers(0, 60), st.booleans())
def test_a_recount_comes_to_what_closing_wrote(
    place: Location, seed: int, number: int, gift_cards: bool
) -> None:
    day, collected = date(2026, 3, 1) + timedelta(days=number), Collected()
    start = datetime(day.year, day.month, day.day, 5, 30, tzinfo=UTC)
    facts = DayFacts(
        business_location_id=place.id,
        business_date=day,
        currency="GBP",
        starts_at=start,
        ends_at=start + timedelta(days=1),
        closed_at=start + timedelta(days=2),
        cause="feed",
        gift_card_groups=("2100",) if gift_cards else (),
    )
    records = [sale_record(one, day) for one in accounts_of(place, day, seed=seed, sales_a_day=15)]
    sales = [kept(record["sale"], collected) for record in records]
    document = make_document(facts, sales, collected)
    told = json.loads(document.manifest)
    recount = Recount(told["proof"], told["startsAt"])
    for sale in sorted(sales, key=lambda one: (one.facts.closed, one.facts.account_id)):
        recount.add(json.loads(pieces.whole(sale.cut)))
    assert recount.totals() == told_totals(json.loads(zstandard.decompress(document.totals)))
    assert recount.proof() == told_proof(told["proof"])
