"""Corrections as V2 shows them: on the day they were made, the old sale negated and the new one."""

import json
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.api.conftest import Gate
from tests.api.rows import LOCATION, Rows
from tests.api.test_financials import EVERYTHING, pages
from tests.api.test_sales import in_v1_words
from tests.api.test_sales import pages as v2_pages
from tests.ledger.feed.making import day_closed, line, payment, sale, sale_object
from tests.ledger.feed.making_sales import sales as any_sale

from tillgate.foundation import clock
from tillgate.ledger.feed.batch import import_file

Thing = dict[str, Any]
DAY, NEXT = "2026-03-14", "2026-03-15"
V1 = f"/f/finance/{LOCATION}"
V2 = f"/f/v2/business-location/{LOCATION}"
# All that the tests below bring lies in it, corrections too.
SINCE, UNTIL = "2026-03-13T00:00:00Z", "2026-06-01T00:00:00Z"
MADE = datetime(2026, 4, 2, 10, tzinfo=UTC)


def correction(number: int = 1, day: str | None = None, **changes: Any) -> Thing:
    dated = {} if day is None else {"businessDate": day}
    record = {"record": "correction", "reason": "wrong table", "recordedAt": "2026-03-22T10:00:00Z"}
    return record | dated | {"sale": sale_object(number, **changes)}


Feed = Callable[[list[Thing]], None]


