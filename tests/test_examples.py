"""The programs in docs/examples, run as written against a real gate with the demo's data."""

import importlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.api.rows import LOCATION
from tests.contract.server import free_port
from tests.example_gate import (
    EXAMPLES,
    RANGE,
    SALES,
    Demo,
    Installation,
    Receiver,
    add_demo,
    balances,
    installed,
)
from tillgate.foundation.postgres.roles import Role
from tillgate.ledger.feed.batch import Written, import_file

REPOSITORY = EXAMPLES.parent.parent
PROGRAMS = ("read_sales", "mirror_menu", "keep_copy", "post_journal")


@pytest.fixture(scope="module")
def installation(  # type: ignore[no-untyped-def]
    role_urls: dict[Role, str], migrated: None, django_db_blocker, tmp_path_factory
) -> Iterator[Installation]:
    with django_db_blocker.unblock(), installed(role_urls, tmp_path_factory.mktemp("gate")) as gate:
        yield gate


@pytest.fixture(scope="module")
def demo(installation: Installation, role_urls: dict[Role, str], django_db_blocker) -> Demo:  # type: ignore[no-untyped-def]
    with django_db_blocker.unblock():
        return add_demo(installation, role_urls[Role.LEDGER])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Imports a program, as one of the others imports what they share."""
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module


def test_the_program_reads_all_pages_of_a_range(installation: Installation) -> None:
    done = installation.run()
    assert done.returncode == 0, done.stderr
    references = [json.loads(line)["accountReference"] for line in done.stdout.splitlines()]
    assert references == [f"reference-{number}" for number in range(1, SALES + 1)]
    assert f"{SALES} records, revenue {SALES * 12}.00" in done.stderr
    assert "not closed yet" in done.stderr


def test_the_programs_get_a_new_token_when_theirs_is_refused(
    installation: Installation, module: Callable[[str], Any]
) -> None:
    gate = module("gate").Gate(*installation[:3], "financial-api")
    path = f"/f/finance/{LOCATION}/tax-rates"
    assert gate.get(path)["_embedded"]
    first = gate._token
    installation.change("DELETE FROM access_secrettoken; DELETE FROM oauth2_provider_accesstoken")
    assert gate.get(path)["_embedded"]
    assert gate._token != first


def test_the_programs_wait_as_long_as_they_are_told(
    installation: Installation, module: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        installation.change("UPDATE access_integration SET calls_per_minute = 600")

    installation.change("UPDATE access_integration SET calls_per_minute = 1")
    sleeper = type("Clock", (), {"sleep": staticmethod(wait), "monotonic": time.monotonic})
    monkeypatch.setattr(module("gate"), "time", sleeper)
    gate = module("gate").Gate(*installation[:3], "financial-api")
    found = list(module("read_sales").sales(gate, LOCATION, *RANGE))
    assert len(found) == SALES
    assert len(waits) == 1
    assert 1 <= waits[0] <= 60


def test_the_programs_give_up_when_a_gate_stays_away(
    module: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    sleeper = type("Clock", (), {"sleep": waits.append, "monotonic": time.monotonic})
    monkeypatch.setattr(module("gate"), "time", sleeper)
    gate = module("gate").Gate(f"http://localhost:{free_port()}", "id", "secret", "items")
    with pytest.raises(module("gate").GaveUp, match="refused"):
        gate.get("/")
    assert waits == [2, 4, 8, 16, 32]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"GATE_CLIENT_SECRET": "tg_none"}, "no token: 401"),
        ({"GATE_CLIENT_SECRET": "", "GATE_URL": ""}, "set GATE_URL, GATE_CLIENT_SECRET in the env"),
        ({"GATE_URL": "gate.example.com"}, "write an address such as https://gate.example.com"),
        ({"GATE_URL": "http://gate.example.com"}, "write https, or what is secret could be read"),
    ],
)
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_programs_say_what_is_wrong_with_their_settings(
    installation: Installation, program: str, environ: dict[str, str], expected: str, tmp_path: Path
) -> None:
    done = installation.run(*_command(program, str(LOCATION), tmp_path), **environ)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{program}: ")
    assert expected in done.stderr


def _command(program: str, location: str, folder: Path) -> tuple[str, ...]:
    """A program with what it wants to be given."""
    given = {
        "read_sales": RANGE,
        "mirror_menu": (str(folder / "menu.json"),),
        "keep_copy": (str(folder / "copy.db"),),
        "post_journal": (str(folder / "posted.json"), str(folder / "books.journal")),
    }
    return f"{program}.py", location, *given[program]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_first_call_of_the_readme_works(installation: Installation) -> None:
    text = (REPOSITORY / "README.md").read_text()
    section = text.partition("## A first call")[2].partition("\n## ")[0]
    lines = re.findall(r"^ {4}(.*)$|^$", section, re.MULTILINE)
    named = {
        "BASE_URL": installation.url,
        "CLIENT_ID": installation.client_id,
        "CLIENT_SECRET": installation.secret,
        "LOCATION": str(LOCATION),
    }
    done = subprocess.run(
        ["bash", "-euc", "\n".join(lines)],
        env={**os.environ, **named},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["businessLocationId"] == LOCATION


def test_the_mirror_of_the_menu_follows_it(
    installation: Installation, ledger_url: str, tmp_path: Path
) -> None:
    def feed(*records: dict[str, Any]) -> None:
        here = {"recordedAt": f"2026-03-{20 + len(list(tmp_path.iterdir()))}T10:00:00Z"}
        lines = [json.dumps(here | {"businessLocationId": LOCATION} | one) for one in records]
        import_file(ledger_url, Written("menu", "\n".join(lines).encode()))

    def mirrored() -> tuple[str, dict[str, str]]:
        done = installation.run("mirror_menu.py", str(LOCATION), str(tmp_path / "menu.json"))
        assert done.returncode == 0, done.stderr
        items = json.loads((tmp_path / "menu.json").read_text())["items"]
        return done.stdout.strip(), {number: item["name"] for number, item in items.items()}

    def item(number: int, name: str) -> dict[str, Any]:
        return {"record": "item", "item": {"id": number, "name": name}}

    feed(item(1, "Soup"), item(2, "Tarte"))
    assert mirrored() == ("2 changes, 2 items", {"1": "Soup", "2": "Tarte"})
    assert mirrored() == ("0 changes, 2 items", {"1": "Soup", "2": "Tarte"})
    feed({"record": "item_removed", "itemId": 1}, item(2, "Quiche"), item(3, "Ragoût"))
    assert mirrored() == ("3 changes, 2 items", {"2": "Quiche", "3": "Ragoût"})


def test_the_mirror_of_the_demo_s_menu_is_what_is_on_sale(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "menu.json"
    killed = demo.run("-c", KILLED_BEFORE_IT_SAVES, str(demo.location), str(file))
    assert (killed.returncode, file.exists()) == (-signal.SIGKILL, False)
    for told in (r"\d+ changes, \d+ items\n", r"0 changes, \d+ items\n"):
        done = demo.run("mirror_menu.py", str(demo.location), str(file))
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(told, done.stdout)
    wanted = "SELECT item_id FROM catalogue_item WHERE business_location_id = %s"
    with psycopg.connect(demo.installation.owner_url) as connection:
        now = {str(number) for (number,) in connection.execute(wanted, (demo.location,))}
    assert json.loads(file.read_text())["items"].keys() == now


KILLED_BEFORE_IT_SAVES = """
import os, signal, sys, mirror_menu
mirror_menu.keep = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
mirror_menu.main(sys.argv[1:])
"""


def test_the_programs_refuse_a_file_that_is_not_theirs(demo: Demo, tmp_path: Path) -> None:
    def said(content: str) -> str:
        (tmp_path / "menu.json").write_text(content)
        done = demo.run(*_command("mirror_menu", str(demo.location), tmp_path))
        assert done.returncode == 1
        assert (tmp_path / "menu.json").read_text() == content
        return done.stderr

    assert "cannot be read" in said('{"location": 7')
    assert "was not written by this program" in said("[]")
    assert "belongs to location 7" in said('{"location": 7, "next": 0, "items": {}}')


@pytest.mark.parametrize("program", [name for name in PROGRAMS if name != "read_sales"])
def test_the_programs_leave_nothing_when_a_location_is_not_theirs(
    installation: Installation, program: str, tmp_path: Path
) -> None:
    done = installation.run(*_command(program, "77", tmp_path))
    assert done.returncode == 1
    assert "404" in done.stderr


def test_a_copy_follows_its_days_through_a_kill_and_a_correction(
    demo: Demo, tmp_path: Path
) -> None:
    file = tmp_path / "copy.db"
    killed = demo.run("-c", KILLED_AFTER_ONE_DAY, str(demo.location), str(file))
    assert killed.returncode == -signal.SIGKILL
    assert len(_kept(file)) == 1

    def run() -> str:
        done = demo.run("keep_copy.py", str(demo.location), str(file))
        assert done.returncode == 0, done.stderr
        return done.stdout.partition(";")[0]

    chain = demo.chain()
    assert run() == f"{len(chain) - 1} documents came"
    assert _kept(file).keys() == set(chain)
    before, again = _kept(file), run()
    assert (again, _kept(file)) == ("0 documents came", before)
    day = str(demo.yesterday - timedelta(days=1))
    demo.feed(demo.late[demo.yesterday - timedelta(days=1)])
    assert run() == "1 documents came"
    after = _kept(file)
    assert {each for each in before if before[each] != after[each]} == {day}
    assert [before[day][0], after[day][0]] == [1, 2]
    assert len(after[day][1]) == len(before[day][1]) + 1


# What a power cut does at the worst moment: a day is fetched, and not yet saved.
KILLED_AFTER_ONE_DAY = """
import os, signal, sys, keep_copy
save, saved = keep_copy.save, []

