"""Two versions side by side: nothing is lost, and what changed is shown where it changed."""

import time

from hypothesis import given
from hypothesis import strategies as st

from tillgate.content.comparing import Line, Piece, Sign, compare, lines_of

LINES = st.lists(st.sampled_from(["a", "b", "", "a b c d", "a b x d", "quite another"]), max_size=9)


def words(lines: list[Line], unwanted: Sign) -> list[str]:
    """What one version says, as far as it is shown."""
    kept = [
        "".join(piece.words for piece in line.pieces if piece.sign is not unwanted)
        for line in lines
        if any(piece.sign is not unwanted for piece in line.pieces)
    ]
    return [each for each in kept if each]


@given(LINES, LINES)
def test_every_line_of_both_is_shown_or_counted(old: list[str], new: list[str]) -> None:
    shown = compare(old, new)
    if old == new:
        assert shown == []
        return
    skipped = sum(line.skipped for line in shown)
    old_shown = [line for line in shown if any(p.sign is not Sign.NEW for p in line.pieces)]
    assert len(old_shown) + skipped == len(old)
    assert any(line.is_changed for line in shown)


@given(LINES, LINES)
def test_both_versions_can_be_read_from_a_short_comparison(old: list[str], new: list[str]) -> None:
    # A mark at both ends keeps everything within reach of a change.
    for lines in (old, new):
        lines[:] = lines[:3]
    shown = compare(["old", *old], ["new", *new])
    if not any(line.skipped for line in shown):
        assert words(shown, Sign.NEW) == [each for each in ["old", *old] if each]
        assert words(shown, Sign.GONE) == [each for each in ["new", *new] if each]


def test_a_changed_word_is_marked_within_its_line() -> None:
    (line,) = compare(["It costs 25 a month."], ["It costs 29 a month."])
    assert line.pieces == (
        Piece(Sign.SAME, "It costs "),
        Piece(Sign.GONE, "25"),
        Piece(Sign.NEW, "29"),
        Piece(Sign.SAME, " a month."),
    )


def test_another_line_is_no_edit() -> None:
    shown = compare(["It costs 25 a month."], ["Bring a friend along, please!"])
    assert [piece.sign for line in shown for piece in line.pieces] == [Sign.GONE, Sign.NEW]


def test_unchanged_lines_far_away_are_counted() -> None:
    old = [str(number) for number in range(20)]
    shown = compare(old, [*old[:10], "new", *old[11:]])
    assert [line.skipped for line in shown if line.skipped] == [8, 7]
    assert len(shown) == 2 + 2 * 2 + 2


def test_fields_are_lines_too() -> None:
    fields = {"reasons": [{"words": "Too soon.", "tags": ["x", "y"], "code": "a"}], "subject": "Hi"}
    names = ["code: a", "tags: x, y", "words: Too soon.", "", "subject: Hi"]
    assert lines_of("One\nTwo", fields) == [*names, "", "One", "Two"]
    assert lines_of("", {"name": "A"}) == ["name: A"]
    assert lines_of("One", {}) == ["One"]


def test_a_very_long_line_takes_no_time() -> None:
    began = time.monotonic()
    compare(["a b " * 20_000], ["b a " * 20_000])
    assert time.monotonic() - began < 2
