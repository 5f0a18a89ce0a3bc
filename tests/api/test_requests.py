"""How the plane speaks HTTP: methods, unknown paths, tags, packing, ids, links, and odd input."""

import gzip

import httpx
import pytest
from psycopg_pool import PoolTimeout
from tests.api.conftest import Gate, Open
from tests.api.rows import LOCATION, Rows
from tests.hostile.promise import GOOD

from tillgate.api.payload import accepts_gzip
from tillgate.api.routes import OPERATIONS

RATES = f"/f/finance/{LOCATION}/tax-rates"
METHODS = ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "QUERY"]

PATHS = [
    *(one.path.format_map(GOOD) for one in OPERATIONS),
    "/openapi.json",
    "/docs",
]
UNKNOWN = ["/f", "/f/", "/f/finance/1", "/items/v1", "/accounting/v1/x", "/catalogue/v1/items"]


def assert_error(answer: httpx.Response, status: int, error: str) -> None:
    assert answer.status_code == status
    body = answer.json()
    if answer.url.path.startswith(("/accounting/", "/catalogue/")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert (body["status"], body["title"]) == (status, error)
        return
    assert answer.headers["content-type"] == "application/json"
    assert set(body) == {"timestamp", "status", "error", "message", "path"}
    assert (body["status"], body["error"]) == (status, error)


@pytest.mark.parametrize("path", [*PATHS, *UNKNOWN])
def test_whatever_would_write_is_refused_on_every_path(gate: Gate, path: str) -> None:
    for method in METHODS:
        answer = gate.call(method, path, content=b"{}")
        assert_error(answer, 405, "Method Not Allowed")
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_path_is_a_404_in_json(gate: Gate, path: str) -> None:
    assert_error(gate.get(path), 404, "Not Found")


@pytest.mark.parametrize("path", PATHS)
def test_options_names_the_methods_without_a_token(gate: Gate, path: str) -> None:
    gate.token = ""
    answer = gate.call("OPTIONS", path)
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("path", ["/docs", RATES, f"{RATES}/", f"{RATES}///"])
def test_head_has_the_headers_of_get_and_no_body(gate: Gate, path: str) -> None:
    answer, got = gate.call("HEAD", path), gate.get(path)
    assert (answer.status_code, answer.content) == (200, b"")
    differ = {"x-request-id", "ratelimit"}
    assert {k: v for k, v in answer.headers.items() if k not in differ} == {
        k: v for k, v in got.headers.items() if k not in differ
    }


def test_an_answer_says_how_it_may_be_kept(gate: Gate) -> None:
    headers = gate.get(RATES).headers
    assert headers["cache-control"] == "private, no-cache"
    assert headers["vary"] == "Accept-Encoding, Authorization"
    assert headers["etag"].startswith('W/"')


@pytest.mark.parametrize("known", ["{}", "*", '"other", {}', 'W/"other",{}'])
def test_an_unchanged_answer_is_a_304_without_a_body(gate: Gate, known: str) -> None:
    etag = gate.get(RATES).headers["etag"]
    for spelled in (etag, etag.removeprefix("W/")):
        answer = gate.get(RATES, headers={"If-None-Match": known.format(spelled)})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
        assert "ratelimit" in answer.headers
    assert gate.get(RATES, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_changed_answer_has_another_tag(gate: Gate, rows: Rows) -> None:
    etag = gate.get(RATES).headers["etag"]
    rows.add_entry("taxrate", "code", "VAT20", {"code": "VAT20"})
    assert gate.get(RATES, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("header", "packed"),
    [
        ("gzip", True),
        ("br, GZip;q=0.5", True),
        ("*", True),
        ("x-gzip", True),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("identity", False),
        ("gzippy", False),
        ("gzip;q=nonsense", False),
        ("", False),
    ],
)
def test_gzip_is_used_where_it_is_accepted(header: str, packed: bool) -> None:
    assert accepts_gzip(header.encode()) is packed


def test_only_bodies_worth_it_are_packed(gate: Gate, rows: Rows) -> None:
    assert "content-encoding" not in gate.get(RATES).headers
    for number in range(50):
        rows.add_entry("taxrate", "code", f"{number}", {"code": f"{number}", "rate": 1.2})
    with_gzip = {"Accept-Encoding": "gzip"}
    answer = gate.get(RATES, headers=with_gzip)
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()["_embedded"]["taxRateList"]) == 50
    assert len(gzip.compress(answer.content)) < len(answer.content)


@pytest.mark.parametrize("given", ["my-id_1.2", "A" * 64])
def test_a_sane_request_id_comes_back(gate: Gate, given: str) -> None:
    assert gate.get(RATES, headers={"X-Request-Id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "A" * 65, "a b", "<script>"])
def test_any_other_request_id_is_replaced(gate: Gate, given: str) -> None:
    answer = gate.get("/f/nothing", headers={"X-Request-Id": given})
    assert len(answer.headers["x-request-id"]) == 24


def links(gate: Gate, **headers: str) -> str:
    body = gate.get(f"{RATES}?a=%C3%A9&b=x+y", headers=headers).json()
    return str(body["_links"]["self"]["href"])


def test_links_name_the_host_that_was_called_when_it_is_ours(gate: Gate) -> None:
    assert links(gate) == f"http://localhost{RATES}?a=%C3%A9&b=x+y"
    assert links(gate, Host="127.0.0.1:9999").startswith("http://127.0.0.1:9999/f/")


@pytest.mark.parametrize("host", ["evil.example", "localhost@evil.example", "localhost:x", "["])
def test_links_never_name_a_host_that_is_not_ours(gate: Gate, host: str) -> None:
    assert "evil" not in links(gate, Host=host)


def test_links_follow_the_setting(open_gate: Open, rows: Rows) -> None:
    rows.add_location()
    gate = open_gate(base_url="https://api.gate.example")
    gate.token = rows.add_token()
    assert links(gate).startswith("https://api.gate.example/f/finance/")


def test_forwarded_headers_are_not_believed_by_themselves(open_gate: Open, rows: Rows) -> None:
    rows.add_location()
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "shop.example"}
    gate = open_gate(hosts=("localhost", "shop.example"))
    gate.token = rows.add_token()
    assert links(gate, **forwarded).startswith("http://localhost/")


def test_a_get_with_a_content_type_and_no_accept_header_is_fine(gate: Gate) -> None:
    request = gate.client.build_request("GET", RATES, headers={"Content-Type": "application/json"})
    del request.headers["accept"]
    request.headers["authorization"] = f"Bearer {gate.token}"
    assert gate.runner.run(gate.client.send(request)).status_code == 200


def test_a_fault_is_a_500_without_its_story(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> str:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(gate.plane.plane, "base_url", fail)
    answer = gate.get(RATES)
    assert_error(answer, 500, "Internal Server Error")
    assert "secret" not in answer.text
    assert len(answer.headers["x-request-id"]) == 24


def test_a_database_that_is_down_is_a_503_and_says_when_to_come_back(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise PoolTimeout

    monkeypatch.setattr(gate.plane.plane.gatekeeper, "recognise", fail)
    answer = gate.get(RATES)
    assert_error(answer, 503, "Service Unavailable")
    assert answer.headers["retry-after"] == "5"
