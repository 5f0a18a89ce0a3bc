"""Closing: one document a day, whole or not at all, in a chain without gaps, signed."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from tests.ledger.closed import check_whole, closed_days
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import (
    LATER,
    business,
    day_closed,
    known,
    line,
    location,
    lookups,
    payment,
    sale,
    write,
)

from tillgate.ledger import signing
from tillgate.ledger.acts import close_due_days
from tillgate.ledger.feed.batch import import_file
from tillgate.ledger.feed.errors import BadFile
from tillgate.ledger.personal import unpack_values
from tillgate.site.privileges import CLOSED

DAY = "2026-03-14"
ROUNDS = int(os.environ.get("TILLGATE_TORTURE", "20"))


def test_closing_leaves_one_document_and_no_open_row(feed: Feed, books: Books) -> None:
    feed([sale(1), sale(2, externalReferences=["a"]), day_closed()], with_known=True)
    (day,) = check_whole(books)
    assert (day.date, day.revision, day.sale_count) == (DAY, 1, 2)
    for table in ("ledger_opensale", "ledger_businessday", "ledger_externalreference"):
        assert books.count(table) == 0
    assert books.rows("SELECT reference FROM ledger_closedreference") == [("a",)]


def test_a_day_without_sales_has_its_place_in_the_chain(feed: Feed, books: Books) -> None:
    feed([day_closed("2026-03-01"), day_closed("2026-03-02")], with_known=True)
    days = check_whole(books)
    assert [(day.date, day.position, day.sale_count) for day in days] == [
        ("2026-03-01", 1, 0),
        ("2026-03-02", 2, 0),
    ]
    assert days[0].told()["proof"]["balances"]


def test_the_document_says_when_and_by_what_the_day_was_closed(feed: Feed, books: Books) -> None:
    feed([sale(), day_closed()], with_known=True)
    told = check_whole(books)[0].told()
    assert told["cause"] == "feed"
    assert (told["startsAt"], told["endsAt"]) == ("2026-03-14T05:30:00Z", "2026-03-15T05:30:00Z")
    assert told["currency"] == "GBP"


def test_a_document_holds_no_name_and_a_salted_hash_for_each_person(
    feed: Feed, books: Books
) -> None:
    who = {"staffId": 5, "staffName": "Robin Example"}
    paid = payment(consumer={"id": "c-1", "firstName": "Chris"}, authorization="00AA", **who)
    feed(
        [
            sale(salesLines=[line(**who)], payments=[paid], ownerName="Alex", ownerId=9),
            day_closed(),
        ],
        with_known=True,
    )
    (day,) = check_whole(books)
    text = b"".join(day.sales()).decode()
    for name in ("Robin", "Chris", "Alex", "00AA"):
        assert name not in text
    rows = books.rows(
        "SELECT number, person, salt, part_values FROM ledger_personalpart ORDER BY number"
    )
    assert [person for _, person, _, _ in rows] == ["staff:5", "consumer:c-1", "staff:9"]
    values = [unpack_values(packed) for *_, packed in rows]
    assert json.loads(values[1]) == [{"id": "c-1", "firstName": "Chris"}, "00AA"]
    hashes = b"".join(
        hashlib.sha256(row[2] + each).digest() for row, each in zip(rows, values, strict=True)
    )
    assert day.part_hashes == hashes


def test_the_same_records_after_closing_change_nothing(feed: Feed, books: Books) -> None:
    records = [*known(), sale(1), sale(2), day_closed()]
    feed(records)
    before = books.everything()
    assert feed(records).changed_anything is False
    assert books.everything() == before


def test_a_record_that_says_less_is_no_change_of_a_closed_sale(feed: Feed, books: Books) -> None:
    feed([sale(1, tableNumber="7"), day_closed()], with_known=True)
    before = books.everything()
    feed([sale(1, at=LATER)])
    assert books.everything() == before


@pytest.mark.parametrize(
    "changes", [{"tableName": "9"}, {"payments": [payment(tip="1.00")]}, {"tableNumber": "7"}]
)
def test_a_change_of_a_closed_sale_is_refused(feed: Feed, books: Books, changes: dict) -> None:
    feed([sale(1), day_closed()], with_known=True)
    before = books.everything()
    with pytest.raises(BadFile, match="is closed: it is final"):
        feed([sale(1, at=LATER, **changes)])
    assert books.everything() == before


def test_an_account_of_a_closed_day_is_not_taken_for_another(feed: Feed) -> None:
    feed([sale(1), day_closed()], with_known=True)
    with pytest.raises(BadFile, match=r"account A1\.1 is known in 2026-03-14, which is closed"):
        feed([sale(2, accountFiscId="A1.1", timeOfCloseAndPaid="2026-03-15T19:00:00Z")])


def test_two_closers_at_once_close_once(feed: Feed, books: Books, ledger_url: str) -> None:
    feed([business(), location(since=DAY), *(sale(number) for number in range(1, 60))])
    books.change("UPDATE directory_businesslocation SET first_fed_at = '2026-03-14'")
    books.change("UPDATE ledger_businessday SET last_fed_at = '2026-03-14T20:00:00Z'")

    def close(_: int) -> int:
        with psycopg.connect(ledger_url) as connection:
            return close_due_days(connection, now=datetime(2026, 3, 20, tzinfo=UTC))

    with ThreadPoolExecutor(4) as several:
        closed = list(several.map(close, range(4)))
    assert sorted(closed) == [0, 0, 0, 4]
    assert len(check_whole(books)) == 4


def test_what_version_0_1_marked_as_closed_becomes_a_document(
    feed: Feed, books: Books, ledger_url: str
) -> None:
    other = {"timeOfCloseAndPaid": "2026-03-15T19:00:00Z"}
    feed([*known(), sale(1), sale(2, **other)])
    books.change(
        "UPDATE ledger_businessday SET closed_at = '2026-03-15T06:00:00Z', closed_by = 'clock'"
        " WHERE business_date = '2026-03-14'"
    )
    with pytest.raises(BadFile, match="closed"):
        feed([sale(1, at=LATER, tableName="9")])
    for _ in range(2):
        with psycopg.connect(ledger_url) as connection:
            close_due_days(connection, now=datetime(2026, 3, 15, 20, tzinfo=UTC))
        (day,) = check_whole(books)
    told = day.told()
    assert (day.date, told["cause"], told["closedAt"]) == (DAY, "clock", "2026-03-15T06:00:00Z")
    assert books.count("ledger_opensale") == 1


def test_a_new_key_signs_what_comes_and_the_old_one_stays_good(
    feed: Feed, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed([sale(1), day_closed()], with_known=True)
    first = closed_days(books)[0]
    monkeypatch.setattr("tillgate.ledger.closing.signer", lambda: signing.Signer(b"\7" * 32))
    feed([day_closed("2026-03-15")])
    days = check_whole(books)
    assert days[0] == first
    assert days[0].public != days[1].public


@pytest.mark.parametrize("url", ["portal_url", "ledger_url", "reader_url", "meter_url"])
@pytest.mark.parametrize("table", [*CLOSED, "foundation_event"])
def test_no_role_changes_or_deletes_what_is_closed(
    request: pytest.FixtureRequest, owner_url: str, role_names: dict, url: str, table: str
) -> None:
    """But for the TRUNCATE that the suite itself gives the portal, taken back meanwhile."""
    with (
        psycopg.connect(owner_url, autocommit=True) as owner,
        psycopg.connect(request.getfixturevalue(url), autocommit=True) as connection,
    ):
        connection.execute("SET default_transaction_read_only = off")
        user = connection.info.user
        owner.execute(f"REVOKE TRUNCATE ON {table} FROM {user}")
        try:
            column = "id" if table == "foundation_event" else "business_location_id"
            for statement in (
                f"UPDATE {table} SET {column} = {column}",
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
        finally:
            if url == "portal_url":
                owner.execute(f"GRANT TRUNCATE ON {table} TO {user}")


@pytest.mark.parametrize("url", ["portal_url", "ledger_url", "reader_url", "meter_url"])
@pytest.mark.parametrize("table", ["ledger_personalpart", "ledger_signingkey"])
def test_what_lies_beside_closed_days_is_only_ever_erased(
    request: pytest.FixtureRequest, owner_url: str, url: str, table: str
) -> None:
    """By the ledger role, and only what is personal."""
    with (
        psycopg.connect(owner_url, autocommit=True) as owner,
        psycopg.connect(request.getfixturevalue(url), autocommit=True) as connection,
    ):
        connection.execute("SET default_transaction_read_only = off")
        user = connection.info.user
        owner.execute(f"REVOKE TRUNCATE ON {table} FROM {user}")
        column = "key_id" if table == "ledger_signingkey" else "salt"
        statements = [f"UPDATE {table} SET {column} = {column}", f"TRUNCATE {table}"]
        if (url, table) != ("ledger_url", "ledger_personalpart"):
            statements.append(f"DELETE FROM {table}")
        try:
            for statement in statements:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
        finally:
            if url == "portal_url":
                owner.execute(f"GRANT TRUNCATE ON {table} TO {user}")


PROGRAM = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from tillgate.ledger.feed.batch import import_file
print("go", flush=True)
import_file(sys.argv[1], Path(sys.argv[2]))
print("done", flush=True)
"""


