"""Closed days as the API plane reads them: which frames hold what is asked, and their sales.

Of a range only those frames are fetched that its page needs, by `substring`: the data of a day is
stored unpacked for PostgreSQL, so that it can hand out any stretch of it.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from psycopg import sql

from tillgate.foundation.postgres.pools import Pool, read_each
from tillgate.foundation.postgres.sessions import Query, query
from tillgate.ledger.document import milliseconds
from tillgate.ledger.frames import Frame, decode_spans
from tillgate.ledger.frames import Span as FrameSpan
from tillgate.ledger.lookup import key_of
from tillgate.ledger.personal import Known, known_of
from tillgate.ledger.runs import ClosedRun, Key
from tillgate.ledger.spans import Asked

# When the account of a page token was closed, in an open day or in the last document of the range
# that has it. Only days of the range are looked through: an index would take as much as the sales.
_FIRST_CLOSED = """
SELECT closed_at FROM (
    SELECT closed_at, 2147483647 AS position FROM ledger_opensale
    WHERE business_location_id = {location} AND account_id = {account}
    UNION ALL
    SELECT to_timestamp(0) + closings[array_position(account_keys, {key})]
        * interval '1 millisecond', position
    FROM ledger_closedday
    WHERE business_location_id = {location} AND account_keys @> ARRAY[{key}::bigint]
      AND (business_date BETWEEN {first} AND {last} OR strays)
) known ORDER BY position DESC LIMIT 1
"""

# The newest revision of each day that a range may touch. A day outside of the range's dates can
# hold a sale of it only when it has strays.
LATEST = """
SELECT DISTINCT ON (business_date) * FROM ledger_closedday
WHERE business_location_id = {location} AND business_date BETWEEN {first} AND {last}
ORDER BY business_date, revision DESC
"""
LATEST_STRAYS = """
SELECT * FROM ledger_closedday d
WHERE business_location_id = {location} AND strays AND last_closed_at >= {start}
  AND business_date NOT BETWEEN {first} AND {last}
  AND NOT EXISTS (SELECT FROM ledger_closedday newer
    WHERE newer.business_location_id = {location} AND newer.business_date = d.business_date
      AND newer.revision > d.revision)
"""
# The same of the days as they were first closed.
_FIRST = """
SELECT * FROM ledger_closedday
WHERE business_location_id = {location} AND business_date BETWEEN {first} AND {last}
  AND revision = 1
"""
_FIRST_STRAYS = """
SELECT * FROM ledger_closedday
WHERE business_location_id = {location} AND strays AND last_closed_at >= {start}
  AND business_date NOT BETWEEN {first} AND {last} AND revision = 1
