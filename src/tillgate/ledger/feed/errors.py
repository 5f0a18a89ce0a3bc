"""What is wrong with a feed file, said by line."""

from collections.abc import Sequence
from typing import NamedTuple

# Nobody mends more lines of one file at a time.
SHOWN = 20


class BadLine(NamedTuple):
    """One thing that is wrong: the line (0: the whole file), the field, and what was expected."""

    line: int
    path: str
    problem: str
    expected: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        field = f"{self.path}: " if self.path else ""
        cure = f"; expected {self.expected}" if self.expected else ""
        return f"{where}{field}{self.problem}{cure}"


class BadFile(Exception):
    """A file was refused and nothing of it was kept; `lines` are the first that are wrong."""

    def __init__(self, file: str, lines: Sequence[BadLine]) -> None:
        self.file = file
        self.lines = tuple(lines[:SHOWN])
        more = " (and perhaps more)" if len(self.lines) == SHOWN else ""
        told = "\n".join(f"{file}: {line}" for line in self.lines)
        super().__init__(f"{told}\n{file}: nothing of this file was kept{more}")


class Unreadable(ValueError):
    """A line or document cannot be understood; carries path, problem and what was expected.

    `below` is how many lines below the beginning of the document it was found.
    """

    def __init__(self, path: str, problem: str, expected: str = "", *, below: int = 0) -> None:
        super().__init__(path, problem, expected)
        self.path, self.problem, self.expected, self.below = path, problem, expected, below

    def at(self, line: int) -> BadLine:
        """The same for a file, in which the document begins at this line."""
        return BadLine(line + self.below, self.path, self.problem, self.expected)
