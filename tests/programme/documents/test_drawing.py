"""A drawn signature: strokes of numbers, and nothing else of SVG."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.programme.documents.making import agreement, evidence

from tillgate.programme.documents.drawing import HEIGHT, WIDTH, Drawing, read_drawing
from tillgate.programme.documents.errors import BadDrawing
from tillgate.programme.documents.typesetting import signed_agreement_pdf


def test_strokes_are_read_and_fitted_into_the_box() -> None:
    drawing = read_drawing(" M 10 20 L 20.5 25 M-5,20L 45 35 ")
    assert drawing == Drawing(strokes=(((300, 0), (510, 100)), ((0, 0), (1000, 300))))


def test_a_point_alone_is_a_dot() -> None:
    assert read_drawing("M 7 7").strokes == (((0, 0), (0, 0)),)


def test_what_was_drawn_is_in_the_document() -> None:
    with_it = signed_agreement_pdf(agreement(), evidence())
    assert with_it != signed_agreement_pdf(agreement(), evidence(drawing=None))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "only moves"),
        ("   ", "only moves"),
        ("L 1 1", "begins with no move"),
        ("M 1 1 C 1 1 2 2 3 3", "only moves"),
        ("M 1 1 L 1e9 2", "only moves"),
        ("M 1 1 L NaN 2", "only moves"),
        ("M 1 1 l 2 2", "only moves"),
        ('M 1 1"/><script>alert(1)</script>', "only moves"),
        ("M 1 1 L 12345678 2", "only moves"),
        ("M 1 1 " + "L 1 2 " * 5000, "more than 5000 points"),
        ("M 1 1 " + "L 1 2 " * 40000, "too long"),
    ],
)
def test_anything_else_is_refused(path: str, words: str) -> None:
    with pytest.raises(BadDrawing, match=words):
        read_drawing(path)


@pytest.mark.parametrize(
    "strokes",
    [
        (),
        (((0, 0),),),
        (((0, 0), (WIDTH + 1, 0)),),
        (((0, -1), (0, 0)),),
        (((0, 0), (0, HEIGHT + 1)),),
    ],
)
def test_a_drawing_made_otherwise_is_checked_too(
    strokes: tuple[tuple[tuple[int, int], ...], ...],
) -> None:
    with pytest.raises(BadDrawing):
        Drawing(strokes=strokes)


NUMBERS = st.floats(-99999, 99999).map(lambda number: f"{number:.3f}")
STEPS = st.tuples(st.sampled_from("ML"), NUMBERS, NUMBERS).map(" ".join)


@given(st.text() | st.lists(STEPS, max_size=60).map(lambda steps: " ".join(["M 0 0", *steps])))
def test_any_path_gives_a_drawing_in_its_box_or_is_refused(path: str) -> None:
    try:
        drawing = read_drawing(path)
    except BadDrawing:
        return
    for stroke in drawing.strokes:
        assert len(stroke) > 1
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in stroke)
