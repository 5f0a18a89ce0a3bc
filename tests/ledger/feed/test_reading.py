"""Whatever the bytes: a reader yields records or says what is wrong, and never breaks."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.feed.making import known, sale, sale_object, text_of

from tillgate.ledger.feed import reading
from tillgate.ledger.feed.errors import BadLine
from tillgate.ledger.feed.reading import FeedReader
from tillgate.ledger.feed.records import Found

NOW = datetime(2026, 3, 20, tzinfo=UTC)

WORDS = st.sampled_from(
    [
        *("record", "sales", "_embedded", "businessList", "businessLocations", "taxRateList"),
        *("paymentMethodList", "accountingGroupList", "statisticGroup", "accountReference", "id"),
        *("name", "salesLines", "payments", "taxLines", "_links", "self", "href", "rate", "code"),
        *("nextStartOfDayAsIso8601", "businessLocationId", "item", "sale", "recordedAt"),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | WORDS
THINGS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=25,
)


def read(content: bytes, location: int | None = 5) -> list[Found | BadLine]:
    reader = FeedReader(io.BytesIO(content), location=location, recorded_at=NOW)
    return list(reader.records())


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    read(content)


@given(st.lists(THINGS, max_size=3), st.booleans())
def test_any_json(things: list[Any], with_location: bool) -> None:
    content = "\n".join(json.dumps(thing) for thing in things).encode()
    for found in read(content, 5 if with_location else None):
        assert isinstance(found, Found) or (found.line >= 1 and found.problem)


@given(THINGS, st.sampled_from(["taxRateList", "businessList", "accountingGroupList"]))
def test_any_list_where_a_published_one_is_due(thing: Any, name: str) -> None:
    read(json.dumps({"_embedded": {name: thing}}).encode())
    read(json.dumps({"_embedded": {name: [thing]}}, indent=1).encode())


@given(THINGS, st.sampled_from(sorted(sale_object())))
def test_any_value_for_a_field_of_a_recorded_sale(thing: Any, name: str) -> None:
    body = {"sales": [sale_object() | {name: thing}], "nextStartOfDayAsIso8601": thing}
    read(json.dumps(body).encode())
    body["nextStartOfDayAsIso8601"] = "0001-01-01"
    read(json.dumps(body | {"_links": thing}).encode())
    read(json.dumps(body | {"_links": {"self": thing}}).encode())


@given(THINGS, st.sampled_from(sorted(sale_object())))
def test_any_value_for_a_field_of_a_sale(thing: Any, name: str) -> None:
    record = sale()
    record["sale"][name] = thing
    (found,) = read(text_of([record]).encode())
    assert isinstance(found, Found | BadLine)


@given(st.integers(0, 2000), st.integers(0, 255))
def test_any_byte_changed_in_a_good_file(place: int, byte: int) -> None:
    content = bytearray(text_of([*known(), sale()]).encode())
    content[place % len(content)] = byte
    read(bytes(content))


def test_a_line_of_a_stream_is_read_before_the_next_one_is_there() -> None:
    class Once(io.RawIOBase):
        def __init__(self) -> None:
            self.lines = [text_of([each]).encode() for each in known()]

        def readable(self) -> bool:
            return True

        def readline(self, _size: int | None = -1, /) -> bytes:
            return self.lines.pop(0)

    reader = FeedReader(Once(), location=None, recorded_at=NOW)  # type: ignore[arg-type]
    assert isinstance(next(reader.records()), Found)


def test_a_line_or_answer_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_LINE", 1000)
    long = json.dumps(sale_object(tableName="x" * 990))
    (bad, *_) = read(text_of(known()).encode() + long.encode())[2:]
    assert isinstance(bad, BadLine)
    assert (bad.line, bad.problem) == (3, "the line is too long")
    (bad,) = read(json.dumps([sale_object()] * 9, indent=1).encode())
    assert isinstance(bad, BadLine)
    assert bad.problem == "the recorded answer is too long"
