"""A row of the results: what was measured, against what, and whether the goal holds."""

from collections.abc import Iterable, Sequence
from statistics import median

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of `results.json`.

    `measured` and `against` are in `unit`. With a `ratio`, which is ours by theirs, `goal` is the
    least it may be; without one, `goal` is the most that `measured` may be.
    """

    name: str
    measured: float
    unit: str
    against: float | None
    ratio: float | None
    goal: float
    holds: bool


def compared(
    name: str, unit: str, ours: Sequence[float], theirs: Sequence[float], *, at_least: float
) -> Row:
    """Rates taken in turn: the ratio is the median of the ratios of each turn.

    A neighbour that slows the machine for a while slows both halves of a turn, and not the ratio.
    """
    ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
    return Row(
        name=name,
        measured=rounded(median(ours)),
        unit=unit,
        against=rounded(median(theirs)),
        ratio=rounded(ratio),
        goal=at_least,
        holds=ratio >= at_least,
    )


def bounded(name: str, unit: str, values: Sequence[float], *, at_most: float) -> Row:
    """Something that must stay small: the median of what was measured."""
    value = median(values)
    return Row(
        name=name,
        measured=rounded(value),
        unit=unit,
        against=None,
        ratio=None,
        goal=at_most,
        holds=value <= at_most,
    )


def rounded(value: float) -> float:
    """Three digits that mean something, which is more than the noise allows; none cut off."""
    return float(round(value)) if abs(value) >= 100 else float(f"{value:.3g}")


def as_table(rows: Iterable[Row]) -> str:
    """The rows for people, in columns."""
    head = ("what", "measured", "against", "ratio", "goal", "")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(_line(line, widths) for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    against = "" if row.against is None else f"{row.against:,g}"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    goal = f"{'at most' if row.ratio is None else 'at least'} {row.goal:g}"
    holds = "holds" if row.holds else "MISSED"
    return row.name, f"{row.measured:,g} {row.unit}", against, ratio, goal, holds


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()
