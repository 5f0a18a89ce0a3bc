"""The price book's page."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client as Http
from tests.access.world import make_person
from tests.content.conftest import account_manager, operator  # noqa: F401
from tests.portal.browser import signed_in
from tests.portal.content_pages import led_to, words_of

from tillgate.content.models import PriceBookEntry
from tillgate.content.pricing import price_on
from tillgate.directory.models import Person
from tillgate.foundation import clock

pytestmark = pytest.mark.django_db
# ruff: noqa: F811


def form(**changed: str) -> dict[str, str]:
    start = (clock.now().date() + timedelta(days=30)).isoformat()
    return {"currency": "EUR", "monthly_price": "31.50", "valid_from": start} | changed


def test_operators_and_account_managers_read_it(operator: Person, account_manager: Person) -> None:
    assert "Add it to the price book" in words_of(signed_in(operator).get("/prices/"))  # type: ignore[arg-type]
    page = words_of(signed_in(account_manager).get("/prices/"))  # type: ignore[arg-type]
    assert "€29.00" in page
    assert "Euro" in page
    assert "Add it to the price book" not in page
    assert signed_in(make_person()).get("/prices/").status_code == 403
    assert Http().get("/prices/").status_code == 302


def test_an_account_manager_adds_no_price(account_manager: Person) -> None:
    assert signed_in(account_manager).post("/prices/", form()).status_code == 403
    assert price_on("EUR", clock.now().date() + timedelta(days=31)) == Decimal("29.00")


@pytest.mark.parametrize("typed", ["31.50", "31,50", " 31.5 "])
def test_a_price_is_added_once(operator: Person, typed: str) -> None:
    browser = signed_in(operator)
    for said in ("The price in EUR is in the book.", "has this price from"):
        answer = browser.post("/prices/", form(monthly_price=typed, currency="eur"))
        page = led_to(browser, answer)  # type: ignore[arg-type]
        assert said in page
        assert "to come" in page
    assert price_on("EUR", clock.now().date() + timedelta(days=30)) == Decimal("31.50")
    assert PriceBookEntry.objects.filter(currency="EUR").count() == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"currency": "EUX"}, "There is no such currency"),
        ({"currency": "<b>"}, "There is no such currency"),
        ({"currency": ""}, "Currency: Fill this in."),
        ({"monthly_price": "-1"}, "Write a price from 0"),
        ({"monthly_price": "1e9"}, "Write a price from 0"),
        ({"monthly_price": "NaN"}, "Enter a number"),
        ({"monthly_price": "1.005"}, "at most two places"),
        ({"monthly_price": "1,234.50"}, "Enter a number"),
        ({"valid_from": "2020-01-01"}, "A price cannot begin in the past"),
        ({"valid_from": "tomorrow"}, "Enter a valid date"),
    ],
)
def test_a_bad_price_is_told_at_its_field(
    operator: Person, changed: dict[str, str], said: str
) -> None:
    page = signed_in(operator).post("/prices/", form(**changed))
    words = words_of(page)  # type: ignore[arg-type]
    assert page.status_code == 200
    assert said in words
    assert 'role="alert"' in words
    assert PriceBookEntry.objects.filter(currency="EUR").count() == 1


def test_each_price_says_whether_it_holds(operator: Person) -> None:
    today = clock.now().date()
    browser = signed_in(operator)
    browser.post("/prices/", form(valid_from=today.isoformat(), monthly_price="30"))
    browser.post("/prices/", form(valid_from=today.isoformat(), monthly_price="31"))
    browser.post("/prices/", form(monthly_price="40"))
    rows = next(
        book for book in browser.get("/prices/").context["books"] if book.currency == "EUR"
    ).rows
    assert [(str(row.entry.monthly_price), row.state) for row in rows] == [
        ("40.00", "coming"),
        ("31.00", "holds"),
        ("30.00", "replaced"),
        ("29.00", "over"),
    ]
