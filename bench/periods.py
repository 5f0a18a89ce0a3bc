"""`periods` of three years by month, each compared: in milliseconds, and against DuckDB.

The year is there again before itself, three times, by copies of its documents: the earliest one is
only compared with. DuckDB adds up less, by month and group alone, from the same lines.
"""

import json
from decimal import Decimal
from typing import Any

import psycopg

from bench.installation import Installation
from bench.row import Row
from bench.served import fetch, served
from bench.sums import Sums, ask_duck_of, beside_duck
from bench.year import FIRST, LOCATION, NotWhole, Year, dates
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import database_url
from tillgate.ledger.calendar import ONE_DAY

_YEARS = 3
_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s
"""
_OPENED = "UPDATE directory_businesslocation SET since = %s WHERE business_location_id = %s"
# The page that other groups read is of open days.
_NOTHING_OPEN = "DELETE FROM ledger_opensale WHERE business_location_id = %s"


def measure(place: Installation) -> list[Row]:
    """How long one answer takes, and how many a second beside DuckDB's."""
    from bench.parquet import write_lines, write_years  # noqa: PLC0415  only here is pyarrow needed

    year, days = place.year, place.scale.days
    _copy_documents(days)
    file, years = place.folder / "lines.parquet", place.folder / "years.parquet"
    write_lines(file, dates(0, days), year.scale.sales)
    write_years(years, file, years=_YEARS, days=days)
    path = _path(year)
    with (
        served("uncached") as base_url,
        ask_duck_of(years, "months", place.scale.seconds) as (sums, ask_duck),
    ):
        url = base_url + path
        _check(json.loads(fetch(url, place.headers())), sums)
        return beside_duck(place, "periods of three years by month", url, ask_duck, at_most=50)


def _path(year: Year) -> str:
    first = FIRST - (_YEARS - 1) * year.scale.days * ONE_DAY
    base = f"/accounting/v1/business-locations/{LOCATION.id}/periods"
    return f"{base}?by=month&from={first}&to={year.last}"


def _copy_documents(days: int) -> None:
    with psycopg.connect(database_url(Role.OWNER), autocommit=True) as owner:
        for table in ("ledger_closedday", "ledger_dayfigures"):
            columns = [name for (name,) in owner.execute(_COLUMNS, (table,))]
            for number in range(1, _YEARS + 1):
                owner.execute(_copying(table, columns, number, days))  # type: ignore[call-overload]
        owner.execute(_NOTHING_OPEN, (LOCATION.id,))
        owner.execute(_OPENED, (FIRST - _YEARS * days * ONE_DAY, LOCATION.id))
        owner.execute("VACUUM ANALYZE")


def _copying(table: str, columns: list[str], number: int, days: int) -> str:
    moved = {
        "business_date": f"business_date - {number * days}",
        "position": f"position - {number * 1_000_000}",
    }
    values = ", ".join(moved.get(name, name) for name in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table}"
        f" WHERE business_location_id = {LOCATION.id} AND business_date >= '{FIRST}'"
    )


def _check(answer: dict[str, Any], theirs: Sums) -> None:
    """Raises `NotWhole` unless every month and group comes to the same, but for the first month.

    That one is whole, so it has days of the earliest copy too.
    """
    first, *others = answer["items"]
    ours = {
        (item["period"], group["name"]): (Decimal(group["gross"]), Decimal(group["lines"]))
        for item in others
        for group in item["revenue"]["accountingGroups"]
    }
    wanted = {key: (sums[0], sums[-1]) for key, sums in theirs.items() if key[0] != first["period"]}
    if not ours or ours != wanted:
        raise NotWhole("our months and DuckDB's differ")
