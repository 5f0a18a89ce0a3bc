"""Things kept for a moment: bounded in number, and never older than allowed.

Age is counted from before the thing was read, so that a change made during the reading shows as
soon as one made right after it.
"""

from collections.abc import Hashable
from time import monotonic
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Shelf(Generic[Thing]):
    """Keeps things for `seconds`; when full, what is stale goes first, then everything."""

    __slots__ = ("_things", "most", "seconds")

    def __init__(self, *, seconds: float, most: int) -> None:
        self.seconds = seconds
        self.most = most
        self._things: dict[Hashable, tuple[float, Thing]] = {}

    def get(self, key: Hashable) -> Thing | None:
        """The thing, unless it is too old or was never put here."""
        kept = self._things.get(key)
        if kept is None or monotonic() - kept[0] > self.seconds:
            return None
        return kept[1]

    def put(self, key: Hashable, thing: Thing, *, read_at: float) -> None:
        """Keep a thing that was read from `read_at` (of `time.monotonic`) on."""
        if len(self._things) >= self.most:
            self._make_room()
        self._things[key] = (read_at, thing)

    def _make_room(self) -> None:
        oldest = monotonic() - self.seconds
        self._things = {key: kept for key, kept in self._things.items() if kept[0] >= oldest}
        if len(self._things) >= self.most:
            self._things.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._things.clear()
