"""Chance that falls the same way for ever, and identifiers made of what they identify."""

import random
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

Thing = TypeVar("Thing")


class Dice:
    """Throws decided by the words it is made from, in every Python release.

    Only `random.random()` is promised to stay the same between releases, so everything here is
    made of it.
    """

    def __init__(self, *words: object) -> None:
        seed = "/".join(str(word) for word in words)
        self.throw = random.Random(seed).random  # noqa: S311  invented sales, no secrets

    def chance(self, share: float) -> bool:
        """True in so many cases of one."""
        return self.throw() < share

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.throw() * (high - low + 1))

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of the things, each as likely as the next."""
        return things[int(self.throw() * len(things))]

    def weighted(self, things: Sequence[tuple[Thing, float]]) -> Thing:
        """One of the things by its weight."""
        left = self.throw() * sum(weight for _, weight in things)
        for thing, weight in things:
            left -= weight
            if left < 0:
                return thing
        return things[-1][0]

    def around(self, middle: float, spread: float) -> float:
        """A number near the middle, never further from it than one and a half times the spread."""
        return middle + (self.throw() + self.throw() + self.throw() - 1.5) * spread


def reference(*words: object) -> str:
    """Sixteen bytes that belong to these words, in padded base64url."""
    return urlsafe_b64encode(_digest(words)).decode()


def uuid(*words: object) -> str:
    """A UUID that belongs to these words."""
    return str(UUID(bytes=_digest(words), version=4))


def _digest(words: tuple[object, ...]) -> bytes:
    return sha256("/".join(str(word) for word in words).encode()).digest()[:16]