@pytest.fixture
def feed(
    gate: Gate, rows: Rows, ledger_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Feed:
    """Lands records for our location, each file an hour after the one before, from `MADE` on."""
    hours, path = count(), tmp_path / "feed.ndjson"

    def land(records: list[Thing]) -> None:
        at = MADE + next(hours) * timedelta(hours=1)
        monkeypatch.setattr(clock, "now", lambda: at)
        text = "".join(
            json.dumps(record | {"businessLocationId": LOCATION}) + "\n" for record in records
        )
        path.write_text(text)
        import_file(ledger_url, path)
        monkeypatch.undo()

    gate.token = rows.add_token(personal=True)
    return land


def all_of_v1(gate: Gate) -> list[Thing]:
    found = pages(gate, f"{V1}/financials/{SINCE}/{UNTIL}?include={EVERYTHING}")
    return [one for page in found for one in page["sales"]]


def all_of_v2(gate: Gate, size: int = 100, *, start: str = SINCE, end: str = UNTIL) -> list[Thing]:
    url = f"{V2}/sales?from={start}&to={end}&include={EVERYTHING}&pageSize={size}"
    return [one for page in v2_pages(gate, url) for one in page["sales"]]


def updates(sales: list[Thing]) -> list[Thing]:
    return [one for one in sales if one["accountFiscId"].startswith("A0.")]


@pytest.fixture
def closed(feed: Feed) -> None:
    """Two sales on a closed day, and the next day closed without any."""
    feed([sale(1), sale(2), day_closed(DAY), day_closed(NEXT)])


def test_a_change_is_the_old_sale_negated_and_the_new_one_at_its_instant(
    gate: Gate, feed: Feed
) -> None:
    old = {"quantity": "2.000", "discountAmount": "1.00", "serviceCharge": "0.50"}
    paid = {"tip": "1.50", "roundingAmount": "-0.02", "fiscId": "T1.1", "fiscDate": f"{DAY}T19:00Z"}
    before = {
        "salesLines": [line(1, **old), line(2, parentLineId="S1.1", menuListPrice="7.00")],
        "payments": [payment(1, **paid)],
        "receiptId": "R1.1",
        "nbCovers": 2,
        "externalReferences": ["order-7"],
        "source": {"initialAccountId": "A1.0", "previousAccountId": "A1.0"},
    }
    feed([sale(1, **before), day_closed(DAY)])
    feed([correction(1, **before | {"payments": [payment(1, code="CASH")], "tableName": "9"})])
    first, back, new = all_of_v2(gate)
    assert first["timeClosed"] == f"{DAY}T19:00:00Z"
    assert (first["tableName"], first["receiptId"]) == ("", "R1.1")
    for each in (back, new):
        assert (each["type"], each["timeClosed"]) == ("UPDATE", "2026-04-02T11:00:00Z")
        assert each["source"] == {"initialAccountId": "A1.0", "previousAccountId": "A1.1"}
        assert each["timeOfOpening"] == first["timeOfOpening"]
        assert each["externalReferences"] == ["order-7"]
        assert not {"receiptId", "cancelled"} & set(each)
        assert each["salesLines"][1]["parentLineId"] == each["salesLines"][0]["id"]
        assert each["salesLines"][1]["menuListPrice"] == "7.00"
    assert (back["accountFiscId"], new["accountFiscId"]) == (
        "A0.100000002000001",
        "A0.100000002000002",
    )
    assert [one["id"] for one in new["salesLines"]] == [
        "S0.1000000020000020001",
        "S0.1000000020000020002",
    ]
    assert (back["nbCovers"], new["nbCovers"], new["tableName"]) == (-2, 2, "9")
    taken, kept = back["salesLines"][0], new["salesLines"][0]
    for name, negative, positive in (
        ("quantity", "-2.000", "2.000"),
        ("totalNetAmountWithTax", "-12.000000", "12.000000"),
        ("totalNetAmountWithoutTax", "-10.000000", "10.000000"),
        ("taxAmount", "-2.000000", "2.000000"),
        ("serviceCharge", "-0.50", "0.50"),
        ("discountAmount", "-1.00", "1.00"),
        ("accountDiscountAmount", "0.00", "0.00"),
    ):
        assert (taken[name], kept[name]) == (negative, positive)
    assert [one["taxLines"][0]["taxAmount"] for one in (taken, kept)] == ["-2", "2"]
    [card], [cash] = back["payments"], new["payments"]
    assert (card["code"], card["netAmountWithTax"], card["tip"]) == ("CARD", "-12.00", "-1.50")
    assert (card["roundingAmount"], card["fiscId"]) == ("0.02", "T0.1000000020000010001")
    assert card["fiscDate"] == "2026-04-02T11:00:00Z"
    assert (cash["code"], cash["netAmountWithTax"]) == ("CASH", "12.00")


def test_ids_are_those_that_the_contract_states(gate: Gate, closed: None, feed: Feed) -> None:
    feed([correction(2, tableName="9")])

    def key(words: str) -> str:
        return urlsafe_b64encode(sha256(words.encode()).digest()[:16]).decode()

    for number, one in enumerate(updates(all_of_v2(gate)), start=1):
        assert one["accountFiscId"] == f"A0.100000003{number:06}"
        assert one["accountReference"] == key(f"{LOCATION}/3/{number}")
        assert one["payments"][0]["uuid"] == key(f"{LOCATION}/3/{number}/1")


def test_a_late_sale_is_one_and_a_moved_one_cancels_out(
    gate: Gate, closed: None, feed: Feed
) -> None:
    feed([correction(3)])
    [late] = updates(all_of_v2(gate))
    assert (late["source"]["previousAccountId"], late["salesLines"][0]["quantity"]) == (
        "A1.3",
        "1.000",
    )
    feed([correction(1, day=NEXT)])
    _, left, reached = updates(all_of_v2(gate))
    assert [left["salesLines"][0]["quantity"], reached["salesLines"][0]["quantity"]] == [
        "-1.000",
        "1.000",
    ]
    daily = gate.get(f"{V2}/sales-daily?date={DAY}").json()["sales"]
    assert [one["accountFiscId"] for one in daily] == ["A1.1", "A1.2"]
    assert (
        gate.get(f"{V1}/dailyFinancials?date={NEXT}").json()["sales"][0]["accountFiscId"] == "A1.1"
    )


OPEN = "2026-03-16"


def test_a_sale_moved_to_an_open_day_shows_where_it_was_closed_and_at_the_move(
    gate: Gate, closed: None, feed: Feed
) -> None:
    before = all_of_v2(gate)
    feed([correction(1, day=OPEN)])
    moved = all_of_v2(gate)
    assert moved[:2] == before
    assert [one["salesLines"][0]["quantity"] for one in moved[2:]] == ["-1.000", "1.000"]
    assert gate.get(f"{V2}/sales-daily?date={OPEN}").json()["sales"] == []
    daily = gate.get(f"{V1}/dailyFinancials?date={OPEN}").json()["sales"]
    assert [one["accountFiscId"] for one in daily] == ["A1.1"]
    # What comes of it while that day is open shows there too, and closing it changes nothing.
    feed([sale(1, "2026-03-23T10:00:00Z", OPEN, tableName="9")])
    assert [one["tableName"] for one in all_of_v2(gate)] == ["", "", "", "9"]
    known = all_of_v2(gate)
    feed([day_closed(OPEN)])
    for size in (1, 2, 3, 100):
        assert all_of_v2(gate, size) == known
    feed([correction(1, OPEN, tableName="10") | {"recordedAt": "2026-03-24T10:00:00Z"}])
    assert [one["tableName"] for one in all_of_v2(gate)[2:]] == ["", "9", "9", "10"]
    assert len({one["accountReference"] for one in all_of_v2(gate)}) == 6


def test_the_day_of_a_move_is_complete_when_the_new_day_is_closed(
    gate: Gate, closed: None, feed: Feed
) -> None:
    feed([correction(1, day=OPEN)])
    made = "2026-04-02"
    feed([day_closed(made, recordedAt=f"{made}T23:00:00Z")])
    day = f"{V2}/sales-daily?date={made}"
    assert gate.get(day).json()["dataComplete"] is False
    feed([day_closed(OPEN)])
    assert gate.get(day).json()["dataComplete"] is True


def test_pages_pass_over_moved_sales_without_ending_early(gate: Gate, feed: Feed) -> None:
    numbers = range(1, 13)
    feed([*(sale(number) for number in numbers), day_closed(DAY)])
    feed([correction(number, OPEN) for number in numbers if number % 3])
    late = {"timeOfCloseAndPaid": f"{DAY}T20:00:00Z"}
    feed([*(sale(number, day=OPEN, **late) for number in range(20, 26)), day_closed(OPEN)])
    whole = all_of_v2(gate)
    assert len(whole) == 12 + 6 + 2 * 8
    for size in (1, 2, 5, 13):
        assert all_of_v2(gate, size) == whole
    assert sums(whole) == sums(all_of_v1(gate))


def test_a_correction_of_a_correction_takes_back_what_that_one_brought(
    gate: Gate, closed: None, feed: Feed
) -> None:
    feed([correction(1, tableName="9")])
    before = all_of_v2(gate)
    feed([correction(1, tableName="10") | {"recordedAt": "2026-03-23T10:00:00Z"}])
    told = all_of_v2(gate)
    assert told[:-2] == before
    assert [(one["tableName"], one["salesLines"][0]["quantity"]) for one in told[2:]] == [
        ("", "-1.000"),
        ("9", "1.000"),
        ("9", "-1.000"),
        ("10", "1.000"),
    ]


def test_a_day_keeps_its_bytes_and_the_day_of_the_change_gains(
    gate: Gate, closed: None, feed: Feed
) -> None:
    day, change = (f"{V2}/sales-daily?date={date}&include=payments" for date in (DAY, "2026-04-02"))
    before = gate.get(day).content
    assert gate.get(change).json()["sales"] == []
    feed([correction(1, tableName="9")])
    assert gate.get(day).content == before
    gained = gate.get(change).json()["sales"]
    ranged = f"{V2}/sales?from=2026-04-02T04:30Z&to=2026-04-03T04:30Z&include=payments"
    assert len(gained) == 2
    assert gained == gate.get(ranged).json()["sales"]
    for other in ("2026-04-01", "2026-04-03"):
        assert gate.get(f"{V2}/sales-daily?date={other}").json()["sales"] == []


def test_v1_and_the_reference_give_the_sale_as_it_is_now(gate: Gate, feed: Feed) -> None:
    feed([sale(1, externalReferences=["order-7"]), day_closed(DAY)])
    feed([correction(1, externalReferences=["order-7"], tableName="9")])
    asked = f"{V1}/saleByExternalReference?externalReferenceId=order-7"
    found = gate.get(asked).json()
    assert (found["accountFiscId"], found["tableName"], found["type"]) == ("A1.1", "9", "SALE")
    assert [one["tableName"] for one in all_of_v1(gate)] == ["9"]


def test_what_was_erased_is_missing_from_updates_too(gate: Gate, feed: Feed, rows: Rows) -> None:
    who = {"staffId": 5, "staffName": "Robin Example"}
    feed([sale(1, salesLines=[line(1, **who)]), day_closed(DAY)])
    feed([correction(1, salesLines=[line(1, **who)], tableName="9")])
    assert [one["salesLines"][0]["staffName"] for one in all_of_v2(gate)] == ["Robin Example"] * 3
    rows.owner.execute("DELETE FROM ledger_personalpart")
    found = all_of_v2(gate)
    assert [one["salesLines"][0]["staffId"] for one in found] == [5] * 3
    assert not [one for one in found if "staffName" in one["salesLines"][0]]


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("VOID", {}, {"cancelled": True}),
        ("REFUND", {"nbCovers": 2}, {}),
        ("SALE", {"cancelled": True, "nbCovers": 2}, {"cancelled": True, "nbCovers": 2}),
        ("UPDATE", {}, {"salesLines": []}),
    ],
)
def test_an_update_counts_as_what_it_copies_counted(
    gate: Gate, feed: Feed, kind: str, more: Thing, expected: Thing
) -> None:
    feed([sale(1, type=kind, **more), day_closed(DAY)])
    feed([correction(1, type=kind, tableName="9", **more)])
    _, _, new = all_of_v2(gate)
    names = ("cancelled", "nbCovers")
    assert {name: new[name] for name in names if name in new} == {
        name: value for name, value in expected.items() if name in names
    }
    assert (new["salesLines"] == []) is ("salesLines" in expected)


