"""Days as Parquet: the rows of the signed text, with types, and what they were made of."""

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from tests.verifying.kept import KEPT, stored

from tillgate.ledger.export import columns, rows

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install '.[parquet]'")

from pyarrow import parquet  # noqa: E402  after the skip

from tillgate.ledger.export.parquet import Table, make_parquet, schema_of  # noqa: E402

DAYS = [stored(row) for row in KEPT["days"]][1:]  # an empty day, and one of 27 sales


@pytest.mark.parametrize("table", Table)
def test_a_file_has_the_documented_columns_and_every_row(table: Table) -> None:
    made = make_parquet(table, DAYS)
    read = parquet.read_table(io.BytesIO(made.content))
    assert tuple(read.column_names) == getattr(columns, table.upper())
    assert read.schema.equals(schema_of(table))
    assert read.num_rows == made.rows > 20


def test_amounts_times_and_lists_are_what_they_were() -> None:
    day = DAYS[1]
    told = [json.loads(row) for row in rows.lines(day.texts, day.place).splitlines()]
    read = parquet.read_table(io.BytesIO(make_parquet(Table.LINES, DAYS).content)).to_pylist()
    assert len(read) == len(told)
    for line, row in zip(told, read, strict=True):
        assert row["businessDate"] == date(2026, 3, 14)
        assert row["totalNetAmountWithTax"] == Decimal(line["totalNetAmountWithTax"])
        assert row["tags"] == line.get("tags")
        assert row["accountingGroupName"] == line["accountingGroup"]["name"]
        assert row["timeOfCloseAndPaid"].isoformat()[:19] == line["timeOfCloseAndPaid"][:19]
    assert any(row["staffNameRef"] for row in read)


def test_a_file_says_of_which_documents_it_was_made() -> None:
    made = make_parquet(Table.SALES, DAYS)
    metadata = parquet.read_metadata(io.BytesIO(made.content)).metadata
    assert json.loads(metadata[b"tillgate.documents"]) == [
        [str(day.business_date), day.digest.hex(), len(day.texts)] for day in DAYS
    ]


def test_the_columns_of_whole_numbers_are_columns_of_numbers() -> None:
    assert columns.WHOLE < columns.NUMBERS
