"""Our own catalogue endpoints: items as they were, changes with removals, old lines resolved."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.api.conftest import Gate
from tests.api.rows import FOREIGN, LOCATION, Rows, a_line, a_sale

from tillgate.foundation.instants import format_instant
from tillgate.ledger.feed.batch import Written, import_file

BASE = f"/catalogue/v1/business-locations/{LOCATION}"
ITEMS = f"/items/v1/items?businessLocationId={LOCATION}"


def day(number: int) -> str:
    return f"2026-03-{number:02}T08:00:00Z"


def item(number: int, on: int, **fields: Any) -> dict[str, Any]:
    body = {"id": number, "name": f"Item {number}", "sku": f"SKU-{number}"} | fields
    return {"record": "item", "recordedAt": day(on), "item": body}


def removed(number: int, on: int) -> dict[str, Any]:
    return {"record": "item_removed", "recordedAt": day(on), "itemId": number}


def feed(url: str, *records: dict[str, Any]) -> None:
    lines = [json.dumps({"businessLocationId": LOCATION, **record}) for record in records]
    import_file(url, Written("test", "\n".join(lines).encode()))


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["item"]["name"] for one in answer.json()["items"]]


@pytest.fixture
def menu(gate: Gate, ledger_url: str) -> Gate:
    """Soup from the 1st, renamed on the 5th, archived on the 10th, gone on the 20th; and a stew."""
    feed(
        ledger_url,
        item(1, 1, name="Soup", prices=[{"amount": 4.50}]),
        item(2, 3, name="Stew"),
        item(1, 5, name="Broth"),
        item(1, 10, active=False, name="Broth"),
        removed(1, 20),
    )
    return gate


def test_items_are_as_they_were(menu: Gate) -> None:
    then = {number: names(menu.get(f"{BASE}/items?asOf={day(number)}")) for number in (1, 4, 7, 20)}
    assert then == {1: ["Soup"], 4: ["Soup", "Stew"], 7: ["Broth", "Stew"], 20: ["Stew"]}
    assert names(menu.get(f"{BASE}/items?asOf=2026-02-28T00:00Z")) == []
    assert names(menu.get(f"{BASE}/items")) == ["Stew"]


def test_a_version_says_from_when_until_when_it_held(menu: Gate) -> None:
    answer = menu.get(f"{BASE}/items?asOf={day(3)}&sku=SKU-1").json()
    assert answer == {
        "asOf": day(3),
        "items": [
            {
                "itemId": 1,
                "validFrom": day(1),
                "removed": False,
                "validUntil": day(5),
                "item": {"id": 1, "name": "Soup", "sku": "SKU-1", "prices": [{"amount": 4.50}]},
            }
        ],
    }


def test_the_present_is_the_same_bytes_until_it_changes(menu: Gate) -> None:
    answers = [menu.get(f"{BASE}/items") for _ in range(2)]
    assert answers[0].headers["etag"] == answers[1].headers["etag"]
    assert "asOf" not in answers[0].json()


def test_archived_items_are_there_and_removed_ones_are_not(menu: Gate) -> None:
    (broth, _) = menu.get(f"{BASE}/items?asOf={day(12)}").json()["items"]
    assert broth["item"]["active"] is False
    assert [one["name"] for one in menu.get(ITEMS).json()] == ["Stew"]
    assert menu.get(f"/items/v1/items/1?businessLocationId={LOCATION}").status_code == 404


def test_disabled_items_are_listed_as_such_and_were_so_only_while_they_were(
    gate: Gate, ledger_url: str
) -> None:
    feed(ledger_url, item(1, 1), item(1, 5, disabled=True), item(1, 9, disabled=False))
    seen = {}
    for number in (2, 6, 10):
        (one,) = gate.get(f"{BASE}/items?asOf={day(number)}").json()["items"]
        (line,) = gate.get(f"{BASE}/resolve?sku=SKU-1&at={day(number)}").json()["items"]
        assert line["item"] == one["item"]
        seen[number] = one["item"].get("disabled", False)
    assert seen == {2: False, 6: True, 10: False}
    feed(ledger_url, item(1, 12, disabled=True))
    assert [one["disabled"] for one in gate.get(ITEMS).json()] == [True]
    (change,) = gate.get(f"{BASE}/changes").json()["items"]
    assert (change["removed"], change["item"]["disabled"]) == (False, True)


def test_a_line_of_a_closed_day_resolves_by_what_it_says_itself(menu: Gate, rows: Rows) -> None:
    """With nothing but the published line, after the item was renamed, archived and removed."""
    sold = datetime(2026, 3, 4, 12, tzinfo=UTC)
    line = a_line(1, sku="SKU-1", name="Soup", time_of_sale=format_instant(sold))
    rows.add_sales([a_sale(1, sold, sales_lines=[line])], day=sold.date())
    rows.close_day(sold.date())
    daily = menu.get(f"/f/finance/{LOCATION}/dailyFinancials?date=2026-03-04").json()
    ((told,),) = [sale["salesLines"] for sale in daily["sales"]]
    (one,) = menu.get(f"{BASE}/resolve?sku={told['sku']}&at={told['timeOfSale']}").json()["items"]
    assert (one["item"]["name"], one["certain"], one["validUntil"]) == ("Soup", True, day(5))


def test_filters_look_at_what_was_then(menu: Gate) -> None:
    assert names(menu.get(f"{BASE}/items?asOf={day(4)}&name=Soup")) == ["Soup"]
    assert names(menu.get(f"{BASE}/items?asOf={day(7)}&name=Soup")) == []
    assert names(menu.get(f"{BASE}/items?asOf={day(7)}&itemIds=2&itemIds=9")) == ["Stew"]


def test_all_versions_of_an_item_with_its_removal(menu: Gate) -> None:
    found = menu.get(f"{BASE}/items/1/versions").json()["items"]
    assert [(one["validFrom"], one.get("validUntil"), one["removed"]) for one in found] == [
        (day(1), day(5), False),
        (day(5), day(10), False),
        (day(10), day(20), False),
        (day(20), None, True),
    ]
    assert "item" not in found[-1]
    missing = menu.get(f"{BASE}/items/77/versions")
    assert (missing.status_code, missing.json()["detail"]) == (404, "Item Not found for 77")


def test_changes_tell_each_item_once_as_it_is_with_removals(menu: Gate, ledger_url: str) -> None:
    first = menu.get(f"{BASE}/changes").json()
    assert [(one["itemId"], one["removed"]) for one in first["items"]] == [(2, False), (1, True)]
    assert menu.get(f"{BASE}/changes?since={first['next']}").json() == {
        "items": [],
        "next": first["next"],
    }
    feed(ledger_url, item(2, 21, name="Big stew"), item(1, 2, name="Old soup"))
    after = menu.get(f"{BASE}/changes?since={first['next']}").json()
    assert [one["item"]["name"] for one in after["items"]] == ["Big stew"]
    assert after["next"] > first["next"]


@pytest.mark.parametrize("size", [1, 2, 3, 9999])
def test_pages_follow_each_other(gate: Gate, ledger_url: str, size: int) -> None:
    feed(ledger_url, *(item(number, 1) for number in range(1, 6)))
    found, more = list[int](), ""
    while True:
        page = gate.get(f"{BASE}/items?pageSize={size}{more}").json()
        found += [one["itemId"] for one in page["items"]]
        if "next" not in page:
            break
        more = f"&cursor={page['next']}"
    changes, since = list[int](), 0
    while items := gate.get(f"{BASE}/changes?pageSize={size}&since={since}").json()["items"]:
        changes += [one["itemId"] for one in items]
        since = items[-1]["position"]
    assert found == changes == [1, 2, 3, 4, 5]


def test_an_old_line_finds_the_item_as_it_was(menu: Gate) -> None:
    for number, name in ((2, "Soup"), (6, "Broth")):
        (one,) = menu.get(f"{BASE}/resolve?sku=SKU-1&at={day(number)}").json()["items"]
        assert (one["item"]["name"], one["certain"]) == (name, True)


def test_a_line_from_before_or_after_finds_the_nearest_and_says_so(menu: Gate) -> None:
    for at, name in (("2026-02-01T00:00Z", "Soup"), (day(25), "Broth")):
        (one,) = menu.get(f"{BASE}/resolve?sku=SKU-1&at={at}").json()["items"]
        assert (one["item"]["name"], one["certain"]) == (name, False)
    assert menu.get(f"{BASE}/resolve?sku=NONE&at={day(2)}").status_code == 404


def test_a_sku_that_moved_to_another_item_resolves_by_its_time(gate: Gate, ledger_url: str) -> None:
    feed(ledger_url, item(1, 1, sku="A"), item(1, 9, sku="B"), item(2, 9, sku="A"), item(3, 9))
    found = {
        number: [
            one["itemId"]
            for one in gate.get(f"{BASE}/resolve?sku=A&at={day(number)}").json()["items"]
        ]
        for number in (1, 8, 9)
    }
    assert found == {1: [1], 8: [1], 9: [2]}


@pytest.mark.parametrize(
    ("target", "parameter"),
    [
        ("/items?asOf=yesterday", "asOf"),
        ("/items?sku=", "sku"),
        ("/items?since=1", "since"),
        ("/items/x/versions", "itemId"),
        ("/changes?since=-1", "since"),
        ("/resolve?sku=A", "at"),
        (f"/resolve?at={day(1)}", "sku"),
    ],
)
def test_a_bad_or_unknown_parameter_is_named_in_problem_details(
    gate: Gate, target: str, parameter: str
) -> None:
    answer = gate.get(BASE + target)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert parameter in [error["parameter"] for error in answer.json()["errors"]]


def test_the_scope_is_items(gate: Gate, rows: Rows) -> None:
    gate.token = rows.add_token(scopes="financial-api")
    assert gate.get(f"{BASE}/changes").status_code == 403
    gate.token = rows.add_token(scopes="items")
    assert gate.get(f"{BASE}/changes").status_code == 200
    foreign = BASE.replace(str(LOCATION), str(FOREIGN))
    assert gate.get(f"{foreign}/changes").status_code == 404


told = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 28), st.sampled_from(["x", "y", None])),
    min_size=1,
    max_size=10,
    unique_by=lambda one: one[:2],
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(told=told)
def test_a_mirror_that_follows_the_changes_is_the_menu_and_every_day_shows_what_was_told(
    gate: Gate, rows: Rows, ledger_url: str, told: list[tuple[int, int, str | None]]
) -> None:
    rows.owner.execute("DELETE FROM catalogue_item")
    rows.owner.execute("DELETE FROM catalogue_itemversion")
    mirror: dict[int, str] = {}
    since = 0
    for number, on, name in sorted(told, key=lambda one: one[1]):
        feed(ledger_url, removed(number, on) if name is None else item(number, on, name=name))
        answer = gate.get(f"{BASE}/changes?since={since}").json()
        since = answer["next"]
        for one in answer["items"]:
            mirror.pop(one["itemId"], None)
            if not one["removed"]:
                mirror[one["itemId"]] = one["item"]["name"]
    assert mirror == {one["id"]: one["name"] for one in gate.get(ITEMS).json()}
    for on in (1, 14, 28):
        in_order = sorted(told, key=lambda one: one[1])
        then = {number: name for number, at, name in in_order if at <= on}
        shown = gate.get(f"{BASE}/items?asOf={day(on)}").json()["items"]
        expected = {number: name for number, name in then.items() if name is not None}
        assert {one["itemId"]: one["item"]["name"] for one in shown} == expected
