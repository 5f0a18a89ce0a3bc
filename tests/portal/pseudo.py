"""A language of our own, in which every text is in double brackets: what is not was not translated.

The catalogue is made of the sources the way a translator's is: every text that a template or a
module gives to gettext, and a translation for each, compiled for Django to load.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from django.utils.translation.template import templatize

LANGUAGE = "eo"
SOURCE = Path(__file__).parents[2] / "src" / "tillgate"

_WORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "_": None,
}


def write_catalogue(folder: Path) -> Path:
    """Compile the language into a folder for LOCALE_PATHS, which is given back."""
    catalogue = Catalog(locale=LANGUAGE)
    for message, context in _texts():
        translated = (
            tuple(map(bracketed, message)) if isinstance(message, tuple) else bracketed(message)
        )
        catalogue.add(message, translated, context=context)
    file = folder / LANGUAGE / "LC_MESSAGES" / "django.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as out:
        write_mo(out, catalogue)
    return folder


def bracketed(text: str) -> str:
    """The translation of a text."""
    return f"⟦{text}⟧"


def untranslated(page: str, *data: str) -> list[str]:
    """The texts of a page that are in no brackets and are none of the given data.

    Numbers, times and identifiers (`<time>`, `<code>`, `.mono`) are data by themselves.
    """
    reader = Texts()
    reader.feed(page)
    found = []
    for text in reader.found:
        left = re.sub(r"⟦[^⟦⟧]*⟧", "", text)
        for known in sorted(data, key=len, reverse=True):
            left = left.replace(known, "")
        if re.search(r"[^\W\d_]", left):
            found.append(text)
    return found


def _texts() -> Iterator[tuple[Any, str | None]]:
    for file in sorted(SOURCE.rglob("*.py")):
        yield from _extracted(file.read_text())
    for file in sorted(SOURCE.rglob("templates/**/*.*")):
        yield from _extracted(templatize(file.read_text(), origin=str(file)))


def _extracted(source: str) -> Iterator[tuple[Any, str | None]]:
    method = "babel.messages.extract:extract_python"
    for _, message, _, context in extract(method, BytesIO(source.encode()), _WORDS):
        yield message, context


class Texts(HTMLParser):
    """Collects what is read out or shown (`found`): texts, and the attributes that hold some."""

    SPOKEN = ("alt", "aria-label", "title", "placeholder")
    DATA = ("time", "code", "style", "script")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [str(given[name]) for name in self.SPOKEN if given.get(name)]
        if tag not in {"meta", "link", "input", "img", "br", "hr"}:
            is_data = tag in self.DATA or "mono" in (given.get("class") or "").split()
            self._open.append((tag, is_data or given.get("translate") == "no"))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(is_data for _, is_data in self._open):
            self.found.append(" ".join(data.split()))
