"""Whether a version may be published: what is wrong with it, in words, by the field it is in."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeGuard

from django.utils.translation import gettext as _

from tillgate.content import feasibility_rules
from tillgate.content.mail_slots import MAILS
from tillgate.content.placeholders import problems as placeholder_problems
from tillgate.content.slots import Kind, Slot

LONGEST_TEXT = 100_000
LONGEST_LINE = 200
LONGEST_WORDS = 2_000

_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+\.[^\s\"'<>]+")
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")

Problems = Iterator[tuple[str, str]]


def problems_of(slot: Slot, text: str, fields: Mapping[str, Any]) -> dict[str, str]:
    """What keeps this from being published; empty when nothing does."""
    found: dict[str, str] = {}
    for name, words in _all(slot, text, fields):
        found.setdefault(name, words)
    return found


def hides_something(words: str) -> bool:
    """Whether words hold a control character, or a mark that lets them read otherwise."""
    return bool(_HIDDEN.search(words))


def _all(slot: Slot, text: str, fields: Mapping[str, Any]) -> Problems:
    if hides_something(text):
        yield "text", _("The text holds a hidden character. Type it anew instead of pasting it.")
    if len(text) > LONGEST_TEXT:
        yield "text", _at_most(LONGEST_TEXT)
    yield from _unknown(fields, _names(slot))
    if slot.kind is Kind.FIELDS:
        yield from _FIELDS[slot.name](fields)
        return
    if not text.strip():
        yield "text", _("Write the text: it cannot be empty.")
    if slot.kind is Kind.MAIL:
        yield from _mail(slot, text, fields)


def _names(slot: Slot) -> Collection[str]:
    return ("subject",) if slot.kind is Kind.MAIL else _NAMES.get(slot.name, ())


def _mail(slot: Slot, text: str, fields: Mapping[str, Any]) -> Problems:
    mail = MAILS[slot.name.removeprefix("mail/")]
    yield from _line(fields, "subject", _("a subject"))
    subject = str(fields.get("subject", ""))
    for problem in placeholder_problems(text, allowed=mail.allowed, required=mail.required):
        yield "text", problem
    # A code in a subject is shown on locked screens; a link there is of no use.
    allowed = mail.allowed - {"code", "link"}
    for problem in placeholder_problems(subject, allowed=allowed, required=()):
        yield "subject", problem


def _platform(fields: Mapping[str, Any]) -> Problems:
    yield from _line(fields, "name", _("the platform's name"), longest=80)
    yield from _line(fields, "support", _("an e-mail address"))
    yield from _line(fields, "website", _("the website's address"))
    if not _EMAIL.fullmatch(str(fields.get("support", ""))):
        yield "support", _("Write an e-mail address, such as help@example.com.")
    if not _ADDRESS.fullmatch(str(fields.get("website", ""))):
        yield "website", _("Write a full address, such as https://www.example.com.")


def _review(fields: Mapping[str, Any]) -> Problems:
    days = fields.get("target_working_days")
    if type(days) is not int or not 1 <= days <= 60:
        yield "target_working_days", _("Write a whole number of working days from 1 to 60.")


def _decline_reasons(fields: Mapping[str, Any]) -> Problems:
    reasons = fields.get("reasons")
    if not _is_rows(reasons):
        yield "reasons", _("Name at least one reason.")
        return
    yield from _codes(reasons, "reasons", "code")
    for number, reason in enumerate(reasons):
        where = f"reasons-{number}"
        yield from _unknown(reason, ("code", "words", "advise_account_manager"), where)
        yield from _line(reason, "words", _("the words for the merchant"), where, LONGEST_WORDS)
        if type(reason.get("advise_account_manager")) is not bool:
            yield f"{where}-advise_account_manager", _("Say whether to advise it: yes or no.")


def _feasibility(fields: Mapping[str, Any]) -> Problems:
    wishes = fields.get("wishes")
    if not _is_rows(wishes):
        yield "wishes", _("Name at least one wish.")
        return
    yield from _codes(wishes, "wishes", "key")
    for number, wish in enumerate(wishes):
        where = f"wishes-{number}"
        yield from _unknown(wish, feasibility_rules.WISH, where)
        yield from _line(wish, "words", _("the wish in a merchant's words"), where)
        yield from _line(wish, "why", _("the answer's reason"), where, LONGEST_WORDS)
        for name, problem in feasibility_rules.problems_of(wish):
            yield f"{where}-{name}", problem


def _codes(rows: list[dict[str, Any]], where: str, name: str) -> Problems:
    seen: set[str] = set()
    for number, row in enumerate(rows):
        code = str(row.get(name, ""))
        if not _CODE.fullmatch(code):
            words = _("Write 2 to 40 small letters, digits or _, beginning with a letter.")
            yield f"{where}-{number}-{name}", words
        elif code in seen:
            yield (
                f"{where}-{number}-{name}",
                _("%(code)s is there twice: choose another.") % {"code": code},
            )
        seen.add(code)


def _line(
    fields: Mapping[str, Any], name: str, what: str, where: str = "", longest: int = LONGEST_LINE
) -> Problems:
    value = fields.get(name)
    at = f"{where}-{name}" if where else name
    if not isinstance(value, str) or not value.strip():
        yield at, _("Write %(what)s.") % {"what": what}
    elif hides_something(value) or len(value.splitlines()) > 1:
        yield at, _("Write it on one line, without hidden characters.")
    elif len(value) > longest:
        yield at, _at_most(longest)


def _unknown(fields: Mapping[str, Any], known: Collection[str], where: str = "") -> Problems:
    for name in sorted(set(fields) - set(known)):
        words = _("There is no field called %(name)s.") % {"name": name}
        yield f"{where}-{name}" if where else name, words


def _at_most(limit: int) -> str:
    return _("Write at most %(limit)d characters.") % {"limit": limit}


def _is_rows(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


_NAMES: Mapping[str, Collection[str]] = {
    "platform": ("name", "support", "website"),
    "review": ("target_working_days",),
    "decline_reasons": ("reasons",),
    "feasibility": ("wishes",),
}
_FIELDS: Mapping[str, Callable[[Mapping[str, Any]], Problems]] = {
    "platform": _platform,
    "review": _review,
    "decline_reasons": _decline_reasons,
    "feasibility": _feasibility,
}
