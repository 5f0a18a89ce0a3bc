"""Versions: the first from the default, later ones by operators, none ever changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connections

from tillgate.content.acts import publish_version
from tillgate.content.checks import problems_of
from tillgate.content.errors import (
    BadContent,
    ChangedMeanwhile,
    NothingChanged,
    UnknownSlot,
    UnknownVersion,
)
from tillgate.content.models import Version
from tillgate.content.queries import (
    current,
    decline_reasons,
    history,
    platform,
    review_target_days,
    version,
)
from tillgate.content.shipped import FOLDER, default_of
from tillgate.content.slots import SLOTS
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Person
from tillgate.foundation import clock
from tillgate.foundation.models import Event


@pytest.mark.parametrize("name", SLOTS)
def test_every_default_could_be_published(name: str) -> None:
    default = default_of(SLOTS[name])
    assert problems_of(SLOTS[name], default.text, default.fields) == {}


def test_every_default_file_belongs_to_a_slot() -> None:
    files = {str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.rglob("*.*")}
    assert files - {"prices"} == set(SLOTS)


@pytest.mark.parametrize("name", SLOTS)
def test_a_slot_begins_with_its_default(db: None, name: str) -> None:
    first = current(name)
    assert (first.number, first.label) == (1, f"{clock.now().year}-1")
    assert (first.text, first.fields) == tuple(default_of(SLOTS[name]))
    assert first.published_by is None
    assert current(name) == first == version(name, 1)
    assert list(history(name)) == [first]


@pytest.mark.parametrize("name", ["nothing", "", "mail/", "../terms", "mail/../terms", "a\0b"])
def test_what_is_no_slot_is_refused(db: None, name: str) -> None:
    for asked in (current, history):
        with pytest.raises(UnknownSlot):
            asked(name)
    with pytest.raises(UnknownVersion):
        version("terms", 2)


def test_the_platform_and_the_rest_are_read_in_their_kinds(db: None) -> None:
    assert platform().name == "Lantern Till"
    assert review_target_days() == 3
    reasons = {reason.code: reason for reason in decline_reasons()}
    assert reasons["better_served"].advise_account_manager
    assert not reasons["several_merchants"].advise_account_manager


def publish(actor: Person, text: str = "# New\n\nWords.", **changed: object) -> Version:
    given = {"slot": "terms", "fields": {}, "note": "Clearer.", "actor": actor} | changed
    return publish_version(text=text, **given)  # type: ignore[arg-type]


def test_a_version_follows_and_the_older_stays(operator: Person) -> None:
    first = current("terms")
    made = publish(operator, "  # New\r\n\r\nWords.\n")
    assert (made.number, made.label, made.text) == (2, f"{clock.now().year}-2", "# New\n\nWords.")
    assert current("terms") == made
    assert version("terms", 1).text == first.text
    assert [each.number for each in history("terms")] == [2, 1]
    event = Event.objects.get(kind="content:version:published")
    assert (event.subject, event.actor) == ("content:terms", f"person:{operator.pk}")
    assert event.data == {"number": 2, "label": made.label, "note": "Clearer."}


def test_the_label_begins_anew_with_the_year(
    operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(year: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime(year, 1, 1, tzinfo=UTC))

    at(2026)
    current("terms")
    labels = [publish(operator, "Two").label]
    at(2027)
    labels += [publish(operator, "Three").label, publish(operator, "Four").label]
    assert labels == ["2026-2", "2027-1", "2027-2"]
    assert current("terms").number == 4


def test_only_an_operator_publishes(account_manager: Person) -> None:
    with pytest.raises(NotPermitted):
        publish(account_manager)
    assert not Event.objects.filter(kind__startswith="content:").exists()


def test_the_same_again_is_not_published(operator: Person) -> None:
    made = publish(operator)
    with pytest.raises(NothingChanged, match=made.label):
        publish(operator)
    assert current("terms") == made


def test_a_version_based_on_an_older_one_is_not_published(operator: Person) -> None:
    publish(operator, based_on=1)
    with pytest.raises(ChangedMeanwhile, match="was published while you were writing"):
        publish(operator, "Other words.", based_on=1)
    assert publish(operator, "Other words.", based_on=2).number == 3


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"text": " \n"}, ["text"]),
        ({"text": "a\0b"}, ["text"]),
        ({"text": "a\u202eb"}, ["text"]),
        ({"text": "x" * 100_001}, ["text"]),
        ({"note": "  "}, ["note"]),
        ({"note": "a\0b"}, ["note"]),
        ({"note": "x" * 2001}, ["note"]),
        ({"fields": {"subject": "no mail"}}, ["subject"]),
        ({"slot": "review", "fields": {"target_working_days": 0}}, ["target_working_days"]),
        ({"slot": "review", "fields": {"target_working_days": True}}, ["target_working_days"]),
        ({"slot": "review", "fields": {}}, ["target_working_days"]),
        ({"slot": "platform", "fields": {}}, ["name", "support", "website"]),
        ({"slot": "decline_reasons", "fields": {"reasons": []}}, ["reasons"]),
        ({"slot": "decline_reasons", "fields": {"reasons": [7]}}, ["reasons"]),
        ({"slot": "feasibility", "fields": {"wishes": {}}}, ["wishes"]),
    ],
)
def test_bad_content_is_refused_where_it_is_bad(
    operator: Person, changed: dict[str, object], where: list[str]
) -> None:
    with pytest.raises(BadContent) as refused:
        publish(operator, **{"text": "Words."} | changed)  # type: ignore[arg-type]
    assert list(refused.value.problems) == where
    assert all(words.endswith((".", "}")) for words in refused.value.problems.values())


@pytest.mark.parametrize("website", ["javascript:alert(1)", "example.com", "https://a b.c", "x"])
def test_a_website_is_an_address(operator: Person, website: str) -> None:
    fields = {"name": "Ember", "support": "nobody", "website": website}
    with pytest.raises(BadContent) as refused:
        publish(operator, "", slot="platform", fields=fields)
    assert list(refused.value.problems) == ["support", "website"]


def test_reasons_need_codes_of_their_own_and_words(operator: Person) -> None:
    good = {"code": "other", "words": "Words.", "advise_account_manager": True}
    bad = [good, good, good | {"code": "Ö"}, good | {"code": "more", "words": "", "x": 1}]
    bad.append({"code": "last", "words": "Words.", "advise_account_manager": "yes"})
    with pytest.raises(BadContent) as refused:
        publish(operator, "", slot="decline_reasons", fields={"reasons": bad})
    assert sorted(refused.value.problems) == [
        "reasons-1-code",
        "reasons-2-code",
        "reasons-3-words",
        "reasons-3-x",
        "reasons-4-advise_account_manager",
    ]


@pytest.mark.parametrize("table", ["content_version", "content_pricebookentry"])
def test_no_one_changes_or_deletes_what_was_said(portal_url: str, table: str) -> None:
    with psycopg.connect(portal_url, autocommit=True) as portal:
        for statement in (f"UPDATE {table} SET number = number", f"DELETE FROM {table}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                portal.execute(statement)  # type: ignore[arg-type]
        portal.execute(f"SELECT count(*) FROM {table}")  # type: ignore[arg-type]


def test_many_who_ask_first_find_one_first_version(transactional_db: None) -> None:
    def ask(_: int) -> int:
        try:
            return current("overview").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(ask, range(8)))
    assert len(found) == 1
    assert Version.objects.filter(slot="overview").count() == 1


def test_of_two_operators_at_once_one_is_told(transactional_db: None, operator: Person) -> None:
    current("terms")

    def write(number: int) -> str:
        try:
            return publish(operator, f"Words {number}.", based_on=1).label
        except ChangedMeanwhile as told:
            return str(told)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(write, range(6)))
    assert sum("was published while" in answer for answer in answers) == 5
    assert current("terms").number == 2
    assert Event.objects.filter(kind="content:version:published").count() == 1
