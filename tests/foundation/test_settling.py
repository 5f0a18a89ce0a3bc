"""The one rule by which two records of the same thing are settled."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillgate.foundation.settling import (
    Contradiction,
    Outcome,
    Recorded,
    merge_fields,
    settle,
)

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def recorded(hours: int, **fields: int) -> Recorded[dict[str, int]]:
    return Recorded(NOON + hours * HOUR, fields)


@pytest.mark.parametrize(
    ("old", "new", "outcome", "now"),
    [
        (None, recorded(0, a=1), Outcome.NEW, recorded(0, a=1)),
        (recorded(0, a=1), recorded(0, a=1), Outcome.UNCHANGED, recorded(0, a=1)),
        (recorded(0, a=1), recorded(1, a=1), Outcome.UNCHANGED, recorded(1, a=1)),
        (recorded(0, a=1), recorded(1, a=2), Outcome.CHANGED, recorded(1, a=2)),
        (recorded(0, a=1), recorded(-1, a=2), Outcome.OLDER, recorded(0, a=1)),
        (recorded(0, a=1, b=1), recorded(1, a=2), Outcome.CHANGED, recorded(1, a=2, b=1)),
        (recorded(0, a=1), recorded(-1, a=1, b=2), Outcome.CHANGED, recorded(0, a=1, b=2)),
        (recorded(0, a=1, b=2), recorded(0, a=1), Outcome.UNCHANGED, recorded(0, a=1, b=2)),
    ],
)
def test_each_case_of_the_rule(
    old: Recorded[dict[str, int]] | None,
    new: Recorded[dict[str, int]],
    outcome: Outcome,
    now: Recorded[dict[str, int]],
) -> None:
    assert settle(old, new, merge_fields) == (outcome, now)


def test_two_contents_of_one_instant_are_refused() -> None:
    with pytest.raises(Contradiction):
        settle(recorded(0, a=1), recorded(0, a=2), merge_fields)


@given(st.permutations([recorded(hour, a=hour // 2, b=7) for hour in range(5)]))
def test_whole_records_come_to_the_same_in_any_order(
    given_records: list[Recorded[dict[str, int]]],
) -> None:
    now = None
    for record in given_records:
        _, now = settle(now, record, merge_fields)
    assert now == recorded(4, a=2, b=7)
