"""The drop folder: what lands, what is refused, what is left alone, and how it stops."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.ledger.conftest import Books
from tests.ledger.feed.making import known, sale, text_of

from tillgate.ledger.feed.watching import Watch, watch_folder

DEADLINE = 20.0


@contextmanager
def watching(url: str, folder: Path, **heard: Callable[..., None]) -> Iterator[threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(
        target=watch_folder,
        args=(url, folder),
        kwargs={"stop": stop, "watch": Watch(every=0.05, **heard)},  # type: ignore[arg-type]
    )
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(DEADLINE)
        assert not thread.is_alive()


def eventually(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def test_files_land_in_the_order_of_their_names_and_go_to_done(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    (tmp_path / "2.ndjson").write_text(text_of([sale()]))
    (tmp_path / "1.ndjson").write_text(text_of(known()))
    landed: list[str] = []
    with watching(ledger_url, tmp_path, on_landed=lambda each: landed.append(each.file)):
        eventually(lambda: len(landed) == 2)
    assert landed == ["1.ndjson", "2.ndjson"]
    assert sorted(file.name for file in (tmp_path / "done").iterdir()) == landed
    assert books.count() == 1


def test_a_refused_file_goes_aside_with_the_reason(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    (tmp_path / "bad.ndjson").write_text(text_of([sale()]))
    reason = tmp_path / "refused" / "bad.ndjson.why.txt"
    with watching(ledger_url, tmp_path):
        eventually((tmp_path / "refused" / "bad.ndjson").exists)
        (tmp_path / "bad.ndjson").write_text(text_of([sale()]))
        eventually((tmp_path / "refused" / "bad.1.ndjson").exists)
    assert "bad.ndjson: line 1: businessLocationId: location 7101 is not known" in (
        reason.read_text()
    )
    assert not (tmp_path / "bad.ndjson").exists()


def test_hidden_and_unfinished_files_are_left_alone(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    for name in (".hidden.ndjson", "big.ndjson.part", "big.ndjson.tmp"):
        (tmp_path / name).write_text(text_of(known()))
    landed: list[str] = []
    with watching(ledger_url, tmp_path, on_landed=lambda each: landed.append(each.file)):
        time.sleep(0.4)
        (tmp_path / "big.ndjson.part").rename(tmp_path / "big.ndjson")
        eventually(lambda: landed == ["big.ndjson"])
    assert (tmp_path / ".hidden.ndjson").exists()


def test_a_file_that_still_grows_is_waited_for(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    landed: list[str] = []
    with (
        watching(ledger_url, tmp_path, on_landed=lambda each: landed.append(str(each))),
        (tmp_path / "slow.ndjson").open("w") as file,
    ):
        for number in range(30):
            file.write(text_of(known() if number == 0 else [sale(number)]))
            file.flush()
            time.sleep(0.02)
        assert landed == []
        eventually(lambda: len(landed) == 1)
    assert books.count() == 29


def test_a_database_that_is_away_loses_no_file(tmp_path: Path) -> None:
    (tmp_path / "1.ndjson").write_text(text_of(known()))
    heard: list[str] = []
    nobody = f"host={tmp_path} dbname=x user=x connect_timeout=2"
    with watching(nobody, tmp_path, on_trouble=heard.append):
        eventually(lambda: bool(heard))
    assert "will try again" in heard[0]
    assert (tmp_path / "1.ndjson").exists()


PROGRAM = """
import sys
from pathlib import Path
from tillgate.ledger.feed.watching import Watch, stopping_on_signals, watch_folder
with stopping_on_signals() as stop:
    print("ready", flush=True)
    watch_folder(sys.argv[1], Path(sys.argv[2]), stop=stop, watch=Watch(every=0.05))
"""


def test_a_watcher_stops_on_sigterm_and_one_killed_in_between_loses_nothing(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    sales = [sale(number) for number in range(1, 4001)]
    (tmp_path / "1.ndjson").write_text(text_of([*known(), *sales]))
    for number in (signal.SIGKILL, signal.SIGTERM):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, ledger_url, str(tmp_path)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": "src"},
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        if number == signal.SIGTERM:
            eventually((tmp_path / "done" / "1.ndjson").exists)
        else:
            time.sleep(0.5)
        process.send_signal(number)
        assert process.wait(DEADLINE) == (0 if number == signal.SIGTERM else -signal.SIGKILL)
        process.stdout.close()
    assert books.count() == 4000


@pytest.mark.parametrize("names", [["done", "refused"], []])
def test_the_folders_are_made_when_missing(
    ledger_url: str, tmp_path: Path, names: list[str]
) -> None:
    for name in names:
        (tmp_path / name).mkdir()
    with watching(ledger_url, tmp_path):
        eventually((tmp_path / "refused").is_dir)
