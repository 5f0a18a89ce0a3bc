"""Template tags and filters of the portal: states, dates, amounts, and a form's problems."""

from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import (
    format_date,
    format_time,
    format_timedelta,
    get_datetime_format,
    get_timezone_name,
)
from babel.numbers import format_currency, format_decimal, format_percent
from django import template
from django.forms import BaseForm
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tillgate.foundation import clock
from tillgate.portal.form_problems import Problem, problems_of
from tillgate.portal.locale import reader_locale
from tillgate.portal.states import Sign, shown

register = template.Library()


@register.simple_tag
def state(word: str, kind: str = "") -> SafeString:
    """The badge of a state: `{% state request.state %}`, `{% state mail.state "mail" %}`."""
    sign, label = shown(word, kind)
    return badge(sign, str(label))


@register.simple_tag
def badge(sign: str, words: str) -> SafeString:
    """A badge that is no state of anything: `{% badge "ok" words %}`; signs: ok, wait, no, fix."""
    classes = f"state {Sign(sign)}".strip()
    return format_html('<span class="{}">{}</span>', classes, words)


@register.filter
def day(value: date | datetime | None, width: str = "medium") -> str:
    """A date as the reader writes it; width is short, medium, long or full."""
    if value is None:
        return ""
    return format_date(value, width, locale=reader_locale())


@register.filter
def moment(value: datetime | None, zone: str = "UTC") -> str:
    """A date with its time and zone, as the reader writes them, without seconds."""
    if value is None:
        return ""
    there, locale = value.astimezone(ZoneInfo(zone)), reader_locale()
    parts = {
        "{1}": format_date(there, "medium", locale=locale),
        "{0}": format_time(there, "short", locale=locale),
    }
    text = str(get_datetime_format("medium", locale=locale)).replace("'", "")
    for mark, part in parts.items():
        text = text.replace(mark, part)
    return f"{text} {get_timezone_name(there, 'short', locale=locale)}"


@register.filter
def ago(value: datetime | None) -> str:
    """How long ago something was, or how soon it will be, in words."""
    if value is None:
        return ""
    passed: timedelta = value - clock.now()
    return format_timedelta(passed, add_direction=True, locale=reader_locale())


@register.filter
def money(amount: Decimal | int | None, currency: str) -> str:
    """An exact amount with its currency, as the reader writes it; never from a float."""
    if amount is None:
        return ""
    if isinstance(amount, float):
        raise TypeError("an amount of money is a Decimal, never a float")
    return str(format_currency(amount, currency, locale=reader_locale()))


@register.filter
def amount(value: Decimal, currency: str) -> str:
    """An amount in the places of its currency, without its sign: where a column says which it is.

    Rounded half even to be shown; `exactly` shows what was rounded away.
    """
    return str(format_currency(value, currency, _without_sign(), locale=reader_locale()))


@register.filter
def whole(value: Decimal) -> str:
    """An amount without its smaller coins, for where there is little room."""
    return str(format_decimal(value.quantize(Decimal(1)) + 0, locale=reader_locale()))


@register.filter
def percent(value: Decimal) -> str:
    """A rate that is in percent already, as the reader writes it."""
    return str(format_percent(value / 100, "#,##0.####%", locale=reader_locale()))


@register.filter
def clock_time(value: wall_time) -> str:
    """The time of a clock on the wall, without seconds."""
    return format_time(value, "short", locale=reader_locale())


@register.filter
def exactly(value: Decimal) -> str:
    """An amount with every place it has, and two at least."""
    return str(format_decimal(value, "#,##0.00####", locale=reader_locale()))


def _without_sign() -> str:
    pattern = str(reader_locale().decimal_formats[None].pattern)
    return pattern.replace(".###", ".00")


@register.filter
def number(value: Decimal | int | None) -> str:
    """A count or quantity, as the reader writes it."""
    return "" if value is None else str(format_decimal(value, locale=reader_locale()))


@register.simple_tag
def time(value: date | datetime | None, width: str = "day") -> SafeString | str:
    """A date (`day`), a moment (`moment`) or an age (`ago`) that programs can read too."""
    if value is None:
        return ""
    if not isinstance(value, datetime):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), day(value))
    words = {"day": day, "moment": moment, "ago": ago}[width](value)
    machine = value.astimezone(UTC).isoformat(timespec="seconds")
    title = moment(value) if width == "ago" else ""
    return format_html('<time datetime="{}"{}>{}</time>', machine, _title(title), words)


def _title(words: str) -> SafeString | str:
    return format_html(' title="{}"', words) if words else ""


@register.filter
def problems(form: BaseForm) -> list[Problem]:
    """What is wrong with a form, in the order of its fields, for the summary on top."""
    return problems_of(form)
