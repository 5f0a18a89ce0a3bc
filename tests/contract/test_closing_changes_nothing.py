"""Whatever is asked, the answer before a day is closed is the answer after it, byte for byte.

Only `dataComplete` may differ. Sales are drawn over several days, some booked on other days than
they were closed on, some closed at the same instant.
"""

import itertools
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.contract.gate import Gate
from tests.contract.group import EVERY_INCLUDE, GROUP_KEYS
from tests.contract.house import House
from tests.ledger.feed.making_sales import sales

from tillgate.foundation.postgres.roles import Role
from tillgate.ledger.feed.batch import import_file

BUSINESS = 7_700
_LOCATIONS = itertools.count(770_000_001)
_DAYS = ("2026-03-13", "2026-03-14", "2026-03-15", "2026-03-16")
_AT = "2026-03-20T10:00:00Z"
Thing = dict[str, Any]

times = st.builds(
    lambda day, hour, minute: f"{day}T{hour:02}:{minute:02}:00.5Z",
    st.sampled_from(_DAYS[1:3]),
    st.sampled_from([4, 6, 12, 23]),
    st.sampled_from([0, 29, 31]),
)
booked = st.none() | st.sampled_from(_DAYS)
INCLUDES = ("", "payments", "staff,payments", "table,consumer,payments", EVERY_INCLUDE, "staff")


@st.composite
def records(draw: st.DrawFn) -> list[Thing]:
    found = []
    for number in range(1, draw(st.integers(1, 9)) + 1):
        thing = draw(sales(number)) | {"timeOfCloseAndPaid": draw(times)}
        for place, line in enumerate(thing.get("salesLines", ())):
            line["id"] = f"S{number}.{place}"
        day = draw(booked)
        found.append({"sale": thing} | ({"businessDate": day} if day else {}))
    return found


def land(house: House, given: list[Thing]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "1.ndjson"
        path.write_text("".join(json.dumps(each) + "\n" for each in given))
        import_file(house.urls[Role.LEDGER], path)


def targets(location: int, start: str, end: str, keys: list[str]) -> list[str]:
    base = f"/f/finance/{location}"
    whole = "2026-03-12T00:00Z/2026-03-18T00:00Z"
    totals = f"{base}/aggregatedSales?groupBy={','.join(keys)}"
    return [
        *(f"{base}/financials/{whole}?include={one}" for one in INCLUDES),
        *(f"{base}/financials/{start}/{end}?include={one}" for one in INCLUDES[:3]),
        *(f"{base}/dailyFinancials?date={day}&include={EVERY_INCLUDE}" for day in _DAYS),
        *(f"{base}/dailyFinancials?date={day}" for day in _DAYS),
        *(f"{totals}&date={day}" for day in _DAYS[:2]),
        f"{totals}&from={start}&to={end}",
        f"{totals}&from=2026-03-12T00:00Z&to=2026-03-18T00:00Z",
    ]


def answers(gate: Gate, token: str, wanted: list[str]) -> list[bytes]:
    found = gate.call_many(wanted, token)
    assert {answer.status for answer in found} == {200}
    return [
        answer.body.replace(b'"dataComplete":true', b'"dataComplete":false') for answer in found
    ]


def pages(gate: Gate, token: str, location: int, size: int) -> list[list[str]]:
    base = f"/f/finance/{location}/financials/2026-03-12T00:00Z/2026-03-18T00:00Z?pageSize={size}"
    found, token_of_page = list[list[str]](), ""
    while True:
        page = gate.fetch(f"{base}&nextPageToken={token_of_page}", token)
        found.append([sale["accountFiscId"] for sale in page["sales"]])
        token_of_page = page.get("nextPageToken", "")
        if not token_of_page:
            return found


@settings(
    max_examples=10,
    deadline=None,
    # Each example feeds and closes days: making a failing one small would take minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    given_sales=records(),
    closed_first=st.sampled_from(_DAYS),
    bounds=st.tuples(times, times),
    keys=st.lists(st.sampled_from(GROUP_KEYS), min_size=1, max_size=3, unique=True),
    size=st.integers(1, 4),
)
def test_closing_changes_no_answer(  # noqa: PLR0917
    given_sales: list[Thing],
    closed_first: str,
    bounds: tuple[str, str],
    keys: list[str],
    size: int,
    house: House,
    gate: Gate,
) -> None:
    location = next(_LOCATIONS)
    house.rows.add_location(location, business=BUSINESS)
    token = house.rows.add_token([location], business=BUSINESS, personal=True)
    head = {"record": "sale", "recordedAt": _AT, "businessLocationId": location}
    land(house, [head | one for one in given_sales])
    start, end = sorted(bounds)
    wanted = targets(location, start, end, keys)
    references = {ref for one in given_sales for ref in one["sale"].get("externalReferences", ())}
    wanted += [
        f"/f/finance/{location}/saleByExternalReference?externalReferenceId={reference}"
        for reference in sorted(references)
    ]
    before = answers(gate, token, wanted), pages(gate, token, location, size)
    head |= {"record": "day_closed"}
    for day in (closed_first, *_DAYS):
        land(house, [head | {"businessDate": day}])
        after = answers(gate, token, wanted), pages(gate, token, location, size)
        assert after == before
