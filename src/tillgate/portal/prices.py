"""The price book: which prices hold, have held and will hold; and adding one."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from babel.numbers import list_currencies
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillgate.content.acts import publish_price
from tillgate.content.errors import BadPrice, ChangedMeanwhile, PriceStands
from tillgate.content.models import PriceBookEntry
from tillgate.content.pricing import price_book
from tillgate.directory.permissions import may
from tillgate.foundation import clock
from tillgate.portal.forms import Form
from tillgate.portal.locale import reader_locale
from tillgate.portal.page import go, page, person_of

_CURRENCIES = frozenset(list_currencies())


class PriceField(forms.DecimalField):
    """An amount, with a point or a comma before the cents."""

    def to_python(self, value: Any) -> Any:
        """The amount; a lone comma is a point."""
        if isinstance(value, str) and value.count(",") == 1 and "." not in value:
            value = value.replace(",", ".")
        return super().to_python(value)


class PriceForm(Form):
    """A price from a date on."""

    currency = forms.CharField(
        label=gettext_lazy("Currency"), help_text=gettext_lazy("such as EUR"), max_length=3
    )
    monthly_price = PriceField(
        label=gettext_lazy("Price per business location and month"),
        help_text=gettext_lazy("without tax"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    valid_from = forms.DateField(
        label=gettext_lazy("Holds from"),
        help_text=gettext_lazy("today (UTC) or later"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_currency(self) -> str:
        """A currency that exists, in capital letters."""
        currency = str(self.cleaned_data["currency"]).strip().upper()
        if currency not in _CURRENCIES:
            raise forms.ValidationError(
                _("There is no such currency. Write three letters, such as EUR.")
            )
        return currency


class Held(NamedTuple):
    """An entry of the price book, and whether it holds today, will, or did."""

    entry: PriceBookEntry
    state: str


class Book(NamedTuple):
    """The prices in one currency, the latest to begin first."""

    currency: str
    name: str
    rows: list[Held]


def prices(request: HttpRequest) -> HttpResponse:
    """The book; and for those who may, the form to add a price."""
    may_publish = may(request.user, "prices:publish")
    form = PriceForm(request.POST or None, initial={"valid_from": clock.now().date()})
    if request.method == "POST" and form.is_valid():
        return _publish(request, form)
    return _draw(request, form if may_publish else None)


def _publish(request: HttpRequest, form: PriceForm) -> HttpResponse:
    try:
        entry = publish_price(**form.cleaned_data, actor=person_of(request))
    except BadPrice as refused:
        for name, words in refused.problems.items():
            form.add_error(name, words)
        return _draw(request, form)
    except ChangedMeanwhile as told:
        form.add_error(None, str(told))
        return _draw(request, form, status=409)
    except PriceStands as told:
        messages.info(request, str(told), extra_tags="inform")
    else:
        said = _("The price in %(currency)s is in the book.")
        messages.success(request, said % {"currency": entry.currency})
    return go(request, "prices")


def _draw(request: HttpRequest, form: PriceForm | None, status: int = 200) -> HttpResponse:
    facts = {"books": list(_books(price_book(), clock.now().date())), "form": form}
    return render(request, "portal/content/prices.html", facts, status=status)


def _books(entries: Iterable[PriceBookEntry], today: date) -> Iterator[Book]:
    for currency, rows in groupby(entries, key=lambda entry: entry.currency):
        yield Book(currency, _name_of(currency), list(_held(rows, today)))


def _held(entries: Iterable[PriceBookEntry], today: date) -> Iterator[Held]:
    """Which entry holds: the first that has begun; one for a date that came again never did."""
    last: date | None = None
    held = False
    for entry in entries:
        if entry.valid_from == last:
            yield Held(entry, "replaced")
        elif entry.valid_from > today:
            yield Held(entry, "coming")
        else:
            yield Held(entry, "over" if held else "holds")
            held = True
        last = entry.valid_from


def _name_of(currency: str) -> str:
    return str(reader_locale().currencies.get(currency, currency))


PAGES = [page("prices/", prices, name="prices", may="prices:read")]
