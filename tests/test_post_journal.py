"""What docs/examples/post_journal.py decides by itself, whatever the gate says."""

import importlib
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.example_gate import EXAMPLES


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module("post_journal")


def _posting(side: str, amount: str, name: str = "Cash", kind: str = "asset") -> dict[str, str]:
    return {"account": "1000", "name": name, "kind": kind, "side": side, "amount": amount}


def _entry(number: str, **told: Any) -> dict[str, Any]:
    usual = {"businessDate": "2026-03-14", "bookedOn": "2026-03-14", "final": True}
    postings = [_posting("debit", "12.000000"), _posting("credit", "12.000000", kind="income")]
    told = {"restated": False, "reasons": [], "unmapped": [], "postings": postings} | told
    return {"number": number, **usual, **told}


def _due(program: Any, posted: list[dict[str, Any]], *entries: dict[str, Any]) -> list[str]:
    """The numbers that are posted on top of what was; all of it is remembered as it goes."""
    common = {"currency": "GBP", "mappingVersion": 1}
    kept = {"posted": {one["number"]: one | common for one in posted}}
    numbers = []
    for entry in program.due({"entries": entries, **common}, kept["posted"]):
        numbers.append(entry["number"])
        program.remember(kept, entry)
    assert not list(program.due({"entries": entries, **common}, kept["posted"]))
    return numbers


def test_what_is_known_or_not_final_is_not_due(program: Any) -> None:
    known = _entry("7-20260314-r1")
    waiting = _entry("7-20260315-p", businessDate="2026-03-15", final=False)
    new = _entry("7-20260313-r1", businessDate="2026-03-13")
    assert _due(program, [known], known, waiting, new) == ["7-20260313-r1"]


def test_a_restated_day_takes_back_all_that_was_posted_of_it(program: Any) -> None:
    restated = _entry("7-20260314-r3", restated=True, follows="7-20260314-r2")
    first, other = _entry("7-20260314-r1"), _entry("7-20260313-r1", businessDate="2026-03-13")
    assert _due(program, [first, other], restated) == ["7-20260314-r1-undone", "7-20260314-r3"]
    # One that was taken back before the program was killed, and one that never was posted.
    assert _due(program, [other], restated) == ["7-20260314-r3"]


def test_a_change_is_posted_on_top_of_its_day(program: Any) -> None:
    first = _entry("7-20260314-r1")
    change = _entry("7-20260314-c2", bookedOn="2026-03-16", follows="7-20260314-r1")
    assert _due(program, [first], first, change) == ["7-20260314-c2"]


def test_an_entry_that_does_not_balance_is_not_posted(program: Any) -> None:
    postings = [_posting("debit", "12.000000"), _posting("credit", "11.990000")]
    gate = importlib.import_module("gate")
    with pytest.raises(gate.GaveUp, match="debits are 12.000000, credits 11.990000. It was not"):  # noqa: RUF043
        program.check(_entry("7-20260314-r1", postings=postings))


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_hledger_takes_what_is_written_and_it_is_nothing_once_taken_back(
    program: Any, tmp_path: Path
) -> None:
    postings = [
        _posting("debit", "1234.567000", name="Café: Till 1;  (bar)\t[2]"),
        _posting("credit", "1234.000000", name="Food", kind="income"),
        _posting("credit", "0.567000", name="*!", kind="liability"),
    ]
    entry = _entry("7-20260314-r1", currency="GBP", postings=postings)
    books = tmp_path / "books.journal"
    post = program.to_file(books)
    post(entry)
    post(entry)
    assert len(_hledger(books, "register").splitlines()) == 3
    post(program.taken_back(entry))
    _hledger(books, "check")
    assert _hledger(books, "balance", "--no-total") == ""


def _hledger(books: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["hledger", "--file", str(books), *arguments],
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("states", "newest"),
    [
        (["closed", "provisional", "open"], 15),
        (["closed", "closed"], 15),
    ],
    ids=["in the morning", "a place that was shut for good"],
)
def test_the_newest_day_that_is_over_is_yesterday(
    program: Any, states: list[str], newest: int
) -> None:
    days = [
        {"businessDate": f"2026-03-{number}", "state": state}
        for number, state in enumerate(states, start=14)
    ]
    gate = SimpleNamespace(get=lambda _: {"items": days})
    assert str(program.yesterday_of(gate, 7)) == f"2026-03-{newest}"


def test_a_place_without_a_day_that_is_over_is_told_so(program: Any) -> None:
    gate = SimpleNamespace(get=lambda _: {"items": [{"state": "open"}]})
    with pytest.raises(importlib.import_module("gate").GaveUp, match="no day of this location"):
        program.yesterday_of(gate, 7)
