"""A signature drawn by hand: strokes of points, taken from an SVG path and nothing else of SVG.

Only absolute moves and lines are read, with plain numbers. What comes out is numbers, scaled to a
box of 1000 by 300; no text of the sender reaches the document.
"""

import re
from itertools import chain

import msgspec

from tillgate.programme.documents.errors import BadDrawing

WIDTH, HEIGHT = 1000, 300
MOST_CHARACTERS = 200_000
MOST_POINTS = 5_000

Point = tuple[int, int]
Stroke = tuple[Point, ...]

_STEP = re.compile(r"\s*([ML])\s*(-?\d{1,6}(?:\.\d{1,6})?)[\s,]+(-?\d{1,6}(?:\.\d{1,6})?)")


class Drawing(msgspec.Struct, frozen=True):
    """Strokes of at least two points each, within 0 to 1000 across and 0 to 300 down."""

    strokes: tuple[Stroke, ...]

    def __post_init__(self) -> None:
        points = list(chain.from_iterable(self.strokes))
        if not points or min(map(len, self.strokes)) < 2:
            raise BadDrawing("it has no line")
        if len(points) > MOST_POINTS:
            raise BadDrawing(f"it has more than {MOST_POINTS} points")
        if not all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points):
            raise BadDrawing("it leaves its field")


def read_drawing(path: str) -> Drawing:
    """The drawing of an SVG path such as `M 10 20 L 14.5 22 L 20 30 M 5 5 L 9 9`.

    It is moved and scaled to fill the box, keeping its shape. A point alone becomes a dot.
    Raises `BadDrawing`.
    """
    if len(path) > MOST_CHARACTERS:
        raise BadDrawing("it is too long")
    strokes: list[list[tuple[float, float]]] = []
    end = 0
    for step in _STEP.finditer(path):
        if step.start() != end:
            break
        end = step.end()
        if step[1] == "M":
            strokes.append([])
        if not strokes:
            raise BadDrawing("it begins with no move")
        strokes[-1].append((float(step[2]), float(step[3])))
    if path[end:].strip() or not strokes:
        raise BadDrawing("only moves (M) and lines (L) with plain numbers are taken")
    return Drawing(strokes=_fitted(strokes))


def _fitted(strokes: list[list[tuple[float, float]]]) -> tuple[Stroke, ...]:
    across, down = zip(*chain.from_iterable(strokes), strict=True)
    left, top = min(across), min(down)
    scale = min(WIDTH / max(max(across) - left, 1), HEIGHT / max(max(down) - top, 1))
    return tuple(
        tuple((round((x - left) * scale), round((y - top) * scale)) for x, y in _line(stroke))
        for stroke in strokes
    )


def _line(stroke: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return stroke if len(stroke) > 1 else stroke * 2
