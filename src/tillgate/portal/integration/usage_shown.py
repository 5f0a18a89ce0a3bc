"""Usage ready for its page: a column for each day, and sums by the day and by the endpoint."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tillgate.access.models import Integration
from tillgate.access.usage import Used

WIDTH, HEIGHT = 1000, 200
_FILLED = 0.8  # of the room that a column has


class Column(NamedTuple):
    """A part of the chart; `kind` is a class of the stylesheet, lengths are the drawing's."""

    kind: str
    day: date
    calls: int
    x: str
    y: str
    width: str
    height: str


class Row(NamedTuple):
    """What a day, or an endpoint of a client, comes to."""

    day: date | None
    integration: Integration | None
    endpoint: str
    calls: int
    errors: int
    bytes: int
    last_at: datetime


def columns_of(used: Iterable[Used], first: date, last: date) -> list[Column]:
    """For each day what was answered, and on top of it what was refused; highest as the chart."""
    rows = {row.day: row for row in by_day(used)}
    most = max((row.calls for row in rows.values()), default=0)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    room = WIDTH / len(days)
    return [
        column
        for number, day in enumerate(days)
        if day in rows
        for column in _stack(rows[day], day, room * number, room * _FILLED, HEIGHT / most)
    ]


def _stack(row: Row, day: date, x: float, width: float, scale: float) -> Iterable[Column]:
    good, floor = row.calls - row.errors, float(HEIGHT)
    for kind, calls in (("k1", good), ("rest", row.errors)):
        if calls:
            # A single call among thousands is still seen.
            height = max(calls * scale, 1.0)
            floor = max(floor - height, 0.0)
            lengths = (f"{length:.1f}" for length in (x, floor, width, height))
            yield Column(kind, day, calls, *lengths)


def by_day(used: Iterable[Used]) -> list[Row]:
    """The days on which there were calls, the newest first."""
    days: dict[date, list[Used]] = {}
    for each in used:
        days.setdefault(each.day, []).append(each)
    return [_sum(days[day], day=day) for day in sorted(days, reverse=True)]


def by_endpoint(used: Iterable[Used], programs: Mapping[str, Integration]) -> list[Row]:
    """Each endpoint of each client, what was called most first."""
    found: dict[tuple[str, str], list[Used]] = {}
    for each in used:
        found.setdefault((each.client_id, each.endpoint), []).append(each)
    rows = [
        _sum(rows, integration=programs[client_id], endpoint=endpoint)
        for (client_id, endpoint), rows in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.calls, row.endpoint))


def _sum(
    used: Sequence[Used],
    *,
    day: date | None = None,
    integration: Integration | None = None,
    endpoint: str = "",
) -> Row:
    return Row(
        day,
        integration,
        endpoint,
        sum(each.calls for each in used),
        sum(each.errors for each in used),
        sum(each.bytes for each in used),
        max(each.last_at for each in used),
    )
