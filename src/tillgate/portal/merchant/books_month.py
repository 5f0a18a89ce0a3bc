"""A month of business days as a calendar: its weeks, what each day says, and where they stand."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from babel.dates import format_skeleton, get_day_names
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tillgate.ledger.day_reads import DayState
from tillgate.ledger.queries import Glance
from tillgate.portal.locale import reader_locale
from tillgate.portal.states import shown

_WEEK = 7
_LAST_YEAR = 9999
# The signs of the badges, for where there is no room for a badge; the words are beside them.
SIGNS = {"closed": "✓", "corrected": "↻", "provisional": "◔", "open": "○"}
CLASSES = {"closed": "final", "corrected": "fixed", "provisional": "soon", "open": "open"}


class Cell(NamedTuple):
    """A day of the calendar; without a glance it lies before the books or has not begun."""

    day: date
    glance: Glance | None
    state: str
    sign: str
    kind: str
    words: str
    is_chosen: bool


class Month(NamedTuple):
    """A month ready for its page; `weeks` hold None where a day is of another month."""

    first: date
    name: str
    weekdays: list[tuple[str, str]]
    weeks: list[list[Cell | None]]
    stands: str
    legend: list[tuple[str, str]]
    has_unbalanced: bool
    corrected: list[Glance]


def state_of(glance: Glance) -> str:
    """The word by which a day is shown: of what is closed, whether it was corrected."""
    return "corrected" if glance.revision > 1 else glance.state.value


def first_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def after(month: date) -> date | None:
    """The first day of the next month; none after the last that can be written."""
    if (month.year, month.month) == (_LAST_YEAR, 12):
        return None
    return (month + timedelta(days=31)).replace(day=1)


def before(month: date) -> date | None:
    """The first day of the month before; none before the first that can be written."""
    return None if month == date.min else (month - timedelta(days=1)).replace(day=1)


def last_of(month: date) -> date:
    """The last day of a month."""
    following = after(month)
    return date.max if following is None else following - timedelta(days=1)


def months(first: date, last: date) -> list[date]:
    """The months from one day's to another's, the newest first."""
    found, month = list[date](), first_of(last)
    while month >= first_of(first):
        found.append(month)
        earlier = before(month)
        if earlier is None:
            break
        month = earlier
    return found


def month_name(month: date) -> str:
    """A month with its year, as the reader writes it."""
    return format_skeleton("yMMMM", month, locale=reader_locale())


def month_shown(month: date, glances: Sequence[Glance], chosen: date | None) -> Month:
    """A month with what is known of its days."""
    known = {glance.business_date: glance for glance in glances}
    legend = [(sign, str(shown(state, "day")[1])) for state, sign in SIGNS.items()]
    return Month(
        month,
        month_name(month),
        _weekdays(),
        list(_weeks(month, known, chosen)),
        _stands(glances),
        legend,
        any(glance.balances is False for glance in glances),
        [glance for glance in glances if glance.corrected],
    )


def _weekdays() -> list[tuple[str, str]]:
    locale = reader_locale()
    short = get_day_names("abbreviated", "stand-alone", locale)
    long = get_day_names("wide", "stand-alone", locale)
    order = [(locale.first_week_day + n) % _WEEK for n in range(_WEEK)]
    return [(str(short[day]), str(long[day])) for day in order]


def _weeks(
    month: date, known: dict[date, Glance], chosen: date | None
) -> Iterator[list[Cell | None]]:
    blanks = (month.weekday() - reader_locale().first_week_day) % _WEEK
    days = (date(month.year, month.month, n) for n in range(1, last_of(month).day + 1))
    cells: list[Cell | None] = [None] * blanks
    cells += [_cell(day, known.get(day), is_chosen=day == chosen) for day in days]
    cells += [None] * (-len(cells) % _WEEK)
    for start in range(0, len(cells), _WEEK):
        yield cells[start : start + _WEEK]


def _cell(day: date, glance: Glance | None, *, is_chosen: bool) -> Cell:
    if glance is None:
        return Cell(day, None, "", "", "blank", "", is_chosen=False)
    state = state_of(glance)
    words = str(shown(state, "day")[1])
    if glance.balances is False:
        words = _("%(state)s, does not add up") % {"state": words}
    return Cell(day, glance, state, SIGNS[state], CLASSES[state], words, is_chosen=is_chosen)


def _stands(glances: Sequence[Glance]) -> str:
    """Where the days of a month stand, in figures."""
    final, provisional, opened = (
        sum(one.state is state for one in glances)
        for state in (DayState.CLOSED, DayState.PROVISIONAL, DayState.OPEN)
    )
    corrected = sum(one.revision > 1 for one in glances)
    unbalanced = sum(one.balances is False for one in glances)
    said = [
        (final, ngettext("one day closed and final", "%(n)d days closed and final", final)),
        (corrected, ngettext("one of them corrected", "%(n)d of them corrected", corrected)),
        (
            unbalanced,
            ngettext("one of them does not add up", "%(n)d of them do not add up", unbalanced),
        ),
        (provisional, ngettext("one provisional", "%(n)d provisional", provisional)),
        (opened, ngettext("one open", "%(n)d open", opened)),
    ]
    sentence = ", ".join(words % {"n": count} for count, words in said if count)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""
