"""What changed between two versions, line by line and within a line word by word."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, NamedTuple

AROUND = 2  # unchanged lines shown before and after a change
_ALIKE = 0.4  # below this a line is not an edit of the other but another line
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_LONGEST_BY_WORD = 2_000  # tokens; comparing longer lines word by word would take seconds


class Sign(StrEnum):
    """Whether a piece is in both versions, only in the older, or only in the newer."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


class Piece(NamedTuple):
    """Words of a line."""

    sign: Sign
    words: str


class Line(NamedTuple):
    """A line that is shown; or `skipped` unchanged lines that are not."""

    pieces: tuple[Piece, ...] = ()
    skipped: int = 0

    @property
    def is_changed(self) -> bool:
        """Whether anything in it differs."""
        return any(piece.sign is not Sign.SAME for piece in self.pieces)


def lines_of(text: str, fields: Mapping[str, Any]) -> list[str]:
    """A version as lines to compare: its fields, one a line, then its text."""
    named = list(_named(fields))
    words = text.split("\n") if text else []
    return [*named, "", *words] if named and words else named or words


def compare(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    """The lines of both, those far from any change left out; empty when nothing differs."""
    shown: list[Line] = []
    at = 0
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
        shown += _skipped(group[0][1] - at)
        for tag, start, end, new_start, new_end in group:
            shown += _lines(tag, old[start:end], new[new_start:new_end])
        at = group[-1][2]
    return [*shown, *_skipped(len(old) - at)] if shown else []


def _skipped(lines: int) -> list[Line]:
    return [Line(skipped=lines)] if lines else []


def _named(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, value in sorted(fields.items()):
        if isinstance(value, list):
            yield from _rows(value)
        else:
            yield f"{name}: {value}"


def _rows(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        # PostgreSQL does not keep the order of a row's names, so there has to be one.
        for name, value in sorted(row.items(), key=_naming_first):
            yield f"{name}: {', '.join(value) if isinstance(value, list) else value}"
        yield ""


def _naming_first(item: tuple[str, Any]) -> tuple[bool, str]:
    return item[0] not in {"code", "key"}, item[0]


def _lines(tag: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    if tag == "equal":
        yield from (Line((Piece(Sign.SAME, words),)) for words in old)
    elif tag == "replace" and len(old) == len(new):
        for before, after in zip(old, new, strict=True):
            yield from _edited(before, after)
    else:
        yield from (Line((Piece(Sign.GONE, words),)) for words in old)
        yield from (Line((Piece(Sign.NEW, words),)) for words in new)


def _edited(before: str, after: str) -> Iterator[Line]:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if len(old) + len(new) > _LONGEST_BY_WORD or matcher.ratio() < _ALIKE:
        yield Line((Piece(Sign.GONE, before),))
        yield Line((Piece(Sign.NEW, after),))
        return
    pieces: list[Piece] = []
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Sign.SAME, "".join(old[start:end])))
            continue
        pieces.append(Piece(Sign.GONE, "".join(old[start:end])))
        pieces.append(Piece(Sign.NEW, "".join(new[new_start:new_end])))
    yield Line(tuple(piece for piece in pieces if piece.words))
