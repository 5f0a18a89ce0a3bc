"""How each kind of parameter is read from its text; what cannot be used raises `Unusable`."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, TypeVar

from tillgate.api.params import Clash, Unusable, reading
from tillgate.foundation.instants import YEARS, BadInstant, parse_instant
from tillgate.ledger.aggregation import GroupKey
from tillgate.ledger.parts import Part

MAX_ID = 2**63 - 1
MAX_ITEM_IDS = 200
MAX_RANGE = timedelta(days=365)

Word = TypeVar("Word", bound=StrEnum)

_WHOLE = re.compile(r"-?\d+", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def read_id(text: str) -> int:
    """An id the back office gave: 1 to 2**63 - 1."""
    return _bounded(text, 1, MAX_ID)


def whole(least: int, most: int = MAX_ID) -> Callable[[str], int]:
    """A whole number from `least` to `most`."""
    return lambda text: _bounded(text, least, most)


def _bounded(text: str, least: int, most: int) -> int:
    # Python refuses to read numbers of thousands of digits; nobody means one.
    if not _WHOLE.fullmatch(text) or len(text) > 20 or not least <= int(text) <= most:
        raise Unusable(f"write a whole number from {least} to {most}")
    return int(text)


def clamped(most: int) -> Callable[[str], int]:
    """A page size: at least 1, anything above `most` becomes `most`."""

    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text) or text.startswith("-") or not text.strip("0"):
            raise Unusable("write a whole number of at least 1")
        return most if len(text) > 20 else min(int(text), most)

    return read


def one_of(words: type[Word]) -> Callable[[str], Word]:
    """One of these words."""

    def read(text: str) -> Word:
        try:
            return words(text)
        except ValueError as error:
            raise Unusable(f"write one of {', '.join(words)}") from error

    return read


def text_of(least: int, most: int) -> Callable[[str], str]:
    """Text of so many characters."""

    def read(text: str) -> str:
        if not least <= len(text) <= most:
            raise Unusable(f"write {least} to {most} characters")
        return text

    return read


def read_instant(text: str) -> datetime:
    """A date-time with a zone, in UTC, within the years we keep."""
    try:
        instant = parse_instant(text)
    except BadInstant as error:
        raise Unusable("write a date-time with its zone, such as 2026-03-14T05:30:00Z") from error
    if instant.year not in YEARS:
        raise Unusable(f"write a year from {YEARS.start} to {YEARS.stop - 1}")
    return instant


def read_date(text: str) -> date:
    """A business date."""
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise Unusable(
            f"write a date that exists in {YEARS.start} to {YEARS.stop - 1}, such as 2026-03-14"
        )
    return day


def read_bool(text: str) -> bool:
    """`true` or `false`; programs written in Python send them capitalised."""
    if text.lower() not in {"true", "false"}:
        raise Unusable("write true or false")
    return text.lower() == "true"


def read_include(text: str) -> frozenset[Part]:
    """The parts asked for; words nobody knows are ignored, as programs send them."""
    words = {word.strip() for word in text.split(",")}
    return frozenset(part for part in Part if part.value in words)


def read_group_by(text: str) -> tuple[GroupKey, ...]:
    """Grouping keys, outermost first, each at most once."""
    known = ", ".join(GroupKey)
    try:
        keys = tuple(GroupKey(word.strip()) for word in text.split(","))
    except ValueError as error:
        raise Unusable(f"write one or more of {known}, separated by commas") from error
    if len(set(keys)) < len(keys):
        raise Unusable("name each key only once")
    return keys


def read_ids(text: str) -> tuple[int, ...]:
    """Ids separated by commas, each once, at most 200."""
    words = text.split(",")
    if len(words) > MAX_ITEM_IDS:
        raise Unusable(f"ask for at most {MAX_ITEM_IDS} items")
    return tuple(dict.fromkeys(read_id(word.strip()) for word in words))


def check_dates(first: date | None, last: date | None, longest: timedelta) -> None:
    """Raises `Clash` for a reversed range of business dates, or one that is too long."""
    if first is None or last is None:
        return
    if last < first:
        raise Clash("to", "write a date that is not before from")
    if last - first > longest:
        raise Clash("to", f"write a date at most {longest.days} days after from")


def check_range(start: datetime, end: datetime) -> None:
    """Raises `Clash` for a reversed range, or one of more than 365 days."""
    if end < start:
        raise Clash("to", "write a date-time that is not before from")
    if end - start > MAX_RANGE:
        raise Clash("to", f"write a date-time at most {MAX_RANGE.days} days after from")


Id = Annotated[int, reading(read_id)]
Ids = Annotated[tuple[int, ...], reading(read_ids, separator=",")]
Instant = Annotated[datetime, reading(read_instant)]
BusinessDate = Annotated[date, reading(read_date)]
Flag = Annotated[bool, reading(read_bool)]
Include = Annotated[frozenset[Part], reading(read_include)]
GroupBy = Annotated[tuple[GroupKey, ...], reading(read_group_by)]
