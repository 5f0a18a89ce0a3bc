"""What the measured books are made of."""

from datetime import datetime, timedelta

import pytest
from bench.scale import SMALL, WHOLE
from bench.year import FIRST, LOCATION, beginner_id, dates, directory_as, other_id, sale_records

from tillgate.simulator.group import LOCATIONS


def test_a_day_has_300_sales_in_their_order_about_four_lines_each() -> None:
    days = [sale_records(FIRST + timedelta(days=at), WHOLE.sales) for at in range(0, 365, 45)]
    lines = sum(len(record["sale"]["salesLines"]) for records in days for record in records)

    assert [len(records) for records in days] == [300] * len(days)
    assert 3.8 < lines / 300 / len(days) < 4.3
    for records in days:
        times = [record["sale"]["timeOfCloseAndPaid"] for record in records]
        closings = [datetime.fromisoformat(time) for time in times]
        assert closings == sorted(closings)


def test_the_year_has_365_days_and_110_000_sales() -> None:
    days = dates(0, WHOLE.days)

    assert len(days) == len(set(days)) == 365
    assert all(LOCATION.is_open_on(day) for day in days)
    assert WHOLE.days * WHOLE.sales == pytest.approx(110_000, rel=0.01)


def test_no_two_locations_share_an_id() -> None:
    ids = [other_id(number) for number in range(WHOLE.others)]
    everybody = [*ids, beginner_id(WHOLE), *(location.id for location in LOCATIONS)]

    assert len(set(everybody)) == len(everybody)


def test_another_location_has_a_directory_of_its_own() -> None:
    feed = directory_as(beginner_id(SMALL))

    assert b'"businessLocationId":%d' % beginner_id(SMALL) in feed
    assert str(LOCATION.id).encode() not in feed
