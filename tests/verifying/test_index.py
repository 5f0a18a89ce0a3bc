"""What lies beside a document, unsigned: `tillgate verify` finds and names each change."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString

import pytest
from psycopg import sql
from tests.api.rows import DAY, LOCATION, Rows, a_sale
from tests.verifying.conftest import NEXT, Copy

from tillgate.verifying.errors import Broken

# No answer is made of these: when something was last fed; where figures or names are not found,
# for then figures are made of the document, and a name is one that was erased.
_SAYS_NOTHING = {
    "ledger_closedday": {"last_fed_at"},
    "ledger_dayfigures": {"business_location_id", "business_date", "revision"},
    "ledger_personalpart": {"business_location_id"},
    "ledger_closedreference": set[str](),
}
_WHERE: dict[str, LiteralString] = {
    "ledger_closedday": "business_date = '2026-03-14' AND revision = 1",
    "ledger_dayfigures": "business_date = '2026-03-14' AND revision = 1",
    "ledger_personalpart": "business_date = '2026-03-14' AND number = 1",
    "ledger_closedreference": "true",
}
_ACCOUNTING = f"/accounting/v1/business-locations/{LOCATION}"
_FEBRUARY = [date(2026, 2, 1) + timedelta(days=number) for number in range(28)]


def _flipped(value: Any, draw: random.Random) -> Any:
    """The value with one byte changed, or the least that can change of what has no bytes."""
    match value:
        case bool():
            other: Any = not value
        case int():
            other = value ^ 1 << draw.randrange(3, 12)
        case datetime():
            other = value + timedelta(microseconds=1 << draw.randrange(16))
        case date():
            other = value + timedelta(days=1 << draw.randrange(1, 4))
        case str():
            other = _flipped(value.encode(), draw).decode().replace("\0", "?")
        case list():
            at = draw.randrange(len(value))
            other = [*value[:at], _flipped(value[at], draw), *value[at + 1 :]]
        case _:
            at = draw.randrange(len(value))
            other = value[:at] + bytes([value[at] ^ draw.randrange(1, 128)]) + value[at + 1 :]
    return other


def _flips(rows: Rows, table: str, where: LiteralString, *, times: int = 1) -> Iterator[str]:
    """Each column of a row with a byte changed; it is put back before the next one."""
    names = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
    into = sql.Identifier(table)
    for (name,) in rows.owner.execute(names, (table,)).fetchall():
        column, draw = sql.Identifier(name), random.Random(f"{table} {name}")
        put = sql.SQL("UPDATE {} SET {} = %s WHERE ctid = %s RETURNING ctid").format(into, column)
        asked = sql.SQL("SELECT {}, ctid FROM {} WHERE {}").format(column, into, sql.SQL(where))
        value, place = rows.owner.execute(asked).fetchall()[0]
        for _ in range(times):
            other = _flipped(value, draw)
            ((place,),) = rows.owner.execute(put, (other, place)).fetchall()
            yield name
            ((place,),) = rows.owner.execute(put, (value, place)).fetchall()


def _answers(copy: Copy) -> list[bytes]:
    """One of each kind that closed days answer to."""
    place, span = f"/f/v2/business-location/{LOCATION}", "2026-03-14T00:00:00Z"
    old = f"/f/finance/{LOCATION}"
    return [
        copy.get(path)
        for path in (
            f"{old}/financials/{span}/2026-03-16T00:00:00Z?pageSize=2",
            f"{old}/aggregatedSales?from={span}&to=2026-03-16T00:00:00Z&groupBy=staff",
            f"{old}/saleByExternalReference?externalReferenceId=order-7",
            f"{place}/sales?from={span}&include=payments,staff,consumer",
            f"{_ACCOUNTING}/days?from={DAY}&to={NEXT}",
            f"{_ACCOUNTING}/summary?from={DAY}&to={NEXT}&asOf=2026-03-20T00:00:00Z",
            f"{_ACCOUNTING}/summary?from={DAY}&to={NEXT}",
        )
    ]


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("table", _SAYS_NOTHING)
def test_one_changed_byte_in_any_column_is_found_and_named(
    copy: Copy, rows: Rows, table: str
) -> None:
    """Or it is one that no answer is made of."""
    assert not copy.fault()
    before = _answers(copy)
    for name in _flips(rows, table, _WHERE[table]):
        said = copy.fault()
        if said:
            named = f"{DAY}" in said or said.startswith("position 1 of the chain")
            assert named or "people that no document speaks of" in said, (name, said)
        else:
            assert name in _SAYS_NOTHING[table], name
            assert table == "ledger_personalpart" or _answers(copy) == before, name
    assert not copy.fault()


def test_one_changed_byte_in_the_sums_of_a_month_is_found(copy: Copy, rows: Rows) -> None:
    """A sum that is no longer found is one that is made of its days."""
    copy.gate.token = rows.add_token(personal=True)
    for number, day in enumerate(_FEBRUARY, start=1):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        rows.add_sales([a_sale(number, noon)] if number in {3, 20} else [], day=day)
        rows.close_day(day)
    assert copy.verify().count == len(_FEBRUARY)
    sums = f"/f/finance/{LOCATION}/aggregatedSales?groupBy=staff,device"
    february = f"{sums}&from=2026-02-01T05:30:00Z&to=2026-03-01T05:30:00Z"
    before = copy.get(february)
    for name in _flips(rows, "ledger_monthlines", "true", times=6):
        (last,) = json.loads(copy.get(f"{_ACCOUNTING}/changes?checkIndex=true&since=27"))["items"]
        found = last["indexFaults"]
        assert found == ["month"] or (not found and copy.get(february) == before), name
    rows.owner.execute("UPDATE ledger_monthlines SET lines = set_byte(lines, 20, 77)")
    with pytest.raises(Broken, match=r"2026-02-28: what lies beside .* does not fit it: month"):
        copy.verify()
