"""Serving in earnest: stopping, losing the database, and what the log says of it all."""

import json
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from tests.api.rows import OPENING, a_sale, sales_every
from tests.contract.gate import Answer
from tests.contract.house import House
from tests.contract.server import GENEROUS, Server, database_settings
from tests.journeys.demo import processes_of
from tests.journeys.proxy import Door

from tillgate.foundation.postgres.roles import Role

LOCATION = 410_000_000_000_600
BUSINESS = 410_000_000_000_060
TARGET = f"/f/finance/{LOCATION}/tax-rates"
DAILY = f"/f/finance/{LOCATION}/dailyFinancials?date=2026-03-14"


def make_books(house: House) -> str:
    house.rows.add_location(LOCATION, business=BUSINESS)
    house.rows.add_sales(sales_every(5, 10), location=LOCATION)
    return house.rows.add_token([LOCATION], business=BUSINESS)


@pytest.fixture
def token(house: House) -> str:
    made: str = house.once(make_books)
    return made


@pytest.fixture
def serve(house: House, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers; whatever still runs is ended at the end."""
    started: list[Server] = []

    def start(part: str = "api", **environ: str) -> Server:
        settings = {**database_settings(house.urls), **GENEROUS, **environ}
        started.append(Server(part, tmp_path, settings))
        return started[-1]

    yield start
    for server in started:
        server.stop()


class Slow:
    """A call that PostgreSQL keeps waiting until `go_on`, made in a thread of its own."""

    def __init__(self, house: House, server: Server, token: str) -> None:
        self._blocker = psycopg.connect(house.urls[Role.OWNER])
        self._blocker.execute("LOCK TABLE ledger_opensale IN ACCESS EXCLUSIVE MODE")
        self.found: list[Answer | Exception] = []
        self._thread = threading.Thread(target=self._call, args=[server, token])
        self._thread.start()
        time.sleep(0.5)
        assert not self.found

    def _call(self, server: Server, token: str) -> None:
        try:
            self.found.append(server.get(DAILY, token=token))
        except Exception as error:
            self.found.append(error)

    def go_on(self) -> None:
        self._blocker.rollback()

    def close(self) -> None:
        self._blocker.close()
        self._thread.join(20)


@contextmanager
def slow_call(house: House, server: Server, token: str) -> Iterator[Slow]:
    call = Slow(house, server, token)
    try:
        yield call
    finally:
        call.close()


def test_sigterm_lets_what_is_in_flight_finish_and_takes_nothing_new(
    serve: Callable[..., Server], house: House, token: str
) -> None:
    server = serve()
    with slow_call(house, server, token) as call:
        server.process.terminate()
        time.sleep(0.7)
        assert server.process.poll() is None
        with pytest.raises(ConnectionError):
            server.get("/healthz")
        call.go_on()
        assert server.process.wait(8) == 0, server.log()
    (answer,) = call.found
    assert isinstance(answer, Answer), answer
    assert (answer.status, len(answer.json()["sales"])) == (200, 10)


@pytest.mark.parametrize("sent", [b"", b"GET /f/data/busi", b"GET /healthz HTTP/1.1\r\nHost: loc"])
def test_a_half_sent_request_does_not_hold_it_beyond_the_deadline(
    sent: bytes, serve: Callable[..., Server]
) -> None:
    server = serve(TILLGATE_SHUTDOWN_SECONDS="2")
    with socket.create_connection(("127.0.0.1", server.port)) as half:
        half.sendall(sent)
        time.sleep(0.2)
        started = time.monotonic()
        assert server.stop(within=8) == 0, server.log()
        assert time.monotonic() - started < 6


def test_a_call_that_never_ends_does_not_hold_it_beyond_the_deadline(
    serve: Callable[..., Server], house: House, token: str
) -> None:
    server = serve(TILLGATE_SHUTDOWN_SECONDS="2")
    with slow_call(house, server, token):
        started = time.monotonic()
        server.process.terminate()
        server.process.wait(12)
        assert time.monotonic() - started < 9


def test_killing_the_main_process_leaves_no_worker(serve: Callable[..., Server]) -> None:
    server = serve("all")
    folder = server.log_path.parent
    server.wait_until(lambda: len(processes_of(folder)) >= 2)
    server.process.kill()
    server.process.wait(5)
    end = time.monotonic() + 10
    while processes_of(folder) and time.monotonic() < end:
        time.sleep(0.1)
    assert not processes_of(folder)


def test_readiness_follows_the_database_and_calls_come_back(
    serve: Callable[..., Server], house: House, token: str
) -> None:
    with tempfile.TemporaryDirectory(prefix="tg") as short:  # unix sockets want a short path
        door = Door(Path(short), house.urls[Role.READER])
        through = {setting: door.url(url) for setting, url in database_settings(house.urls).items()}
        door.open()
        try:
            server = serve("all", **through)
            server.wait_until(lambda: server.get("/readyz").status == 200)
            assert server.get(DAILY, token=token).status == 200
            door.close()
            answer = server.get("/readyz")
            assert (answer.status, answer.json()["ready"]) == (503, False)
            assert server.get("/healthz").status == 200
            for target in (DAILY, TARGET):
                refused = server.get(target, token=token)
                assert refused.status == 503
                assert refused.json()["status"] == 503
                assert int(refused.header("retry-after")) > 0
            door.open()
            server.wait_until(lambda: server.get("/readyz").status == 200, within=15)
            server.wait_until(lambda: server.get(DAILY, token=token).status == 200, within=15)
        finally:
            door.close()


def test_it_stops_in_time_also_while_the_database_is_away(
    serve: Callable[..., Server], house: House, token: str
) -> None:
    with tempfile.TemporaryDirectory(prefix="tg") as short:
        door = Door(Path(short), house.urls[Role.READER])
        through = {setting: door.url(url) for setting, url in database_settings(house.urls).items()}
        door.open()
        server = serve("all", **through, TILLGATE_SHUTDOWN_SECONDS="3")
        assert server.get(DAILY, token=token).status == 200
        door.close()
        assert server.get(DAILY, token=token).status == 503
        started = time.monotonic()
        server.stop(within=40)
        assert time.monotonic() - started < 10, server.log()


def form(server: Server, path: str, given: dict[str, str], query: str = "") -> Answer:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(given).encode()
    return server.call("POST", f"{path}?{query}" if query else path, headers=kind, body=body)


def test_the_log_is_json_with_request_ids_and_tells_no_secret(
    serve: Callable[..., Server], house: House, token: str
) -> None:
    server = serve("all", TILLGATE_ACCESS_LOG="true")
    secrets = [token, "tg_nonsense-token", "query-secret", "form-secret", "refresh-secret"]
    given = {"X-Request-Id": "find-me-again"}
    assert (
        server.get(f"{DAILY}&access_token=query-secret", token=token, headers=given).status == 200
    )
    server.get(TARGET, token="tg_nonsense-token")
    credentials = {"client_id": "tg_client_x", "client_secret": "form-secret"}
    form(server, "/oauth/token", {"grant_type": "client_credentials", **credentials})
    old_style = {**credentials, "grant_type": "refresh_token", "refresh_token": "refresh-secret"}
    form(server, "/oauth/token", {}, urlencode(old_style))
    form(server, "/oauth/revoke", {**credentials, "token": "refresh-secret"})
    form(server, "/oauth/introspect", {**credentials, "token": "refresh-secret"})
    server.get("/oauth/authorize?client_id=x&state=query-secret")
    server.get("/f/nothing?code=query-secret")
    assert server.stop() == 0
    log = server.log()
    lines = [json.loads(line) for line in log.splitlines()]
    requests = [line for line in lines if line["logger"] == "tillgate.requests"]
    assert len(requests) >= 8
    assert all(line["request_id"] and line["status"] and line["path"] for line in requests)
    assert "find-me-again" in {line["request_id"] for line in requests}
    assert not [secret for secret in secrets if secret in log]
    assert not [line["path"] for line in requests if "?" in line["path"]]


def test_a_real_client_s_secrets_are_in_no_log(
    serve: Callable[..., Server], house: House, token: str
) -> None:
    """The same with tokens that work, which other lines of code see."""
    server = serve("all", TILLGATE_ACCESS_LOG="true")
    again = house.rows.add_token([LOCATION], business=BUSINESS)
    for target in (DAILY, TARGET, f"{TARGET}?token={again}"):
        server.get(target, token=again)
    form(server, "/oauth/introspect", {"token": again})
    assert server.stop() == 0
    assert again not in server.log()
    assert "Traceback" not in server.log()


def test_new_sales_show_at_once_and_the_tag_changes(
    serve: Callable[..., Server], house: House, token: str
) -> None:
    server = serve()
    first = server.get(DAILY, token=token)
    known = {"If-None-Match": first.header("etag")}
    assert server.get(DAILY, token=token, headers=known).status == 304
    house.rows.add_sales([a_sale(77, OPENING)], location=LOCATION)
    second = server.get(DAILY, token=token, headers=known)
    assert second.status == 200
    assert len(second.json()["sales"]) == len(first.json()["sales"]) + 1
