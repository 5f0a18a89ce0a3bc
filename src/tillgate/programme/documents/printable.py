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
    """Plain data ready to be set, and the characters that had to be written by their numbers."""

    def __init__(self, data: Any) -> None:
        self.characters: set[str] = set()
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
        return _unprintable().sub(self._number, _BREAK.sub(lambda it: _BREAKS[it[0]], text))

    def _number(self, match: re.Match[str]) -> str:
        self.characters.add(match[0])
        return f"[U+{ord(match[0]):04X}]"


@cache
def _unprintable() -> re.Pattern[str]:
    return re.compile(f"[^\n{_JOINERS}{_glyphs()}]")


def _glyphs() -> str:
    """The characters of `glyphs.txt`, as they stand in a regular expression's brackets."""
    ranges = files(__package__).joinpath("glyphs.txt").read_text().split()
    return "".join("-".join(f"\\U{int(end, 16):08X}" for end in each.split("-")) for each in ranges)
