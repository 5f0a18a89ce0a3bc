"""Reading a feed file: records a line each, or a recorded answer, told apart by what is in it.

A line is held at a time, so a file can be of any size; a recorded answer that is spread over lines
is held whole. A byte order mark and CRLF are taken as they come.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import BinaryIO

import msgspec

from tillgate.ledger.feed.checks import check_ids, decode_record, load_json
from tillgate.ledger.feed.errors import BadLine, Unreadable
from tillgate.ledger.feed.recorded import Answer
from tillgate.ledger.feed.records import Found

# A day of ten thousand sales in one answer is some 40 MB.
MAX_LINE = 64 * 2**20

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_RECORD_BEGINS = re.compile(rb'\s*\{\s*"record"\s*:')

OnBytes = Callable[[int], None]


class _Kind(msgspec.Struct):
    """As much of a line as tells what it is."""

    record: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_KIND = msgspec.json.Decoder(_Kind)


class FeedReader:
    """The records of one open file.

    `location` and `recorded_at` are for recorded answers, which may not say where they belong and
    never say when they were recorded. `sandbox` says whether it is the sandbox that is fed, whose
    ids are its own. `on_bytes` hears of every line how long it is. `left_out` collects the
    properties of recorded answers that are not known.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        location: int | None,
        recorded_at: datetime,
        sandbox: bool = False,
        on_bytes: OnBytes = lambda _: None,
    ) -> None:
        self.stream = stream
        self.location = location
        self.recorded_at = recorded_at
        self.sandbox = sandbox
        self.on_bytes = on_bytes
        self.left_out: set[str] = set()
        self.prefixes: dict[int, str] = {}

    def records(self) -> Iterator[Found | BadLine]:
        """Each record, or what is wrong with a line, in the order of the file."""
        number, first = 0, b""
        for number, first in enumerate(self._lines(), start=1):
            if number == 1 and first.startswith(_UTF16):
                yield BadLine(1, "", "the file is UTF-16", "UTF-8 text")
                return
            if first.strip(b"\r\n\t "):
                break
        if not first:
            return
        if _is_spread_over_lines(first):
            yield from self._document(number, first)
            return
        yield from self._line(number, first)
        for following, line in enumerate(self._lines(), start=number + 1):
            yield from self._line(following, line)

    def _lines(self) -> Iterator[bytes]:
        while line := self.stream.readline(MAX_LINE + 1):
            self.on_bytes(len(line))
            yield line.removeprefix(_BOM).rstrip(b"\r\n")

    def _line(self, number: int, line: bytes) -> Iterator[Found | BadLine]:
        line = line.strip(b"\t ")
        if len(line) > MAX_LINE:
            yield BadLine(number, "", "the line is too long", f"at most {MAX_LINE} bytes")
        elif line:
            yield from (
                self._record(number, line) if _is_record(line) else self._answer(number, line)
            )

    def _record(self, number: int, line: bytes) -> Iterable[Found | BadLine]:
        try:
            record, recorded_at = decode_record(line)
            check_ids(record, sandbox=self.sandbox)
        except Unreadable as error:
            return [error.at(number)]
        return [Found(number, recorded_at, record)]

    def _document(self, number: int, first: bytes) -> Iterator[Found | BadLine]:
        rest = self.stream.read(MAX_LINE)
        self.on_bytes(len(rest))
        if self.stream.read(1):
            cure = f"at most {MAX_LINE} bytes; fetch fewer sales an answer"
            yield BadLine(number, "", "the recorded answer is too long", cure)
        else:
            yield from self._answer(number, first + b"\n" + rest)

    def _answer(self, number: int, text: bytes) -> Iterator[Found | BadLine]:
        answer = Answer(
            location=self.location, recorded_at=self.recorded_at, left_out=self.left_out
        )
        try:
            for index, (path, record) in enumerate(answer.records(load_json(text))):
                if isinstance(record, Unreadable):
                    yield record.at(number)
                    continue
                check_ids(record, sandbox=self.sandbox)
                self.prefixes.setdefault(number, re.sub(r"\[\d+\]$", "", path))
                yield Found(number, self.recorded_at, record, index, lenient=True)
        except Unreadable as error:
            yield error.at(number)


def _is_record(line: bytes) -> bool:
    """Whether the line is meant as a record of ours; one that cannot be read is as well."""
    if _RECORD_BEGINS.match(line):
        return True
    try:
        return _KIND.decode(line).record is not msgspec.UNSET
    except msgspec.ValidationError:
        return False
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return not line.startswith(b"[")


def _is_spread_over_lines(first: bytes) -> bool:
    """Whether a recorded answer begins here that goes on in the following lines."""
    if _RECORD_BEGINS.match(first):
        return False
    try:
        msgspec.json.decode(first, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return b'"record"' not in first
    return False
