"""A Tillgate as an operator runs it: a data folder, its own PostgreSQL, a server and its worker."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from tests.access.world import PASSWORD
from tests.contract.server import Server, free_port
from tests.journeys.demo import plain_environment, processes_of
from tests.journeys.mailbox import Mailbox
from tests.journeys.person import Person

from tillgate.foundation import clock
from tillgate.simulator.feed import Plan, write_plan

REPOSITORY = Path(__file__).parents[2]
DAYS = 2
SALES_A_DAY = 20


def feed(data: Path) -> None:
    """Import two days of the simulated group into a data folder, as a back office does."""
    now = clock.now()
    first = now.date() - timedelta(days=DAYS)
    plan = Plan(first=first, last=now.date(), opened=first, until=now, sales_a_day=SALES_A_DAY)
    files = write_plan(data.with_name("feed"), plan)
    subprocess.run(
        [sys.executable, "-m", "tillgate", "backoffice", "import", *map(str, files)],
        env={**plain_environment(), "TILLGATE_DATA_DIR": str(data)},
        stdout=subprocess.PIPE,
        check=True,
        timeout=180,
    )


class Installation:
    """What runs, and the people who come to it, on a copy of a data folder.

    `browser` is Playwright's.
    """

    def __init__(self, folder: Path, data: Path, browser: Any) -> None:
        self.folder = folder
        # PostgreSQL's files may belong to a user of its own.
        subprocess.run(["cp", "-a", data, folder / "data"], check=True)
        self.browser = browser
        self.mailbox = Mailbox()
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.environ = {
            "TILLGATE_DATA_DIR": str(folder / "data"),
            "TILLGATE_BASE_URL": self.url,
            "TILLGATE_SMTP_URL": self.mailbox.url,
            "TILLGATE_MAIL_FROM": "Tillgate <gate@office.example>",
        }
        self.people: list[Person] = []
        self.logs: list[Path] = []

    # --- as its operator -------------------------------------------------------------------------

    def start(self) -> None:
        self.server = Server("all", self.folder, self.environ, port=self.port)
        self.logs.append(self.server.log_path)

    def kill(self) -> None:
        """As a power cut does: no process of ours gets a word in."""
        self.server.process.kill()
        self.server.process.wait()

    def kill_worker(self) -> None:
        """Kill the worker alone; pages are served on."""
        running = processes_of(self.folder / "data").items()
        workers = [pid for pid, command in running if "tillgate worker" in command]
        assert workers, running
        for pid in workers:
            os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """Stop everything; nothing may have gone wrong behind the pages."""
        self.server.stop()
        self.mailbox.shut()
        for log in self.logs:
            assert "Traceback" not in log.read_text(errors="replace"), log.read_text()

    def run(self, *command: str) -> str:
        """A command of the operator; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env={**plain_environment(), **self.environ},
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            check=True,
            timeout=180,
        )
        return done.stdout.decode()

    # --- its people ------------------------------------------------------------------------------

    def person(self, name: str, email: str, *, password: str = "", **options: Any) -> Person:
        """Somebody with a browser of their own."""
        context = self.browser.new_context(base_url=self.url, locale="en-GB", **options)
        self.people.append(Person(context, self.mailbox, name, email, password=password))
        return self.people[-1]

    def add_staff(self, name: str, email: str, role: str) -> Person:
        """Somebody whom the operator lets work for the platform; they never signed in."""
        word = self.folder / "password"
        word.write_text(PASSWORD)
        added = ("user", "add", email, "--name", name, "--staff", role)
        self.run("tillgate", *added, "--password-file", str(word))
        return self.person(name, email, password=PASSWORD)

    def prepared(self, *, is_sent: bool = True, **options: Any) -> list[Person]:
        """A merchant who is ready to ask, or has sent a request; an account manager; a reviewer.

        All are made by acts (see `prepared`), have their second factors and a password. The options
        are those of the merchant's browser.
        """
        made = json.loads(self.run("tests.journeys.prepared", *["sent"] * is_sent))
        people: list[Person] = []
        for name, email, app_secret in made:
            person = self.person(name, email, password=PASSWORD, **({} if people else options))
            person.app_secret = app_secret
            people.append(person)
        return people

    def call(self, client: tuple[str, str], target: str) -> httpx.Response:
        """An API call by client credentials, as a program makes it."""
        return httpx.get(f"{self.url}{target}", headers=self.bearer(client))

    def bearer(self, client: tuple[str, str]) -> dict[str, str]:
        """The header with a fresh access token."""
        form = {"grant_type": "client_credentials"}
        token = httpx.post(f"{self.url}/oauth/token", data=form, auth=client).json()
        return {"Authorization": f"Bearer {token['access_token']}"}

    def show_where_people_are(self) -> None:
        """Printed for whoever reads why a journey failed."""
        for person in self.people:
            print(f"{person.name}: {person.page.url}\n{person.page.locator('body').inner_text()}\n")

    def complaints(self) -> list[str]:
        """What the browsers complained of."""
        return [words for person in self.people for words in person.complaints]
