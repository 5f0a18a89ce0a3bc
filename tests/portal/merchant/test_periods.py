"""Periods of a location's books: sums of days, compared, as a table and a chart."""

import re
from decimal import Decimal

from tests.ledger.feed.making import LOCATION
from tests.portal.merchant.book_keeping import HERE, OTHER, belongs
from tests.portal.merchant.browsing import get, shown
from tests.portal.pages_harness import Eye

from tillgate.directory.models import Person, Role

PAGE = f"{HERE}/periods/"


def test_a_period_is_the_sum_of_its_days(reader: Person) -> None:
    page = shown(get(reader, f"{PAGE}?by=day"))
    assert "6 of 8 days are final" in page
    page = shown(get(reader, PAGE))
    assert "0 of 1 months are final" in page
    assert "Mar 2026 1\u201331 Mar 2026 not final 60.00 +60.00" in page


def test_a_period_is_compared_with_the_one_before(reader: Person) -> None:
    page = shown(get(reader, f"{PAGE}?by=day&until=2026-03-15"))
    assert "10.00 -20.00 -66.7%" in page


def test_one_period_is_shown_in_full(reader: Person) -> None:
    page = shown(get(reader, f"{PAGE}?by=day&show=2026-03-16"))
    assert "Gift cards 2400 50.00 0.00 50.00" in page
    assert "Beside the sum What Amount Refunds 1 -12.00" in page
    assert "the rest is 0.50" in shown(get(reader, f"{PAGE}?by=day&show=2026-03-15"))


def test_the_chart_is_as_high_as_the_figures(reader: Person) -> None:
    page = get(reader, f"{PAGE}?by=day")
    columns = re.findall(
        r'<rect class="k[12]" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)">'
        r"<title>[^:]+: ([\d.]+)</title>",
        page,
    )
    assert [Decimal(amount) for *_, amount in columns] == [30, 10, 10, 10]
    for y, height, amount in columns:
        assert abs(Decimal(height) - Decimal(amount) * 220 / 30) < Decimal("0.01")
        assert abs(Decimal(y) + Decimal(height) - 220) <= Decimal("0.01")


def test_nonsense_is_no_page(reader: Person) -> None:
    for query in (
        *("by=hour", "by=", "year_start=13", "year_start=x", "until=2026-03-32", "until=x"),
        *("until=2026-03-13", "show=2026-02", "show=%00", "by=%00"),
    ):
        get(reader, f"{PAGE}?{query}", status=404)
    get(reader, "/books/7201/periods/", status=404)


def test_every_kind_can_be_asked_for(reader: Person) -> None:
    for kind in ("day", "week", "month", "quarter", "year"):
        for start in (1, 4, 12):
            get(reader, f"{PAGE}?by={kind}&year_start={start}&until=2026-03-20")
    assert "2025/26-Q4" in get(reader, f"{PAGE}?by=quarter&year_start=4")


def test_a_location_that_has_not_begun_has_no_period(reader: Person) -> None:
    assert "No day yet" in get(reader, f"/books/{OTHER}/periods/")


def test_technical_contacts_see_no_periods(reader: Person) -> None:
    get(belongs("tess", Role.TECHNICAL_CONTACT), PAGE, status=403)


def test_periods_are_fit_to_be_seen(reader: Person, eye: Eye) -> None:
    page = eye.open(f"/books/{LOCATION}/", person=reader)
    page.get_by_role("link", name="Periods").click()
    page.wait_for_url(f"**{PAGE}")
    eye.look_at(f"{PAGE}?by=day", "books-periods", person=reader)
