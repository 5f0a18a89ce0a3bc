"""Any sales, fed in any cut, come to the same books."""

import itertools
import json
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ledger.conftest import Books
from tests.ledger.feed.making import AT, LATER, LOCATION, known, text_of
from tests.ledger.feed.making_sales import sales

from tillgate.ledger.canonical import make_canonical
from tillgate.ledger.feed.batch import import_file
from tillgate.ledger.feed.errors import BadFile
from tillgate.ledger.parts import Part, carried
from tillgate.ledger.sale import DECODER, ENCODER, Sale

Thing = dict[str, Any]

# The books are emptied by hand for each example; each costs some round trips.
real_books = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def record(thing: Thing, at: str = AT) -> Thing:
    return {"record": "sale", "recordedAt": at, "businessLocationId": LOCATION, "sale": thing}


def land(url: str, records: list[Thing], *, compact: bool = False) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "1.ndjson"
        if compact:
            path.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in records))
        else:
            path.write_text(text_of(records), encoding="utf-8")
        import_file(url, path)


@pytest.fixture
def at_known(books: Books, ledger_url: str) -> None:
    land(ledger_url, known())


def clear_sales(books: Books) -> None:
    books.change("TRUNCATE ledger_opensale, ledger_externalreference, ledger_businessday")


@pytest.mark.usefixtures("at_known")
@real_books
@given(thing=sales(), compact=st.booleans())
def test_what_goes_in_comes_out(books: Books, ledger_url: str, thing: Thing, compact: bool) -> None:
    clear_sales(books)
    land(ledger_url, [record(thing)], compact=compact)
    expected = msgspec.convert(thing, Sale)
    make_canonical(expected)
    ((body,),) = books.rows("SELECT body FROM ledger_opensale")
    assert DECODER.decode(body) == expected
    assert json.loads(body) == json.loads(ENCODER.encode(expected))


@pytest.mark.usefixtures("at_known")
@real_books
@given(first=sales(), second=sales())
def test_feeding_twice_changes_nothing_and_parts_are_never_erased(
    books: Books, ledger_url: str, first: Thing, second: Thing
) -> None:
    clear_sales(books)
    records = [record(first), record(second, LATER)]
    land(ledger_url, records)
    before = books.everything()
    land(ledger_url, records[1:])
    land(ledger_url, records)
    assert books.everything() == before
    kept = DECODER.decode(before["sale"][0][11])
    given_parts = carried(msgspec.convert(first, Sale)) | carried(msgspec.convert(second, Sale))
    assert carried(kept) >= given_parts & {Part.TABLE, Part.PAYMENTS}


@pytest.mark.usefixtures("at_known")
@real_books
@given(
    batch=st.lists(
        st.tuples(st.integers(1, 3).flatmap(sales), st.sampled_from([AT, LATER])), max_size=6
    ),
    cuts=st.sets(st.integers(0, 6)),
)
def test_a_batch_cut_into_files_in_any_way_gives_the_same_books(
    books: Books, ledger_url: str, batch: list[tuple[Thing, str]], cuts: set[int]
) -> None:
    records = [record(thing, at) for thing, at in batch]
    clear_sales(books)
    try:
        land(ledger_url, records)
    except BadFile:
        return  # two contents of one instant: refused whole, and in pieces up to that line
    whole = books.everything()
    clear_sales(books)
    edges = [0, *sorted(cuts), len(records)]
    for start, end in itertools.pairwise(edges):
        land(ledger_url, records[start:end])
    assert books.everything() == whole
