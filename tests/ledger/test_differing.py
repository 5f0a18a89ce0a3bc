"""In which sales two revisions of a day differ: the same as by a look at each."""

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from tillgate.ledger.closed_sales import OpenedDay, OpenedSale
from tillgate.ledger.differing import differing
from tillgate.ledger.frames import Facts, encode_spans, pack
from tillgate.ledger.personal import known_of
from tillgate.ledger.pieces import Cut

versions = st.tuples(
    st.sampled_from(["", "more"]),
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 7), st.sampled_from([b"a", b"b"]))),
)
# Each sale as it was and as it is, None where it was not there; mostly left alone.
sales = st.tuples(st.none() | versions, st.none() | versions) | versions.map(lambda one: (one, one))


def _cut(number: int, version: tuple[str, list[tuple[int, int, bytes]]]) -> Cut:
    text, pieces = version
    lean = f'{{"accountReference":"r{number}","accountFiscId":"A1.{number}","x":"{text}"}}'
    places = sorted(place for place, _, _ in pieces)
    tags, texts = [tag for _, tag, _ in pieces], [piece for _, _, piece in pieces]
    return Cut(lean.encode(), 0, 0, places, tags, texts)


def _day(cuts: dict[int, Cut]) -> OpenedDay:
    facts = [Facts(f"A1.{number}", number, number) for number in cuts]
    spans, data = pack(facts, list(cuts.values()))
    return OpenedDay(encode_spans(spans), data, known_of(()))


def _known(sales: list[OpenedSale]) -> list[tuple[str, Cut]]:
    return sorted((sale.reference, sale.cut) for sale in sales)


@given(st.lists(sales, max_size=9))
def test_two_revisions_differ_in_what_a_look_at_each_sale_finds(
    given_sales: list[tuple[object, object]],
) -> None:
    was, now = (
        {number: _cut(number, pair[side]) for number, pair in enumerate(given_sales) if pair[side]}  # type: ignore[arg-type]
        for side in (0, 1)
    )
    with patch("tillgate.ledger.frames._MOST", 3):
        before, after = _day(was), _day(now)
    found = tuple(map(_known, differing(before, after)))
    assert found == (
        sorted((f"r{number}", cut) for number, cut in was.items() if now.get(number) != cut),
        sorted((f"r{number}", cut) for number, cut in now.items() if was.get(number) != cut),
    )