def test_pages_go_through_corrections_in_order_and_once(
    gate: Gate, closed: None, feed: Feed
) -> None:
    feed([correction(number, tableName="9") for number in (1, 2, 3, 4, 5)])
    feed([correction(6), sale(7, day="2026-04-02", timeOfCloseAndPaid="2026-04-02T12:00:00Z")])
    whole = all_of_v2(gate)
    keys = [(one["timeClosed"], one["accountFiscId"]) for one in whole]
    assert len(keys) == 2 + 7 + 1 + 1
    assert keys == sorted(set(keys))
    for size in range(1, 9):
        assert all_of_v2(gate, size) == whole


_LINE_SUMS = (
    "quantity",
    "totalNetAmountWithTax",
    "totalNetAmountWithoutTax",
    "taxAmount",
    "serviceCharge",
    "discountAmount",
    "accountDiscountAmount",
    "totalDiscountAmount",
)
_LINE_KEYS = ("name", "taxCode", "currency", "staffId", "staffName", "deviceId", "voidReason")
_PAYMENT_SUMS = ("netAmountWithTax", "tip", "surcharge")
_PAYMENT_KEYS = ("code", "paymentMethodId", "type", "staffId", "authorization")


def sums(sales: list[Thing]) -> dict[tuple[Any, ...], Decimal]:
    """What sales come to by what they can be grouped by, counted as docs/contract.md says."""
    found: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for one in sales:
        is_ours = one["accountFiscId"].startswith("A0.")
        if one.get("cancelled"):
            continue
        if one["type"] in {"SALE", "REFUND"} or is_ours:
            _add(found, one["salesLines"], _LINE_KEYS, _LINE_SUMS, one["tableName"])
            taxes = [tax for each in one["salesLines"] for tax in each["taxLines"]]
            _add(found, taxes, ("taxCode", "taxRate"), ("taxAmount",))
        if one["type"] in {"SALE", "REFUND", "UPDATE"}:
            _add(found, one.get("payments", ()), _PAYMENT_KEYS, _PAYMENT_SUMS)
        if one["type"] == "SALE" or is_ours:
            _add(found, [one], (), ("nbCovers",))
    return {key: value for key, value in found.items() if value}


