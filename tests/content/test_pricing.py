"""The price book: which price holds on which date, and who may add one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.access.world import make_person

from tillgate.content.acts import publish_price
from tillgate.content.errors import BadPrice, ChangedMeanwhile, NoPrice, PriceStands
from tillgate.content.models import PriceBookEntry
from tillgate.content.pricing import SINCE, entry_on, price_book, price_on
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Person
from tillgate.foundation import clock
from tillgate.foundation.models import Event

DAY = timedelta(days=1)


def today() -> date:
    return clock.now().date()


def publish(actor: Person, price: str, valid_from: date, currency: str = "EUR") -> PriceBookEntry:
    return publish_price(
        currency=currency, monthly_price=Decimal(price), valid_from=valid_from, actor=actor
    )


def test_the_book_begins_with_the_shipped_prices(db: None) -> None:
    assert price_on("EUR", today()) == Decimal("29.00")
    assert price_on("EUR", SINCE) == Decimal("29.00")
    with pytest.raises(NoPrice, match="no price in EUR for 2025-12-31"):
        price_on("EUR", SINCE - DAY)
    with pytest.raises(NoPrice):
        price_on("XTS", today())
    assert {entry.published_by for entry in price_book()} == {None}


def test_a_price_holds_from_its_date_on(operator: Person) -> None:
    start = today() + 10 * DAY
    publish(operator, "31.50", start)
    assert price_on("EUR", start - DAY) == Decimal("29.00")
    assert price_on("EUR", start) == Decimal("31.50")
    assert price_on("GBP", start) == Decimal("25.00")
    event = Event.objects.get(kind="content:price:published")
    assert event.subject == "price:EUR-2"
    assert event.data == {"monthly_price": "31.50", "valid_from": start.isoformat()}


def test_the_later_entry_counts_for_the_same_date_and_the_earlier_stays(operator: Person) -> None:
    start = today() + DAY
    first, second = publish(operator, "40", start), publish(operator, "35", start)
    assert entry_on("EUR", start) == second
    assert set(price_book().filter(currency="EUR", valid_from=start)) == {first, second}


def test_a_new_currency_can_be_added(operator: Person) -> None:
    assert publish(operator, "0", today(), "SEK").number == 1
    assert price_on("SEK", today()) == 0


def test_the_same_price_again_is_not_published(operator: Person) -> None:
    publish(operator, "40", today())
    with pytest.raises(PriceStands, match="has this price from"):
        publish(operator, "40.00", today())
    assert PriceBookEntry.objects.filter(currency="EUR").count() == 2


def test_only_an_operator_prices(account_manager: Person, db: None) -> None:
    for person in (account_manager, make_person()):
        with pytest.raises(NotPermitted):
            publish(person, "40", today())


@pytest.mark.parametrize(
    ("currency", "price", "days", "where"),
    [
        ("eur", "40", 0, "currency"),
        ("EURO", "40", 0, "currency"),
        ("E\0R", "40", 0, "currency"),
        ("EUR", "-0.01", 0, "monthly_price"),
        ("EUR", "100000", 0, "monthly_price"),
        ("EUR", "1.005", 0, "monthly_price"),
        ("EUR", "NaN", 0, "monthly_price"),
        ("EUR", "Infinity", 0, "monthly_price"),
        ("EUR", "1E+400", 0, "monthly_price"),
        ("EUR", "40", -1, "valid_from"),
        ("EUR", "40", 99_000, "valid_from"),
    ],
)
def test_a_bad_price_is_refused_where_it_is_bad(
    operator: Person, currency: str, price: str, days: int, where: str
) -> None:
    with pytest.raises(BadPrice) as refused:
        publish(operator, price, today() + days * DAY, currency)
    assert list(refused.value.problems) == [where]


def test_of_two_operators_at_once_one_is_told(transactional_db: None, operator: Person) -> None:
    price_book()

    def add(number: int) -> str:
        try:
            return str(publish(operator, f"{40 + number}", today() + DAY).number)
        except ChangedMeanwhile as told:
            return str(told)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(add, range(4)))
    numbers = [int(answer) for answer in answers if answer.isdigit()]
    told = [answer for answer in answers if not answer.isdigit()]
    assert sorted(numbers) == list(range(2, 2 + len(numbers)))
    assert len(numbers) + len(told) == 4
    assert all("was published while you were writing" in words for words in told)


class AnyBook(TestCase):
    """Property: the price on a date is the one of the last entry among the latest begun."""

    @given(
        st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), max_size=8),
        st.integers(-1, 21),
    )
    def test_any_book_answers_with_the_latest_to_begin(
        self, entries: list[tuple[int, int]], asked: int
    ) -> None:
        start = date(2030, 1, 1)
        for number, (days, price) in enumerate(entries, start=1):
            PriceBookEntry.objects.create(
                currency="XTS",
                number=number,
                monthly_price=price,
                valid_from=start + days * DAY,
                published_at=clock.now(),
            )
        begun = [
            (days, number, price) for number, (days, price) in enumerate(entries) if days <= asked
        ]
        if begun:
            assert price_on("XTS", start + asked * DAY) == max(begun)[2]
        else:
            with pytest.raises(NoPrice):
                price_on("XTS", start + asked * DAY)
