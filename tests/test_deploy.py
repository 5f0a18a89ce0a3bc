"""The examples in deploy/ are tried on the real programs: systemd-analyze and nginx."""

import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import httpx
import pytest

from tillgate.site.asgi import PREFIXES

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = ("tillgate-portal.service", "tillgate-worker.service", "tillgate-api@.service")
NAME = "gate.example.com"
INSTALLED = "/opt/tillgate/.venv/bin/tillgate"

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)
needs_nginx = pytest.mark.skipif(
    shutil.which("nginx") is None or shutil.which("openssl") is None,
    reason="nginx or openssl is not installed",
)


def _units(folder: Path) -> list[Path]:
    """The units as they would be here: ours is not installed where they say."""
    # Through a link of ours, since a unit's command must not hold a space.
    command = folder / "tillgate"
    command.symlink_to(Path(sys.executable).parent / "tillgate")
    paths = []
    for name in UNITS:
        text = (DEPLOY / "systemd" / name).read_text()
        assert INSTALLED in text
        path = folder / name.replace("@", "@8101")
        path.write_text(text.replace(INSTALLED, str(command)))
        paths.append(path)
    return paths


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    command = ["systemd-analyze", "verify", "--man=no", *map(str, _units(tmp_path))]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_the_units_leave_little_exposed(tmp_path: Path) -> None:
    for unit in _units(tmp_path):
        command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout[-300:]


def test_only_the_units_that_need_a_role_are_given_it() -> None:
    given = {}
    for name in UNITS:
        text = (DEPLOY / "systemd" / name).read_text()
        given[name] = {
            word
            for word in ("OWNER", "PORTAL", "LEDGER", "READER", "METER")
            if f"TILLGATE_{word}_DATABASE_URL" in text
        }
    assert given == {
        "tillgate-portal.service": {"PORTAL"},
        "tillgate-worker.service": {"PORTAL", "LEDGER"},
        "tillgate-api@.service": {"READER", "METER"},
    }


