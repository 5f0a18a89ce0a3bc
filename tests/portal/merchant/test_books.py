"""The books as a merchant reads them: a month of days, one day with its proof, corrections."""

import hashlib
import json
import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.hub.cast import staff
from tests.ledger.conftest import Feed
from tests.ledger.feed.making import LOCATION, business, location
from tests.portal.browser import signed_in
from tests.portal.merchant.book_keeping import HERE, OTHER, belongs
from tests.portal.merchant.browsing import get, shown
from tests.portal.pages_harness import Eye

from tillgate.directory.models import Person, Role, StaffRole
from tillgate.foundation import sandbox_ids

ENDED = 7109


def cells(page: str) -> dict[str, str]:
    """What a screen reader says of each day that can be opened."""
    found = re.findall(r'<a class="day [^>]*/2026-03-(\d\d)/[^>]*>(.*?)</a>', page, re.DOTALL)
    return {
        day: " ".join(
            re.sub(r"<[^>]+>", "", re.sub(r'<i aria-hidden="true">.*?</i>', "", inner)).split()
        )
        for day, inner in found
    }


def test_a_month_says_of_each_day_where_it_stands_and_what_it_came_to(reader: Person) -> None:
    page = get(reader, f"{HERE}/2026-03/")
    assert cells(page) == {
        "14": "14, closed, then corrected, 30",
        "15": "15, closed, does not add up, 10",
        "16": "16, closed, 0",
        "17": "17, closed, 0",
        "18": "18, closed, 0",
        "19": "19, closed, 0",
        "20": "20, provisional, 10",
        "21": "21, open, 10",
    }
    assert (
        "6 days closed and final, one of them corrected, one of them does not add up,"
        " one provisional, one open. What is closed never changes." in shown(page)
    )


def test_the_books_begin_with_the_newest_month_of_the_first_location(reader: Person) -> None:
    page = shown(get(reader, "/books/"))
    assert "Harbour Street · Europe/London · day starts 05:30" in page
    assert "March 2026" in page
    assert "Thursday, 19 March 2026" in page


def test_the_month_lists_what_was_corrected_and_why(reader: Person) -> None:
    assert "revision 2: the till was offline" in shown(get(reader, f"{HERE}/2026-03/"))


def test_a_day_shows_its_proof_in_a_sentence_and_line_by_line(reader: Person) -> None:
    page = shown(get(reader, f"{HERE}/2026-03-16/"))
    assert "Gift cards sold 50.00 + tips 1.50 = CARD 50.00 + Cash 1.50. Rest 0.00." in page
    assert "Refunds taken back, and within the figures above 1 -12.00" in page
    assert "Gift cards: owed, no revenue -50.00 Revenue, net 0.00" in page
    assert "VAT20 20% with tax 0.00 0.00 0.00" in page


def test_a_day_that_does_not_add_up_says_by_how_much_and_where(reader: Person) -> None:
    page = get(reader, f"{HERE}/2026-03-15/")
    words = shown(page)
    assert "This day does not add up: 0.50 is the rest of what was sold less what was paid" in words
    assert "It lies in one sale." in words
    assert "A1.3 less was paid than sold: a payment is missing or too low 0.50" in words
    assert '<rect class="rest" x="958.33" width="41.67" height="10"/>' in page


def test_a_correction_shows_its_reason_and_what_it_changed(reader: Person) -> None:
    page = shown(get(reader, f"{HERE}/2026-03-14/"))
    assert "A1.10 added: the till was offline" in page
    assert "Net 20.00 30.00" in page
    assert "Sold in all 24.00 36.00" in page
    assert "Revision 2 of 2." in page


def test_every_revision_can_be_read_as_it_was(reader: Person) -> None:
    page = shown(get(reader, f"{HERE}/2026-03-14/?revision=1"))
    assert "Revision 1 of 2." in page
    assert "Revenue, net 20.00" in page
    assert "Closed 21 Mar 2026, 12:00 GMT by the back office" not in page
    assert "by the back office. It was the newest until" in page


def test_an_open_day_says_until_when_its_figures_may_change(reader: Person) -> None:
    page = shown(get(reader, f"{HERE}/2026-03-21/"))
    assert "It ends 22 Mar 2026, 05:30 GMT" in page
    assert "What proves that nothing was changed" not in page
    page = shown(get(reader, f"{HERE}/2026-03-20/"))
    assert "at the latest, unless more comes until then" in page


