"""What is typed into a search box is found however it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillgate.hub.words import plain, plain_words


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Crème Brûlée", "creme brulee"),
        ("  ÅNGSTRÖM\u00a0Straße ", "angstrom strasse"),
        ("Łódź Smørrebrød Œuf", "lodz smorrebrod oeuf"),
        ("\u202ereversed\u200b\x00", "reversed"),
        ("Ⅳ ﬁne", "iv fine"),
        ("", ""),
    ],
)
def test_accents_case_and_spaces_do_not_count(typed: str, read: str) -> None:
    assert plain(typed) == read


def test_each_word_is_looked_for_once() -> None:
    assert plain_words("Bar bár  BAR foo") == ["bar", "foo"]


@given(st.text(), st.text())
def test_a_part_of_a_text_stays_a_part_of_it(before: str, after: str) -> None:
    whole = plain(f"{before}\n{after}")
    assert plain(before) in whole
    assert plain(after) in whole


@given(st.text())
def test_plain_words_are_plain_already(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert "\0" not in plain(text)
