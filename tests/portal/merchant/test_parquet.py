"""The page for many days as one file."""

from tests.ledger.feed.making import LOCATION
from tests.portal.merchant.book_keeping import HERE
from tests.portal.merchant.browsing import get, post
from tests.portal.pages_harness import Eye

from tillgate.directory.models import Person
from tillgate.exports.models import FileState, ParquetFile

PAGE = f"{HERE}/parquet/"


def test_a_file_is_asked_for_and_is_being_made(reader: Person) -> None:
    ParquetFile.objects.all().delete()
    assert "None yet." in get(reader, PAGE)
    post(reader, PAGE, table="lines", first="2026-03-14", last="2026-03-20")
    assert "is being made" in get(reader, PAGE)
    file = ParquetFile.objects.get(business_location_id=LOCATION)
    get(reader, f"/books/parquet/{file.pk}", status=404)


def test_what_cannot_be_asked_for_is_said_beside_the_field(reader: Person) -> None:
    for wrong in ({"table": "x"}, {"first": "yesterday"}, {"last": "2026-03-01"}):
        given = {"table": "lines", "first": "2026-03-14", "last": "2026-03-20"} | wrong
        assert "problem" in post(reader, PAGE, status=200, **given).content.decode()


def test_the_page_is_fit_to_be_seen(reader: Person, eye: Eye) -> None:
    ParquetFile.objects.all().delete()
    for table in ("lines", "taxes"):
        post(reader, PAGE, table=table, first="2026-03-14", last="2026-03-20")
    ready = {"state": FileState.READY, "rows": 12345, "size": 67890, "content": b"x"}
    ParquetFile.objects.filter(table="lines").update(**ready)
    page = eye.open(f"{HERE}/", person=reader)
    page.get_by_role("link", name="Many days as one file").click()
    page.wait_for_url(f"**{PAGE}")
    eye.look_at(PAGE, "books-parquet", person=reader)
