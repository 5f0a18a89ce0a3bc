"""What was recorded from the wire goes in, and comes out the same."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import CONTRACT
from tests.contract.gate import Gate
from tests.contract.group import EVERY_INCLUDE, MIRRORED, Group
from tests.contract.house import House
from tests.contract.published import MISSING

from tillgate.foundation.instants import parse_instant
from tillgate.foundation.postgres.roles import Role
from tillgate.ledger.feed.batch import import_files
from tillgate.simulator.group import BUSINESS_ID, LOCATIONS

EXAMPLE = CONTRACT / "examples" / "v1-dailyFinancials.json"
EXAMPLE_LOCATION = 410_000_000_000_900
RECORDED_AT = parse_instant("2026-04-01T00:00:00Z")
MIRROR = MIRRORED
PARTS = ["", "payments,payment_authorization,consumer", "staff,payments", EVERY_INCLUDE, "table"]


@pytest.fixture
def mirrored(house: House, group: Group) -> Iterator[dict[int, int]]:
    """Each location of the group → an empty one of another business, alike but for its id."""
    mirrors = {place.id: place.id + MIRROR for place in LOCATIONS}
    for place in LOCATIONS:
        house.rows.add_location(
            mirrors[place.id],
            business=MIRROR,
            currency=place.currency,
            country=place.country,
            timezone=place.timezone,
            since=place.since,
        )
    yield mirrors
    empty_out(house, mirrors.values())


def empty_out(house: House, locations: Any) -> None:
    """As nobody may at run time: take the locations away with all that stands on them."""
    with psycopg.connect(house.urls[Role.OWNER]) as owner:
        tables = owner.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE a.attname = 'business_location_id' AND c.relkind = 'r'"
            " AND c.relnamespace = 'public'::regnamespace"
            " ORDER BY c.relname = 'directory_businesslocation', c.relname = 'ledger_businessday'"
        ).fetchall()
        for (table,) in tables:
            owner.execute(
                f"DELETE FROM {table} WHERE business_location_id = ANY(%s)",
                [list(locations)],
            )


def land(house: House, path: Path, body: Any, **options: Any) -> Any:
    path.write_text(json.dumps(body, ensure_ascii=False))
    return import_files(house.urls[Role.LEDGER], [path], recorded_at=RECORDED_AT, **options)


@pytest.mark.skipif(not EXAMPLE.exists(), reason=MISSING)
@pytest.mark.parametrize("indent", [None, 1])
def test_the_contract_s_own_example_comes_out_field_for_field(
    house: House, gate: Gate, tmp_path: Path, indent: int | None
) -> None:
    example = json.loads(EXAMPLE.read_text())
    house.rows.add_location(EXAMPLE_LOCATION, business=MIRROR + 1)
    try:
        path = tmp_path / "recorded.json"
        path.write_text(json.dumps(example, indent=indent))
        import_files(house.urls[Role.LEDGER], [path], recorded_at=RECORDED_AT)
        token = house.rows.add_token([EXAMPLE_LOCATION], business=MIRROR + 1, personal=True)
        target = f"/f/finance/{EXAMPLE_LOCATION}/dailyFinancials?date=2026-03-14&include=payments"
        answer = gate.fetch(target, token)
        by_id = {sale["accountFiscId"]: sale for sale in answer["sales"]}
        assert by_id == {sale["accountFiscId"]: sale for sale in example["sales"]}
        assert answer["nextStartOfDayAsIso8601"] == example["nextStartOfDayAsIso8601"]
        assert answer["businessLocationId"] == example["businessLocationId"]
    finally:
        empty_out(house, [EXAMPLE_LOCATION])


def test_our_own_answers_can_be_fed_to_another_gate(
    house: House, gate: Gate, group: Group, mirrored: dict[int, int], tmp_path: Path
) -> None:
    token = house.rows.add_token(mirrored.values(), business=MIRROR, personal=True)
    for location, mirror in mirrored.items():
        target = group.range(location, f"include={EVERY_INCLUDE}")
        recorded = gate.fetch(target, group.token)
        assert recorded["sales"]
        body = {**recorded, "businessLocationId": mirror}
        land(house, tmp_path / f"{location}.json", body)
        again = gate.fetch(target.replace(str(location), str(mirror)), token)
        assert again["sales"] == recorded["sales"]
        assert set(again) == set(recorded)


def test_the_same_answer_twice_changes_nothing(
    house: House, gate: Gate, group: Group, mirrored: dict[int, int], tmp_path: Path
) -> None:
    location, mirror = next(iter(mirrored.items()))
    recorded = gate.fetch(group.range(location, "include=payments,table"), group.token)
    body = {**recorded, "businessLocationId": mirror}
    token = house.rows.add_token([mirror], business=MIRROR, personal=True)
    target = group.range(mirror, f"include={EVERY_INCLUDE}")
    seen = []
    for number in range(2):
        land(house, tmp_path / f"{number}.json", body)
        seen.append(gate.fetch(target, token)["sales"])
    assert seen[0] == seen[1] == recorded["sales"]


def test_parts_recorded_one_after_the_other_add_up(
    house: House, gate: Gate, group: Group, mirrored: dict[int, int], tmp_path: Path
) -> None:
    """A record that carries fewer optional parts never erases more."""
    location, mirror = next(iter(mirrored.items()))
    everything = gate.fetch(group.range(location, f"include={EVERY_INCLUDE}"), group.token)
    token = house.rows.add_token([mirror], business=MIRROR, personal=True)
    for number, include in enumerate([*PARTS, ""]):
        part = gate.fetch(group.range(location, f"include={include}"), group.token)
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps({**part, "businessLocationId": mirror}))
        later = parse_instant(f"2026-04-01T00:00:{number:02}Z")
        import_files(house.urls[Role.LEDGER], [path], recorded_at=later)
    again = gate.fetch(group.range(mirror, f"include={EVERY_INCLUDE}"), token)
    assert again["sales"] == everything["sales"]


def test_items_and_lookups_come_out_as_they_were_recorded(
    house: House, gate: Gate, group: Group, mirrored: dict[int, int], tmp_path: Path
) -> None:
    token = house.rows.add_token(mirrored.values(), business=MIRROR)
    for location, mirror in mirrored.items():
        for kind in ("tax-rates", "paymentMethods", "accountingGroups"):
            body = gate.fetch(f"/f/finance/{location}/{kind}", group.token)
            assert next(iter(body["_embedded"].values()))
            land(house, tmp_path / f"{location}-{kind}.json", body, location=mirror)
            again = gate.fetch(f"/f/finance/{mirror}/{kind}", token)
            assert again["_embedded"] == body["_embedded"]
        target = f"/items/v1/items?amount=1000&businessLocationId={location}"
        items = gate.fetch(target, group.token)
        land(house, tmp_path / f"{location}-items.json", items, location=mirror)
        assert gate.fetch(target.replace(str(location), str(mirror)), token) == items


def test_a_single_item_can_be_recorded(
    house: House, gate: Gate, group: Group, mirrored: dict[int, int], tmp_path: Path
) -> None:
    location, mirror = next(iter(mirrored.items()))
    first = gate.fetch(f"/items/v1/items?businessLocationId={location}", group.token)[0]
    land(house, tmp_path / "item.json", first, location=mirror)
    token = house.rows.add_token([mirror], business=MIRROR)
    target = f"/items/v1/items/{first['id']}?businessLocationId={mirror}"
    assert gate.fetch(target, token) == first


def test_recorded_businesses_are_the_same_again(
    house: House, gate: Gate, group: Group, tmp_path: Path
) -> None:
    before = gate.fetch("/f/data/businesses", group.token)
    land(house, tmp_path / "businesses.json", before)
    assert gate.fetch("/f/data/businesses", group.token) == before
    assert {one["businessId"] for one in before["_embedded"]["businessList"]} == {BUSINESS_ID}


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_sales_in_any_order_and_any_batches_make_the_same_books(
    data: st.DataObject,
    house: House,
    gate: Gate,
    group: Group,
    tmp_path: Path,
) -> None:
    """The feed's own records, shuffled and cut into files anyhow, through the whole stack."""
    place = LOCATIONS[1]
    lines = [
        line
        for file in group.files[1:4]
        for line in file.read_bytes().splitlines()
        if str(place.id).encode() in line and b'"record":"sale"' in line
    ]
    some = data.draw(st.lists(st.sampled_from(lines), min_size=1, max_size=25, unique=True))
    cuts = data.draw(st.lists(st.integers(0, len(some)), max_size=3).map(sorted))
    mirror = place.id + MIRROR * 2
    house.rows.add_location(
        mirror,
        business=MIRROR + 7,
        currency=place.currency,
        country=place.country,
        timezone=place.timezone,
        since=place.since,
    )
    try:
        for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(some)], strict=True)):
            path = tmp_path / f"{number}.ndjson"
            moved = [
                line.replace(b'Id":%d' % place.id, b'Id":%d' % mirror) for line in some[start:end]
            ]
            path.write_bytes(b"\n".join(moved))
            import_files(house.urls[Role.LEDGER], [path])
        token = house.rows.add_token([mirror], business=MIRROR + 7, personal=True)
        got = gate.fetch(group.range(mirror, f"include={EVERY_INCLUDE}"), token)["sales"]
        wanted = {json.loads(line)["sale"]["accountFiscId"] for line in some}
        assert {sale["accountFiscId"] for sale in got} == wanted
        original = gate.fetch(group.range(place.id, f"include={EVERY_INCLUDE}"), group.token)
        assert got == [sale for sale in original["sales"] if sale["accountFiscId"] in wanted]
    finally:
        empty_out(house, [mirror])
