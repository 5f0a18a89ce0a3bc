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

Balances = dict[str, Decimal]

needs_hledger = pytest.mark.skipif(not shutil.which("hledger"), reason="hledger is not there")
needs_beancount = pytest.mark.skipif(
    not shutil.which("bean-check"), reason="beancount is not there"
)

_SUMS = "SELECT account, sum(number) GROUP BY account"


def check_by_hledger(path: Path) -> str:
    """What the strict check has against a file; nothing where it takes it."""
    return _run("hledger", "check", "--strict", "-f", path).stderr


def check_by_beancount(path: Path) -> str:
    """What bean-check has against a file; nothing where it takes it."""
    return _run("bean-check", "--no-cache", path).stderr


def balances_by_hledger(path: Path, *query: str) -> Balances:
    """What each account comes to; those that come to nothing are left out."""
    rows = _run("hledger", "bal", *query, "-N", "--layout", "bare", "-O", "csv", "-f", path).stdout
    return {row["account"]: Decimal(row["balance"]) for row in csv.DictReader(rows.splitlines())}


def balances_by_beancount(path: Path) -> Balances:
    """The same."""
    rows = _run("bean-query", "--no-errors", "--format", "csv", path, _SUMS).stdout.splitlines()
    sums = {name.strip(): Decimal(amount.strip()) for name, amount in csv.reader(rows[1:])}
    return {name: amount for name, amount in sums.items() if amount}


def balances_of(journal: Journal) -> Balances:
    """The same by the entries themselves."""
    called = Names([*journal.mapping.accounts, *journal.accounts])
    sums: defaultdict[str, int] = defaultdict(int)
    for entry in journal.entries:
        for posting in entry.postings.all:
            sums[called.of(posting.account)] += posting.amount
    return {name: Decimal(amount).scaleb(-6) for name, amount in sums.items() if amount}


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
