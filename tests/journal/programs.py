"""hledger and beancount as accountants run them: programs of their own, which read a file."""

import csv
import os
import shutil
import subprocess
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from tillgate.journal.journal import Journal
from tillgate.journal.names import Names

# Whole millionths by account name.
Balances = dict[str, int]

needs_hledger = pytest.mark.skipif(not shutil.which("hledger"), reason="hledger is not there")
needs_beancount = pytest.mark.skipif(
    not shutil.which("bean-check"), reason="beancount is not there"
)

# bean-query rounds what it shows, but not whole numbers.
_SUMS = "SELECT filename, account, sum(number * 1000000) GROUP BY filename, account"


def check_by_hledger(path: Path) -> str:
    """What the strict check has against a file; nothing where it takes it."""
    return _run("hledger", "check", "--strict", "-f", path).stderr


def check_by_beancount(path: Path) -> str:
    """What bean-check has against a file; nothing where it takes it."""
    return _run("bean-check", "--no-cache", path).stderr


def balances_by_hledger(path: Path, *query: str) -> Balances:
    """What each account comes to; those that come to nothing are left out."""
    rows = _run("hledger", "bal", *query, "-N", "--layout", "bare", "-O", "csv", "-f", path).stdout
    return {row["account"]: _whole(row["balance"], 6) for row in csv.DictReader(rows.splitlines())}


def balances_by_beancount(*paths: Path) -> dict[str, Balances]:
    """The same of each file by its name, all by one process, for it takes its time to start."""
    book = paths[0].with_name("all.book")
    book.write_text("".join(f'include "{path}"\n' for path in paths))
    # Files that open the same account twice do not fit together, but their sums are right.
    rows = _run("bean-query", "--no-errors", "--format", "csv", book, _SUMS).stdout.splitlines()
    sums: defaultdict[str, Balances] = defaultdict(dict)
    for row in csv.reader(rows[1:]):
        path, account, amount = map(str.strip, row)
        if millionths := _whole(amount):
            sums[Path(path).name][account] = millionths
    return dict(sums)


def balances_of(journal: Journal) -> Balances:
    """The same by the entries themselves."""
    called = Names(journal.accounts)
    sums: defaultdict[str, int] = defaultdict(int)
    for entry in journal.entries:
        for posting in entry.postings.all:
            sums[called.of(posting.account)] += posting.amount
    return {name: amount for name, amount in sums.items() if amount}


def _whole(amount: str, places: int = 0) -> int:
    whole = Decimal(amount).scaleb(places)
    assert whole == int(whole)
    return int(whole)


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "BEANCOUNT_DISABLE_LOAD_CACHE": "1"},
        timeout=60,
        check=False,
    )
    assert bool(done.returncode) <= bool(done.stderr), done
    return done
