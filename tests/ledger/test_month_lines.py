"""The sums of whole months: the same as those of their days, and only while they hold."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import LATER, LOCATION, Thing, day_closed, line, sale, sale_object

from tillgate.foundation.postgres.pools import make_pool
from tillgate.ledger.aggregate_reads import sum_up
from tillgate.ledger.aggregation import Aggregate, GroupKey
from tillgate.ledger.erasing import erase_person
from tillgate.ledger.month_lines import Gatherer, last_of, pack, whole_months
from tillgate.ledger.spans import Asked, Span

FIRST = date(2026, 2, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(28)]
ROBIN, SAM = 5, 6
KEYS = [(key,) for key in GroupKey] + list(combinations(GroupKey, 2)) + [tuple(GroupKey)]
SALES_AT = 19

Sums = dict[tuple[str, ...], dict[str, object]]


def month(*, but: Sequence[date] = ()) -> list[Thing]:
    """Two sales a day and its end; Robin is called otherwise from the 15th on."""
    records = []
    for day in DAYS:
        name = "Robin" if day.day < 15 else "Robin B."
        robin = {"staffId": ROBIN, "staffName": name, "deviceId": 1, "deviceName": "Bar"}
        sam = {"staffId": SAM, "staffName": "Sam", "tags": ["hot", "new"]}
        at = f"{day}T{SALES_AT}:00:00Z"
        for number, person in enumerate((robin, sam), start=1):
            own = day.day * 10 + number
            lines = [line(own, **person), line(own + 500, totalDiscountAmount="0.50", **person)]
            records.append(
                sale(own, salesLines=lines, payments=[], timeOfOpening=at, timeOfCloseAndPaid=at)
            )
        if day not in but:
            records.append(day_closed(str(day)))
    return records


class Reader:
    """Sums of February, or of a span that cuts it, as the API plane reads them."""

    def __init__(self, url: str, books: Books) -> None:
        self._url = url
        self._books = books

    def sums(
        self, keys: tuple[GroupKey, ...], *, names: bool = True, start: datetime | None = None
    ) -> Sums:
        return asyncio.run(self._sums(keys, names, start))

    async def _sums(self, keys: tuple[GroupKey, ...], names: bool, start: datetime | None) -> Sums:
        begin = start or datetime(2026, 2, 1, 5, 30, tzinfo=UTC)
        span = Span(begin, datetime(2026, 3, 1, 5, 30, tzinfo=UTC))
        aggregate = Aggregate(keys, staff_names=names)
        asked = Asked(location=LOCATION, span=span, days=(FIRST, DAYS[-1]), names=names)
        async with make_pool(self._url, name="test reader", size=1) as pool:
            await sum_up(pool, [LOCATION], asked, aggregate)
        paths = aggregate.paths(len(keys))
        return {(): aggregate.totals().shown()} | {
            path: aggregate.totals(path).shown() for path in paths
        }

    def lines(self, **asked: Any) -> object:
        """How many lines were counted."""
        return self.sums((GroupKey.STAFF,), **asked)[()]["numberOfSales"]

    def empty_months(self) -> None:
        """Take everything out of the sums of months, so that they show where they are used."""
        with psycopg.connect(self._books.url) as owner:
            owner.execute("UPDATE ledger_monthlines SET lines = %s", (pack(Gatherer().lines()),))


@pytest.fixture
def february(feed: Feed, books: Books, reader_url: str) -> Reader:
    """All its days are closed."""
    feed(month(), with_known=True)
    return Reader(reader_url, books)


def all_sums(reader: Reader) -> list[Sums]:
    return [reader.sums(keys) for keys in KEYS] + [reader.sums((GroupKey.STAFF,), names=False)]


def without_months(books: Books) -> None:
    with psycopg.connect(books.url) as owner:
        owner.execute("DELETE FROM ledger_monthlines")


def correction(number: int, day: date, **changes: Any) -> Thing:
    at = f"{day}T{SALES_AT}:00:00Z"
    told = sale_object(number, timeOfOpening=at, timeOfCloseAndPaid=at, payments=[], **changes)
    record = {"record": "correction", "recordedAt": LATER, "businessLocationId": LOCATION}
    return record | {"reason": "wrong price", "sale": told}


def test_a_month_comes_to_what_its_days_come_to_by_every_grouping(
    february: Reader, books: Books
) -> None:
    assert books.count("ledger_monthlines") == 1
    by_month = all_sums(february)
    without_months(books)

    assert by_month == all_sums(february)
    assert by_month[0][()]["numberOfSales"] == 112
    assert set(by_month[0]) == {(), ("Robin",), ("Robin B.",), ("Sam",)}


def test_the_sums_of_a_month_are_what_is_read(february: Reader) -> None:
    february.empty_months()

    assert february.lines() == 0


def test_a_correction_brings_new_sums_and_the_old_ones_are_not_read(
    february: Reader, books: Books, feed: Feed
) -> None:
    february.empty_months()
    feed([correction(31, DAYS[2], salesLines=[line(31, staffId=SAM, staffName="Sam")])])

    assert books.count("ledger_monthlines") == 2
    assert february.lines() == 111
    by_month = all_sums(february)
    without_months(books)
    assert by_month == all_sums(february)


def test_whoever_was_erased_from_some_days_is_named_on_the_others_alone(
    february: Reader, ledger_url: str
) -> None:
    with psycopg.connect(ledger_url) as connection:
        week = {"first": DAYS[0], "last": DAYS[6]}
        erase_person(connection, location=LOCATION, person=f"staff:{ROBIN}", **week)

    sums = february.sums((GroupKey.STAFF,))

    assert {path: node["numberOfSales"] for path, node in sums.items() if path} == {
        (str(ROBIN),): 14,
        ("Robin",): 14,
        ("Robin B.",): 28,
        ("Sam",): 56,
    }


def test_after_erasing_only_sums_without_names_come_of_the_month(
    february: Reader, ledger_url: str
) -> None:
    with psycopg.connect(ledger_url) as connection:
        day = {"first": DAYS[0], "last": DAYS[0]}
        erase_person(connection, location=LOCATION, person=f"staff:{SAM}", **day)
    february.empty_months()

    assert february.lines() == 112
    assert february.lines(names=False) == 0


def test_a_span_that_cuts_a_sale_off_reads_the_days(february: Reader) -> None:
    february.empty_months()

    assert february.lines(start=datetime(2026, 2, 1, SALES_AT, 0, 1, tzinfo=UTC)) == 108


def test_a_month_with_an_open_day_has_no_sums(feed: Feed, books: Books, reader_url: str) -> None:
    feed(month(but=[DAYS[13]]), with_known=True)

    assert books.count("ledger_monthlines") == 0
    assert Reader(reader_url, books).lines() == 112
    feed([day_closed(str(DAYS[13]))])
    assert books.count("ledger_monthlines") == 1
    assert Reader(reader_url, books).lines() == 112


def test_sums_too_large_to_be_kept_are_read_from_the_days(
    feed: Feed, books: Books, reader_url: str
) -> None:
    much = [line(number, totalNetAmountWithTax="9999999999999.000000") for number in (1, 2)]
    at = f"{FIRST}T{SALES_AT}:00:00Z"
    huge = sale(1, salesLines=much, payments=[], timeOfOpening=at, timeOfCloseAndPaid=at)
    feed([huge, *(day_closed(str(day)) for day in DAYS)], with_known=True)

    assert books.count("ledger_monthlines") == 0
    assert Reader(reader_url, books).sums((GroupKey.TAG,))[()]["totalAmount"] == "19999999999998.00"


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800))
def test_whole_months_are_those_with_all_their_days_in_the_range(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    dates = [first + timedelta(days=number) for number in range(days + 1)]
    found = list(whole_months(first, last))

    assert found == [day for day in dates if day.day == 1 and last_of(day) <= last]
