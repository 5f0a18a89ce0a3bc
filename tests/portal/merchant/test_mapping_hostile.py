"""The mapping's page under what people paste, under large charts, and as somebody else's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from tests.access.world import make_person
from tests.journal.keeping import ACCOUNTS, draft
from tests.journal.keeping import business as its_business
from tests.ledger.conftest import Feed
from tests.ledger.feed.making import BUSINESS, LOCATION, business, location
from tests.portal.merchant.book_keeping import belongs
from tests.portal.merchant.browsing import get, post, shown
from tests.portal.merchant.test_journal import MAPPING, PAGE, field_of, filled, keep, sent

from tillgate.access.acts import add_membership
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Person, Role
from tillgate.directory.queries import business_by_id
from tillgate.foundation.models import Event
from tillgate.journal import queries
from tillgate.journal.acts import keep_mapping
from tillgate.journal.entry import CENTS, Entry, Postings
from tillgate.journal.errors import MappingChanged, MappingUnusable
from tillgate.journal.journal import Journal
from tillgate.journal.mapping import Account, Kind, Places, Rule, What
from tillgate.journal.queries import journal_of
from tillgate.journal.sources import Source, Thing
from tillgate.portal.merchant.chart_text import read_chart, write_chart
from tillgate.portal.merchant.journal_shown import journal_shown

BANK = Account(code="0400", name="Bank, current", kind=Kind.ASSET)
SALES = Account(code="4 000", name="Sales; bar", kind=Kind.INCOME)

PASTED = {
    "a mark of a file": "\ufeffcode;name;kind\r\n0400;Bank, current;asset\r\n"
    "4 000;'Sales; bar';income",
    "an empty first column": "\tcode\tname\tkind\n\t0400\tBank, current\tasset\n"
    "\t4 000\tSales; bar\tincome\n",
    "semicolons within commas": '0400,"Bank, current",asset\n4 000,Sales; bar,income',
    "columns that must be there": "*Code\t*Name\t*Type\n0400\tBank, current\tBank\n"
    "4 000\tSales; bar\tRevenue",
}


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
def test_charts_are_read_as_programs_give_them(text: str) -> None:
    text = text.replace("'Sales; bar'", '"Sales; bar"')
    assert read_chart(text) == ([BANK, SALES], [])


def test_an_empty_first_cell_of_the_page_is_a_cell(keeper: Person) -> None:
    chart = "\tcode\tname\tkind\n\t1\tBank\tasset\n\t2\tFood\tincome\n"
    form = filled(keeper, accounts=chart, suspense="1", do="keep")
    assert "Version 1 is kept and in force." in sent(keeper, form)
    assert [each.code for each in queries.newest_mapping(BUSINESS).accounts] == ["1", "2"]


WRONG = {
    "no code": (";Bank;asset", "Bank: The account has no code. Write one."),
    "invisible": ("1\u200b;Bank;asset", "Bank: There are invisible characters"),
    "other case": ("a;Bank;asset\nA;Bank;asset", ""),
    "twice": ("1;Bank;asset\n1 ;Till;asset", "The code 1 is there more than once."),
    "too many": ("\n".join(f"{n};Bank;asset" for n in range(5_000)), "Leave some out."),
    "ring": ("1;a;asset;2\n2;b;asset;1", "Account 1 is below itself (1, 2, 1)."),
    "nul": ("1;a\0;asset", "1: There are invisible characters"),
}


@pytest.mark.parametrize(("chart", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_pasted_rows_is_said(keeper: Person, chart: str, words: str) -> None:
    form = filled(keeper, accounts=chart, suspense=chart[0], do="preview")
    status = 422 if words else 200
    answer = post(keeper, MAPPING, status=status, **form)
    assert words in shown(answer.content.decode())
    assert queries.versions_of(BUSINESS) == []


def test_a_long_chart_makes_no_page_that_nobody_can_load(keeper: Person) -> None:
    accounts = [*ACCOUNTS]
    accounts += [Account(code=f"9{n}", name=f"Bank {n}", kind=Kind.ASSET) for n in range(1_980)]
    form = filled(keeper, accounts=write_chart(accounts), suspense="1999", do="preview")
    answer = post(keeper, MAPPING, status=200, **form)
    page = answer.content.decode()
    assert len(page) < 1_500_000
    assert "The chart is long: write the code of an account." in page
    tips = field_of(page, "Tips")
    wrong = post(keeper, MAPPING, status=422, **(form | {tips: "91"}))
    assert "Tips: Account 91 cannot hold this." in shown(wrong.content.decode())
    assert "is kept and in force" in sent(keeper, form | {tips: "2300", "do": "keep"})
    assert f'name="{tips}" value="2300"' in get(keeper, MAPPING)


def test_a_file_of_years_that_no_calendar_has_is_no_file(keeper: Person) -> None:
    for year in ("0001", "1969", "2200", "9999"):
        get(keeper, f"{PAGE}file/csv?from={year}-12-31&to={year}-12-31", status=404)
    for day in ("1970-01-01", "2199-12-31"):
        get(keeper, f"{PAGE}file/csv?from={day}&to={day}")


@pytest.mark.parametrize(
    ("rules", "named"),
    [([Rule(What.ROUNDING, "", "4900")], ["Extras"]), ([], ["Extras", "rounded to cents"])],
)
def test_what_rounding_suspense_leaves_is_no_thing_without_an_account(
    rules: list[Rule], named: list[str]
) -> None:
    day = date(2026, 3, 14)
    lost = [Source(Thing(What.SALES, "9", "Extras"), -19_142_857), Source(CENTS, 2_857)]
    entry = Entry("7-20260314-r1", day, day, 1, b"", Postings([], lost))
    mapping = draft(rules=rules, places=Places.CENTS)
    books = Journal(mapping, "GBP", 7, [entry], ACCOUNTS, final=True, without_figures=[])
    assert [each.name for each in journal_shown(books, day).left] == named


# --- other businesses -----------------------------------------------------------------------------

THEIRS, THEIR_PLACE = BUSINESS + 1, 7209


@pytest.fixture
def theirs(keeper: Person, feed: Feed) -> Person:
    """The owner of another business that took the location over, with an id of its own."""
    here = {"businessId": THEIRS}
    tender = {
        "record": "payment_method",
        "recordedAt": "2026-03-21T11:00:00Z",
        "businessLocationId": THEIR_PLACE,
        "paymentMethodId": 77,
        "code": "VOUCHER",
        "name": "Their voucher",
        "accountingReference": "2777",
    }
    feed(
        [
            business(**here, name="Somebody Else"),
            location(businessLocationId=THEIR_PLACE, since="2026-03-18", **here),
            tender,
        ]
    )
    zoe = make_person("zoe")
    add_membership(person=zoe, business_id=THEIRS, role=Role.OWNER, actor="test")
    return zoe


def test_a_business_that_took_a_location_over_has_accounts_of_its_own(
    keeper: Person, theirs: Person
) -> None:
    keep(keeper)
    keep(keeper, suspense="1000")
    there = f"/books/{THEIR_PLACE}/journal/"
    page = get(theirs, f"{there}mapping/")
    assert "Booked by the back office\u2019s references" in page
    assert "Their voucher" in page
    assert "Cards on the way" not in page
    assert "Their voucher" not in get(keeper, MAPPING)
    for path in (f"{there}?version=1", f"{there}mapping/1/", f"{there}mapping/2/"):
        get(theirs, path, status=404)
    get(theirs, f"{there}?version=0")
    get(theirs, f"{there}?on=2026-03-17", status=404)
    for path in (PAGE, MAPPING, f"{MAPPING}1/", f"{PAGE}file/csv?from=2026-03-14&to=2026-03-14"):
        get(theirs, path, status=404)
    post(theirs, MAPPING, status=404, do="keep", accounts="1;x;asset", based_on="2")


def test_neither_things_nor_accounts_of_another_business_are_in_a_mapping(
    keeper: Person, theirs: Person
) -> None:
    it = business_by_id(THEIRS)
    assert it is not None
    foreign = draft(rules=[Rule(What.TENDER, "77", "1100")])
    with pytest.raises(MappingUnusable) as refused:
        keep_mapping(person=keeper, business=its_business(), draft=foreign, based_on=0)
    assert [each.field for each in refused.value.problems] == ["rules[0].key"]
    with pytest.raises(NotPermitted):
        keep_mapping(person=keeper, business=it, draft=draft(rules=[]), based_on=0)
    own = keep_mapping(person=theirs, business=it, draft=foreign, based_on=0)
    assert queries.newest_mapping(BUSINESS).version == 0
    books = journal_of(THEIR_PLACE, (date(2026, 3, 14), date(2026, 3, 21)))
    assert (books.mapping, books.entries) == (own, [])
    assert journal_of(LOCATION, (date(2026, 3, 14),) * 2).mapping.version == 0


# --- at the same time -----------------------------------------------------------------------------


def test_of_two_who_keep_at_once_one_is_told(keeper: Person, keep_apart: Any) -> None:
    mo = belongs("mo", Role.MEMBER)
    both = Barrier(2)

    def keeps(person: Person, suspense: str) -> str:
        both.wait(timeout=60)
        made = draft(suspense=suspense)
        try:
            keep_mapping(person=person, business=its_business(), draft=made, based_on=0)
        except MappingChanged as told:
            return str(told)[:30]
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(2) as pool:
        kept = list(pool.map(keeps, (keeper, mo), ("1000", "1999")))
    assert sorted(kept) == ["", "Version 1 was kept meanwhile. "]
    (only,) = queries.versions_of(BUSINESS)
    assert only.made_by == [keeper.name, mo.name][kept.index("")]
    assert Event.objects.filter(kind="journal:mapping:kept").count() == keep_apart + 1


def test_who_is_cut_off_while_keeping_has_kept_nothing(
    keeper: Person, keep_apart: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(**_: Any) -> None:
        connection.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as cut:
        cut.setattr("tillgate.journal.acts.record_event", cut_off)
        with pytest.raises(psycopg.errors.AdminShutdown):
            keep_mapping(person=keeper, business=its_business(), draft=draft(), based_on=0)
    connections.close_all()
    assert queries.versions_of(BUSINESS) == []
    keep(keeper)
    assert Event.objects.filter(kind="journal:mapping:kept").count() == keep_apart + 1


@pytest.fixture
def keep_apart() -> int:
    """How many versions were kept before, of whatever business."""
    return Event.objects.filter(kind="journal:mapping:kept").count()