def test_nonsense_in_the_address_is_no_page(reader: Person) -> None:
    for when in [
        "2026-13",
        "2026-03-32",
        "nonsense",
        "2026",
        "0000-01",
        "2026-3",
        "2026-W12-1",
        "٢٠٢٦-03",
    ]:
        get(reader, f"{HERE}/{when}/", status=404)


def test_a_day_or_month_without_books_says_when_they_begin(reader: Person) -> None:
    for when in [
        "2026-02",
        "2026-04",
        "2026-03-13",
        "2026-03-22",
        "0001-01",
        "9999-12",
        "9999-12-31",
    ]:
        page = shown(get(reader, f"{HERE}/{when}/", status=404))
        assert "begin on 14 March 2026" in page


def test_a_revision_that_is_not_there_is_no_page(reader: Person) -> None:
    for revision in ["0", "3", "x", "-1", "9" * 30, "", "²"]:
        get(reader, f"{HERE}/2026-03-14/?revision={revision}", status=404)


def test_an_open_day_has_no_revision(reader: Person) -> None:
    get(reader, f"{HERE}/2026-03-21/?revision=1", status=404)


def test_a_location_whose_first_day_is_yet_to_come_says_so(reader: Person) -> None:
    assert "No day yet" in shown(get(reader, f"/books/{OTHER}/"))


def test_the_choice_leads_to_the_month_of_a_location(reader: Person) -> None:
    answer = signed_in(reader).get("/books/", {"location": LOCATION, "month": "2026-03"})
    assert (answer.status_code, answer["Location"]) == (302, f"{HERE}/2026-03/")
    for nonsense in ("", "x", "9" * 30):
        assert signed_in(reader).get("/books/", {"location": nonsense}).status_code == 404
        assert signed_in(reader).get("/books/", {"month": nonsense}).status_code == 404


def test_members_read_the_books_and_nobody_else_does(reader: Person) -> None:
    assert "March 2026" in get(belongs("milo", Role.MEMBER), f"{HERE}/2026-03/")
    get(belongs("tess", Role.TECHNICAL_CONTACT), f"{HERE}/2026-03/", status=403)
    for role in (StaffRole.ACCOUNT_MANAGER, StaffRole.OPERATOR, StaffRole.PARTNER_GROWTH):
        get(staff(role, role.value), f"{HERE}/2026-03/", status=403)


def test_another_businesss_books_are_no_page(reader: Person, feed: Feed) -> None:
    feed([business(businessId=72), location(businessLocationId=7201, businessId=72)])
    for path in ("/books/7201/", "/books/7201/2026-03/", "/books/7201/2026-03-14/"):
        get(reader, path, status=404)
    get(reader, f"/books/{'9' * 40}/", status=404)


def test_partner_services_see_invented_books_only(
    reader: Person, feed: Feed, settings: object
) -> None:
    settings.STAFF_NEEDS_SECOND_FACTOR = False  # type: ignore[attr-defined]
    rae = staff(StaffRole.PARTNER_SERVICES, "rae")
    assert "No books to show yet" in get(rae, "/books/")
    get(rae, f"{HERE}/2026-03/", status=404)
    sandbox = {"businessId": sandbox_ids.BUSINESS}
    place = location(businessLocationId=sandbox_ids.LOCATIONS[0], **sandbox)
    feed([business(**sandbox), place], sandbox=True)
    assert "are invented" in shown(get(rae, "/books/"))


