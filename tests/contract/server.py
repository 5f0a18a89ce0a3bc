"""The real server as a process of its own, and a client that sends whatever bytes it is given."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPResponse
from pathlib import Path

from tests.contract.gate import Answer

from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import setting_name

START_WITHIN = 30.0
# Deliberately far above what the tests send: limits have tests of their own.
GENEROUS = {"TILLGATE_TOKEN_CALLS_PER_MINUTE": "1000000"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`tillgate serve` on a port of its own; its log is kept and can be read at any time."""

    def __init__(
        self, part: str, folder: Path, environ: Mapping[str, str], *, port: int = 0
    ) -> None:
        self.port = port or free_port()
        self.log_path = folder / f"serve-{part}-{secrets.token_hex(3)}.log"
        command = [sys.executable, "-m", "tillgate", "serve", part, "--port", str(self.port)]
        plain = {key: value for key, value in os.environ.items() if "TILLGATE" not in key}
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                env={**plain, "TILLGATE_DATA_DIR": str(folder / "data"), **environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        try:
            self.wait_until(lambda: self.get("/healthz").status == 200)
        except BaseException:
            self.stop()
            raise

    def wait_until(self, condition, within: float = START_WITHIN) -> None:  # type: ignore[no-untyped-def]
        """Wait for something to come true; connection failures mean "not yet"."""
        end = time.monotonic() + within
        while True:
            try:
                if condition():
                    return
            except OSError:
                pass
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < end, f"not within {within} s\n{self.log()}"
            time.sleep(0.05)

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def get(
        self, target: str, *, token: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        return self.call("GET", target, token=token, headers=headers)

    def call(
        self,
        method: str,
        target: str | bytes,
        *,
        token: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """One request on a connection of its own; the target goes out as it is."""
        lines = {"Host": "localhost", "Connection": "close", **(headers or {})}
        if token:
            lines["Authorization"] = f"Bearer {token}"
        if body:
            lines["Content-Length"] = str(len(body))
        raw_target = target.encode("latin-1") if isinstance(target, str) else target
        head = b"%s %s HTTP/1.1\r\n" % (method.encode(), raw_target)
        head += b"".join(f"{name}: {value}\r\n".encode("latin-1") for name, value in lines.items())
        return self.send(head + b"\r\n" + body, method=method)

    def send(self, raw: bytes, *, method: str = "GET") -> Answer:
        """Send bytes, read one answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=15) as connection:
            connection.sendall(raw)
            response = HTTPResponse(connection, method=method)
            response.begin()
            headers = [(name.lower(), value) for name, value in response.getheaders()]
            return Answer(response.status, headers, response.read())

    def stop(self, within: float = 20) -> int:
        """Ask it to stop by SIGTERM; returns its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


def database_settings(urls: Mapping[Role, str]) -> dict[str, str]:
    """The environment that points a process at these roles' databases."""
    return {setting_name(role): url for role, url in urls.items()}
