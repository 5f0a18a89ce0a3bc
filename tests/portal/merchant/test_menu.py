"""The menu of a location: items as they are and as they were, and what each change made of them."""

import pytest
from tests.ledger.conftest import Feed
from tests.ledger.feed.making import LOCATION, business, item, location
from tests.portal.merchant.book_keeping import HERE, OTHER, belongs
from tests.portal.merchant.browsing import get, shown
from tests.portal.pages_harness import Eye

from tillgate.directory.models import Person, Role

MENU = f"{HERE}/menu/"
EARLY, LATE, LAST = "2026-03-16T10:00:00Z", "2026-03-18T10:00:00Z", "2026-03-21T09:00:00Z"


def removed(number: int, at: str) -> dict[str, object]:
    record = {"record": "item_removed", "recordedAt": at, "businessLocationId": LOCATION}
    return record | {"itemId": number}


@pytest.fixture
def cook(reader: Person, feed: Feed) -> Person:
    """Reads a menu on which soup became dearer, pie was archived, and stew came and went."""
    group = {"id": 6, "name": "Food"}
    feed(
        [
            item(21, EARLY, name="Soup", sku="SOUP-1", prices=[{"amount": 7.5, "name": "Lunch"}]),
            item(22, EARLY, name="Pie", active=True, accountingGroup=group),
            item(23, EARLY, name="Stew <b>", disabled=True),
        ]
    )
    feed(
        [
            item(21, LATE, name="Soup of the day", prices=[{"amount": 8.25, "name": "Lunch"}]),
            item(22, LATE, name="Pie", active=False),
        ]
    )
    feed([removed(23, LAST)])
    return reader


def test_the_menu_lists_items_with_group_price_and_state(cook: Person) -> None:
    page = shown(get(cook, MENU))
    assert "3 items as of now" in page
    assert "Soup of the day SOUP-1 Lunch 8.25 on the menu" in page
    assert "Pie Food archived" in page


def test_the_menu_is_shown_as_it_was(cook: Person) -> None:
    page = shown(get(cook, f"{MENU}?on=2026-03-17"))
    assert "at the end of 17 March 2026" in page
    assert "Soup SOUP-1 Lunch 7.50 on the menu" in page
    assert "Stew <b> disabled" in page
    assert "0 items" in shown(get(cook, f"{MENU}?on=2026-03-10"))


def test_what_changed_last_is_beside_it(cook: Person) -> None:
    changes = shown(get(cook, MENU)).partition("Changed last")[2]
    assert changes.index("Stew <b> removed") < changes.index("Soup of the day")
    assert "name before: Soup after: Soup of the day" in changes
    assert "prices before: Lunch 7.50 after: Lunch 8.25" in changes


def test_an_item_has_a_page_with_every_version(cook: Person) -> None:
    page = shown(get(cook, f"{MENU}21/"))
    assert "2 versions are known" in page
    assert "16 Mar 2026, 10:00 GMT \u2013 18 Mar 2026, 10:00 GMT" in page
    page = get(cook, f"{MENU}23/")
    assert "The back office took it away" in page
    assert "Stew <b>" not in page


def test_items_are_found_by_name_sku_and_number(cook: Person) -> None:
    for words in ("soup", "SOUP-1", "21", " Soup of "):
        assert "1 item fits" in shown(get(cook, f"{MENU}?q={words}")), words
    get(cook, f"{MENU}?q=%00")
    for words in ("%", "nothing", "9" * 30, "x" * 500):
        assert "Nothing fits" in get(cook, f"{MENU}?q={words}"), words


def test_nonsense_is_no_page(cook: Person) -> None:
    for path in (
        *(f"{MENU}?on=x", f"{MENU}?on=2026-W12-1", f"{MENU}99/", f"{MENU}{'9' * 30}/"),
        *("/books/7201/menu/", "/books/7201/menu/21/"),
    ):
        get(cook, path, status=404)
    for day in ("0001-01-01", "9999-12-31"):
        get(cook, f"{MENU}?on={day}")


def test_the_items_of_another_location_are_not_here(cook: Person, feed: Feed) -> None:
    feed([business(businessId=72), location(businessLocationId=7201, businessId=72)])
    feed([item(31, LATE, name="Foreign") | {"businessLocationId": 7201}])
    feed([item(32, LATE, name="Next door") | {"businessLocationId": OTHER}])
    page = get(cook, MENU)
    assert "Foreign" not in page
    assert "Next door" not in page
    get(cook, f"{MENU}31/", status=404)
    get(cook, f"{MENU}32/", status=404)


def test_a_location_without_items_says_so(reader: Person) -> None:
    assert "has brought no item yet" in get(reader, f"/books/{OTHER}/menu/")


def test_technical_contacts_see_no_menu(cook: Person) -> None:
    get(belongs("tess", Role.TECHNICAL_CONTACT), MENU, status=403)


def test_the_menu_is_fit_to_be_seen(cook: Person, eye: Eye) -> None:
    page = eye.look_at(MENU, "books-menu", person=cook)
    page.get_by_role("link", name="Soup of the day").first.click()
    page.wait_for_url(f"**{MENU}21/")
    eye.check(page, "books-item")
