"""The sums of whole months that a span takes in, as far as they still hold."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from tillgate.foundation.postgres.sessions import query
from tillgate.ledger.month_lines import MonthLines, Person, unpack, whole_months
from tillgate.ledger.personal import Known, known_of
from tillgate.ledger.spans import Asked

_MONTH_END = "(m.month + interval '1 month - 1 day')::date"

# A document of the month with a later position has changed it. With parts gone, somebody was
# erased from some of its days, and only the days can tell from which.
_HOLDING = f"""
SELECT m.month, m.lines FROM ledger_monthlines m
WHERE m.business_location_id = {{location}} AND m.month = any({{months}})
  AND m.first_closed_at >= {{start}} AND m.last_closed_at < {{end}}
  AND m.position = (SELECT max(d.position) FROM ledger_closedday d
    WHERE d.business_location_id = {{location}}
      AND d.business_date BETWEEN m.month AND {_MONTH_END})
  AND (NOT {{names}} OR m.parts = (SELECT count(*) FROM ledger_personalpart p
    WHERE p.business_location_id = {{location}}
      AND p.business_date BETWEEN m.month AND {_MONTH_END}))
ORDER BY m.month
"""

_NAMES = """
SELECT p.business_date, p.number, p.part_values
FROM unnest({days}::date[], {numbers}::int[]) AS wanted (business_date, number)
JOIN ledger_personalpart p ON p.business_location_id = {location}
  AND p.business_date = wanted.business_date AND p.number = wanted.number
"""


class Month(NamedTuple):
    """A month by its first day, its sums, and the name of each of its people, "" for none."""

    month: date
    lines: MonthLines
    names: list[str]


async def fetch_months(connection: AsyncConnection[Any], asked: Asked) -> list[Month]:
    """The months; the connection's transaction may see the location."""
    months = list(whole_months(*asked.days)) if asked.span.business_date is None else []
    if not months:
        return []
    wanted = query(
        _HOLDING,
        location=asked.location,
        months=months,
        start=asked.span.start,
        end=asked.span.end,
        names=asked.names,
    )
    cursor = await connection.execute(wanted, binary=True)
    found = [(month, unpack(lines)) for month, lines in await cursor.fetchall()]
    people = [person for _, lines in found for person in lines.people]
    known = await _fetch_names(connection, asked, people)
    return [
        Month(month, lines, [_name(known, person) for person in lines.people])
        for month, lines in found
    ]


async def _fetch_names(
    connection: AsyncConnection[Any], asked: Asked, people: Sequence[Person]
) -> dict[date, Known]:
    places = sorted({(one.business_date, one.part) for one in people if one.business_date})
    if not asked.names or not places:
        return {}
    days, numbers = zip(*places, strict=True)
    wanted = query(_NAMES, location=asked.location, days=list(days), numbers=list(numbers))
    rows = await (await connection.execute(wanted, binary=True)).fetchall()
    return {
        day: known_of((number, values) for when, number, values in rows if when == day)
        for day in days
    }


def _name(known: dict[date, Known], person: Person) -> str:
    if person.business_date is None or person.business_date not in known:
        return ""
    return known[person.business_date].text(person.part, person.value)
