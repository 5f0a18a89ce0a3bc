"""How an item came to be what it is: what was recorded of it, in the order of its times.

Pure. A record holds from the instant at which it was recorded, whenever it arrives, and says
anew what it says; what it leaves out stays as it was before. So what an item is now is the same in
whatever order its records come. A record that only repeats the one before it is not kept by itself:
the other one notes when it was last repeated.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tillgate.foundation.settling import Contradiction, merge_fields

Body = dict[str, Any]


class Told(NamedTuple):
    """What was recorded at an instant; nothing (`None`) is that the item was removed.

    `repeated_at` is the last instant at which exactly this was said again.
    """

    at: datetime
    repeated_at: datetime
    given: Body | None


class Version(NamedTuple):
    """What an item was from an instant on, until another; `repeats` what it was before.

    The present has no end. A repetition holds for no time at all: what it repeats goes on.
    """

    told: Told
    state: Body | None
    until: datetime | None
    repeats: bool


def states(history: Sequence[Told]) -> list[Body | None]:
    """What the item was after each record; one that comes after a removal begins anew."""
    found: list[Body | None] = []
    state: Body | None = None
    for told in history:
        state = None if told.given is None else merge_fields(state or {}, told.given)
        found.append(state)
    return found


def versions(history: Sequence[Told]) -> list[Version]:
    """Each record with what the item was by it, and until when."""
    known = states(history)
    repeats = [place > 0 and known[place] == known[place - 1] for place in range(len(known))]
    found: list[Version] = []
    until: datetime | None = None
    for place in range(len(known) - 1, -1, -1):
        told = history[place]
        if repeats[place]:
            found.append(Version(told, known[place], told.at, True))
        else:
            found.append(Version(told, known[place], until, False))
            until = told.at
    return found[::-1]


def with_record(history: Sequence[Told], at: datetime, given: Body | None) -> list[Told]:
    """The history with one more record; raises `Contradiction` for other content of an instant."""
    place = sum(told.at <= at for told in history)
    before, after = list(history[:place]), list(history[place:])
    new = Told(at, at, given)
    if not before:
        return [new, *after]
    *before, last = before
    if last.at == at:
        return [*before, last._replace(given=_both(last.given, given)), *after]
    if given == last.given:
        return [*before, last._replace(repeated_at=max(last.repeated_at, at)), *after]
    once = last._replace(repeated_at=last.at)
    if at == last.repeated_at:
        return [*before, once, new._replace(given=_both(last.given, given)), *after]
    if at < last.repeated_at:
        # What was said again afterwards holds again afterwards.
        again = Told(last.repeated_at, last.repeated_at, last.given)
        return [*before, once, new, again, *after]
    return [*before, last, new, *after]


def _both(old: Body | None, new: Body | None) -> Body | None:
    """What two records of one instant say together."""
    if old is None or new is None:
        if old is not new:
            raise Contradiction
        return None
    union = merge_fields(old, new)
    if union != merge_fields(new, old):
        raise Contradiction
    return union
