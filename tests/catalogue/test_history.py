"""What records of an item come to, in whatever order they arrive."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillgate.catalogue.history import Told, states, versions, with_record
from tillgate.foundation.settling import Contradiction

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)

bodies = st.none() | st.dictionaries(st.sampled_from("abc"), st.integers(0, 2), min_size=1)
records = st.dictionaries(st.integers(0, 20), bodies, min_size=1, max_size=8)


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def history_of(told: list[tuple[int, Any]]) -> list[Told]:
    history: list[Told] = []
    for minute, body in told:
        history = with_record(history, at(minute), body)
    return history


def state_at(told: list[tuple[int, Any]], minute: int) -> Any:
    """What one would say by reading all records in the order of their times."""
    state: Any = None
    for _, body in sorted(each for each in told if each[0] <= minute):
        state = None if body is None else {**(state or {}), **body}
    return state


def shown_at(history: list[Told], minute: int) -> Any:
    """What the versions show of an instant."""
    found = [
        one.state
        for one in versions(history)
        if one.told.at <= at(minute) and (one.until is None or at(minute) < one.until)
    ]
    assert len(found) <= 1
    return found[0] if found else None


@settings(deadline=None)
@given(told=records)
def test_in_order_every_instant_shows_what_was_recorded_until_then(told: dict[int, Any]) -> None:
    given_ = sorted(told.items())
    history = history_of(given_)
    for minute in range(-1, 22):
        assert shown_at(history, minute) == state_at(given_, minute)


@settings(deadline=None, max_examples=200)
@given(told=records, draw=st.randoms(use_true_random=False))
def test_in_any_order_the_present_is_the_same(told: dict[int, Any], draw: Any) -> None:
    given_ = sorted(told.items())
    shuffled = draw.sample(given_, len(given_))
    assert states(history_of(shuffled))[-1] == state_at(given_, 21)


@settings(deadline=None, max_examples=200)
@given(told=records, draw=st.randoms(use_true_random=False))
def test_in_any_order_nothing_that_differs_is_lost(told: dict[int, Any], draw: Any) -> None:
    """Records each of which says all, and otherwise than the one before it."""
    given_: list[tuple[int, Any]] = []
    for minute, body in sorted(told.items()):
        whole = None if body is None else {"a": 0, "b": 0, "c": 0, **body, "n": minute}
        if not given_ or given_[-1][1] != whole:
            given_.append((minute, whole))
    history = history_of(draw.sample(given_, len(given_)))
    for minute in range(-1, 22):
        assert shown_at(history, minute) == state_at(given_, minute)


@settings(deadline=None)
@given(told=records, draw=st.randoms(use_true_random=False))
def test_the_same_records_again_change_nothing(told: dict[int, Any], draw: Any) -> None:
    history = history_of(sorted(told.items()))
    for minute, body in draw.sample(sorted(told.items()), len(told)):
        assert with_record(history, at(minute), body) == history


@settings(deadline=None)
@given(told=records)
def test_versions_follow_each_other_and_the_last_has_no_end(told: dict[int, Any]) -> None:
    shown = [one for one in versions(history_of(sorted(told.items()))) if not one.repeats]
    assert [one.until for one in shown] == [*(one.told.at for one in shown[1:]), None]
    assert all(a.state != b.state for a, b in pairwise(shown))


def test_other_content_of_one_instant_is_refused_also_where_it_was_only_repeated() -> None:
    history = history_of([(0, {"a": 1}), (9, {"a": 1})])
    for minute in (0, 9):
        for body in ({"a": 2}, None):
            with pytest.raises(Contradiction):
                with_record(history, at(minute), body)
    with pytest.raises(Contradiction):
        with_record(history_of([(0, None)]), at(0), {"a": 1})


def test_what_is_said_between_two_repetitions_held_between_them() -> None:
    history = history_of([(0, {"a": 1}), (9, {"a": 1}), (5, {"a": 2})])
    assert [shown_at(history, minute) for minute in (0, 5, 8, 9)] == [
        {"a": 1},
        {"a": 2},
        {"a": 2},
        {"a": 1},
    ]
