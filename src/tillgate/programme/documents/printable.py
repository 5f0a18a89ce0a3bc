"""Which characters the documents' fonts have, and what is written for those they have not.

Nothing that somebody typed is dropped or drawn as an empty box. A character without a glyph, and
one that a reader cannot see (controls, turns of the writing direction), is written by its number,
such as `[U+5C71]`, and a note at the end of the document names it.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

# Seen only in what they do to their neighbours, and needed to write some languages.
_JOINERS = "\u00ad\u200b\u200c\u200d\u200e\u200f\u061c"
_BREAKS = {"\r\n": "\n", "\r": "\n", "\u2028": "\n", "\u2029": "\n", "\u0085": "\n", "\t": "    "}
_BREAK = re.compile("|".join(_BREAKS))


class SpeltOut:
    """Plain data ready to be set, and the characters that had to be written by their numbers.

    With `marks`, so are all marks: some belong on no letter of these fonts but their own.
    """

    def __init__(self, data: Any, *, marks: bool = False) -> None:
        self.characters: set[str] = set()
        self._marks = marks
        self.data = self._walk(data)

    def names(self) -> list[tuple[str, str]]:
        """(number, name) of each character, such as ("U+5C71", "CJK UNIFIED IDEOGRAPH-5C71")."""
        return [
            (f"U+{ord(each):04X}", unicodedata.name(each, "a character without a name"))
            for each in sorted(self.characters)
        ]

    def _walk(self, data: Any) -> Any:
        if isinstance(data, str):
            return self._text(data)
        if isinstance(data, dict):
            return {key: self._walk(value) for key, value in data.items()}
        if isinstance(data, list | tuple):
            return [self._walk(value) for value in data]
        return data

    def _text(self, text: str) -> str:
        if text.isascii() and text.isprintable():
            return text
        text = _unprintable().sub(self._number, _BREAK.sub(lambda it: _BREAKS[it[0]], text))
        return "".join(map(self._mark, text)) if self._marks else text

    def _mark(self, character: str) -> str:
        is_mark = unicodedata.category(character).startswith("M") or character in _JOINERS
        return self._spell(character) if is_mark else character

    def _number(self, match: re.Match[str]) -> str:
        return self._spell(match[0])

    def _spell(self, character: str) -> str:
        self.characters.add(character)
        return f"[U+{ord(character):04X}]"


@cache
def _unprintable() -> re.Pattern[str]:
    return re.compile(f"[^\n{_JOINERS}{_glyphs()}]")


def _glyphs() -> str:
    """The characters of `glyphs.txt`, as they stand in a regular expression's brackets."""
    ranges = files(__package__).joinpath("glyphs.txt").read_text().split()
    return "".join("-".join(f"\\U{int(end, 16):08X}" for end in each.split("-")) for each in ranges)
