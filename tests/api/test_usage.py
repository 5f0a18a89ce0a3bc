"""Counting calls: what is written, and what happens while it cannot be."""

from datetime import datetime

import psycopg
import pytest
from tests.api.conftest import Gate
from tests.api.rows import LOCATION, Rows

from tillgate.api import metrics, usage
from tillgate.foundation.postgres.pools import make_pool

RATES = f"/f/finance/{LOCATION}/tax-rates"


def written(rows: Rows) -> list[tuple[object, ...]]:
    return rows.owner.execute(
        "SELECT endpoint, status, sum(calls), sum(bytes) FROM access_callcount"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()


@pytest.fixture(autouse=True)
def no_counts(owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection:
        connection.execute("TRUNCATE access_callcount")


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
