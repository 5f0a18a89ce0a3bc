"""Sales that move between days by a correction: closed to open, open to closed, and back."""

import json
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.ledger.closed import check_whole
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import LATER, day_closed, line, sale
from tests.ledger.test_corrections import correction, tables

from tillgate.foundation.settling import Outcome
from tillgate.ledger.acts import close_due_days
from tillgate.ledger.feed.errors import BadFile

CLOSED, OPEN, OTHER = "2026-03-14", "2026-03-15", "2026-03-16"
LATEST = "2026-03-22T10:00:00Z"


@pytest.fixture
def days(feed: Feed) -> None:
    """Two sales on a closed day, one on an open one."""
    on_open = {"timeOfCloseAndPaid": "2026-03-15T19:00:00Z"}
    feed([sale(1, externalReferences=["a"]), sale(2), day_closed(CLOSED)], with_known=True)
    feed([sale(3, externalReferences=["c"], **on_open)])


def where(books: Books) -> dict[str, tuple[str, str]]:
    """Each sale's day and table, wherever it is booked now."""
    newest = {day.date: day for day in check_whole(books)}
    found = [(a, (day, table)) for day in newest for a, table in tables(newest[day]).items()]
    for day, body in books.rows("SELECT business_date::text, body FROM ledger_opensale"):
        one = json.loads(body)
        found.append((one["accountFiscId"], (day, one["tableName"])))
    assert len(found) == len(dict(found)), "a sale is booked twice"
    return dict(found)


@pytest.mark.usefixtures("days")
def test_a_closed_sale_moves_to_an_open_day(feed: Feed, books: Books) -> None:
    counts = feed([correction(1, day=OPEN, externalReferences=["a", "b"])]).counts["correction"]
    assert counts[Outcome.CHANGED] == 1
    first, left = check_whole(books)
    assert (first.sale_count, left.sale_count, left.revision) == (2, 1, 2)
    assert left.told()["corrects"]["sales"] == [
        {"accountFiscId": "A1.1", "change": "moved", "reason": "wrong table"}
    ]
    assert where(books)["A1.1"] == (OPEN, "")
    query = "SELECT reference FROM ledger_externalreference ORDER BY 1"
    assert books.rows(query) == [("a",), ("b",), ("c",)]


@pytest.mark.usefixtures("days")
def test_there_it_is_a_sale_like_any_other(feed: Feed, books: Books) -> None:
    feed([correction(1, day=OPEN)])
    before = books.everything()
    # What was fed before it moved changes nothing.
    feed([sale(1, externalReferences=["a"]), correction(1, day=OPEN)])
    assert books.everything() == before
    feed([sale(1, at=LATEST, tableName="7")])
    assert where(books)["A1.1"] == (OPEN, "7")
    feed([day_closed(OPEN)])
    assert check_whole(books)[-1].sale_count == 2
    feed([correction(1, at="2026-03-23T10:00:00Z", tableName="8")])
    assert where(books)["A1.1"] == (OPEN, "8")


@pytest.mark.usefixtures("days")
def test_it_opens_a_day_that_nothing_was_fed_for(feed: Feed, books: Books) -> None:
    feed([correction(2, timeOfCloseAndPaid="2026-03-17T19:00:00Z")])
    assert where(books)["A1.2"] == ("2026-03-17", "")
    assert books.rows("SELECT business_date::text FROM ledger_businessday ORDER BY 1") == [
        (OPEN,),
        ("2026-03-17",),
    ]


@pytest.mark.usefixtures("days")
def test_an_open_sale_moves_into_a_closed_day(feed: Feed, books: Books) -> None:
    feed([correction(3, day=CLOSED, externalReferences=["c"])])
    *_, reached = check_whole(books)
    assert sorted(tables(reached)) == ["A1.1", "A1.2", "A1.3"]
    assert reached.told()["corrects"]["sales"][0]["change"] == "added"
    assert books.count("ledger_opensale") == 0
    assert books.count("ledger_externalreference") == 0
    assert ("c",) in books.rows("SELECT reference FROM ledger_closedreference")
    with pytest.raises(BadFile, match="is closed: it is final"):
        feed([sale(3, at=LATEST, tableName="5")])


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize("at_once", [True, False])
def test_there_and_back_again_it_is_where_it_was(
    feed: Feed, books: Books, *, at_once: bool
) -> None:
    steps = [correction(1, day=OPEN), correction(1, at=LATEST, day=CLOSED, tableName="4")]
    for records in [steps] if at_once else [[step] for step in steps]:
        feed(records)
    assert where(books) == {"A1.1": (CLOSED, "4"), "A1.2": (CLOSED, ""), "A1.3": (OPEN, "")}
    changes = [day.told()["corrects"]["sales"][0]["change"] for day in check_whole(books)[1:]]
    assert changes == (["changed"] if at_once else ["moved", "added"])


