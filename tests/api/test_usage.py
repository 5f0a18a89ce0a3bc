"""Counting calls: what is written, and what happens while it cannot be."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from tests.api.conftest import Gate
from tests.api.rows import LOCATION, Rows
from tests.api.test_served import a_free_port

from tillgate.api import metrics, request_log, usage
from tillgate.api.request_log import AnsweredCall
from tillgate.foundation import clock
from tillgate.foundation.postgres.pools import make_pool
from tillgate.site.serve import listening

RATES = f"/f/finance/{LOCATION}/tax-rates"


def written(rows: Rows) -> list[tuple[object, ...]]:
    return rows.owner.execute(
        "SELECT endpoint, status, sum(calls), sum(bytes) FROM access_callcount"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()


@pytest.fixture(autouse=True)
def no_counts(owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection:
        connection.execute("TRUNCATE access_callcount, access_loggedcall, access_callgap")


def test_calls_are_counted_by_client_template_and_status(gate: Gate, rows: Rows) -> None:
    answers = [gate.get(RATES), gate.get(RATES), gate.get("/f/finance/1/tax-rates")]
    gate.call("HEAD", RATES)
    gate.token = ""
    gate.get(RATES)
    gate.runner.run(gate.plane.plane.usage.flush())
    template = "/f/finance/{businessLocationId}/tax-rates"
    size = len(answers[0].content)
    assert written(rows) == [
        (template, 200, 3, 2 * size),
        (template, 404, 1, len(answers[2].content)),
    ]
    at, client = rows.owner.execute("SELECT at, client_id FROM access_callcount").fetchone()
    assert isinstance(at, datetime)
    assert (at.second, at.microsecond) == (0, 0)
    assert client.startswith("tg_client_")


def test_usage_is_written_when_the_plane_stops(gate: Gate, rows: Rows) -> None:
    gate.get(RATES)
    gate.runner.run(gate.plane.plane.usage.stop())
    assert written(rows)[0][1:3] == (200, 1)


def test_counts_survive_a_meter_that_is_down_for_a_while(gate: Gate, rows: Rows) -> None:
    counter = gate.plane.plane.usage
    meter = counter._pool
    counter._pool = make_pool("host=127.0.0.1 port=1", name="nowhere", size=1, wait=0.1)
    gate.runner.run(counter._pool.open())
    assert gate.get(RATES).status_code == 200
    gate.runner.run(counter.flush())
    assert written(rows) == []
    gate.runner.run(counter._pool.close())
    counter._pool = meter
    gate.get(RATES)
    gate.runner.run(counter.flush())
    assert [row[2] for row in written(rows)] == [2]


def test_counts_beyond_the_bound_are_given_up_and_said(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "_MOST_ROWS", 1)
    before = metrics.USAGE_LOST._value.get()
    gate.get(RATES)
    gate.get("/f/data/businesses")
    gate.get("/f/data/businesses")
    assert metrics.USAGE_LOST._value.get() - before == 2


def logged(rows: Rows) -> list[tuple[Any, ...]]:
    return rows.owner.execute(
        "SELECT method, endpoint, business_location_id, status, ms, bytes, request_id, client_id"
        " FROM access_loggedcall ORDER BY id"
    ).fetchall()


def gaps(rows: Rows) -> list[tuple[Any, ...]]:
    return rows.owner.execute(
        "SELECT kind, calls, first_at <= last_at AND last_at <= now() FROM access_callgap"
        " ORDER BY kind"
    ).fetchall()


def test_the_log_has_calls_and_nothing_that_was_asked_for_or_by_whom(
    gate: Gate, rows: Rows
) -> None:
    gate.get(f"{RATES}?nextPageToken=ask-mark", headers={"X-Request-Id": "mine-1"})
    gate.call("HEAD", RATES, headers={"X-Request-Id": gate.token})
    gate.get("/f/finance/path-mark/tax-rates")
    gate.token = ""
    gate.get(RATES)
    gate.runner.run(gate.plane.plane.usage.flush())
    first, second, third = logged(rows)
    template = "/f/finance/{businessLocationId}/tax-rates"
    assert first[:4] == ("GET", template, LOCATION, 200)
    assert first[4] > 0
    assert first[5] > 0
    assert first[6] == "mine-1"
    # A token that came as request id is not kept.
    assert (*second[:4], second[5], second[6]) == ("HEAD", template, LOCATION, 200, 0, "")
    assert third[:4] == ("GET", template, None, 400)
    whole = str(logged(rows))
    assert "mark" not in whole
    assert "127.0.0.1" not in whole


def test_a_flood_is_counted_but_logged_up_to_a_bound_and_said(
    gate: Gate, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_log, "MOST_A_MINUTE", 2)
    at = datetime(2026, 3, 14, 12, 0, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: at)
    for _ in range(5):
        gate.get(RATES)
    gate.runner.run(gate.plane.plane.usage.flush())
    assert [row[2] for row in written(rows)] == [5]
    assert len(logged(rows)) == 2
    assert gaps(rows) == [("log", 3, True)]


def test_what_a_meter_that_was_down_too_long_lost_is_said_when_it_is_back(
    gate: Gate, rows: Rows, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(usage, "_MOST_ROWS", 1)
    monkeypatch.setattr(request_log, "_MOST_WAITING", 2)
    counter = gate.plane.plane.usage
    meter, counter._pool = counter._pool, make_pool("host=127.0.0.1 port=1", name="n", wait=0.1)
    gate.runner.run(counter._pool.open())
    for target in (RATES, "/f/data/businesses", "/f/data/businesses"):
        assert gate.get(target).status_code == 200
    for _ in range(2):
        gate.runner.run(counter.flush())
    assert gate.get("/f/data/businesses").status_code == 200
    gate.runner.run(counter._pool.close())
    counter._pool = meter
    gate.runner.run(counter.flush())
    assert [row[2] for row in written(rows)] == [1]
    assert len(logged(rows)) == 2
    assert gaps(rows) == [("count", 3, True), ("log", 2, True)]
    said = [each.message for each in caplog.records if "is lost from now on" in each.message]
    assert len(said) == 1
    gate.runner.run(counter.flush())
    assert len(gaps(rows)) == 2


@pytest.mark.parametrize("years", [-30, 30])
def test_a_clock_that_jumps_loses_no_call_and_puts_none_into_the_future(
    gate: Gate, rows: Rows, monkeypatch: pytest.MonkeyPatch, years: int
) -> None:
    true_now = clock.now
    gate.get(RATES)
    monkeypatch.setattr(clock, "now", lambda: true_now() + timedelta(days=365 * years))
    gate.plane.plane.usage.record(AnsweredCall("tg_client_j", "GET", "/j", "1", 200, 7, 0.1, b"r"))
    monkeypatch.undo()
    gate.get(RATES)
    gate.runner.run(gate.plane.plane.usage.flush())
    assert sum(row[2] for row in written(rows)) == 3
    for table in ("callcount", "loggedcall"):
        (good,) = rows.owner.execute(
            f"SELECT bool_and(at BETWEEN now() - interval '8 days' AND now()) FROM access_{table}"
        ).fetchone()
        assert good


def test_usage_of_a_scripted_load_equals_what_was_sent(gate: Gate, rows: Rows) -> None:
    """Through a real server, by several connections at once, each answer's bytes as they came."""
    targets = [RATES, "/f/data/businesses", "/f/finance/1/tax-rates", "/items/v1/items"]
    sent: Counter[tuple[str, int]] = Counter()
    sizes: Counter[tuple[str, int]] = Counter()

    async def load() -> None:
        port = a_free_port()
        base = f"http://127.0.0.1:{port}"
        headers = {"Authorization": f"Bearer {gate.token}"}
        async with (
            listening(gate.plane, "127.0.0.1", port, 2),
            httpx.AsyncClient(base_url=base, headers=headers) as client,
        ):
            for _ in range(5):
                answers = await asyncio.gather(*(client.get(target) for target in targets * 10))
                for target, answer in zip(targets * 10, answers, strict=True):
                    sent[target, answer.status_code] += 1
                    sizes[target, answer.status_code] += int(answer.headers["content-length"])
                await gate.plane.plane.usage.flush()

    gate.runner.run(load())
    gate.runner.run(gate.plane.plane.usage.flush())
    assert sum(sent.values()) == 200
    template = "/f/finance/{businessLocationId}/tax-rates"
    named = {target: target for target in targets} | {RATES: template, targets[2]: template}
    counted = {(row[0], row[1]): (row[2], row[3]) for row in written(rows)}
    expected = {
        (named[target], status): (calls, sizes[target, status])
        for (target, status), calls in sent.items()
    }
    assert counted == expected
    assert len(logged(rows)) == 200
