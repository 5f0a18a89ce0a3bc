"""Recognising wishes in free text by plain keywords, which an operator can read and change.

A rule is a line of terms; it fits a sentence that has a word for each of them, in any order. A term
may offer alternatives, `change|update`, and may stand for all words that begin so, `pric*`.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_SENTENCE = re.compile(r"[.!?;]\s+|[.!?;]$|\n+")
_TERM = re.compile(r"[^\W_]{2,40}\*?(?:\|[^\W_]{2,40}\*?)*")
WISH = ("key", "words", "verdict", "endpoints", "fields", "why", "categories", "keywords")
_LISTS = ("endpoints", "fields", "categories", "keywords")


class Verdict(StrEnum):
    """What custom API access can do about a wish."""

    POSSIBLE = "possible"
    NOT_POSSIBLE = "not_possible"
    PUBLIC_INTEGRATION = "public_integration"
    CANNOT_TELL = "cannot_tell"


IN_CATALOGUE = (Verdict.POSSIBLE, Verdict.NOT_POSSIBLE, Verdict.PUBLIC_INTEGRATION)


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text that say anything."""
    parts = (part.strip(" \t-*•") for part in _SENTENCE.split(text))
    return [part for part in parts if _WORD.search(part)]


def fitting(sentence: str, rules_by_key: Mapping[str, list[str]]) -> list[str]:
    """The keys whose rules fit a sentence, in their order.

    A key that rests on fewer of the same words than another gives way: "update prices" is about
    writing, although "prices" alone would be about reading.
    """
    words = [word.lower() for word in _WORD.findall(sentence)]
    found = {key: _resting_on(words, rules) for key, rules in rules_by_key.items()}
    return [
        key
        for key, mine in found.items()
        if mine and not any(mine < other for other in found.values())
    ]


def problems_of(wish: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with a wish of the catalogue, beside its key and words."""
    if wish.get("verdict") not in IN_CATALOGUE:
        yield "verdict", _("Choose one of: %(choices)s.") % {"choices": ", ".join(IN_CATALOGUE)}
    lists = {name: wish.get(name) for name in _LISTS}
    for name, lines in lists.items():
        if not isinstance(lines, list) or not all(_is_short_line(line) for line in lines):
            yield name, _("Write one a line, each of at most 200 characters.")
            return
    if wish.get("verdict") == Verdict.POSSIBLE and not lists["endpoints"]:
        yield "endpoints", _("Name the endpoint that makes it possible.")
    if wish.get("verdict") == Verdict.PUBLIC_INTEGRATION and not lists["categories"]:
        yield "categories", _("Name the Hub category that serves it better.")
    for rule in lists["keywords"] or []:
        if not rule.split() or not all(_TERM.fullmatch(term) for term in rule.split()):
            words = _("“%(rule)s” is not a rule: write terms such as change|update pric*.")
            yield "keywords", words % {"rule": rule}


def _resting_on(words: list[str], rules: list[str]) -> frozenset[int]:
    """Which words, by position, all rules that fit rest on."""
    positions = (_positions(words, rule.split()) for rule in rules)
    return frozenset().union(*positions)


def _positions(words: list[str], terms: list[str]) -> frozenset[int]:
    by_term = [
        {place for place, word in enumerate(words) if _is_meant(word, term)} for term in terms
    ]
    return frozenset().union(*by_term) if all(by_term) else frozenset()


def _is_meant(word: str, term: str) -> bool:
    choices = term.lower().split("|")
    return any(
        word.startswith(choice[:-1]) if choice.endswith("*") else word == choice
        for choice in choices
    )


def _is_short_line(line: object) -> bool:
    return isinstance(line, str) and bool(line.strip()) and len(line) <= 200 and line.isprintable()
