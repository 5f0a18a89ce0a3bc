"""Files over many days: asked for in the portal, made by the worker, gone after a week."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.access.world import make_person
from tests.ledger.conftest import Feed
from tests.ledger.feed.making import LOCATION, business
from tests.portal.browser import signed_in
from tests.portal.merchant.book_keeping import HERE, NOW, belongs
from tests.portal.merchant.browsing import get

from tillgate.access.acts import add_membership
from tillgate.directory.models import BusinessLocation, Person, Role
from tillgate.directory.queries import locations_with_books_for
from tillgate.exports import acts
from tillgate.exports.errors import NoSuchFile, RangeUnusable, TooManyWaiting
from tillgate.exports.models import FileState, ParquetFile, TableChoice
from tillgate.foundation.models import Event
from tillgate.ledger.export.files import digest_of

PAGE = f"{HERE}/parquet/"
FIRST, LAST = date(2026, 3, 14), date(2026, 3, 21)


@pytest.fixture
def place(reader: Person) -> BusinessLocation:
    ParquetFile.objects.all().delete()
    return next(each for each in locations_with_books_for(reader) if each.pk == LOCATION)


def ask(person: Person, place: BusinessLocation, **changes: Any) -> ParquetFile:
    wanted: dict[str, Any] = {"table": TableChoice.LINES, "first": FIRST, "last": LAST, **changes}
    return acts.ask_for_parquet(person=person, location=place, **wanted)


def test_a_file_is_made_of_the_closed_days_of_its_range(
    reader: Person, place: BusinessLocation
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pip install '.[parquet]'")
    file = ask(reader, place)
    assert ProcrastinateJob.objects.filter(
        task_name=acts.MAKING, args={"file_id": file.pk}
    ).exists()
    assert Event.objects.filter(kind="export:file:asked").latest("id").data["table"] == "lines"
    acts.make_file(file.pk)
    file.refresh_from_db()
    assert (file.state, file.days) == (FileState.READY, 6)
    read = parquet.read_table(io.BytesIO(bytes(file.content)))
    assert read.num_rows == file.rows > 4
    assert max(read["businessDate"].to_pylist()) < date(2026, 3, 20)
    assert file.sha256 == digest_of(bytes(file.content))
    answer = signed_in(reader).get(f"/books/parquet/{file.pk}")
    assert answer.content == bytes(file.content)
    assert answer["Content-Disposition"].endswith('-lines-2026-03-14-2026-03-21.parquet"')
    assert "rows, " in get(reader, PAGE)
    before = file.sha256
    acts.make_file(file.pk)
    file.refresh_from_db()
    assert file.sha256 == before


def test_without_the_library_it_is_said_what_is_lacking(
    reader: Person, place: BusinessLocation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "_LACKING", "a_library_that_nobody_has")
    file = ask(reader, place)
    acts.make_file(file.pk)
    assert "cannot make Parquet files" in get(reader, PAGE)
    get(reader, f"/books/parquet/{file.pk}", status=404)


def test_the_same_is_asked_for_once_while_it_is_being_made(
    reader: Person, place: BusinessLocation
) -> None:
    assert ask(reader, place).pk == ask(reader, place).pk
    for table in (TableChoice.SALES, TableChoice.PAYMENTS, TableChoice.TAXES):
        ask(reader, place, table=table)
    with pytest.raises(TooManyWaiting):
        ask(reader, place, last=FIRST)


@pytest.mark.parametrize("last", [FIRST - timedelta(days=1), FIRST + timedelta(days=366)])
def test_a_range_that_cannot_be_used_is_refused(
    reader: Person, place: BusinessLocation, last: date
) -> None:
    with pytest.raises(RangeUnusable):
        ask(reader, place, last=last)
    told = signed_in(reader).post(PAGE, {"table": "lines", "first": FIRST, "last": last})
    assert "The range cannot be used" in told.content.decode()


def test_nobody_gets_files_of_books_that_are_not_theirs(
    reader: Person, place: BusinessLocation, feed: Feed
) -> None:
    feed([business(businessId=99)])
    file = ask(reader, place)
    ParquetFile.objects.filter(pk=file.pk).update(state=FileState.READY, content=b"x")
    stranger = make_person("sally")
    add_membership(person=stranger, business_id=99, role=Role.OWNER, actor="test")
    get(stranger, f"/books/parquet/{file.pk}", status=404)
    get(stranger, PAGE, status=404)
    with pytest.raises(NoSuchFile):
        ask(stranger, place)
    get(belongs("tess", Role.TECHNICAL_CONTACT), PAGE, status=403)


def test_files_are_forgotten_after_a_week(
    reader: Person, place: BusinessLocation, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(reader, place)
    later = NOW + acts.KEPT_FOR
    monkeypatch.setattr("tillgate.foundation.clock.now", lambda: later)
    assert acts.forget_old_files() == 0
    monkeypatch.setattr("tillgate.foundation.clock.now", lambda: later + timedelta(seconds=1))
    assert acts.forget_old_files() == 1


def test_the_worker_knows_the_job_by_the_name_that_is_queued() -> None:
    assert acts.MAKING in app.tasks