def _add(
    found: dict[tuple[Any, ...], Decimal],
    things: Iterable[Thing],
    keys: tuple[str, ...],
    amounts: tuple[str, ...],
    *more: str,
) -> None:
    for thing in things:
        for name in amounts:
            key = (name, *more, *(thing.get(key) for key in keys))
            found[key] += Decimal(str(thing.get(name, 0)))


steps = st.lists(
    st.tuples(
        st.integers(1, 4).flatmap(any_sale),
        st.sampled_from([DAY, NEXT, OPEN, None]),
        st.sampled_from(["SALE", "REFUND", "VOID", "UPDATE"]),
    ),
    min_size=1,
    max_size=5,
)


@settings(
    max_examples=12,
    deadline=None,
    # Each example feeds and closes days: making a failing one small would take minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    first=st.tuples(any_sale(1), any_sale(2)),
    given_steps=steps,
    together=st.integers(1, 3),
    size=st.integers(1, 6),
)
def test_v1_and_v2_differ_by_exactly_the_corrections_and_come_to_the_same(  # noqa: PLR0917
    gate: Gate,
    feed: Feed,
    rows: Rows,
    first: tuple[Thing, Thing],
    given_steps: list[tuple[Thing, str | None, str]],
    together: int,
    size: int,
) -> None:
    rows.owner.execute(
        "TRUNCATE ledger_opensale, ledger_businessday, ledger_closedday, ledger_dayfigures,"
        " ledger_closedreference, ledger_personalpart, ledger_externalreference"
    )
    at = {"recordedAt": "2026-03-20T10:00:00Z"}
    booked = [at | {"record": "sale", "sale": one, "businessDate": DAY} for one in first]
    feed([*booked, day_closed(DAY), day_closed(NEXT), day_closed("2026-03-13")])
    before = all_of_v2(gate)
    assert [in_v1_words(one) for one in before] == all_of_v1(gate)
    known = {one["accountReference"] for one in before}
    records = [
        correction(day=day)
        | {"sale": thing | {"type": kind}, "recordedAt": f"2026-03-22T10:{minute:02}:00Z"}
        for minute, (thing, day, kind) in enumerate(given_steps)
        # A late sale of an open day is no correction.
        if day != OPEN or thing["accountReference"] in known
    ]
    for start in range(0, len(records), together):
        feed(records[start : start + together])
    after = all_of_v2(gate, size)
    # The day stays as it was first closed, the rest are corrections at their instants.
    assert after[: len(before)] == before
    added = after[len(before) :]
    assert added == updates(after)
    assert all(one["timeClosed"] >= "2026-04-02" for one in added)
    for name in ("accountReference", "accountFiscId"):
        assert len({one[name] for one in after}) == len(after)
    # Over all time both come to the same, and closing what is open changes neither.
    feed([day_closed(OPEN)])
    assert all_of_v2(gate) == after
    assert sums(after) == sums(all_of_v1(gate))
    days = [MADE.date() + timedelta(days=number) for number in range(7)]
    daily = [
        one
        for day in (DAY, NEXT, OPEN, *days)
        for one in gate.get(f"{V2}/sales-daily?date={day}&include={EVERYTHING}").json()["sales"]
    ]
    assert daily == after
