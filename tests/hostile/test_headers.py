"""Headers that lie, conditions and encodings in every form, and the limit of a client."""

import gzip
import json
import time
from collections.abc import Iterator

import pytest
from tests.contract.gate import Answer, Gate
from tests.contract.house import House
from tests.contract.server import Server
from tests.hostile.estate import OUR_BUSINESS, Estate
from tests.hostile.promise import operation, operations

from tillgate.access.tokens import new_token, token_hash

TARGET = operation("getTaxRates").target()
LARGE = "/openapi.json"


@pytest.mark.parametrize("one", [TARGET, "/f/nothing", LARGE])
def test_a_sane_request_id_is_kept(one: str, server: Server, estate: Estate) -> None:
    given = {"X-Request-Id": "Order-7_a.b"}
    assert server.get(one, token=estate.ours, headers=given).header("x-request-id") == "Order-7_a.b"


@pytest.mark.parametrize(
    "given", ["", " ", "a b", "x" * 65, "x" * 5_000, "a,b", "é", '"<script>', "a%0d%0ab", "a\tb"]
)
def test_any_other_request_id_is_replaced(given: str, server: Server, estate: Estate) -> None:
    answer = server.get(TARGET, token=estate.ours, headers={"X-Request-Id": given})
    own = answer.header("x-request-id")
    assert answer.status == 200
    assert own
    assert own != given
    assert own.isalnum()


def test_every_answer_has_a_request_id_of_its_own(server: Server, estate: Estate) -> None:
    targets = [TARGET, "/f/nothing", LARGE, "/f/data/businesses?page=x", "/items"]
    ids = [
        server.get(one, token=token).header("x-request-id")
        for one in targets
        for token in ("", estate.ours)
    ]
    assert len(set(ids)) == len(ids)


def test_a_header_folded_over_two_lines_brings_no_header_of_its_own(
    server: Server, estate: Estate
) -> None:
    raw = f"GET {TARGET} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    raw += f"Authorization: Bearer {estate.ours}\r\nX-Request-Id: a\r\n X-Evil: 1\r\n\r\n"
    answer = server.send(raw.encode())
    assert answer.status in {200, 400}
    assert not answer.header("x-evil")


def href(answer: Answer) -> str:
    return str(answer.json()["_links"]["self"]["href"])


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "localhost@evil.example",
        "evil.example:80",
        "localhost:99999",
        "localhost/x",
        "[::1",
        "",
        "<script>",
        "local host",
        "x" * 3_000,
    ],
)
def test_a_host_that_is_not_ours_stands_in_no_link(
    host: str, server: Server, estate: Estate
) -> None:
    answer = server.get(TARGET, token=estate.ours, headers={"Host": host})
    if answer.status == 400:
        return  # refused before it reached us
    assert href(answer).startswith(f"http://127.0.0.1:{server.port}/f/finance/")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST", "localhost:81"])
def test_a_host_of_ours_stands_in_the_links(host: str, server: Server, estate: Estate) -> None:
    answer = server.get(TARGET, token=estate.ours, headers={"Host": host})
    assert href(answer).lower() == f"http://{host}{TARGET}".lower()


def test_forwarded_headers_of_a_peer_nobody_trusts_are_not_believed(
    server: Server, estate: Estate
) -> None:
    lies = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Port": "444",
        "Forwarded": "host=evil.example;proto=https",
        "X-Original-URL": "/f/nothing",
        "X-Rewrite-URL": "/f/nothing",
    }
    plain = server.get(TARGET, token=estate.ours)
    answer = server.get(TARGET, token=estate.ours, headers=lies)
    assert (answer.status, answer.body) == (200, plain.body)
    metrics = server.get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"})
    assert metrics.status == 200  # the peer is loopback, whatever it says


@pytest.fixture
def tag(ours: Gate) -> str:
    return ours.get(TARGET).header("etag")


def test_a_tag_is_weak_and_the_same_for_the_same_body(ours: Gate, tag: str) -> None:
    assert tag.startswith('W/"')
    packed = ours.get(TARGET, headers=[("accept-encoding", "gzip")])
    assert packed.header("etag") == tag


MATCHING = [
    "{0}",
    "{1}",
    "*",
    '"x", {0}',
    '{0}, "x"',
    'W/"x",{1}',
    "{0},{0}",
    '"a,b", {0}',
    " {0} ",
]
NOT_MATCHING = [
    "",
    '""',
    '"x"',
    'W/""',
    "{2}",
    "W/{2}",
    '"{2}',
    '{2}"',
    "W/",
    ",",
    '"*"',
    "x*x",
    "\xff",
]


@pytest.mark.parametrize("form", MATCHING)
def test_an_answer_the_caller_has_is_a_304(form: str, ours: Gate, tag: str) -> None:
    sent = form.format(tag, tag.removeprefix("W/"))
    answer = ours.get(TARGET, headers=[("if-none-match", sent)])
    assert (answer.status, answer.body) == (304, b"")
    assert answer.header("etag") == tag
    assert answer.header("cache-control") == "private, no-cache"
    assert answer.header("vary")
    assert not answer.header("content-type")


@pytest.mark.parametrize("form", NOT_MATCHING)
def test_any_other_condition_gets_the_whole(form: str, ours: Gate, tag: str) -> None:
    sent = form.format(tag, tag, tag.removeprefix("W/").strip('"'))
    assert ours.get(TARGET, headers=[("if-none-match", sent)]).status == 200