@pytest.mark.usefixtures("days")
def test_what_is_open_and_stays_open_is_no_correction(feed: Feed, books: Books) -> None:
    then = {"timeOfCloseAndPaid": "2026-03-15T19:00:00Z"}
    for record in (
        correction(3, tableName="5", **then),
        correction(3, day=OTHER),
        correction(4, day=OPEN),
    ):
        with pytest.raises(BadFile, match=r"is not closed; expected send it as a `sale`"):
            feed([record])


@pytest.mark.usefixtures("days")
def test_no_sale_moves_to_before_the_location_began(feed: Feed) -> None:
    with pytest.raises(BadFile, match="before the location's first one, 2026-01-01"):
        feed([correction(1, day="2025-12-31")])


@pytest.mark.usefixtures("days")
def test_an_account_of_another_sale_is_not_taken(feed: Feed, books: Books) -> None:
    before = books.everything()
    with pytest.raises(BadFile, match=r"account A1\.3 is known under another"):
        feed([correction(1, day=OPEN, accountFiscId="A1.3")])
    assert books.everything() == before


def test_what_moves_brings_the_parts_that_the_correction_leaves_out(
    feed: Feed, books: Books
) -> None:
    who = {"staffId": 5, "staffName": "Robin Example"}
    feed([sale(1, salesLines=[line(1, **who)]), day_closed(CLOSED)], with_known=True)
    feed([correction(1, day=OPEN)])
    assert books.sale()["salesLines"][0]["staffName"] == "Robin Example"
    # The day that lost it keeps what it said, also of persons.
    first, left = check_whole(books)
    assert left.part_hashes == first.part_hashes


def test_a_day_that_version_0_1_closed_becomes_a_document_before_it_is_corrected(
    feed: Feed, books: Books, ledger_url: str
) -> None:
    feed([sale(1), sale(2)], with_known=True)
    books.change(
        "UPDATE ledger_businessday SET closed_at = '2026-03-15T06:00:00Z', closed_by = 'clock'"
    )
    feed([correction(1, day=CLOSED, tableName="9")])
    first, new = check_whole(books)
    assert (first.told()["cause"], first.sale_count) == ("clock", 2)
    assert (new.revision, tables(new)) == (2, {"A1.1": "9", "A1.2": ""})
    with psycopg.connect(ledger_url) as connection:
        close_due_days(connection)
    assert [day for day in check_whole(books) if day.date == CLOSED] == [first, new]


steps = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from([CLOSED, OTHER, OPEN, "2026-03-17"]),
        st.sampled_from(["", "4", "5"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(drawn=steps)
def test_whatever_moves_each_sale_is_booked_once_where_it_was_said_last(
    feed: Feed, books: Books, drawn: list[tuple[int, str, str, bool]]
) -> None:
    """Two closed days and two open ones; some steps come together in one file."""
    books.change(
        "TRUNCATE ledger_opensale, ledger_businessday, ledger_closedday, ledger_dayfigures,"
        " ledger_closedreference, ledger_personalpart, ledger_externalreference"
    )
    on_open = {"timeOfCloseAndPaid": "2026-03-15T19:00:00Z"}
    records = [sale(1), sale(2), sale(3, **on_open), day_closed(CLOSED), day_closed(OTHER)]
    feed(records, with_known=True)
    expected = {"A1.1": (CLOSED, ""), "A1.2": (CLOSED, ""), "A1.3": (OPEN, "")}
    in_documents, waiting = {"A1.1", "A1.2"}, list[Any]()
    for minute, (number, day, table, together) in enumerate(drawn):
        account = f"A1.{number}"
        now, _ = expected.get(account, ("", ""))
        if account not in in_documents and not {day, now} & {CLOSED, OTHER}:
            continue  # that is a `sale`
        at = f"2026-03-22T10:{minute:02}:00Z"
        waiting.append(correction(number, at=at, day=day, tableName=table))
        expected[account] = (day, table)
        if not together:
            feed(waiting)
            waiting = []
            # What goes to a closed day and leaves it in one file was never there.
            in_documents |= {one for one, (on, _) in expected.items() if on in {CLOSED, OTHER}}
    if waiting:
        feed(waiting)
    assert where(books) == expected
    before = books.everything()
    feed([day_closed(CLOSED, recordedAt=LATER)])
    assert books.everything() == before
