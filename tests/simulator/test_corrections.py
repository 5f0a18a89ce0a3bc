"""Corrections of the simulated group: rare, of every kind, and taken by the feed."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.closed import check_whole
from tests.ledger.conftest import Books, books  # noqa: F401
from tests.simulator.fed import decoded, few, gross, paid

from tillgate.foundation.settling import Outcome
from tillgate.ledger.feed.batch import import_files
from tillgate.simulator.corrections import KINDS
from tillgate.simulator.feed import Plan, records, write_plan
from tillgate.simulator.group import LOCATIONS

FIRST = date(2026, 10, 24)
MONTH = few(FIRST, FIRST + timedelta(days=29), opened=FIRST, corrections=True)
WORDS = {"late": "offline", "other tender": "cash", "moved": "evening", "without a dish": "sent"}


def corrections(plan: Plan) -> list[dict[str, Any]]:
    return [one for one in decoded(records(plan)) if one["record"] == "correction"]


@pytest.fixture(scope="module")
def month() -> list[dict[str, Any]]:
    return corrections(MONTH)


def test_a_month_has_every_kind_and_few_of_them(month: list[dict[str, Any]]) -> None:
    kinds = Counter(kind for one in month for kind, word in WORDS.items() if word in one["reason"])
    assert set(kinds) == set(KINDS) == set(WORDS)
    assert kinds.total() == len(month)
    assert 8 <= len(month) <= 35
    assert len({one["businessLocationId"] for one in month}) > 2


def test_each_adds_up(month: list[dict[str, Any]]) -> None:
    for one in month:
        assert gross(one["sale"]["salesLines"]) == paid(one["sale"]) > 0


def test_a_late_sale_is_fed_by_its_correction_alone(month: list[dict[str, Any]]) -> None:
    late = {one["sale"]["accountReference"] for one in month if "offline" in one["reason"]}
    in_time = {
        one["sale"]["accountReference"]
        for one in decoded(records(MONTH))
        if one["record"] == "sale"
    }
    assert late
    assert not late & in_time


def test_without_them_the_feed_is_as_it_was() -> None:
    plan = few(FIRST, FIRST + timedelta(days=3))
    assert corrections(plan) == []


@pytest.mark.usefixtures("books")
def test_the_feed_takes_them_all_and_again_changes_nothing(
    books: Books,  # noqa: F811
    ledger_url: str,
    tmp_path: Path,
    month: list[dict[str, Any]],
) -> None:
    first = min(date.fromisoformat(one["recordedAt"][:10]) for one in month) - timedelta(days=2)
    last = first + timedelta(days=9)
    plan = few(first, last, opened=first, corrections=True, sales_a_day=4)
    files = write_plan(tmp_path, plan)
    expected = corrections(plan)
    assert expected
    landed = import_files(ledger_url, files)
    taken = [each.counts["correction"] for each in landed if "correction" in each.counts]
    counted = sum(one[Outcome.NEW] + one[Outcome.CHANGED] for one in taken)
    assert counted == len(expected)
    days = check_whole(books)
    assert sum(day.revision > 1 for day in days) == len(expected)
    assert len(days) == len(LOCATIONS) * 10 + len(expected)
    assert all(Decimal(day.told()["proof"]["rest"]) == 0 for day in days if day.revision > 1)
    before = books.everything()
    assert not any(each.changed_anything for each in import_files(ledger_url, files))
    assert books.everything() == before
