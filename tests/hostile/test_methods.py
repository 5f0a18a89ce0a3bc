"""The plane only reads: every other method on every path, and what HEAD and OPTIONS say."""

import gzip
from collections.abc import Iterable

import pytest
from tests.contract.gate import Answer, Gate
from tests.contract.server import Server
from tests.hostile.estate import Estate
from tests.hostile.promise import Operation, operations

WRITING = ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "PROPFIND", "LOCK", "get", "BREW"]
DOCUMENTS = ["/openapi.json", "/docs", "/docs/api.css"]
NOWHERE = [
    "/f",
    "/f/",
    "/f/nothing",
    "/f/finance/1/nothing",
    "/f/finance/1/financials",
    "/f/finance//tax-rates",
    "/f/finance/a%2Fb/tax-rates",
    "//f/data/businesses",
    "/f/data/../../etc/passwd",
    "/f/%00",
    "/f/%ff",
    "/items",
    "/items/v1",
    "/items/v1/items/1/2",
    "/docs/nothing",
]
EVERYWHERE = [*(one.target() for one in operations()), *DOCUMENTS, *NOWHERE]
# What differs between two answers to the same call.
OWN_TO_EACH = {"x-request-id", "date", "ratelimit"}


def refuses_to_write(answer: Answer) -> bool:
    body = answer.json()
    assert body["status"] == 405
    return answer.status == 405 and answer.header("allow") == "GET, HEAD, OPTIONS"


def comparable(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers if name not in OWN_TO_EACH}


@pytest.mark.parametrize("target", EVERYWHERE)
def test_only_reading_methods_are_allowed_anywhere(
    target: str, server: Server, estate: Estate
) -> None:
    for method in WRITING:
        for token in (estate.ours, ""):
            answer = server.call(method, target, token=token, body=b"{}")
            assert refuses_to_write(answer), (method, answer)


def test_connect_opens_no_way_through(server: Server) -> None:
    answer = server.send(b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.status >= 300  # CONNECT names no path, so the portal answers


@pytest.mark.parametrize("one", operations(), ids=lambda one: one.id)
def test_a_method_in_a_header_or_the_query_changes_nothing(
    one: Operation, server: Server, estate: Estate
) -> None:
    target = one.target()
    joint = "&" if "?" in target else "?"
    override = {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "PUT"}
    assert server.get(target, token=estate.ours, headers=override).status == 200
    answer = server.get(f"{target}{joint}_method=DELETE", token=estate.ours)
    # An unknown parameter is ignored on published paths and refused on ours.
    assert answer.status == (400 if one.is_ours else 200)


@pytest.mark.parametrize("target", [one.target() for one in operations()] + DOCUMENTS)
def test_head_has_the_headers_of_get_and_no_body(
    target: str, server: Server, estate: Estate
) -> None:
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        get = server.get(target, token=estate.ours, headers=headers)
        head = server.call("HEAD", target, token=estate.ours, headers=headers)
        assert (get.status, head.status, head.body) == (200, 200, b"")
        assert comparable(head) == comparable(get)


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_head_is_refused_as_get_is(token: str, server: Server) -> None:
    for target in [operations()[0].target(), "/f/nothing"]:
        get, head = (server.call(method, target, token=token) for method in ("GET", "HEAD"))
        assert (get.status, head.body) == (head.status, b"")
        # The refusal tells the time, whose milliseconds are trimmed: its length may differ by one.
        assert comparable(head).keys() == comparable(get).keys()


@pytest.mark.parametrize("target", EVERYWHERE)
def test_options_answers_without_a_token(target: str, server: Server) -> None:
    answer = server.call("OPTIONS", target)
    if answer.status == 404:
        assert answer.json()["status"] == 404
        assert target in NOWHERE
        return
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("allow") == "GET, HEAD, OPTIONS"
    assert not answer.header("access-control-allow-origin")


def test_every_path_that_is_none_answers_404_in_json(server: Server, estate: Estate) -> None:
    for target in NOWHERE:
        for token in (estate.ours, ""):
            answer = server.get(target, token=token)
            assert answer.status in {400, 404}, (target, answer)
            assert answer.json()["message"], target


def test_a_slash_at_the_end_means_nothing(ours: Gate) -> None:
    for one in operations():
        path, query = _parts(one.target())
        with_slash = ours.get(f"{path}/{query}")
        assert with_slash.status == 200, (path, with_slash.body)
        bare = ours.get(f"{path}{query}")
        assert _same(bare.json()) == _same(with_slash.json())


def _parts(target: str) -> Iterable[str]:
    path, mark, query = target.partition("?")
    return path, mark + query


def _same(body: object) -> object:
    if isinstance(body, dict):
        return {key: value for key, value in body.items() if key != "_links"}
    return body


def test_a_body_sent_with_a_get_is_not_looked_at(server: Server, estate: Estate) -> None:
    for body in (b"{", b"\xff\x00", b"x" * 200_000):
        answer = server.call(
            "GET",
            "/f/data/businesses",
            token=estate.ours,
            headers={"Content-Type": "application/json"},
            body=body,
        )
        assert answer.status == 200


def test_an_encoded_answer_is_the_plain_one(server: Server, estate: Estate) -> None:
    target = operations()[4].target()
    plain = server.get("/openapi.json")
    packed = server.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert packed.header("content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert server.get(target, token=estate.ours).header("vary") == "Accept-Encoding, Authorization"
