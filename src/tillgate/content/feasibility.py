"""The feasibility check: what a merchant wants to do, answered point by point."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop

from tillgate.content.feasibility_rules import Verdict, fitting, sentences
from tillgate.content.queries import current

CANNOT_TELL = gettext_noop("We cannot tell from these words. Your account manager will answer.")


class Wish(NamedTuple):
    """Something merchants want to do, as the catalogue knows it.

    `endpoints` and `fields` say with what it is possible; `categories` name the kinds of public
    integrations in the Hub that serve it.
    """

    key: str
    words: str
    verdict: Verdict
    endpoints: tuple[str, ...]
    fields: tuple[str, ...]
    why: str
    categories: tuple[str, ...]
    keywords: tuple[str, ...]


class Answer(NamedTuple):
    """What we say to one wish; `asked` is the merchant's own sentence where it was typed.

    `_asdict()` can be stored as JSON. An answer of `Verdict.CANNOT_TELL` has no key of the
    catalogue unless an unknown one was chosen.
    """

    key: str
    wish: str
    verdict: Verdict
    endpoints: tuple[str, ...]
    fields: tuple[str, ...]
    why: str
    categories: tuple[str, ...]
    asked: str = ""


def wishes() -> list[Wish]:
    """The catalogue in force, in its order."""
    return [_wish(each) for each in current("feasibility").fields["wishes"]]


def assess(chosen: list[str], free_text: str) -> list[Answer]:
    """An answer for every chosen key and for every sentence typed; no wish is answered twice."""
    return list(_once(_answers(wishes(), chosen, free_text)))


def _answers(catalogue: list[Wish], chosen: list[str], free_text: str) -> Iterator[Answer]:
    by_key = {wish.key: wish for wish in catalogue}
    for key in chosen:
        yield _answer(by_key[key]) if key in by_key else _cannot_tell(key, "")
    rules = {wish.key: list(wish.keywords) for wish in catalogue}
    for sentence in sentences(free_text):
        keys = fitting(sentence, rules)
        yield from (_answer(by_key[key], sentence) for key in keys)
        if not keys:
            yield _cannot_tell("", sentence)


def _once(answers: Iterator[Answer]) -> Iterator[Answer]:
    seen = set()
    for answer in answers:
        if (name := answer.key or answer.asked) not in seen:
            seen.add(name)
            yield answer


def _answer(wish: Wish, asked: str = "") -> Answer:
    return Answer(
        key=wish.key,
        wish=wish.words,
        verdict=wish.verdict,
        endpoints=wish.endpoints,
        fields=wish.fields,
        why=wish.why,
        categories=wish.categories,
        asked=asked,
    )


def _cannot_tell(key: str, asked: str) -> Answer:
    return Answer(key, asked or key, Verdict.CANNOT_TELL, (), (), CANNOT_TELL, (), asked)


def _wish(stored: dict[str, Any]) -> Wish:
    return Wish(
        key=stored["key"],
        words=stored["words"],
        verdict=Verdict(stored["verdict"]),
        endpoints=tuple(stored["endpoints"]),
        fields=tuple(stored["fields"]),
        why=stored["why"],
        categories=tuple(stored["categories"]),
        keywords=tuple(stored["keywords"]),
    )
