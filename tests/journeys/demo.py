"""A demo as somebody at a laptop starts it: a process of its own, and whatever it starts."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from tests.contract.server import free_port

READY_WITHIN = 60.0


class Demo:
    """`tillgate demo --json` on a data folder; `facts` is the line it printed when ready."""

    def __init__(self, folder: Path, *options: str, port: int = 0) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.log_path = folder.parent / f"{folder.name}.log"
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [*command(folder, self.port), "--json", *options],
                env=plain_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                process_group=0,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log()
        self.facts: dict[str, Any] = json.loads(line)

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def send(self, number: signal.Signals) -> None:
        """As Ctrl-C does: to the whole group in the foreground."""
        os.killpg(self.process.pid, number)

    def end(self, within: float = 30) -> int:
        status = self.process.wait(within)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def token(self) -> dict[str, Any]:
        """The client's tokens for its refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": self.facts["refresh_token"]}
        return self.token_call(form)

    def token_call(self, form: dict[str, str]) -> dict[str, Any]:
        credentials = (self.facts["client_id"], self.facts["client_secret"])
        answer = httpx.post(f"{self.url}/oauth/token", data=form, auth=credentials)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def get(self, target: str, token: str) -> Any:
        answer = httpx.get(f"{self.url}{target}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sales(self, token: str) -> list[str]:
        """The accounts of everything that the first location has sold."""
        location = self.facts["business_location_ids"][0]
        day = time.time()
        bounds = [
            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(day + 86_400 * n)) for n in (-9, 1)
        ]
        body = self.get(f"/f/finance/{location}/financials/{bounds[0]}/{bounds[1]}", token)
        return [sale["accountFiscId"] for sale in body["sales"]]


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Demo]:
    """A demo that is gone at the end, whatever happened."""
    demo = Demo(folder, "--days", "2", *options)
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.send(signal.SIGINT)
            demo.end()


def command(folder: Path, port: int) -> list[str]:
    run = [sys.executable, "-m", "tillgate", "demo"]
    return [*run, "--data-dir", str(folder), "--port", str(port)]


def plain_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if "TILLGATE" not in key}


def processes_of(folder: Path) -> dict[int, str]:
    """Every living process that names the folder in its command line or environment."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            said = (entry / "cmdline").read_bytes() + b"\0" + (entry / "environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in said and _is_alive(entry):
            found[int(entry.name)] = said.split(b"\0\0")[0].replace(b"\0", b" ").decode()[:200]
    return found


def _is_alive(entry: Path) -> bool:
    try:
        return (entry / "stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def wait_for_nobody(folder: Path, within: float = 15) -> None:
    """Wait until no process of the folder is left."""
    end = time.monotonic() + within
    while (left := processes_of(folder)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not left
