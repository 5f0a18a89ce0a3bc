"""How two records of the same thing are settled: one rule for sales, items and all the rest.

The feed repeats itself and arrives out of order, and a later record may say less. So: what both
say alike stays; what only one says is added, whoever came first; where they contradict each
other the one recorded later holds, and two of the same instant are refused.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

Thing = TypeVar("Thing")


class Outcome(StrEnum):
    """What a record did to what was known."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    OLDER = "older"


class Recorded(NamedTuple, Generic[Thing]):
    """Something as it was recorded at an instant; `origin` is how its giver finds it again."""

    recorded_at: datetime
    thing: Thing
    origin: int = 0


class Refused(NamedTuple):
    """A record that cannot be taken: where it came from, which field, what is wrong, the cure."""

    origin: int
    path: str
    problem: str
    expected: str


class Contradiction(ValueError):
    """Two records of the same instant say different things."""


CONTRADICTED = (
    "the same recordedAt brought other content before",
    "a later recordedAt with a change, or the same content again",
)


class Tally(msgspec.Struct):
    """How many records did what; nothing may be kept when any was refused."""

    counts: dict[Outcome, int] = msgspec.field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    refused: list[Refused] = []

    def count(self, outcome: Outcome, number: int = 1) -> None:
        """So many more records came to this."""
        self.counts[outcome] += number

    def refuse(self, origin: int, path: str, problem: str, expected: str) -> None:
        """One more record cannot be taken."""
        self.refused.append(Refused(origin, path, problem, expected))


def settle(
    old: Recorded[Thing] | None,
    new: Recorded[Thing],
    merge: Callable[[Thing, Thing], Thing],
) -> tuple[Outcome, Recorded[Thing]]:
    """What holds after a record came, and what it did; `merge(a, b)` is b and what only a says.

    Raises `Contradiction` for other content of the same instant.
    """
    if old is None:
        return Outcome.NEW, new
    union = merge(old.thing, new.thing)
    if union == merge(new.thing, old.thing):
        outcome = Outcome.UNCHANGED if union == old.thing else Outcome.CHANGED
        return outcome, Recorded(max(old.recorded_at, new.recorded_at), union, new.origin)
    if new.recorded_at == old.recorded_at:
        raise Contradiction
    if new.recorded_at < old.recorded_at:
        return Outcome.OLDER, old
    return Outcome.CHANGED, Recorded(new.recorded_at, union, new.origin)


def merge_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The new fields, and those that only the old one has."""
    return {**old, **new}
