"""The peers' tables, filled with the sales that our own API gives for their days."""

import json
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

_HERE = Path(__file__).parent

Row = dict[str, Any]


class Tables:
    """Rows of each table, numbered as they come."""

    def __init__(self, location: int) -> None:
        self._location = location
        self._numbers = {name: count(1) for name in ("sale", "line", "tax_line", "payment")}
        self._groups: dict[tuple[Any, ...], int] = {}
        self.rows: dict[str, list[Row]] = {name: [] for name in self._numbers}

    def add(self, sale: Row) -> None:
        """A sale in the published shape, and everything in it."""
        source = sale.pop("source", {})
        lines, payments = sale.pop("salesLines"), sale.pop("payments", ())
        own = {"businessLocationId": self._location, **source, **sale}
        number = self._add("sale", own)
        for line in lines:
            self._add_line(number, line)
        for payment in payments:
            self._add("payment", {"saleId": number, **payment})

    def _add_line(self, sale: int, line: Row) -> None:
        taxes, group = line.pop("taxLines"), line.pop("accountingGroup", None)
        line["lineId"] = line.pop("id")
        line["categories"] = json.dumps(line["categories"])
        if group is not None:
            line["accountingGroupId"] = self._groups.setdefault(
                (*map(group.get, ("accountingGroupId", "name", "statisticGroup", "code")),),
                len(self._groups) + 1,
            )
        number = self._add("line", {"saleId": sale, **line})
        for tax in taxes:
            self._add("tax_line", {"lineId": number, **tax})

    def _add(self, table: str, row: Row) -> int:
        number = next(self._numbers[table])
        self.rows[table].append({_snake(key): value for key, value in row.items()} | {"id": number})
        return number

    def groups(self) -> list[Row]:
        """The accounting groups that lines point at."""
        names = ("accounting_group_id", "name", "statistic_group", "code")
        return [
            dict(zip(names, values, strict=True), id=number)
            for values, number in self._groups.items()
        ]


def _snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


def load(url: str, location: int, sales: Iterator[Row]) -> None:
    """Make the schema with these sales in it; the URL is of whoever may make one."""
    tables = Tables(location)
    for sale in sales:
        tables.add(sale)
    with psycopg.connect(url) as connection:
        connection.execute((_HERE / "tables.sql").read_text())
        _copy(connection, "accounting_group", tables.groups())
        for name, rows in tables.rows.items():
            _copy(connection, name, rows)
        connection.execute((_HERE / "indexes.sql").read_text())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _copy(connection: psycopg.Connection[Any], table: str, rows: Sequence[Row]) -> None:
    names = sorted({name for row in rows for name in row})
    with connection.cursor().copy(f"COPY peers.{table} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row.get(name) for name in names])
