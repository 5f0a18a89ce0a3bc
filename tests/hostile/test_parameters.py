"""Every parameter of every operation, with whatever somebody might send."""

from collections.abc import Iterable
from urllib.parse import quote, unquote_to_bytes

import pytest
from tests.api.rows import LOCATION
from tests.contract.gate import Answer, Gate
from tests.contract.server import Server
from tests.hostile.estate import Estate
from tests.hostile.promise import (
    Operation,
    Parameter,
    each_parameter,
    is_good,
    operation,
    operations,
)

TEXTS = [
    "",
    " ",
    "\t",
    "abc",
    "-1",
    "0",
    "1.5",
    "1e3",
    "0x10",
    "+7",
    " 7",
    "7 ",
    "1_000",
    "NaN",
    "null",
    "٣",
    "\uff11\uff12",
    "²",
    "9" * 20,
    str(2**63),
    str(-(2**63)),
    "1" + "0" * 30,
    "-1" + "0" * 30,
    "9" * 5_000,
    "x" * 100_000,
    "9" * 100_000,
    "7,",
    ",",
    "[]",
    "{}",
    "true;false",
    "2026-02-30",
    "2026-2-3",
    "0000-00-00",
    "9999-12-31",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "2026-03-14T25:00:00Z",
    "2026-03-14T05:30:00",
    "2026-03-14T05:30:00+99:99",
    "2026-03-14",
    "1773466200",
    "staff,staff",
    "staff,,device",
    "STAFF",
    "' OR 1=1 --",
    "1; DROP TABLE ledger_opensale",
    "{1,2}",
    "%(location)s",
    "{location}",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "${jndi:ldap://x}",
    "é",
    "\u202e",
    "😀",
    "\r\nX-Evil: 1",
    "\x1b[31m",
]
RAW = ["%00", "7%00", "%ff", "%c3%28", "%ed%a0%80", "%", "%zz", "%u0661", "+", "++7"]
PAIRS = list(each_parameter())
IN_QUERIES = [pair for pair in PAIRS if pair[1].place == "query"]


def named(pair: object) -> str:
    return pair.id if isinstance(pair, Operation) else str(getattr(pair, "name", ""))


def raw_texts() -> Iterable[str]:
    """All of them as they stand in a URL."""
    yield from (quote(text, safe="") for text in TEXTS)
    yield from RAW


def meaning(raw: str, place: str) -> str:
    """What a raw text of a URL says; `+` is a space in a query only."""
    plain = raw.replace("+", " ") if place == "query" else raw
    return unquote_to_bytes(plain).decode(errors="replace")


def refused_by_name(answer: Answer, one: Operation, name: str) -> bool:
    """Whether this is a 400 in the published shape of the operation, naming the parameter."""
    if answer.status != 400:
        return False
    body = answer.json()
    if one.is_items:
        assert set(body) == {"status", "timestamp", "message", "apiSubExceptions"}
        assert body["status"] == "400"
        return name in [problem["field"] for problem in body["apiSubExceptions"]]
    if one.is_ours:
        assert set(body) == {"type", "title", "status", "detail", "instance", "errors"}
        return name in [error["parameter"] for error in body["errors"]]
    if one.is_v2:
        assert set(body) == {"error"}
        return f"{name}: " in body["error"]
    assert set(body) == {"timestamp", "status", "error", "message", "path"}
    assert (body["status"], body["error"]) == (400, "Bad Request")
    return f"{name}: " in body["message"]


def is_proper(answer: Answer) -> bool:
    """JSON, short, nothing of our inside told, and no 5xx."""
    body = answer.json()
    told = answer.body.decode()
    assert not [word for word in ("Traceback", "psycopg", "tillgate.", 'File "') if word in told]
    return answer.status in {200, 400, 404} and bool(isinstance(body, dict | list))


@pytest.mark.parametrize(("one", "parameter"), PAIRS, ids=named)
def test_a_parameter_is_used_or_refused_by_name(
    one: Operation, parameter: Parameter, ours: Gate
) -> None:
    wrong = []
    for raw in raw_texts():
        if parameter.place == "path" and ("/" in meaning(raw, "path") or not raw):
            continue  # another path, or none
        answer = ours.get(one.target(**{parameter.name: raw}))
        text = meaning(raw, parameter.place)
        good = is_good(parameter, text)
        if good != (answer.status != 400) or not is_proper(answer):
            wrong.append((raw[:60], answer.status, answer.body[:200]))
        elif not good and not refused_by_name(answer, one, parameter.name):
            wrong.append((raw[:60], answer.body[:200]))
    assert not wrong


@pytest.mark.parametrize(("one", "parameter"), IN_QUERIES, ids=named)
def test_a_parameter_given_twice_is_refused_unless_it_is_a_list(
    one: Operation, parameter: Parameter, ours: Gate
) -> None:
    items = parameter.schema.get("items", {})
    a_list = items.get("enum", ["7"])[0]
    value = {"array": a_list, "integer": "7", "boolean": "true"}.get(parameter.schema["type"], "")
    value = one.target().partition(f"{parameter.name}=")[2].partition("&")[0] or value
    twice = {parameter.name: value, f"{parameter.name}__again": value}
    answer = ours.get(one.target(**twice))
    is_list = parameter.schema["type"] == "array"
    assert is_list or refused_by_name(answer, one, parameter.name), answer.body
    assert not is_list or answer.status == 200, answer.body