class _Backend(BaseHTTPRequestHandler):
    """Answers with its name and with what nginx told it about the caller."""

    protocol_version = "HTTP/1.1"
    name = ""

    def do_GET(self) -> None:
        told = [self.headers.get(name, "-") for name in ("X-Forwarded-For", "X-Forwarded-Proto")]
        body = " ".join([self.name, *told]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815  the name is http.server's

    def log_message(self, *_: object) -> None:
        """Say nothing: the test reads nginx's logs."""


class Proxy(NamedTuple):
    """nginx with our example, in front of two backends that say their names."""

    folder: Path
    https: int
    http: int

    def get(self, path: str, *, method: str = "GET", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        trusted = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        with httpx.Client(verify=trusted, timeout=10) as client:
            url = f"https://localhost:{self.https}{path}"
            return client.request(method, url, headers={"Host": NAME, **named})

    def get_plain(self, path: str) -> httpx.Response:
        return httpx.get(f"http://localhost:{self.http}{path}", headers={"Host": NAME})

    def logs(self) -> str:
        return "".join(path.read_text() for path in self.folder.glob("*.log"))


@contextmanager
def _backend(name: str) -> Iterator[int]:
    handler = type("Named", (_Backend,), {"name": name})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _certificate(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-keyout", str(folder / "privkey.pem"), "-days", "1"]
    command += ["-out", str(folder / "fullchain.pem"), "-subj", "/CN=gate.example.com"]
    command += ["-addext", "subjectAltName=DNS:gate.example.com,DNS:localhost"]
    subprocess.run(command, check=True, capture_output=True, timeout=30)


def _config(folder: Path, ports: dict[str, int]) -> Path:
    """The example with this test's ports and folders, inside the least that nginx needs."""
    text = (DEPLOY / "nginx" / "tillgate.conf").read_text()
    kept = [line for line in text.splitlines() if "listen [::]" not in line]
    text = "\n".join(kept)
    changes = {
        "127.0.0.1:8101": f"127.0.0.1:{ports['api']}",
        "127.0.0.1:8102": f"127.0.0.1:{ports['nobody']}",
        "127.0.0.1:8000": f"127.0.0.1:{ports['portal']}",
        "listen 80;": f"listen 127.0.0.1:{ports['http']};",
        "listen 443 ": f"listen 127.0.0.1:{ports['https']} ",
        "/etc/tillgate/tls": str(folder),
        "/var/log/nginx": str(folder),
    }
    for ours, theirs in changes.items():
        assert ours in text, ours
        text = text.replace(ours, theirs)
    spools = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; master_process off; pid {folder}/nginx.pid;\n"
        f"events {{}}\nhttp {{\n{spools}access_log off;\n{text}\n}}\n"
    )
    return path


@contextmanager
def _running(config: Path, port: int) -> Iterator[None]:
    command = ["nginx", "-e", str(config.parent / "start.log"), "-p", str(config.parent)]
    checked = subprocess.run(
        [*command, "-t", "-c", str(config)],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert checked.returncode == 0, checked.stderr
    nginx = subprocess.Popen([*command, "-c", str(config)], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield
    finally:
        nginx.terminate()
        nginx.wait(10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError("nginx does not listen")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    _certificate(folder)
    with _backend("api") as api, _backend("portal") as portal:
        ports = {"api": api, "portal": portal}
        ports |= {name: _free_port() for name in ("http", "https", "nobody")}
        with _running(_config(folder, ports), ports["https"]):
            yield Proxy(folder, ports["https"], ports["http"])


@needs_nginx
@pytest.mark.parametrize("prefix", PREFIXES)
def test_nginx_sends_every_path_of_the_plane_to_it(proxy: Proxy, prefix: str) -> None:
    assert proxy.get(prefix).text.startswith("api ")
    assert proxy.get(f"/{prefix}").text.startswith("api ")


@needs_nginx
@pytest.mark.parametrize("path", ["/", "/oauth/authorize", "/fx", "/itemsx", "/static/a.css"])
def test_nginx_sends_all_other_paths_to_the_portal(proxy: Proxy, path: str) -> None:
    assert proxy.get(path).text.startswith("portal ")


@needs_nginx
@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "//metrics", "/healthz", "/readyz"])
def test_nginx_keeps_what_is_for_this_machine_inside(proxy: Proxy, path: str) -> None:
    assert proxy.get(path).status_code == 404


@needs_nginx
def test_nginx_says_who_calls_whatever_the_caller_claims(proxy: Proxy) -> None:
    answer = proxy.get("/f/data/businesses", X_Forwarded_For="10.9.8.7", X_Forwarded_Proto="http")
    assert answer.text == "api 127.0.0.1 https"


@needs_nginx
def test_nginx_passes_over_a_process_that_is_down(proxy: Proxy) -> None:
    assert [proxy.get("/f/x").status_code for _ in range(6)] == [200] * 6


@needs_nginx
def test_nginx_refuses_programs_that_speak_in_the_clear(proxy: Proxy) -> None:
    assert proxy.get_plain("/oauth/token").status_code == 403
    assert proxy.get_plain("/f/data/businesses").status_code == 403
    assert proxy.get_plain("/somewhere").headers["Location"] == "https://gate.example.com/somewhere"


@needs_nginx
def test_nginx_logs_no_secret_that_comes_in_a_query(tmp_path: Path) -> None:
    _certificate(tmp_path)
    names = ("api", "portal", "http", "https", "nobody")
    ports = {name: _free_port() for name in names}
    with _running(_config(tmp_path, ports), ports["https"]):
        proxy = Proxy(tmp_path, ports["https"], ports["http"])
        # Nobody listens behind nginx: it says so in the error log, with the request line.
        assert proxy.get("/f/x?nextPageToken=known").status_code == 502
        asked = proxy.get("/oauth/token?client_secret=hidden", method="POST", Referer="/?c=hidden")
        assert asked.status_code == 502
        assert proxy.get_plain("/oauth/token?client_secret=hidden").status_code == 403
    assert "/oauth/token" in proxy.logs()
    assert "nextPageToken=known" in proxy.logs()
    assert "hidden" not in proxy.logs()