"""

# Days follow each other until they hold enough. One that begins with the page's first instant may
# hold sales that come before its first account, so it counts as nothing; one that begins before the
# others have ended may hold earlier sales, so it is taken as well.
_CHOSEN = """
hit AS (
    SELECT business_date, revision, digest, spans, first_closed_at, last_closed_at,
        CASE WHEN first_closed_at > {start} AND last_closed_at < {end}
            THEN sale_count ELSE 0 END AS whole
    FROM day WHERE first_closed_at < {end} AND last_closed_at >= {start}
),
counted AS (
    SELECT *, sum(whole) OVER earlier AS before, max(last_closed_at) OVER earlier AS until FROM hit
    WINDOW earlier AS (ORDER BY first_closed_at, business_date
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
chosen AS (
    SELECT * FROM counted
    WHERE before IS NULL OR {limit}::bigint IS NULL OR before < {limit}
      OR until >= first_closed_at
)
"""
_DAYS = "SELECT business_date, revision, digest, spans FROM chosen ORDER BY first_closed_at"

# Up to when open sales are needed: for ever, unless days that lie wholly in the range hold enough
# before. To look at fewer days than are read costs nothing but open sales that are not needed.
_BOUND = """
SELECT min(until) FROM (
    SELECT sum(sale_count) OVER so_far AS whole, max(last_closed_at) OVER so_far AS until
    FROM day WHERE first_closed_at > {start} AND last_closed_at < {end}
    WINDOW so_far AS (ORDER BY first_closed_at, business_date)
) counted WHERE whole >= {limit}::bigint
"""

_DAY = """
SELECT digest, spans, data FROM ledger_closedday
WHERE business_location_id = {location} AND business_date = {day} ORDER BY revision
"""

_FRAMES = """
SELECT v.number, substring(d.data FROM v.start FOR v.size)
FROM (VALUES {values}) AS v (number, business_date, revision, start, size)
JOIN ledger_closedday d ON d.business_location_id = {location}
    AND d.business_date = v.business_date AND d.revision = v.revision
"""

_PARTS = """
SELECT business_date, number, part_values FROM ledger_personalpart
WHERE business_location_id = {location} AND business_date = any({days})
"""


# No account id holds it, so nothing lies between one and the same with this behind it.
_LEAST = "\0"


class _Place(NamedTuple):
    """A frame that is to be fetched."""

    business_date: date
    revision: int
    digest: bytes
    span: FrameSpan


def _chosen(asked: Asked, wanted: str) -> str:
    """What is wanted of the days that a range needs."""
    days = (_FIRST, _FIRST_STRAYS) if asked.as_first_closed else (LATEST, LATEST_STRAYS)
    return f"WITH day AS (({days[0]}) UNION ALL ({days[1]})), {_CHOSEN} {wanted}"


def needed_until(asked: Asked) -> sql.Composed:
    """Up to when open sales are needed beside the closed days of a range."""
    days = _FIRST if asked.as_first_closed else LATEST
    bound = _range_query(f"WITH day AS ({days}) {_BOUND}", asked)
    return sql.SQL("coalesce(({}), 'infinity')").format(bound)


def _range_query(text: Any, asked: Asked) -> sql.Composed:
    """A query over the days of a range, from the page's first account on."""
    first, last = asked.days
    start: sql.Composable = sql.Literal(asked.span.start)
    if asked.first_account:
        start = sql.SQL("greatest({}, ({}))").format(start, first_closed(asked))
    literals = {"location": asked.location, "first": first, "last": last, "limit": asked.limit}
    values = {name: sql.Literal(value) for name, value in literals.items()}
    return sql.SQL(text).format(**values, start=start, end=sql.Literal(asked.span.end))


def closed_queries(asked: Asked) -> list[Query]:
    """What has to be read in one snapshot with the open sales."""
    if asked.span.business_date is None:
        return [_range_query(_chosen(asked, _DAYS), asked), *_token_query(asked)]
    days = [asked.span.business_date]
    day = query(_DAY, location=asked.location, day=asked.span.business_date)
    which = sql.SQL("LIMIT 1" if asked.as_first_closed else "DESC LIMIT 1")
    return [
        sql.SQL(" ").join([day, which]),
        *([parts_query(asked.location, days)] if asked.names else []),
    ]


def first_closed(asked: Asked) -> sql.Composed:
    """When the first account of a page was closed."""
    first, last = asked.days
    account = asked.first_account
    return query(
        _FIRST_CLOSED,
        location=asked.location,
        account=account,
        key=key_of(account),
        first=first,
        last=last,
    )


def _token_query(asked: Asked) -> list[Query]:
    if not asked.first_account:
        return []
    return [first_closed(asked)]


def parts_query(location: int, days: Iterable[date]) -> sql.Composed:
    """The personal parts of some days."""
    return query(_PARTS, location=location, days=list(days))


async def closed_runs(
    pool: Pool, locations: Collection[int], asked: Asked, answers: Sequence[list[Any]]
) -> list[ClosedRun]:
    """The sales of closed days, from the answers to `closed_queries`, in any order."""
    if asked.span.business_date is not None:
        return _whole_day(answers)
    first: Key | None = None
    if asked.first_account:
        if not answers[1]:
            return []
        first = milliseconds(answers[1][0][0]), asked.first_account
    elif asked.after:
        first = asked.after[0], asked.after[1] + _LEAST
    places = _needed(answers[0], asked, first)
    if not places:
        return []
    frames, known = await _fetch(pool, locations, asked, places)
    start, end = (milliseconds(each) for each in (asked.span.start, asked.span.end))
    runs = (
        ClosedRun(place.digest, frame, known[place.business_date], 0, 0).within(start, end, first)
        for frame, place in zip(frames, places, strict=True)
    )
    return [run for run in runs if len(run)]


def _whole_day(answers: Sequence[list[Any]]) -> list[ClosedRun]:
    if not answers[0]:
        return []
    digest, spans, data = answers[0][0]
    parts = answers[1] if len(answers) > 1 else []
    known = known_of((number, values) for _, number, values in parts)
    frames = (
        Frame(span, data[span.start : span.start + span.size]) for span in decode_spans(spans)
    )
    return [ClosedRun(digest, frame, known, 0, frame.span.count) for frame in frames]


def _needed(days: Iterable[Any], asked: Asked, first: Key | None) -> list[_Place]:
    """The frames that can hold sales of the page, as `_CHOSEN` takes days."""
    start, end = (milliseconds(each) for each in (asked.span.start, asked.span.end))
    start = max(start, first[0]) if first else start
    places = [
        _Place(day, revision, digest, span)
        for day, revision, digest, spans in days
        for span in decode_spans(spans)
    ]
    places = [each for each in places if each.span.first < end and each.span.last >= start]
    places.sort(key=lambda place: place.span.first)
    taken, whole, until = list[_Place](), 0, start
    for place in places:
        if asked.limit is not None and whole >= asked.limit and until < place.span.first:
            break
        taken.append(place)
        # Sales of the page's first millisecond may come before its first account.
        whole += place.span.count if start < place.span.first and place.span.last < end else 0
        until = max(until, place.span.last)
    return taken


async def _fetch(
    pool: Pool, locations: Collection[int], asked: Asked, places: list[_Place]
) -> tuple[list[Frame], dict[date, Known]]:
    days = {place.business_date for place in places}
    queries: list[Query] = [_frames_query(asked, places)]
    if asked.names:
        queries.append(parts_query(asked.location, sorted(days)))
    packed, *parts = await read_each(pool, locations, queries)
    blocks = dict(packed)
    frames = [Frame(place.span, blocks[number]) for number, place in enumerate(places)]
    return frames, known_by_day(days, parts[0] if parts else ())


def known_by_day(days: Iterable[date], parts: Iterable[Any]) -> dict[date, Known]:
    """The personal parts of each day, none where there are no rows."""
    found: dict[date, list[tuple[int, bytes]]] = {day: [] for day in days}
    for day, number, values in parts:
        found[day].append((number, values))
    return {day: known_of(rows) for day, rows in found.items()}


def _frames_query(asked: Asked, places: Iterable[_Place]) -> sql.Composed:
    rows = (
        query(
            "({number}, {day}::date, {revision}, {start}, {size})",
            number=number,
            day=place.business_date,
            revision=place.revision,
            start=place.span.start + 1,
            size=place.span.size if asked.names else place.span.directory + place.span.lean,
        )
        for number, place in enumerate(places)
    )
    values = sql.SQL(", ").join(rows)
    return sql.SQL(_FRAMES).format(values=values, location=sql.Literal(asked.location))
