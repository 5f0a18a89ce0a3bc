"""Parameters: every kind of bad value is a 400 that names it, nothing is ever a 500."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api.conftest import Gate
from tests.api.rows import LOCATION

L = f"/f/finance/{LOCATION}"
RANGE = "2026-03-14T05:30Z/2026-03-15T05:30Z"
ITEMS = f"/items/v1/items?businessLocationId={LOCATION}"

LOCATION_IS = "businessLocationId="
HUGE = "9" * 5000
BAD_ID = ["abc", "0", "-1", "1.5", "", "9223372036854775808", HUGE, "1\0", "%FF", "1%201", "+1"]
BAD_TIME = ["yesterday", "2026-03-14", "2026-03-14T05:30:00", "2026-02-30T05:30Z"]
BAD_TIME += ["0001-01-01T00:00Z", "9999-12-31T23:59Z", "2026-03-14T25:30Z", "%00", "%FF", HUGE]
BAD_DATE = ["", "today", "2026-2-3", "20260314", "2026-02-29", "0001-01-01", "9999-12-31", "%00"]
BAD_SIZE = ["", "0", "-1", "1.5", "ten", "%00", "%FF", "1e3"]

CASES = [
    *((f"/f/finance/{v}/tax-rates", "businessLocationId") for v in BAD_ID if v and "\0" not in v),
    *((f"{L}/financials/{v}/2026-03-15T05:30Z", "from") for v in BAD_TIME),
    *((f"{L}/financials/2026-03-14T05:30Z/{v}", "to") for v in BAD_TIME),
    (f"{L}/financials/2026-03-15T05:30Z/2026-03-14T05:30Z", "to"),
    (f"{L}/financials/2026-03-14T05:30Z/2027-03-14T05:31Z", "to"),
    *((f"{L}/financials/{RANGE}?pageSize={v}", "pageSize") for v in BAD_SIZE),
    (f"{L}/financials/{RANGE}?pageSize=1&pageSize=2", "pageSize"),
    (f"{L}/financials/{RANGE}?include=staff&include=payments", "include"),
    (f"{L}/financials/{RANGE}?include=%FF", "include"),
    (f"{L}/financials/{RANGE}?nextPageToken=%00", "nextPageToken"),
    (f"{L}/financials/{RANGE}?nextPageToken={'x' * 1001}", "nextPageToken"),
    *((f"{L}/dailyFinancials?date={v}", "date") for v in BAD_DATE),
    *((f"{L}/dailyFinancials?includeConsumers={v}", "includeConsumers") for v in ("", "1", "ja")),
    (f"{L}/saleByExternalReference", "externalReferenceId"),
    (f"{L}/saleByExternalReference?externalReferenceId=", "externalReferenceId"),
    (f"{L}/saleByExternalReference?externalReferenceId=%00", "externalReferenceId"),
    (f"{L}/saleByExternalReference?externalReferenceId={HUGE}", "externalReferenceId"),
    *((f"/f/data/businesses?size={v}", "size") for v in BAD_SIZE),
    *((f"/f/data/businesses?page={v}", "page") for v in ("", "-1", "x", HUGE)),
]

ITEMS_CASES = [
    ("/items/v1/items", "businessLocationId"),
    *((f"/items/v1/items?{LOCATION_IS}{quote(v, safe='%')}", LOCATION_IS[:-1]) for v in BAD_ID),
    *((f"{ITEMS}&amount={v}", "amount") for v in BAD_SIZE),
    *((f"{ITEMS}&offset={v}", "offset") for v in ("", "-1", "x", HUGE)),
    *((f"{ITEMS}&sku={v}", "sku") for v in ("", "x" * 33, "%00", "%FF")),
    *((f"{ITEMS}&name={v}", "name") for v in ("", "x" * 181, "%00")),
    *((f"{ITEMS}&accountingGroupId={v}", "accountingGroupId") for v in ("", "x", "0")),
    *((f"{ITEMS}&itemIds={v}", "itemIds") for v in ("", "x", "1,", "1,,2", "0")),
    (f"{ITEMS}&itemIds={','.join(map(str, range(1, 202)))}", "itemIds"),
    (f"{ITEMS}&sku=a&sku=b", "sku"),
    (f"/items/v1/items/abc?businessLocationId={LOCATION}", "id"),
    ("/items/v1/items/7", "businessLocationId"),
]


@pytest.mark.parametrize(("url", "name"), CASES)
def test_a_financial_parameter_that_cannot_be_used_is_named(
    gate: Gate, url: str, name: str
) -> None:
    answer = gate.get(url)
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert set(body) == {"timestamp", "status", "error", "message", "path"}
    assert body["message"].startswith(f"{name}: ")
    assert len(body["message"]) < 200


@pytest.mark.parametrize(("url", "name"), ITEMS_CASES)
def test_an_items_parameter_that_cannot_be_used_is_named(gate: Gate, url: str, name: str) -> None:
    answer = gate.get(url)
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert set(body) == {"status", "timestamp", "message", "apiSubExceptions"}
    assert body["status"] == "400"
    [problem] = body["apiSubExceptions"]
    assert problem["field"] == name
    assert body["message"] == f"{name}: {problem['message']}"
    assert len(problem["rejectedValue"]) <= 101


def test_every_problem_is_told_at_once(gate: Gate) -> None:
    body = gate.get(f"{ITEMS}&amount=x&offset=y").json()
    assert [one["field"] for one in body["apiSubExceptions"]] == ["amount", "offset"]
    assert [one["rejectedValue"] for one in body["apiSubExceptions"]] == ["x", "y"]


@pytest.mark.parametrize(
    "url",
    [
        f"{L}/financials/{RANGE}?pageSize=200000&%FF=1&unknown=%00&unknown=2",
        f"{L}/financials/{RANGE}?pageSize={HUGE}&include=nobody,knows,&&=&",
        f"{L}/financials/{RANGE}?include=",
        f"{ITEMS}&amount=100000000000000000000&itemIds=1,2&itemIds=3",
        f"/f/data/businesses?page=0&size={HUGE}&sort=name",
        f"{L}/aggregatedSales/?groupBy=staff,device,tag,deviceId,accountingGroup,statisticGroup",
    ],
)
def test_what_programs_send_too_much_of_is_clamped_or_ignored(gate: Gate, url: str) -> None:
    answer = gate.get(url)
    assert answer.status_code == 200, answer.text


NAMES = ["date", "from", "to", "groupBy", "include", "pageSize", "nextPageToken", "flattened"]
NAMES += ["itemIds", "sku", "name", "amount", "offset", "businessLocationId", "page", "size"]
PATHS = [
    f"{L}/financials/{RANGE}",
    f"{L}/dailyFinancials",
    f"{L}/aggregatedSales",
    f"{L}/saleByExternalReference",
    "/items/v1/items",
    "/f/data/businesses",
]
anything = st.binary(max_size=20) | st.text(max_size=20).map(lambda text: text.encode())


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(PATHS),
    pairs=st.lists(st.tuples(st.sampled_from(NAMES), anything), max_size=4),
)
def test_no_query_is_ever_a_fault_of_ours(
    gate: Gate, path: str, pairs: list[tuple[str, bytes]]
) -> None:
    query = "&".join(f"{name}={quote(value)}" for name, value in pairs)
    answer = gate.get(f"{path}?{query}")
    assert answer.status_code in {200, 400, 404}, answer.text
    assert answer.json() is not None


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(parts=st.lists(st.binary(min_size=1, max_size=12), min_size=3, max_size=3))
def test_no_path_is_ever_a_fault_of_ours(gate: Gate, parts: list[bytes]) -> None:
    location, start, end = (quote(part, safe="") for part in parts)
    answer = gate.get(f"/f/finance/{location}/financials/{start}/{end}")
    assert answer.status_code in {400, 404}, answer.text
