"""What became of a feed file: counts, warnings, and how far it has been read."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from tillgate.foundation.settling import Outcome, Tally
from tillgate.ledger.feed.errors import SHOWN


class Progress(NamedTuple):
    """How far a file has been read; `bytes_total` is 0 where nobody knows."""

    file: str
    bytes_done: int
    bytes_total: int
    records: int


OnProgress = Callable[[Progress], None]


class Landed(msgspec.Struct, kw_only=True):
    """A file that landed whole.

    `counts` says for each kind of record how many were new, changed, unchanged or older.
    `warnings` are the first of `warning_count`: things that were taken although they look wrong.
    `left_out` names the properties of recorded answers that nobody knows.
    """

    file: str
    counts: dict[str, dict[Outcome, int]] = {}
    warning_count: int = 0
    warnings: list[str] = []
    left_out: list[str] = []

    def add(self, kind: str, tally: Tally) -> None:
        """Count the records of a kind, if there were any."""
        if any(tally.counts.values()):
            self.counts[kind] = tally.counts

    def warn(self, text: str) -> None:
        """Note one more thing that looks wrong."""
        self.warning_count += 1
        if len(self.warnings) < SHOWN:
            self.warnings.append(text)

    @property
    def records(self) -> int:
        """How many records the file held."""
        return sum(sum(counts.values()) for counts in self.counts.values())

    @property
    def changed_anything(self) -> bool:
        """Whether the books are not as before."""
        return any(
            counts[Outcome.NEW] or counts[Outcome.CHANGED] for counts in self.counts.values()
        )

    def __str__(self) -> str:
        told = [f"{kind}: {_in_words(counts)}" for kind, counts in self.counts.items()]
        return f"{self.file}: {'; '.join(told) or 'no records'}"


def _in_words(counts: dict[Outcome, int]) -> str:
    return ", ".join(f"{number} {outcome}" for outcome, number in counts.items() if number)