def test_killed_at_any_moment_a_day_is_open_or_whole(
    feed: Feed, books: Books, ledger_url: str, tmp_path: Path
) -> None:
    """`make torture` does 200 rounds; the moments are drawn over twice the time a closing takes."""
    feed([*known(), *lookups(), *(_full_sale(number) for number in range(1, 250))])
    draw = random.Random(7)
    took, whole = 0.6, 0
    for number in range(ROUNDS):
        day = f"2026-{3 + number // 28:02}-{1 + number % 28:02}"
        opened = [_full_sale(1000 * (number + 1) + n, day) for n in range(30)]
        feed(opened)
        path = write(
            tmp_path / "close.ndjson", [day_closed(day, recordedAt="2026-12-01T00:00:00Z")]
        )
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, ledger_url, str(path)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": "src"},
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"go\n"
        started = time.monotonic()
        try:
            process.wait(draw.uniform(0, took))
            took = max((time.monotonic() - started) * 1.5, 0.05)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait(20)
        process.stdout.close()
        _wait_for_backends(books)
        days = {each.date for each in check_whole(books)}
        left = books.rows("SELECT count(*) FROM ledger_opensale WHERE business_date = %s", day)
        assert left == [(0,)] if day in days else left == [(30,)]
        whole += day in days
    import_file(ledger_url, path)
    assert len(check_whole(books)) in {whole, whole + 1}
    print(f"{ROUNDS} rounds, closed in {whole}")


def _full_sale(number: int, day: str = "2026-02-27") -> dict:
    who = {"staffId": 5, "staffName": "Robin Example"}
    return sale(
        number,
        salesLines=[line(number, **who)],
        externalReferences=[f"task-{number}"],
        timeOfOpening=f"{day}T12:00:00Z",
        timeOfCloseAndPaid=f"{day}T13:00:00Z",
    )


def _wait_for_backends(books: Books) -> None:
    """Until PostgreSQL has noticed that its client is gone."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tillgate feed'"
        " AND datname = current_database()"
    )
    for _ in range(400):
        if books.rows(query) == [(0,)]:
            return
        time.sleep(0.025)
    raise AssertionError("a feed's connection stays")
