"""Through a real Granian: bytes on a socket that no well-behaved client would send."""

import asyncio
import json
import socket

import pytest
from tests.api.conftest import Gate
from tests.api.rows import LOCATION, OPENING, Rows, a_sale, sales_every

from tillgate.site.serve import listening

RATES = f"/f/finance/{LOCATION}/tax-rates".encode()
ACCEPTABLE = {200, 204, 304, 400, 401, 404, 405, 414}


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def exchange(port: int, request: bytes) -> tuple[int, dict[str, str], bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    status_line, *lines = head.decode("latin-1").rstrip().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    body = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    return int(status_line.split()[1]), headers, body


def call(gate: Gate, target: bytes, *headers: bytes, method: bytes = b"GET"):
    async def served():
        port = a_free_port()
        async with listening(gate.plane, "127.0.0.1", port, 2):
            authorization = b"Authorization: Bearer " + gate.token.encode()
            lines = [b"%b %b HTTP/1.1" % (method, target), b"Host: localhost", authorization]
            lines += [b"Connection: close", *headers, b"", b""]
            return await exchange(port, b"\r\n".join(lines))

    return gate.runner.run(served())


@pytest.mark.parametrize(
    "target",
    [
        b"/f/finance/%00/tax-rates",
        b"/f/finance/%FF%FE/tax-rates",
        RATES + b"%00",
        RATES + b"%0A",
        RATES + b"?a=%00%FF&%FF",
        b"/f/finance/1%2F2/tax-rates",
        b"/f/../f/finance/1/tax-rates",
        RATES.replace(b"tax", b"%74ax"),
        b"/items/v1/items?businessLocationId=%FF",
        b"/f/" + b"x" * 5000,
    ],
)
def test_no_bytes_in_a_target_are_a_fault_of_ours(gate: Gate, target: bytes) -> None:
    status, headers, body = call(gate, target)
    assert status in ACCEPTABLE
    assert headers["content-type"] == "application/json"
    assert json.loads(body)


def test_a_path_with_raw_pluses_and_colons_arrives_whole(gate: Gate, rows: Rows) -> None:
    rows.add_sales([a_sale(1, OPENING)])
    target = b"/f/finance/%d/financials/" % LOCATION
    target += b"2026-03-14T06:30:00+01:00/2026-03-15T06%3A30%3A00%2B01%3A00?include=payments"
    status, _, body = call(gate, target)
    assert status == 200
    assert len(json.loads(body)["sales"]) == 1


def test_a_large_page_arrives_whole(gate: Gate, rows: Rows) -> None:
    rows.add_sales(sales_every(1, 1000))
    target = b"/f/finance/%d/dailyFinancials?date=2026-03-14&include=payments" % LOCATION
    status, headers, body = call(gate, target)
    assert status == 200
    assert int(headers["content-length"]) == len(body)
    assert len(json.loads(body)["sales"]) == 1000


def test_head_and_not_modified_carry_no_body(gate: Gate) -> None:
    status, headers, body = call(gate, RATES, method=b"HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 0
    known = b"If-None-Match: " + headers["etag"].encode()
    assert call(gate, RATES, known)[::2] == (304, b"")


def test_a_post_with_a_body_is_refused_and_answered(gate: Gate) -> None:
    status, headers, body = call(gate, RATES, b"Content-Length: 0", method=b"POST")
    assert status == 405
    assert headers["allow"] == "GET, HEAD, OPTIONS"
    assert json.loads(body)["status"] == 405
