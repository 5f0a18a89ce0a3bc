"""Each oddity of the simulated group is really there, in any week, in every place it names."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from tests.simulator.fed import A_WEEK, AUTUMN, SPRING, fed
from tests.simulator.finders import FINDERS, REASONS

from tillgate.simulator.group import LOCATIONS
from tillgate.simulator.oddities import ODDITIES

DAYS = {"doubled hour": AUTUMN, "after the gap": SPRING}
COUNTRIES = [location.country for location in LOCATIONS]
# These happen among the usual parties of any day, or lie in the catalogue.
COMMON = {
    "account discount",
    "archived item",
    "line discount",
    "no receipt",
    "price on the modifier",
    "reservation",
    "service charge",
    "set menu",
    "sold by weight",
    "tags of all sorts",
    "tip",
    "voided line",
}
PLACES = [(name, country) for name, oddity in ODDITIES.items() for country in oddity.countries]


def test_every_oddity_has_a_finder() -> None:
    assert sorted(FINDERS) == sorted(ODDITIES)


@pytest.mark.parametrize(("name", "country"), PLACES)
def test_oddity_is_there(name: str, country: str) -> None:
    assert FINDERS[name](fed(country, DAYS.get(name, A_WEEK)))


@pytest.mark.parametrize("name", sorted(set(ODDITIES) - COMMON))
def test_oddity_is_rare(name: str) -> None:
    """So that a finder which finds everything would be noticed."""
    a_monday = fed("GB", (date(2026, 11, 16), date(2026, 11, 16)))
    assert len(list(a_monday.sales())) > 3
    assert not FINDERS[name](a_monday)


def test_oddities_name_where_and_when() -> None:
    for name, oddity in ODDITIES.items():
        assert oddity.meaning.endswith("."), name
        assert oddity.weekdays, name
        assert set(oddity.countries) <= set(COUNTRIES), name


def test_no_oddity_falls_on_the_day_a_place_is_closed() -> None:
    for name, oddity in ODDITIES.items():
        for location in LOCATIONS:
            if oddity.play and len(oddity.weekdays) < 7:
                assert location.closed_on not in oddity.weekdays, name


def test_each_business_has_the_countries_and_currencies_asked_for() -> None:
    assert [(location.country, location.currency) for location in LOCATIONS] == [
        ("GB", "GBP"),
        ("FR", "EUR"),
        ("US", "USD"),
        ("CA", "CAD"),
        ("IE", "EUR"),
    ]
    assert [location.country for location in LOCATIONS if location.franchisee] == ["IE"]


@pytest.mark.parametrize("country", COUNTRIES)
def test_lunch_and_dinner_are_the_peaks(country: str) -> None:
    hours = Counter(
        fed(country).local(sale["timeOfCloseAndPaid"]).hour for sale in fed(country).sales()
    )
    lunch, dinner = sum(hours[hour] for hour in (12, 13, 14)), sum(hours[h] for h in (20, 21, 22))
    quiet = max(sum(hours[hour] for hour in span) for span in ((9, 10, 11), (15, 16, 17)))
    assert min(lunch, dinner) > quiet


@pytest.mark.parametrize("country", ["US", "CA"])
def test_taxes_are_added_and_two_lie_on_a_dish(country: str) -> None:
    taxes = [line["taxLines"] for line in fed(country).lines() if line["statisticGroup"] == "Food"]
    assert max(map(len, taxes)) == 2
    assert not any(tax["taxIncluded"] for parts in taxes for tax in parts)


@pytest.mark.parametrize("country", ["GB", "FR", "IE"])
def test_taxes_are_included_at_several_rates(country: str) -> None:
    taxes = [tax for line in fed(country).lines() for tax in line["taxLines"]]
    assert all(tax["taxIncluded"] for tax in taxes)
    assert len({tax["taxRate"] for tax in taxes}) == 3


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_sale_type_occurs(country: str) -> None:
    assert {sale["type"] for sale in fed(country).sales()} == {
        "SALE",
        "VOID",
        "RECALL",
        "REFUND",
        "SPLIT",
        "UPDATE",
        "TRANSFER",
        "FLOAT",
        "TRANSITORY",
        "CROSS_BL",
        "CANCEL",
    }


def test_void_reasons_are_the_published_ones() -> None:
    a_month = (date(2026, 10, 26), date(2026, 11, 24))
    seen: set[Any] = {
        line.get("voidReason") for country in COUNTRIES for line in fed(country, a_month).lines()
    }
    assert seen == REASONS | {None}


@pytest.mark.parametrize("country", COUNTRIES)
def test_children_have_their_parent_in_the_same_sale(country: str) -> None:
    for sale in fed(country).sales():
        ids = {line["id"] for line in sale["salesLines"]}
        assert {line.get("parentLineId", line["id"]) for line in sale["salesLines"]} <= ids


@pytest.mark.parametrize("country", COUNTRIES)
def test_chains_name_accounts_that_were_fed(country: str) -> None:
    days = (A_WEEK[0] - timedelta(days=7), A_WEEK[1])
    ids = {sale["accountFiscId"] for sale in fed(country, days).sales()}
    for sale in fed(country, days).sales():
        assert set(sale["source"].values()) <= ids
        if "previousAccountId" not in sale["source"]:
            assert sale["source"]["initialAccountId"] == sale["accountFiscId"]
