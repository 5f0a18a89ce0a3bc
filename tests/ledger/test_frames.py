"""Views of the sales of a frame: many at once, and each by itself."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillgate.ledger import frames, pieces
from tillgate.ledger.canonical import render_texts
from tillgate.ledger.frames import Facts, Frame
from tillgate.ledger.parts import Part
from tillgate.ledger.personal import Collected, Known
from tillgate.ledger.sale import DECODER
from tillgate.simulator.books import accounts_of
from tillgate.simulator.feed import sale_record
from tillgate.simulator.group import LOCATIONS

_ENCODER = msgspec.json.Encoder(decimal_format="number")


@pytest.fixture(scope="module")
def frame() -> tuple[Frame, dict[int, bytes]]:
    """A frame of simulated sales, some of them without payments, and its personal parts."""
    day = date(2026, 3, 14)
    collected = Collected()
    cuts = [
        _cut(sale_record(account, day), collected)
        for account in accounts_of(LOCATIONS[0], day, seed=3, sales_a_day=40)
    ]
    facts = [Facts(f"A{number}", number, number) for number in range(len(cuts))]
    spans, data = frames.pack(facts, cuts)
    values = {part.number: part.values for part in collected.parts()}
    return Frame(spans[0], data), values


def _cut(record: dict[str, Any], collected: Collected) -> pieces.Cut:
    texts = render_texts(DECODER.decode(_ENCODER.encode(record["sale"])))
    payments = texts.lean[texts.payments_start : texts.payments_end]
    return pieces.cut(texts.body.encode(), payments.encode(), collected.refer)


class _Values(Known):
    """The personal parts as they are before they are packed."""

    @property
    def _unpack(self) -> Any:
        return self

    def decompress(self, values: bytes) -> bytes:
        return values


@settings(deadline=None)
@given(st.data())
def test_a_stretch_of_sales_says_what_each_of_them_says(
    frame: tuple[Frame, dict[int, bytes]], data: st.DataObject
) -> None:
    opened, values = frame
    count = len(opened.sales)
    start = data.draw(st.integers(0, count - 1))
    end = data.draw(st.integers(start + 1, count))
    parts = data.draw(st.sets(st.sampled_from(Part)))
    kept = data.draw(st.sets(st.sampled_from(sorted(values))))
    tags = pieces.shown_tags(parts, staff_names=data.draw(st.booleans()), rounding=True)
    known = _Values({number: values[number] for number in kept})
    singly = [pieces.view(sale, tags, known, payments=True) for sale in opened.sales[start:end]]
    assert opened.with_payments(start, end, tags, known) == b",".join(singly)
