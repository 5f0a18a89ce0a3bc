"""Our own endpoints: the state of days, the chain of what was closed and corrected, refusals."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import Gate, Open
from tests.api.rows import DAY, FOREIGN, LOCATION, OPENING, Rows, a_sale, sales_every

from tillgate.api.plane import Lifetimes
from tillgate.ledger.feed.batch import import_file
from tillgate.ledger.sale import ENCODER

BASE = f"/accounting/v1/business-locations/{LOCATION}"
DAYS = f"{BASE}/days?from={DAY}&to={DAY + timedelta(days=2)}"


def correct(url: str, folder: Path, number: int, **changes: Any) -> None:
    record = {
        "record": "correction",
        "recordedAt": "2026-03-25T10:00:00Z",
        "businessLocationId": LOCATION,
        "businessDate": str(DAY),
        "reason": "wrong table",
        "sale": json.loads(ENCODER.encode(a_sale(number, OPENING, **changes))),
    }
    path = folder / "1.ndjson"
    path.write_text(json.dumps(record))
    import_file(url, path)


@pytest.fixture
def two_days(gate: Gate, rows: Rows) -> None:
    rows.add_sales(sales_every(10, 3))
    rows.close_day()
    tomorrow = OPENING + timedelta(days=1)
    rows.add_sales([a_sale(9, tomorrow)], day=DAY + timedelta(days=1))


@pytest.mark.usefixtures("two_days")
def test_days_say_how_final_they_are(gate: Gate) -> None:
    first, second, third = gate.get(DAYS).json()["items"]
    assert (first["state"], first["sales"], first["revision"]) == ("closed", 3, 1)
    assert (first["position"], first["previousDigest"]) == (1, "0" * 64)
    assert first["totals"]["total"] == "36.00"
    assert first["totals"]["balances"] is True
    assert second == {
        "businessDate": "2026-03-15",
        "state": "provisional",
        "startsAt": "2026-03-15T05:30:00Z",
        "endsAt": "2026-03-16T05:30:00Z",
        "sales": 1,
    }
    assert (third["state"], third["sales"]) == ("provisional", 0)


def test_the_day_that_runs_now_is_open_and_none_is_told_of_the_future(gate: Gate) -> None:
    items = gate.get(f"{BASE}/days?to=2190-01-01&from=2189-12-01").json()["items"]
    assert items == []
    *_, last = gate.get(f"{BASE}/days").json()["items"]
    now = datetime.now(UTC)
    assert last["state"] == "open"
    assert datetime.fromisoformat(last["startsAt"]) <= now < datetime.fromisoformat(last["endsAt"])


def test_as_of_the_future_is_as_of_now(gate: Gate) -> None:
    url = f"{BASE}/days?from=2026-01-01&to=2026-01-03"
    assert gate.get(f"{url}&asOf=2190-01-01T00:00:00Z").json() == gate.get(url).json()
    assert gate.get(f"{BASE}/days?asOf=2190-01-01T00:00:00Z").json()["items"][-1]["state"] == "open"


def test_days_before_the_location_existed_are_none(gate: Gate) -> None:
    items = gate.get(f"{BASE}/days?from=2025-12-20&to=2026-01-02").json()["items"]
    assert [day["businessDate"] for day in items] == ["2026-01-01", "2026-01-02"]


@pytest.mark.parametrize("size", [1, 2, 3, 366, 9999])
def test_pages_of_days_follow_each_other(gate: Gate, size: int) -> None:
    base, found, cursor = f"{BASE}/days?from=2026-01-01&to=2026-01-07", list[str](), ""
    while True:
        page = gate.get(f"{base}&pageSize={size}{cursor}").json()
        found += [day["businessDate"] for day in page["items"]]
        if "next" not in page:
            break
        cursor = f"&cursor={page['next']}"
    assert found == [str(date(2026, 1, day)) for day in range(1, 8)]


@pytest.mark.usefixtures("two_days")
def test_a_correction_is_seen_by_everyone_but_not_as_of_before(
    gate: Gate, ledger_url: str, tmp_path: Path
) -> None:
    correct(ledger_url, tmp_path, 3, table_name="Terrace")
    day = gate.get(DAYS).json()["items"][0]
    assert (day["revision"], day["cause"]) == (2, "correction")
    assert day["corrects"]["sales"][0]["reason"] == "wrong table"
    before = gate.get(f"{DAYS}&asOf=2026-03-21T00:00:00Z").json()["items"][0]
    assert (before["revision"], before["closedAt"]) == (1, "2026-03-20T00:00:00Z")
    earlier = gate.get(f"{DAYS}&asOf=2026-03-15T00:00:00Z").json()["items"]
    assert [day["state"] for day in earlier] == ["open"]
    daily = gate.get(f"/f/finance/{LOCATION}/dailyFinancials?date={DAY}").json()
    assert [sale["tableName"] for sale in daily["sales"]] == ["Terrace", "", ""]
    assert daily["dataComplete"] is True


@pytest.mark.usefixtures("two_days")
def test_changes_come_once_each_in_the_order_of_the_chain(
    gate: Gate, rows: Rows, ledger_url: str, tmp_path: Path
) -> None:
    first = gate.get(f"{BASE}/changes").json()
    assert [one["businessDate"] for one in first["items"]] == ["2026-03-14"]
    assert first["next"] == 1
    assert gate.get(f"{BASE}/changes?since=1").json() == {"items": [], "next": 1}
    rows.close_day(DAY + timedelta(days=1))
    correct(ledger_url, tmp_path, 3, table_name="Terrace")
    found, since = list[dict[str, Any]](), 0
    while items := (page := gate.get(f"{BASE}/changes?since={since}&pageSize=1").json())["items"]:
        found += items
        since = page["next"]
    assert [(one["businessDate"], one["cause"]) for one in found] == [
        ("2026-03-14", "feed"),
        ("2026-03-15", "feed"),
        ("2026-03-14", "correction"),
    ]
    assert [one["previousDigest"] for one in found[1:]] == [one["digest"] for one in found[:-1]]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("unknown=1", "unknown"),
        ("from=2026-03-14&to=2026-03-13", "to"),
        ("from=2025-01-01&to=2026-03-13", "to"),
        ("asOf=yesterday", "asOf"),
        ("cursor=7", "cursor"),
        ("pageSize=0", "pageSize"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_a_problem_that_names_it(
    gate: Gate, query: str, parameter: str
) -> None:
    answer = gate.get(f"{BASE}/days?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["title"]) == (400, "Bad Request")
    assert [error["parameter"] for error in body["errors"]] == [parameter]


def test_a_foreign_location_and_an_unknown_path_are_problems_too(gate: Gate, rows: Rows) -> None:
    rows.add_location(FOREIGN, business=2)
    for path in (f"{BASE.replace(str(LOCATION), str(FOREIGN))}/days", f"{BASE}/nothing"):
        answer = gate.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 404


@pytest.mark.usefixtures("two_days")
def test_the_keys_are_there_for_everyone(gate: Gate) -> None:
    gate.token = ""
    answer = gate.get("/.well-known/tillgate-keys")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/jwk-set+json"
    for key in answer.json()["keys"]:
        assert (key["kty"], key["crv"], key["alg"]) == ("OKP", "Ed25519", "EdDSA")
        named = json.dumps({name: key[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
        assert hashlib.sha256(named.encode()).digest().hex()
    assert gate.call("POST", "/.well-known/tillgate-keys").status_code == 405


@pytest.mark.usefixtures("two_days")
def test_the_bytes_of_a_closed_day_are_kept_for_each_agreement_apart(
    open_gate: Open, gate: Gate, rows: Rows
) -> None:
    """A kept answer must not show names to whom they are not agreed."""
    kept = open_gate(Lifetimes(grants=0, lookups=60))
    daily = f"/f/finance/{LOCATION}/dailyFinancials?date={DAY}&include=staff,payments"
    plain, personal = rows.add_token(), rows.add_token(personal=True)
    for _ in range(2):
        for token, named in ((personal, True), (plain, False)):
            kept.token = gate.token = token
            answer = kept.get(daily)
            assert ("Example Waiter" in answer.text) is named
            assert answer.content == gate.get(daily).content
    assert len(kept.plane.plane.days._things) == 2


@pytest.mark.usefixtures("two_days")
def test_an_open_day_is_never_kept(open_gate: Open, rows: Rows) -> None:
    kept = open_gate(Lifetimes(grants=0, lookups=60))
    kept.token = rows.add_token()
    kept.get(f"/f/finance/{LOCATION}/dailyFinancials?date={DAY + timedelta(days=1)}")
    assert not kept.plane.plane.days._things
