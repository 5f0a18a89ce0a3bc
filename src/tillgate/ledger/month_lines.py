"""The lines of a whole month of closed days, added up once more, so that a year is twelve sums.

Made from the totals of the newest revisions, beside the documents and never in them. Two lists say
what is alike: `people`, a member of staff with where the name lies, and `kinds`, all else that
`aggregatedSales` groups by. Each row of the columns is one of both. No name is kept here.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import msgspec
import zstandard

from tillgate.ledger.personal import Known
from tillgate.ledger.totals import LineTotals

_LEVEL = 10
_FIGURES = 5

Place = tuple[int, int]


class Person(msgspec.Struct, frozen=True, array_like=True):
    """Who sold: by id, and by a name that lies in a part of a day of the month, if there is one."""

    staff_id: int | None
    business_date: date | None
    part: int
    value: int


class Kind(msgspec.Struct, frozen=True, array_like=True):
    """What else lines are grouped by, spelled as in `LineTotals`."""

    device_id: int | None
    device: str
    accounting_group: str
    statistic_group: str
    tags: tuple[str, ...]


class MonthLines(msgspec.Struct, frozen=True, array_like=True):
    """The sums of a month: `who` and `what` are places in the two lists; amounts in millionths."""

    people: list[Person]
    kinds: list[Kind]
    who: list[int]
    what: list[int]
    gross: list[int]
    service_charges: list[int]
    discounts: list[int]
    taxes: list[int]
    lines: list[int]


_DECODER = msgspec.msgpack.Decoder(MonthLines)


def pack(lines: MonthLines) -> bytes | None:
    """As they are stored; None where a sum is too large for 64 bits: then the days are read."""
    try:
        encoded = msgspec.msgpack.encode(lines)
    except OverflowError:
        return None
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(encoded)


def unpack(packed: bytes) -> MonthLines:
    """As they were."""
    return _DECODER.decode(zstandard.ZstdDecompressor().decompress(packed))


class Gatherer:
    """Adds up the days of a month."""

    def __init__(self) -> None:
        self._people: dict[tuple[int | None, str], Person] = {}
        self._who: dict[tuple[int | None, str], int] = {}
        self._what: dict[Kind, int] = {}
        self._sums: dict[Place, list[int]] = {}

    def add(self, day: date, totals: LineTotals, known: Known) -> None:
        """Count the lines of a day; `known` are the names that are still there."""
        staff = zip(totals.staff_ids, totals.staff_names, strict=True)
        who = [self._person(number, name, day, known) for number, name in staff]
        kinds = zip(
            totals.device_ids,
            totals.devices,
            totals.accounting_groups,
            totals.statistic_groups,
            totals.tags,
            strict=True,
        )
        what = [self._what.setdefault(Kind(*kind), len(self._what)) for kind in kinds]
        amounts = (totals.gross, totals.service_charges, totals.discounts, totals.taxes)
        figures = zip(*amounts, totals.lines, strict=True)
        for place, each in zip(zip(who, what, strict=True), figures, strict=True):
            sums = self._sums.setdefault(place, [0] * _FIGURES)
            for at, figure in enumerate(each):
                sums[at] += figure

    def _person(self, number: int | None, name: Any, day: date, known: Known) -> int:
        text = known.text(name.part, name.value) if name else ""
        key = number, text
        if key not in self._who:
            self._who[key] = len(self._who)
            place = (day, name.part, name.value) if text else (None, 0, 0)
            self._people[key] = Person(number, *place)
        return self._who[key]

    def lines(self) -> MonthLines:
        """The sums."""
        who, what = zip(*self._sums, strict=True) if self._sums else ((), ())
        columns = zip(*self._sums.values(), strict=True) if self._sums else [()] * _FIGURES
        return MonthLines(
            list(self._people.values()),
            list(self._what),
            list(who),
            list(what),
            *map(list, columns),
        )


def month_of(day: date) -> date:
    """The first of its month."""
    return day.replace(day=1)


def last_of(month: date) -> date:
    """The last of a month that is given by its first."""
    return month_of(month + timedelta(days=31)) - timedelta(days=1)


def whole_months(first: date, last: date) -> Iterable[date]:
    """The months all of whose days lie between two dates, both included."""
    month = month_of(first) if first.day == 1 else last_of(month_of(first)) + timedelta(days=1)
    while last_of(month) <= last:
        yield month
        month = last_of(month) + timedelta(days=1)