def test_a_304_needs_a_token_a_scope_and_a_location(
    ours: Gate, tag: str, house: House, estate: Estate
) -> None:
    condition = [("if-none-match", tag), ("if-none-match", "*")]
    lacks = house.rows.add_token(business=OUR_BUSINESS, scopes="items")
    for token, status in (("-", 401), ("tg_x", 401), (lacks, 403), (estate.theirs, 404)):
        assert ours.get(TARGET, token=token, headers=condition[:1]).status == status


def test_other_conditions_and_ranges_are_not_acted_on(ours: Gate) -> None:
    for name, value in (
        ("if-match", '"x"'),
        ("if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT"),
        ("if-unmodified-since", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("range", "bytes=0-3"),
        ("expect", "100-continue"),
    ):
        assert ours.get(TARGET, headers=[(name, value)]).status == 200


PACKED = {
    "gzip": True,
    "GZip": True,
    "x-gzip": True,
    "*": True,
    "gzip;q=1": True,
    "gzip; q=0.5": True,
    "br;q=1.0, gzip;q=0.8, *;q=0.1": True,
    "deflate, gzip": True,
    "gzip;q=0.001": True,
    "*;q=0.5, identity;q=0": True,
    "": False,
    "identity": False,
    "br": False,
    "gzip;q=0": False,
    "gzip;q=0.000": False,
    "gzip;q=0, *": False,
    "*;q=0": False,
    "gzipped": False,
    "notgzip": False,
    "gzip;q=": True,
    "gzip;q=abc": False,
    ",,;": False,
}


@pytest.mark.parametrize(("accepted", "packed"), PACKED.items())
def test_gzip_is_used_where_it_is_accepted(accepted: str, packed: bool, ours: Gate) -> None:
    answer = ours.get(LARGE, headers=[("accept-encoding", accepted)])
    assert (answer.header("content-encoding") == "gzip") == packed
    body = gzip.decompress(answer.body) if packed else answer.body
    assert json.loads(body)["openapi"] == "3.1.0"
    assert answer.header("content-length") == str(len(answer.body))


@pytest.fixture
def strict(house: House, estate: Estate) -> Iterator[Gate]:
    made = Gate(house.urls)
    yield made
    made.close()


def test_beyond_the_limit_a_client_is_told_when_to_come_back(strict: Gate, house: House) -> None:
    token = house.rows.add_token(business=OUR_BUSINESS, calls_per_minute=3)
    answers = [strict.get(one.target(), token=token) for one in operations()[:4]]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    left = [answer.header("ratelimit").split(";")[1] for answer in answers]
    assert left == ["r=2", "r=1", "r=0", "r=0"]
    assert {answer.header("ratelimit-policy") for answer in answers} == {'"client";q=3;w=60'}
    refused = answers[-1]
    assert 0 < int(refused.header("retry-after")) <= 60
    assert refused.json()["errors"][0]["code"] == "too_many_requests"


def test_refusals_and_304s_count_too(strict: Gate, house: House) -> None:
    token = house.rows.add_token(business=OUR_BUSINESS, calls_per_minute=3)
    tag = strict.get(TARGET, token=token).header("etag")
    same = strict.get(TARGET, token=token, headers=[("if-none-match", tag)])
    wrong = strict.get("/f/data/businesses?page=x", token=token)
    assert [same.status, wrong.status] == [304, 400]
    assert strict.get(TARGET, token=token).status == 429


def second_token(house: House, token: str) -> str:
    """A further token of the same client."""
    other = new_token()
    house.rows.owner.execute(
        "INSERT INTO oauth2_provider_accesstoken (token, token_checksum, application_id, expires,"
        " scope, created, updated, resource) SELECT '', %s, application_id, expires, scope,"
        " created, updated, resource FROM oauth2_provider_accesstoken WHERE token_checksum = %s",
        (token_hash(other), token_hash(token)),
    )
    return other


def test_the_limit_is_the_client_s_and_not_the_token_s(strict: Gate, house: House) -> None:
    first = house.rows.add_token(business=OUR_BUSINESS, calls_per_minute=2)
    again = second_token(house, first)
    neighbour = house.rows.add_token(business=OUR_BUSINESS, calls_per_minute=2)
    statuses = [strict.get(TARGET, token=token).status for token in (first, again, first, again)]
    assert statuses == [200, 200, 429, 429]
    assert strict.get(TARGET, token=neighbour).status == 200


def test_calls_without_a_good_token_use_up_nobody_s_limit(strict: Gate, house: House) -> None:
    token = house.rows.add_token(business=OUR_BUSINESS, calls_per_minute=2)
    for _ in range(5):
        assert strict.get(TARGET, token=f"{token[:-1]}!").status == 401
    assert strict.get(TARGET, token=token).header("ratelimit").split(";")[1] == "r=1"


def test_a_minute_after_the_first_call_the_limit_is_whole_again(
    strict: Gate, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = house.rows.add_token(business=OUR_BUSINESS, calls_per_minute=1)
    assert [strict.get(TARGET, token=token).status for _ in range(2)] == [200, 429]
    real = time.monotonic
    monkeypatch.setattr("tillgate.access.limits.monotonic", lambda: real() + 61)
    assert strict.get(TARGET, token=token).status == 200
