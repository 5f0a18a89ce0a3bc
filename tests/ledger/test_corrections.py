"""Corrections of closed days: new revisions that say what they correct; the old ones stay."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.ledger.closed import Day, check_whole, closed_days
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import (
    EARLIER,
    LATER,
    LOCATION,
    Thing,
    day_closed,
    known,
    line,
    payment,
    sale,
    sale_object,
)

from tillgate.foundation.settling import Outcome
from tillgate.ledger.feed.errors import BadFile

DAY, NEXT = "2026-03-14", "2026-03-15"
LATEST = "2026-03-22T10:00:00Z"
ELSEWHERE = {"timeOfCloseAndPaid": "2026-03-15T19:00:00Z"}


def correction(number: int = 1, at: str = LATER, day: str | None = None, **changes: Any) -> Thing:
    record = {"record": "correction", "recordedAt": at, "businessLocationId": LOCATION}
    dated = {} if day is None else {"businessDate": day}
    return record | dated | {"reason": "wrong table", "sale": sale_object(number, **changes)}


@pytest.fixture
def closed(feed: Feed, books: Books) -> Day:
    """Two sales on a closed day, and the next day closed without any."""
    feed([sale(1), sale(2), day_closed(DAY), day_closed(NEXT)], with_known=True)
    return closed_days(books)[0]


def outcome(feed: Feed, record: Thing) -> Outcome:
    counts = feed([record]).counts["correction"]
    (found,) = [kind for kind, number in counts.items() if number]
    return found


def tables(day: Day) -> dict[str, str]:
    sales = (json.loads(text) for text in day.sales())
    return {one["accountFiscId"]: one["tableName"] for one in sales}


def test_a_correction_is_a_new_revision_that_says_what_and_why(
    feed: Feed, books: Books, closed: Day
) -> None:
    assert outcome(feed, correction(tableName="9")) is Outcome.CHANGED
    first, _, new = check_whole(books)
    assert first == closed
    assert (new.date, new.revision, new.position) == (DAY, 2, 3)
    assert tables(new) == {"A1.1": "9", "A1.2": ""}
    told = new.told()
    assert told["cause"] == "correction"
    assert told["corrects"] == {
        "revision": 1,
        "sales": [{"accountFiscId": "A1.1", "change": "changed", "reason": "wrong table"}],
    }


def test_a_late_sale_is_added(feed: Feed, books: Books, closed: Day) -> None:
    assert outcome(feed, correction(3)) is Outcome.NEW
    *_, new = check_whole(books)
    assert new.sale_count == 3
    assert new.told()["corrects"]["sales"][0]["change"] == "added"


def test_a_sale_moves_to_another_closed_day(feed: Feed, books: Books, closed: Day) -> None:
    outcome(feed, correction(1, day=NEXT))
    *_, left, reached = check_whole(books)
    assert (left.date, list(tables(left))) == (DAY, ["A1.2"])
    assert (reached.date, list(tables(reached))) == (NEXT, ["A1.1"])
    assert left.told()["corrects"]["sales"][0]["change"] == "moved"
    assert outcome(feed, correction(1, at=LATEST, day=DAY)) is Outcome.CHANGED
    *_, back, _ = check_whole(books)
    assert sorted(tables(back)) == ["A1.1", "A1.2"]


def test_a_correction_of_a_correction(feed: Feed, books: Books, closed: Day) -> None:
    feed([correction(tableName="9")])
    feed([correction(at=LATEST, tableName="10")])
    assert [day.revision for day in check_whole(books) if day.date == DAY] == [1, 2, 3]
    assert tables(closed_days(books)[-1])["A1.1"] == "10"


def test_the_same_correction_again_changes_nothing(feed: Feed, books: Books, closed: Day) -> None:
    feed([correction(tableName="9")])
    before = books.everything()
    assert outcome(feed, correction(tableName="9")) is Outcome.UNCHANGED
    assert feed([*known(), sale(1), sale(2), day_closed(DAY)]).changed_anything is False
    assert books.everything() == before


def test_an_older_correction_and_an_older_sale_change_nothing(
    feed: Feed, books: Books, closed: Day
) -> None:
    feed([correction(at=LATEST, tableName="9")])
    before = books.everything()
    assert outcome(feed, correction(at=LATER, tableName="8")) is Outcome.OLDER
    feed([sale(1, at=EARLIER, tableName="7")])
    assert books.everything() == before


def test_other_content_of_the_same_instant_is_refused(feed: Feed, closed: Day) -> None:
    feed([correction(tableName="9")])
    with pytest.raises(BadFile, match="the same recordedAt"):
        feed([correction(tableName="8")])


def test_what_a_correction_leaves_out_stays(feed: Feed, books: Books) -> None:
    feed([sale(1, tableNumber="4"), day_closed()], with_known=True)
    feed([correction(tableName="9")])
    (text,) = closed_days(books)[-1].sales()
    assert (json.loads(text)["tableNumber"], json.loads(text)["tableName"]) == ("4", "9")


def test_corrections_of_one_file_are_one_revision(feed: Feed, books: Books, closed: Day) -> None:
    feed([correction(1, tableName="5"), correction(2, tableName="6"), correction(3)])
    assert len(check_whole(books)) == 3
    assert tables(closed_days(books)[-1]) == {"A1.1": "5", "A1.2": "6", "A1.3": ""}


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (correction(4, day="2026-03-16"), "business day 2026-03-16 is not closed"),
        (correction(3, accountFiscId="A1.2"), "account A1.2 is known under another"),
        (correction(1, salesLines=[line(currency="EUR")], payments=[]), "its amounts are in EUR"),
        (correction() | {"businessLocationId": 7}, "location 7 is not known"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_whole(
    feed: Feed, books: Books, closed: Day, record: Thing, problem: str
) -> None:
    before = books.everything()
    with pytest.raises(BadFile) as refused:
        feed([correction(2, tableName="1"), record])
    assert problem in str(refused.value)
    assert books.everything() == before


def test_a_record_without_a_reason_is_refused(feed: Feed, closed: Day) -> None:
    with pytest.raises(BadFile, match="reason"):
        feed([correction() | {"reason": ""}])


def test_names_that_were_erased_stay_erased_and_their_hashes_stay(feed: Feed, books: Books) -> None:
    who = {"staffId": 5, "staffName": "Robin Example"}
    feed(
        [sale(1, salesLines=[line(1, **who)]), sale(2, salesLines=[line(2, **who)]), day_closed()],
        with_known=True,
    )
    books.change("DELETE FROM ledger_personalpart")
    feed([correction(1, salesLines=[line(1, staffId=6, staffName="Sam Example")])])
    first, new = check_whole(books)
    assert new.part_hashes[: len(first.part_hashes)] == first.part_hashes
    assert books.rows("SELECT number, person FROM ledger_personalpart") == [(1, "staff:6")]
    assert first.sales()[1] == new.sales()[1]


def test_the_chain_holds_corrections_and_days_in_the_order_in_which_they_came(
    feed: Feed, books: Books, closed: Day
) -> None:
    feed([correction(tableName="9"), day_closed("2026-03-16")])
    assert [(day.date, day.revision) for day in check_whole(books)] == [
        (DAY, 1),
        (NEXT, 1),
        ("2026-03-16", 1),
        (DAY, 2),
    ]


def test_a_correction_leaves_an_event(feed: Feed, books: Books, closed: Day) -> None:
    feed([correction(tableName="9")])
    query = "SELECT data FROM foundation_event WHERE kind = 'ledger:days:corrected' ORDER BY id"
    assert books.rows(query)[-1] == ({"business_dates": [DAY]},)


def test_a_day_that_does_not_balance_is_closed_and_says_by_how_much(
    feed: Feed, books: Books
) -> None:
    feed([sale(1, payments=[payment(netAmountWithTax="11.50")]), sale(2)], with_known=True)
    feed([day_closed()])
    proof = check_whole(books)[0].told()["proof"]
    assert proof["balances"] is False
    assert (proof["rest"], proof["sold"]["total"]) == ("0.500000", "24.000000")
    assert proof["unbalanced"] == [{"accountFiscId": "A1.1", "rest": "0.500000"}]


steps = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from([DAY, NEXT, None]),
        st.sampled_from(["", "4", "5"]),
        st.integers(0, 50),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(given_steps=steps)
def test_whatever_is_corrected_the_newest_days_hold_each_sale_once(
    feed: Feed, books: Books, given_steps: list[tuple[int, str | None, str, int]]
) -> None:
    books.change(
        "TRUNCATE ledger_opensale, ledger_businessday, ledger_closedday, ledger_dayfigures,"
        " ledger_closedreference, ledger_personalpart, ledger_externalreference"
    )
    feed([sale(1), sale(2), day_closed(DAY), day_closed(NEXT)], with_known=True)
    expected: dict[str, tuple[int, str | None, str]] = {
        f"A1.{number}": (-1, DAY, "") for number in (1, 2)
    }
    for number, day, table, minute in given_steps:
        at, account = f"2026-03-22T10:{minute:02}:00Z", f"A1.{number}"
        now = expected.get(account)
        there = day or (now[1] if now else DAY)
        if now and now[0] == minute and now[1:] != (there, table):
            continue  # two contents of one instant
        feed([correction(number, at=at, day=day, tableName=table)])
        # What only confirms a closed sale is not kept: a closed day cannot say so any more.
        if now is None or (now[0] < minute and now[1:] != (there, table)):
            expected[account] = (minute, there, table)
    newest = {day.date: day for day in check_whole(books)}
    found = {
        account: (day.date, table)
        for day in newest.values()
        for account, table in tables(day).items()
    }
    assert found == {account: (day, table) for account, (_, day, table) in expected.items()}
    assert sum(day.sale_count for day in newest.values()) == len(found)
