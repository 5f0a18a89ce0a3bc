"""The answers of a request as people read them, by step, with what is still missing."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from tillgate.portal.merchant.seen import agreed_at, listed
from tillgate.portal.merchant.step_forms import AUDIENCES, FORMS, Asked
from tillgate.portal.templatetags.tillgate import day, number
from tillgate.programme.answers import CONFIRMATIONS, STEPS, Answers, problems
from tillgate.programme.wording import API_NAMES, CONFIRMATION_WORDS, PERSONAL_WORDS


class Line(NamedTuple):
    """An answer; `is_code` is shown in fixed width."""

    label: str
    words: list[str]
    is_code: bool = False


class Missing(NamedTuple):
    """What keeps the request from being sent; `path` leads to the field."""

    field: str
    why: str
    path: str = ""


class Section(NamedTuple):
    """A step of the form, answered so far."""

    step: str
    lines: list[Line]
    problems: list[Missing]
    title: str = ""
    path: str = ""


def sections_of(asked: Asked) -> list[Section]:
    """Every step with its answers, in the order of the form."""
    found = problems(asked.answers, asked.context)
    return [Section(step, list(_LINES[step](asked)), list(_missing(step, found))) for step in STEPS]


def _missing(step: str, found: dict[str, str]) -> Iterator[Missing]:
    told = set()
    for name, why in found.items():
        is_consent = step == "locations" and name.startswith("consent_")
        if (name in STEPS[step] or is_consent) and why not in told:
            told.add(why)
            # A group of choices has no field of its own name, only its first choice has.
            field = FORMS[step].field_of(name)
            yield Missing(f"{field}_0" if field in _GROUPS else field, why)


_GROUPS = {"audience", "locations", "apis"}


def _business(asked: Asked) -> Iterator[Line]:
    said = asked.answers
    yield _line(_("Name"), said.name)
    yield _line(_("Used by"), str(dict(AUDIENCES).get(said.audience, "")))


def _locations(asked: Asked) -> Iterator[Line]:
    words = []
    for place in asked.places:
        if place.pk in asked.answers.locations:
            by, on = agreed_at(asked.answers, place)
            words.append(f"{place.name} ({place.pk})")
            if by and on:
                agreed = _("agreed by %(by)s, %(on)s") % {"by": by, "on": day(on)}
                words[-1] += f", {agreed}"
    yield Line(_("Locations"), words)


def _purpose(asked: Asked) -> Iterator[Line]:
    said = asked.answers
    yield _line(_("APIs"), listed([str(API_NAMES[api]) for api in said.apis if api in API_NAMES]))
    yield _line(_("Purpose"), said.purpose)
    yield _line(_("Systems"), said.systems)


def _volume(asked: Asked) -> Iterator[Line]:
    calls = asked.answers.calls_a_day
    yield _line(_("Calls a day"), "" if calls is None else number(calls))


def _personal(asked: Asked) -> Iterator[Line]:
    said = asked.answers
    wanted = [str(words) for name, words in PERSONAL_WORDS.items() if getattr(said, name)]
    yield _line(_("Data about people"), listed(wanted) or _("none"))
    if said.asks_personal_data:
        yield _line(_("Because"), said.personal_reason)


def _signatory(asked: Asked) -> Iterator[Line]:
    said = asked.answers
    yield _line(_("Name"), said.signatory_name)
    yield _line(_("Role"), said.signatory_title)
    yield _line(_("E-mail address"), said.signatory_email)
    yield _line(_("Authority"), _("may sign for the business") if said.signatory_authority else "")


def _technical(asked: Asked) -> Iterator[Line]:
    said = asked.answers
    yield _line(_("Name"), said.technical_name)
    yield _line(_("E-mail address"), said.technical_email)
    yield _line(_("Works for"), said.technical_company if said.technical_outside else _("us"))
    yield Line(_("Redirect addresses"), said.redirect_uris or [_("none")], bool(said.redirect_uris))


def _confirmations(asked: Asked) -> Iterator[Line]:
    given = _given(asked.answers)
    yield Line(_("Confirmed"), given)


def _given(said: Answers) -> list[str]:
    return [str(CONFIRMATION_WORDS[name]) for name in CONFIRMATIONS if getattr(said, name)]


def _line(label: str, words: str) -> Line:
    return Line(label, [words] if words else [])


_LINES = {
    "business": _business,
    "locations": _locations,
    "purpose": _purpose,
    "volume": _volume,
    "personal": _personal,
    "signatory": _signatory,
    "technical": _technical,
    "confirmations": _confirmations,
}
