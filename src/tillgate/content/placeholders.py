"""Placeholders such as `${business}` in a mail's words: finding them, and filling them in.

Only `${name}` is one. A lone `$` stays what it is, so that prices can be written.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_OPENED = re.compile(r"\$\{")
# Controls, and the marks that reorder what is read: neither belongs in a mail.
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


class Piece(NamedTuple):
    """A stretch of a text: words as they stand, or the fact called `name`."""

    words: str
    name: str = ""


def names_in(text: str) -> set[str]:
    """The names of all placeholders."""
    return set(_PLACEHOLDER.findall(text))


def problems(text: str, *, allowed: Collection[str], required: Collection[str]) -> Iterator[str]:
    """What is wrong with the placeholders of a text, in words."""
    used = names_in(text)
    choices = ", ".join(f"${{{name}}}" for name in sorted(allowed))
    for name in sorted(used - set(allowed)):
        words = _("%(name)s is not known here. Known are %(choices)s.")
        yield words % {"name": f"${{{name}}}", "choices": choices}
    for name in sorted(set(required) - used):
        words = _("%(name)s is missing: without it the mail is of no use.")
        yield words % {"name": f"${{{name}}}"}
    if len(_OPENED.findall(text)) > len(_PLACEHOLDER.findall(text)):
        yield _("A placeholder is opened with ${ and not closed with }.")


def pieces(text: str) -> Iterator[Piece]:
    """The text cut at its placeholders, in order."""
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        yield Piece(text[end : match.start()])
        yield Piece(match[0], match[1])
        end = match.end()
    yield Piece(text[end:])


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The text with facts in place of their names; a fact is never searched for placeholders.

    A name without a fact stays as it is: a text published under an older release must not keep an
    act from happening.
    """
    return "".join(facts.get(piece.name, piece.words) for piece in pieces(text))


def clean(fact: str) -> str:
    """A fact of several lines without hidden characters."""
    return _HIDDEN.sub("", fact.replace("\r\n", "\n").replace("\r", "\n")).strip()


def one_line(fact: str) -> str:
    """A fact as one line without hidden characters, so that it can stand in a subject."""
    # Separators are hidden characters too: first they become spaces, then the rest goes.
    return " ".join(clean(" ".join(fact.split())).split())