@pytest.mark.parametrize(
    ("one", "parameter"), [pair for pair in IN_QUERIES if pair[1].required], ids=named
)
def test_a_required_parameter_that_is_missing_is_named(
    one: Operation, parameter: Parameter, ours: Gate
) -> None:
    path, _, query = one.target().partition("?")
    left = [pair for pair in query.split("&") if not pair.startswith(f"{parameter.name}=")]
    answer = ours.get(f"{path}?{'&'.join(left)}")
    assert refused_by_name(answer, one, parameter.name), answer.body


PUBLISHED = [one for one in operations() if not one.is_ours]
OWN = [one for one in operations() if one.is_ours]


@pytest.mark.parametrize("one", OWN, ids=lambda one: one.id)
@pytest.mark.parametrize("odd", ["x=1", "%00=1", "%ff=%ff", "a;b=c", "__class__=1", "self=1"])
def test_unknown_parameters_on_paths_of_our_own_are_refused(
    one: Operation, odd: str, ours: Gate
) -> None:
    answer = ours.get(f"{one.target()}?{odd}")
    assert answer.status == 400
    assert len(answer.json()["errors"]) == 1


@pytest.mark.parametrize("one", PUBLISHED, ids=lambda one: one.id)
def test_unknown_parameters_are_ignored_whatever_they_are_called(
    one: Operation, ours: Gate
) -> None:
    """WIRE.md: "Unknown query parameters on published paths: ignored likewise"."""
    target = one.target()
    expected = ours.get(target)
    assert expected.status == 200, expected.body
    joint = "&" if "?" in target else "?"
    for odd in (
        "x=1",
        "%00=1",
        "%ff=%ff",
        "=",
        "&&",
        "=1",
        "a;b=c",
        "__class__=1",
        "self=1",
        "x" * 9_999,
    ):
        answer = ours.get(f"{target}{joint}{odd}")
        assert answer.status == 200, (odd[:20], answer.body)


RANGES = {
    "reversed": ("2026-03-15T05:30:00Z", "2026-03-14T05:30:00Z", 400),
    "366 days": ("2025-01-01T00:00:00Z", "2026-01-02T00:00:00Z", 400),
    "365 days and a second": ("2025-01-01T00:00:00Z", "2026-01-01T00:00:01Z", 400),
    "365 days": ("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 200),
    "empty": ("2026-03-14T05:30:00Z", "2026-03-14T05:30:00Z", 200),
    "years before the location": ("1970-01-02T00:00:00Z", "1970-01-03T00:00:00Z", 200),
    "far in the future": ("2199-01-01T00:00:00Z", "2199-12-30T00:00:00Z", 200),
}


@pytest.mark.parametrize("name", ["getFinancials", "getAggregatedSales"])
@pytest.mark.parametrize(("start", "end", "status"), RANGES.values(), ids=list(RANGES))
def test_a_range_must_run_forward_and_span_at_most_a_year(
    name: str, start: str, end: str, status: int, ours: Gate
) -> None:
    one = operation(name)
    answer = ours.get(one.target(**{"from": start, "to": end}))
    assert answer.status == status, answer.body
    if status == 400:
        assert refused_by_name(answer, one, "to")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"date": "2026-03-14", "from": "2026-03-14T05:30:00Z"}, "date"),
        ({"from": "2026-03-14T05:30:00Z"}, "to"),
        ({"to": "2026-03-14T05:30:00Z"}, "from"),
    ],
)
def test_a_period_is_a_date_or_a_whole_range(given: dict[str, str], named: str, ours: Gate) -> None:
    one = operation("getAggregatedSales")
    assert refused_by_name(ours.get(one.target(**given)), one, named)


def test_several_wrong_parameters_are_all_named(ours: Gate) -> None:
    one = operation("getFinancials")
    answer = ours.get(one.target(**{"from": "x", "pageSize": "x", "to": "y"}))
    assert all(refused_by_name(answer, one, name) for name in ("from", "pageSize", "to"))


@pytest.mark.parametrize("size", ["1001", "5000", "1" + "0" * 30])
def test_page_sizes_above_the_maximum_are_clamped(size: str, ours: Gate) -> None:
    """WIRE.md: "Page sizes above the maximum […]: clamped to the maximum"."""
    assert ours.get(operation("getFinancials").target(pageSize=size)).status == 200
    assert ours.get(operation("getItems").target(amount=size)).status == 200


@pytest.mark.parametrize(("one", "parameter"), PAIRS, ids=named)
def test_the_server_answers_the_same_to_bytes_that_are_no_text(
    one: Operation, parameter: Parameter, server: Server, estate: Estate
) -> None:
    for raw in ("%00", "%ff", "%c3%28", "x%0d%0aX-Evil:1", "9" * 5_000, "%F0%9F%98%80"):
        answer = server.get(one.target(**{parameter.name: raw}), token=estate.ours)
        text = meaning(raw, parameter.place)
        assert is_proper(answer), (raw, answer)
        assert is_good(parameter, text) or refused_by_name(answer, one, parameter.name), answer
        assert not answer.header("x-evil")


def test_an_address_too_long_for_the_server_is_refused_without_a_fault(
    server: Server, estate: Estate
) -> None:
    """Beyond 64 KB the server under us answers by itself, before any of our code runs."""
    for target in (
        f"/f/data/businesses?page={'9' * 100_000}",
        f"/f/finance/{'9' * 100_000}/tax-rates",
    ):
        answer = server.get(target, token=estate.ours)
        assert answer.status in {400, 414, 431}
    assert server.get(f"/f/finance/{LOCATION}/tax-rates", token=estate.ours).status == 200