def test_a_closed_day_can_be_taken_away(reader: Person) -> None:
    page = get(reader, f"{HERE}/2026-03-14/")
    links = re.findall(r'href="(/books/[^"]+)" download', page)
    assert len(links) == 12
    browser = signed_in(reader)
    taken = {link.rpartition("/")[2]: browser.get(link) for link in links}
    digest = hashlib.sha256(taken["day.json"].content).hexdigest()
    assert digest in page
    assert json.loads(taken["day.json"].content)["sales"] == {
        "count": 3,
        "sha256": hashlib.sha256(taken["sales.ndjson"].content).hexdigest(),
    }
    table = taken["taxes.csv"]
    assert table["Content-Type"].startswith("text/csv")
    assert table["Content-Disposition"] == (
        f'attachment; filename="{LOCATION}-2026-03-14-2-taxes.csv"'
    )
    assert table.content.count(b"VAT20") == 3
    again = browser.get(links[0], headers={"If-None-Match": taken["sales.csv"]["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_file_that_is_not_there_is_no_page(reader: Person) -> None:
    for path in (
        f"{HERE}/2026-03-14/3/day.json",
        f"{HERE}/2026-03-14/{'9' * 30}/day.json",
        f"{HERE}/2026-03-14/1/people.ndjson",
        f"{HERE}/2026-03-14/1/..%2Fday.json",
        f"{HERE}/2026-03-21/1/day.json",
        f"{HERE}/2026-03/1/day.json",
        "/books/7201/2026-03-14/1/day.json",
    ):
        get(reader, path, status=404)


def test_amounts_and_dates_are_the_readers(reader: Person) -> None:
    german = {"Accept-Language": "de"}
    page = signed_in(reader).get(f"{HERE}/2026-03-15/", headers=german).content.decode()
    assert "März 2026" in page
    assert "Net 10,00 + tax 2,00 = CARD 11,50. Rest 0,50." in shown(page)
    assert shown(page).index("Montag") < shown(page).index("Sonntag")


def test_a_month_does_not_read_the_sales_of_closed_days(
    reader: Person,
) -> None:
    browser = signed_in(reader)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(f"{HERE}/2026-03/").status_code == 200
    asked = [each["sql"] for each in captured if "ledger_closedday" in each["sql"]]
    assert asked
    for column in ('."data"', '."spans"', '."reference_keys"', '."closings"'):
        assert not any(column in sql for sql in asked), column
    assert len(captured) < 40


def test_the_newest_hour_of_the_calendar_is_the_locations(
    reader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = datetime(2026, 3, 21, 5, 29, tzinfo=UTC)
    monkeypatch.setattr("tillgate.foundation.clock.now", lambda: early)
    assert "21" not in cells(get(reader, f"{HERE}/2026-03/"))
    get(reader, f"{HERE}/2026-03-21/", status=404)


def test_the_books_are_fit_to_be_seen(reader: Person, eye: Eye) -> None:
    eye.look_at("/books/", "books-month", person=reader)
    page = eye.look_at(f"{HERE}/2026-03-14/", "books-day-corrected", person=reader)
    page.get_by_role("link", name="Revision 1").click()
    page.wait_for_url("**?revision=1#day")
    eye.look_at(f"{HERE}/2026-03-16/", "books-day-everything", person=reader)
    eye.look_at(f"{HERE}/2026-03-15/", "books-day-unbalanced", person=reader)
    eye.look_at(f"/books/{OTHER}/", "books-none-yet", person=reader)


def test_the_books_work_by_keyboard_and_without_script(reader: Person, eye: Eye) -> None:
    page = eye.open("/books/", person=reader, java_script_enabled=False)
    page.get_by_label("Month", exact=True).select_option(label="March 2026")
    page.get_by_role("button", name="Show").press("Enter")
    page.wait_for_url(f"**{HERE}/2026-03/")
    day = page.get_by_role("link", name=re.compile("^15.*does not add up"))
    day.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{HERE}/2026-03-15/#day")
    assert page.get_by_role("heading", name="The proof, line by line").is_visible()


def test_the_books_of_a_closed_location_end_with_its_last_day(reader: Person, feed: Feed) -> None:
    feed([location(businessLocationId=ENDED, since="2026-02-20", until="2026-02-23")])
    page = get(reader, f"/books/{ENDED}/")
    assert "February 2026" in page
    assert set(re.findall(rf"/books/{ENDED}/2026-02-(\d\d)/", page)) == {"20", "21", "22", "23"}
    assert "No books for that day" in get(reader, f"/books/{ENDED}/2026-02-24/", status=404)


def test_a_day_that_was_booked_after_the_last_one_is_shown(reader: Person, feed: Feed) -> None:
    """Of the 18th to the 21st, two days have sales and two were closed without any."""
    ended = {"since": "2026-03-14", "name": "Harbour Street", "recordedAt": "2026-03-21T11:30:00Z"}
    feed([location(until="2026-03-17", **ended)])
    days = cells(get(reader, f"{HERE}/2026-03/"))
    assert {"17", "18", "19", "20", "21"} <= set(days)
