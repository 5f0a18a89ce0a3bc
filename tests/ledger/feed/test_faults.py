"""Killed in the middle, run twice at once: nothing half done, nothing twice."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from tests.ledger.conftest import Books, Feed
from tests.ledger.feed.making import LATER, LOCATION, day_closed, known, sale, text_of, write

from tillgate.foundation.settling import Outcome
from tillgate.ledger.feed.batch import import_file, import_files
from tillgate.ledger.feed.errors import BadFile
from tillgate.ledger.feed.landed import Landed, Progress

PROGRAM = """
import sys, time
from tillgate.ledger.feed import batch
from pathlib import Path
begin = batch.land_kinds
def slowly(connection, stage):
    for each in begin(connection, stage):
        print(each[0], flush=True)
        if each[0] == sys.argv[3]:
            time.sleep(60)
        yield each
batch.land_kinds = slowly
batch.import_file(sys.argv[1], Path(sys.argv[2]))
"""


@pytest.mark.parametrize("kind", ["business", "location", "sale", "day_closed"])
def test_killed_in_the_middle_nothing_is_half_done(
    books: Books, ledger_url: str, tmp_path: Path, kind: str
) -> None:
    path = write(tmp_path / "1.ndjson", [*known(), sale(1), sale(2), day_closed()])
    before = books.everything()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, ledger_url, str(path), kind],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": "src"},
    )
    assert process.stdout is not None
    while process.stdout.readline().decode().strip() != kind:
        pass
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    process.stdout.close()
    assert books.everything() == before
    assert import_file(ledger_url, path).counts["sale"][Outcome.NEW] == 2


def test_two_imports_of_the_same_file_at_once_bring_it_once(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    records = [*known(), *(sale(number) for number in range(1, 1500)), day_closed()]
    path = write(tmp_path / "1.ndjson", records)
    with ThreadPoolExecutor(4) as several:
        landed = list(several.map(lambda _: import_file(ledger_url, path), range(4)))
    new = [each.counts["sale"][Outcome.NEW] for each in landed]
    assert sorted(new) == [0, 0, 0, 1499]
    assert books.count() == 1499


def test_two_files_about_the_same_sales_at_once_do_not_deadlock(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    places = [known()[1] | {"businessLocationId": LOCATION + n} for n in range(6)]
    write(tmp_path / "0", [known()[0], *places])
    import_file(ledger_url, tmp_path / "0")
    here = [sale(n) | {"businessLocationId": LOCATION + n % 6} for n in range(1, 300)]
    write(tmp_path / "1", here)
    write(tmp_path / "2", [each | {"recordedAt": LATER} for each in reversed(here)])
    with ThreadPoolExecutor(2) as two:
        list(two.map(lambda name: import_file(ledger_url, tmp_path / name), ["1", "2"]))
    assert books.count() == 299
    assert books.rows("SELECT DISTINCT recorded_at::date::text FROM ledger_opensale") == [
        ("2026-03-21",)
    ]


def test_a_lost_connection_leaves_nothing(books: Books, ledger_url: str, tmp_path: Path) -> None:
    path = write(tmp_path / "1.ndjson", [*known(), *(sale(n) for n in range(1, 1200))])
    made: list[psycopg.Connection[tuple[object, ...]]] = []

    def connect() -> psycopg.Connection[tuple[object, ...]]:
        made.append(psycopg.connect(ledger_url))
        return made[-1]

    def kill(_: Progress) -> None:
        pid = made[-1].info.backend_pid
        with psycopg.connect(ledger_url) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (pid,))

    with pytest.raises(psycopg.OperationalError):
        import_file(connect, path, on_progress=kill)
    assert books.count("directory_business") == 0


def test_files_before_a_refused_one_have_landed(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    first = write(tmp_path / "1", [*known(), sale(1)])
    second = write(tmp_path / "2", [sale(2, type="NOPE")])
    third = write(tmp_path / "3", [sale(3)])
    heard: list[Landed] = []
    with pytest.raises(BadFile, match=r"2: line 1: sale\.type"):
        import_files(ledger_url, [first, second, third], on_landed=heard.append)
    assert [each.file for each in heard] == ["1"]
    assert books.count() == 1


def test_progress_reaches_the_size_of_the_file(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "1", [*known(), *(sale(n) for n in range(1, 1100))])
    heard: list[Progress] = []
    import_file(ledger_url, path, on_progress=heard.append)
    assert len(heard) == 3
    assert heard[-1] == Progress("1", path.stat().st_size, path.stat().st_size, 1101)


def test_standard_input_is_read_like_a_file(books: Books, ledger_url: str, tmp_path: Path) -> None:
    program = (
        "import sys; from tillgate.ledger.feed.batch import import_file;"
        "print(import_file(sys.argv[1], '-'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, ledger_url],
        input=text_of([*known(), sale()]).encode(),
        capture_output=True,
        check=True,
        timeout=60,
        env=os.environ | {"PYTHONPATH": "src"},
    )
    assert done.stdout.decode().startswith("standard input: business: 1 new")


def test_memory_does_not_grow_with_the_file(
    books: Books, ledger_url: str, tmp_path: Path, feed: Feed
) -> None:
    program = (
        "import re, sys; from pathlib import Path;"
        "from tillgate.ledger.feed.batch import import_file;"
        "import_file(sys.argv[1], Path(sys.argv[2]));"
        # Not getrusage: its peak is inherited from the process that started this one.
        "print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    path = tmp_path / "big.ndjson"
    with path.open("w") as file:
        file.write(text_of(known()))
        for number in range(1, 8001):
            big = sale(number, tableName="x" * 900, externalReferences=["y" * 250] * 16)
            file.write(text_of([big]))
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program, ledger_url, str(path)],
        capture_output=True,
        check=True,
        timeout=120,
        env=os.environ | {"PYTHONPATH": "src"},
    )
    assert int(done.stdout) < 150 * 1024, f"{time.monotonic() - started:.1f} s"
