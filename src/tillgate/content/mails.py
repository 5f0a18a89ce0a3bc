"""From a mail's words and facts to its subject, text and HTML.

The words are paragraphs with blank lines between them. A paragraph that ends with a line `${link}`
becomes a button labelled with what stands before it; one that ends with `${code}` shows the code
large. A paragraph all of whose facts are empty is left out. Facts are data: they are escaped, bring
no placeholder and no header of their own, and only a declared address is ever made a link.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tillgate.content.errors import UnknownSlot, WrongFacts
from tillgate.content.mail_slots import ADDRESSES, LONG, MAILS, example_facts
from tillgate.content.placeholders import clean, filled, names_in, one_line, pieces
from tillgate.content.queries import Platform, current, platform

_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
_BLANK_LINES = re.compile(r"\n\s*\n")


class Mail(NamedTuple):
    """What is sent; `subject` is one line."""

    subject: str
    text: str
    html: str


class Block(NamedTuple):
    """A paragraph of the HTML: `body`, or a button to `address`, or a `code` to be typed."""

    body: SafeString = SafeString("")
    label: str = ""
    address: str = ""
    code: str = ""


def render_mail(name: str, facts: Mapping[str, str]) -> Mail:
    """The mail `mail/<name>` as its words in force say it, for these facts.

    Raises `WrongFacts` unless exactly the facts that `mail_slots.MAILS` declares are given, and
    ValueError when the link is none.
    """
    version = current(f"mail/{name}")
    return compose(name, version.fields["subject"], version.text, facts)


def compose(name: str, subject: str, text: str, facts: Mapping[str, str]) -> Mail:
    """The mail with these words instead of those in force, as a preview needs it."""
    _check(name, facts)
    sender = platform()
    known = _usable(facts) | _told_of(sender)
    heading, paragraphs = _heading(subject, known), _paragraphs(text, known)
    blocks = [_block(each, known) for each in paragraphs]
    html = {"subject": heading, "blocks": blocks, "sender": sender}
    return Mail(
        subject=heading,
        text=_text(paragraphs, known, sender),
        html=render_to_string("content/mail.html", html),
    )


def preview(name: str, subject: str, text: str) -> tuple[str, list[Block]]:
    """The subject and the paragraphs of a mail with these words, for invented facts."""
    known = _usable(example_facts(name)) | _told_of(platform())
    return _heading(subject, known), [_block(each, known) for each in _paragraphs(text, known)]


def _check(name: str, facts: Mapping[str, str]) -> None:
    slot = MAILS.get(name)
    if slot is None:
        raise UnknownSlot(f"mail/{name}")
    if set(facts) != slot.facts:
        raise WrongFacts(name, slot.facts - set(facts), set(facts) - slot.facts)
    if "link" in facts and not _ADDRESS.fullmatch(facts["link"]):
        raise ValueError(f"mail/{name}: {facts['link']!r} is not an address.")


def _usable(facts: Mapping[str, str]) -> dict[str, str]:
    return {key: clean(fact) if key in LONG else one_line(fact) for key, fact in facts.items()}


def _told_of(sender: Platform) -> dict[str, str]:
    return {"platform": sender.name, "support": sender.support, "website": sender.website}


def _heading(subject: str, facts: Mapping[str, str]) -> str:
    return one_line(filled(subject, {name: one_line(fact) for name, fact in facts.items()}))


def _paragraphs(text: str, facts: Mapping[str, str]) -> list[str]:
    return [each for each in _BLANK_LINES.split(clean(text)) if _says_something(each, facts)]


def _says_something(paragraph: str, facts: Mapping[str, str]) -> bool:
    named = [facts.get(name, name) for name in names_in(paragraph)]
    return bool(paragraph.strip()) and (not named or any(named))


def _text(paragraphs: list[str], facts: Mapping[str, str], sender: Platform) -> str:
    body = "\n\n".join(filled(each, facts).strip() for each in paragraphs)
    return f"{body}\n\n-- \n{sender.name}\n{sender.support}\n{sender.website}\n"


def _block(paragraph: str, facts: Mapping[str, str]) -> Block:
    before, _, last = paragraph.strip().rpartition("\n")
    label = filled(one_line(before), facts).removesuffix(":")
    if last.strip() == "${link}":
        return Block(label=label or "Open", address=facts["link"])
    if last.strip() == "${code}":
        return Block(label=label, code=facts["code"])
    return Block(body=format_html_join("", "{}", ((part,) for part in _parts(paragraph, facts))))


def _parts(paragraph: str, facts: Mapping[str, str]) -> Iterator[SafeString]:
    for piece in pieces(paragraph.strip()):
        words = facts.get(piece.name, piece.words)
        if piece.name in ADDRESSES:
            yield format_html('<a href="{0}">{0}</a>', words)
        else:
            yield linebreaksbr(words)