def save_once(*arguments):
    if saved:
        os.kill(os.getpid(), signal.SIGKILL)
    saved.append(save(*arguments))

keep_copy.save = save_once
keep_copy.main(sys.argv[1:])
"""


def _kept(file: Path) -> dict[str, tuple[int, set[str]]]:
    """The revision and the sales of each day; every digest in the copy is right."""
    with closing(sqlite3.connect(file)) as copy:
        days = copy.execute("SELECT business_date, revision, digest, manifest FROM day").fetchall()
        sales = copy.execute("SELECT business_date, sale FROM sale ORDER BY rowid").fetchall()
    for _, _, digest, manifest in days:
        assert sha256(manifest.encode()).hexdigest() == digest
    return {
        day: (revision, {sale for its, sale in sales if its == day}) for day, revision, *_ in days
    }


@pytest.mark.parametrize("name", ["manifest", "totals", "sales"])
def test_a_copy_takes_no_day_that_is_not_what_its_digest_says(
    module: Callable[[str], Any], name: str
) -> None:
    keep_copy = module("keep_copy")
    totals, sales = b'{"lines":[]}', b'{"accountReference":"1"}\n'
    parts = {"totals": totals, "sales": sales}
    manifest = {part: {"sha256": sha256(text).hexdigest()} for part, text in parts.items()}
    document = keep_copy.Document(json.dumps(manifest).encode(), totals, sales)
    digest = sha256(document.manifest).hexdigest()
    change = {"businessDate": "2026-03-14", "revision": 1, "digest": digest}
    keep_copy.check(document, change)
    changed = document._replace(**{name: getattr(document, name) + b" "})
    with pytest.raises(module("gate").GaveUp, match="2026-03-14, revision 1 is not what"):
        keep_copy.check(changed, change)


def test_a_copy_of_other_books_is_left_alone(
    demo: Demo, installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "copy.db"
    assert demo.run("keep_copy.py", str(demo.location), str(file)).returncode == 0
    kept = _kept(file)
    done = installation.run("keep_copy.py", str(LOCATION), str(file))
    assert f"belongs to location {demo.location}" in done.stderr
    with closing(sqlite3.connect(file)) as copy, copy:
        copy.execute("UPDATE copy SET position = position - 1")
    done = demo.run("keep_copy.py", str(demo.location), str(file))
    assert (done.returncode, _kept(file)) == (1, kept)
    assert "does not go on from this copy" in done.stderr


def test_yesterday_is_posted_once_and_a_correction_by_either_policy(
    demo: Demo, receiver: Receiver, module: Callable[[str], Any], tmp_path: Path
) -> None:
    day = f"{demo.location}-{demo.yesterday:%Y%m%d}"
    state, books = tmp_path / "posted.json", tmp_path / "books.journal"
    here = (str(demo.location), str(state), str(books))
    there = (str(demo.location), str(tmp_path / "sent.json"), receiver.url)

    def run(*command: str) -> tuple[int, str]:
        done = demo.run(*command)
        assert done.returncode != 1, done.stderr
        return done.returncode, done.stdout

    nothing_new = f"nothing new to post up to {demo.yesterday}\n"
    not_yet = f"{demo.yesterday}: not final yet, nothing of it was posted\n"
    assert run("post_journal.py", *here) == (2, nothing_new + not_yet)
    assert not books.exists()
    # Else a day that is closed later than a run of the next morning would never be posted.
    assert json.loads(state.read_text())["from"] == str(demo.yesterday)
    demo.feed(demo.closing)

    status, told = run("post_journal.py", *here)
    assert (status, told.count("\n")) == (0, 1)
    assert f"{demo.yesterday}: {day}-r1 is posted, " in told
    posted, kept = books.read_text(), state.read_text()
    assert run("post_journal.py", *here) == (0, nothing_new)
    # As if it had been killed after posting and before it noted that it had.
    state.unlink()
    assert run("post_journal.py", *here)[0] == 0
    assert (books.read_text(), state.read_text()) == (posted, kept)

    other = {**json.loads(kept), "target": receiver.url, "corrections": "openPeriod", "posted": {}}
    Path(there[1]).write_text(json.dumps(other))
    receiver.answer = 409
    refused = demo.run("post_journal.py", *there)
    assert f"{day}-r1 was refused by {receiver.url}: 409 the period is locked" in refused.stderr
    receiver.answer = 201
    assert run("post_journal.py", *there)[0] == 0
    demo.feed(demo.late[demo.yesterday])

    status, told = run("post_journal.py", *here)
    assert (status, told.count("\n")) == (0, 2)
    assert f"{day}-r1 is taken back" in told
    assert f"{day}-r2 is posted" in told
    assert "The till was offline" in told
    # A correction goes into the books of the day on which it was made, which is not over yet.
    assert run("post_journal.py", *there) == (0, nothing_new)
    run("-c", AS_IF_TODAY_WERE_OVER, *there)
    sent = [one for one in receiver.received if one["businessDate"] == str(demo.yesterday)]
    assert [one["number"] for one in sent] == [f"{day}-r1", f"{day}-c2"]
    assert receiver.keys == [one["number"] for one in receiver.received]

    anew = tmp_path / "anew.journal"
    run("post_journal.py", str(demo.location), str(tmp_path / "anew.json"), str(anew))
    assert balances(books.read_text()) == balances(anew.read_text())
    as_text = "".join(map(module("post_journal").as_hledger, sent))
    assert balances(as_text) == balances(anew.read_text())


AS_IF_TODAY_WERE_OVER = """
import sys, post_journal
from datetime import timedelta
yesterday_of = post_journal.yesterday_of
post_journal.yesterday_of = lambda *gate: yesterday_of(*gate) + timedelta(days=1)
post_journal.main(sys.argv[1:])
"""
