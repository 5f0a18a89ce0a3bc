"""Placeholders are found, filled once, and never made by a fact."""

from hypothesis import given
from hypothesis import strategies as st

from tillgate.content.placeholders import (
    clean,
    filled,
    names_in,
    one_line,
    pieces,
    problems,
)

NAMES = st.sampled_from(["business", "link", "name"])
WORDS = st.text(st.characters(exclude_characters="${}", exclude_categories=("Cs",)))


@given(st.text())
def test_the_pieces_of_a_text_make_the_text(text: str) -> None:
    assert "".join(piece.words for piece in pieces(text)) == text


@given(st.lists(st.tuples(WORDS, NAMES)), st.dictionaries(NAMES, st.text()))
def test_every_fact_stands_where_its_name_stood(
    parts: list[tuple[str, str]], facts: dict[str, str]
) -> None:
    text = "".join(f"{words}${{{name}}}" for words, name in parts)
    expected = "".join(words + facts.get(name, f"${{{name}}}") for words, name in parts)
    assert filled(text, facts) == expected
    assert names_in(text) == {name for _, name in parts}


def test_a_fact_is_not_searched_for_placeholders() -> None:
    assert filled("${a} ${b}", {"a": "${b}", "b": "secret"}) == "${b} secret"


def test_a_price_is_no_placeholder() -> None:
    text = "It costs $29 or US$ 32; {this} and $name stay too."
    assert list(problems(text, allowed=["name"], required=[])) == []
    assert filled(text, {"name": "no"}) == text


def test_unknown_missing_and_open_placeholders_are_told_in_words() -> None:
    told = list(problems("${nmae} ${name", allowed=["name", "link"], required=["link"]))
    assert told == [
        "${nmae} is not known here. Known are ${link}, ${name}.",
        "${link} is missing: without it the mail is of no use.",
        "A placeholder is opened with ${ and not closed with }.",
    ]


@given(st.text())
def test_one_line_is_one_line(fact: str) -> None:
    assert len(one_line(fact).splitlines()) <= 1


@given(st.text())
def test_cleaning_twice_changes_nothing_more(fact: str) -> None:
    assert clean(clean(fact)) == clean(fact)


def test_hidden_characters_go() -> None:
    assert one_line("Harbour\u202e Street\x00\r\nBcc: all@example.com") == (
        "Harbour Street Bcc: all@example.com"
    )
