"""The content pages as they are seen, in a real browser, with and without script."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connections
from tests.content.conftest import staff
from tests.portal.pages_harness import Eye

from tillgate.content.acts import publish_version
from tillgate.content.queries import current
from tillgate.directory.models import Person, StaffRole


@pytest.fixture
def operator(owner_url: str, django_db_blocker: Any) -> Iterator[Person]:
    """Committed, for the site is another connection; nobody but the owner can clear up after it."""
    with django_db_blocker.unblock():
        person = staff(StaffRole.OPERATOR)
        yield person
        with psycopg.connect(owner_url) as owner:
            owner.execute("DELETE FROM content_version")
            owner.execute("DELETE FROM content_pricebookentry")
        person.delete()
        connections.close_all()


def test_the_content_pages_are_fit_to_be_seen(operator: Person, eye: Eye) -> None:
    terms = current("terms").text
    for text in (terms.replace("three months", "two months"), terms.replace("At most 600", "300")):
        publish_version(slot="terms", text=text, fields={}, note="Clearer.", actor=operator)
    for path, name in (
        ("/content/", "list"),
        ("/content/terms/", "terms"),
        ("/content/terms/versions/2/", "version"),
        ("/content/terms/compare/", "compare"),
        ("/content/platform/", "platform"),
        ("/content/decline_reasons/", "reasons"),
        ("/content/feasibility/", "feasibility"),
        ("/content/mail-agreement_to_sign/", "mail"),
        ("/content/overview/", "overview"),
        ("/prices/", "prices"),
    ):
        eye.look_at(path, f"content-{name}", person=operator)


def test_writing_and_publishing_is_fit_to_be_seen(operator: Person, eye: Eye) -> None:
    page = eye.look_at("/content/mail-invitation/edit/", "content-write", person=operator)
    page.get_by_label("Subject").fill("Come and act for ${busines}")
    page.get_by_role("button", name="Show me").click()
    assert page.get_by_role("alert").is_visible()
    eye.check(page, "content-write-problem")
    page.get_by_label("Subject").fill("Come and act for ${business}")
    page.get_by_role("button", name="Show me").click()
    assert page.get_by_text("Come and act for Harbour Street Kitchens").is_visible()
    eye.check(page, "content-write-preview")
    page.get_by_label("What changes, in a few words").fill("Warmer.")
    page.get_by_role("button", name="Publish this version").click()
    assert page.get_by_role("status").is_visible()
    eye.check(page, "content-published")
    eye.look_at("/content/decline_reasons/edit/", "content-write-rows", person=operator)


def test_rows_and_prices_work_without_script(operator: Person, eye: Eye) -> None:
    page = eye.open("/content/feasibility/edit/", person=operator, java_script_enabled=False)
    row = page.locator("details").last
    row.get_by_label("The wish, in a merchant's words").fill("Fly there")
    row.get_by_label("Key", exact=True).fill("flying")
    row.get_by_label("Answer").select_option("not_possible")
    row.get_by_label("Why").fill("It does not fly.")
    page.get_by_label("What changes, in a few words").fill("Flying.")
    page.get_by_role("button", name="Show me").click()
    page.get_by_role("button", name="Publish this version").click()
    assert current("feasibility").fields["wishes"][-1]["key"] == "flying"
    page = eye.open("/prices/", person=operator, java_script_enabled=False)
    page.get_by_label("Currency").fill("EUX")
    page.get_by_label("Price per business location and month").fill("31,50")
    page.get_by_role("button", name="Add it to the price book").click()
    assert page.get_by_role("alert").is_visible()
    assert page.get_by_label("Price per business location and month").input_value() == "31,50"
    page.get_by_label("Currency").fill("EUR")
    page.get_by_role("button", name="Add it to the price book").click()
    assert page.get_by_text("The price in EUR is in the book.").is_visible()
