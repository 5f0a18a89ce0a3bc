"""What changes what the platform says. Every act records its event in its own transaction."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tillgate.content.checks import LONGEST_WORDS, hides_something, problems_of
from tillgate.content.errors import (
    BadContent,
    BadPrice,
    ChangedMeanwhile,
    NothingChanged,
    PriceStands,
)
from tillgate.content.models import PriceBookEntry, Version
from tillgate.content.pricing import price_book
from tillgate.content.queries import current
from tillgate.content.signals import published
from tillgate.content.slots import slot_called
from tillgate.directory.models import Person
from tillgate.directory.permissions import require
from tillgate.foundation import clock
from tillgate.foundation.events import record_event

HIGHEST_PRICE = Decimal("99999.99")


@transaction.atomic
def publish_version(  # noqa: PLR0913  what a version is, by whom, and what it was based on
    *,
    slot: str,
    text: str,
    fields: Mapping[str, Any],
    note: str,
    actor: Person,
    based_on: int | None = None,
) -> Version:
    """Make this what a slot says from now on; `based_on` is the number of the version it changes.

    Raises `NotPermitted`, `UnknownSlot`, `BadContent`, `NothingChanged`, or `ChangedMeanwhile` when
    the version in force is no longer the one it was based on.
    """
    require(actor, "content:publish")
    text, note = _tidy(text), _tidy(note)
    if problems := problems_of(slot_called(slot), text, fields) | _note_problems(note):
        raise BadContent(problems)
    before = current(slot)
    if (before.text, before.fields) == (text, dict(fields)):
        raise NothingChanged(before.label)
    if based_on not in {None, before.number}:
        raise ChangedMeanwhile(_("Version %(label)s") % {"label": before.label})
    return _add_version(before, text, dict(fields), note, actor)


@transaction.atomic
def publish_price(
    *, currency: str, monthly_price: Decimal, valid_from: date, actor: Person
) -> PriceBookEntry:
    """Let the add-on cost this, per location and month, from a date (UTC, today or later) on.

    Raises `NotPermitted`, `BadPrice`, `PriceStands`, or `ChangedMeanwhile` when somebody else
    published a price in this currency at the same moment.
    """
    require(actor, "prices:publish")
    if problems := _price_problems(currency, monthly_price, valid_from):
        raise BadPrice(problems)
    known = price_book().filter(currency=currency).order_by("-number")
    newest, same_date = known.first(), known.filter(valid_from=valid_from).first()
    if same_date and same_date.monthly_price == monthly_price:
        raise PriceStands(currency, valid_from)
    entry = PriceBookEntry(
        currency=currency,
        number=newest.number + 1 if newest else 1,
        monthly_price=monthly_price,
        valid_from=valid_from,
        published_at=clock.now(),
        published_by=actor,
    )
    _insert(entry, _("Another price in %(currency)s") % {"currency": currency})
    data = {"monthly_price": str(entry.monthly_price), "valid_from": valid_from.isoformat()}
    _record("content:price:published", f"price:{currency}-{entry.number}", actor, data)
    published.send(PriceBookEntry, what=entry)
    return entry


def _add_version(
    before: Version, text: str, fields: dict[str, Any], note: str, actor: Person
) -> Version:
    now = clock.now()
    this_year = Version.objects.filter(slot=before.slot, label__startswith=f"{now.year}-")
    made = Version(
        slot=before.slot,
        number=before.number + 1,
        label=f"{now.year}-{this_year.count() + 1}",
        text=text,
        fields=fields,
        note=note,
        published_at=now,
        published_by=actor,
    )
    _insert(made, _("Another version"))
    data = {"number": made.number, "label": made.label, "note": note}
    _record("content:version:published", f"content:{made.slot}", actor, data)
    published.send(Version, what=made)
    return made


def _insert(row: Version | PriceBookEntry, what: str) -> None:
    """Add the row; its number is taken when somebody else was faster."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise ChangedMeanwhile(what) from error


def _note_problems(note: str) -> dict[str, str]:
    if not note:
        return {"note": _("Say in a few words what changed, for whoever looks back.")}
    if hides_something(note):
        return {"note": _("The note holds a hidden character. Type it anew instead of pasting it.")}
    if len(note) > LONGEST_WORDS:
        return {"note": _("Write at most %(limit)d characters.") % {"limit": LONGEST_WORDS}}
    return {}


def _price_problems(currency: str, monthly_price: Decimal, valid_from: date) -> dict[str, str]:
    problems = {}
    if not re.fullmatch(r"[A-Z]{3}", currency):
        problems["currency"] = _("Write the currency's three capital letters, such as EUR.")
    if not monthly_price.is_finite() or not 0 <= monthly_price <= HIGHEST_PRICE:
        words = _("Write a price from 0 to %(highest)s.")
        problems["monthly_price"] = words % {"highest": HIGHEST_PRICE}
    elif monthly_price != round(monthly_price, 2):
        problems["monthly_price"] = _("Write at most two places after the point.")
    if not clock.now().date() <= valid_from < date(2200, 1, 1):
        problems["valid_from"] = _(
            "A price cannot begin in the past: choose today (UTC) or a later day."
        )
    return problems


def _tidy(words: str) -> str:
    return words.replace("\r\n", "\n").strip()


def _record(kind: str, subject: str, actor: Person, data: dict[str, Any]) -> None:
    record_event(kind=kind, subject=subject, actor=f"person:{actor.pk}", data=data)
