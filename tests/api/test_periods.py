"""`periods`: summaries by day, week, month, quarter and year, each compared."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import Gate
from tests.api.rows import DAY, LOCATION, OPENING, Rows, a_line, a_sale, sales_every
from tests.api.test_accounting import correct

from tillgate.foundation.postgres.sessions import scoped

BASE = f"/accounting/v1/business-locations/{LOCATION}"
NEXT = DAY + timedelta(days=1)


@pytest.fixture
def two_days(gate: Gate, rows: Rows) -> None:
    """Three sales on a closed day, and one that stays open."""
    rows.add_sales(sales_every(10, 3))
    rows.close_day()
    rows.add_sales([a_sale(9, OPENING + timedelta(days=1))], day=NEXT)


def periods(gate: Gate, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = gate.get(f"{BASE}/periods?{query}").json()["items"]
    return found


@pytest.mark.usefixtures("two_days")
def test_a_day_is_compared_with_the_day_before_and_a_year_before(gate: Gate) -> None:
    first, second = periods(gate, f"by=day&from={DAY}&to={NEXT}")
    assert (first["period"], first["final"], first["revenue"]["gross"]) == (
        "2026-03-14",
        True,
        "36.000000",
    )
    assert (second["final"], second["closedDays"]) == (False, 0)
    before = second["before"]
    assert (before["period"], before["final"]) == ("2026-03-14", True)
    assert before["figures"]["gross"] == "36.000000"
    assert (before["difference"]["gross"], before["difference"]["receipts"]) == ("-24.000000", -2)
    assert (second["yearBefore"]["period"], second["yearBefore"]["final"]) == ("2025-03-15", True)


@pytest.mark.usefixtures("two_days")
def test_a_month_is_its_days_whole_even_where_the_range_is_a_part(gate: Gate) -> None:
    (month,) = periods(gate, f"from={DAY}&to={DAY}")
    assert (month["period"], month["from"], month["to"]) == ("2026-03", "2026-03-01", "2026-03-31")
    days = periods(gate, "by=day&from=2026-03-01&to=2026-03-31")
    assert len(days) == 31
    for name in ("gross", "net", "tax"):
        assert Decimal(month["revenue"][name]) == sum(Decimal(d["revenue"][name]) for d in days)
    told = gate.get(f"{BASE}/summary?from=2026-03-01&to=2026-03-31").json()
    assert month["proof"] == told["proof"]
    assert month["receipts"] == told["receipts"] == 4


@pytest.mark.usefixtures("two_days")
def test_fiscal_years_begin_with_any_month(gate: Gate) -> None:
    (year,) = periods(gate, f"by=year&yearStart=4&from={DAY}")
    assert (year["period"], year["from"], year["to"]) == ("2025/26", "2025-04-01", "2026-03-31")
    assert year["revenue"]["gross"] == "48.000000"
    (quarter,) = periods(gate, f"by=quarter&yearStart=4&to={DAY}")
    assert (quarter["period"], quarter["yearBefore"]["period"]) == ("2025/26-Q4", "2024/25-Q4")


@pytest.mark.usefixtures("two_days")
def test_weeks_are_compared_with_the_same_weekdays(gate: Gate) -> None:
    (week,) = periods(gate, f"by=week&from={DAY}")
    assert (week["period"], week["yearBefore"]["period"]) == ("2026-W11", "2025-W11")
    earlier = date.fromisoformat(week["yearBefore"]["from"])
    assert date.fromisoformat(week["from"]) - earlier == timedelta(weeks=52)


@pytest.mark.usefixtures("two_days")
def test_as_of_before_a_correction(gate: Gate, ledger_url: str, tmp_path: Path) -> None:
    correct(ledger_url, tmp_path, 3, sales_lines=[])
    query = f"by=day&from={DAY}"
    assert periods(gate, query)[0]["revenue"]["gross"] == "24.000000"
    (then,) = periods(gate, f"{query}&asOf=2026-03-21T00:00:00Z")
    assert then["revenue"]["gross"] == "36.000000"


def test_the_start_hour_may_change_within_a_period(gate: Gate, rows: Rows) -> None:
    with scoped(rows.ledger, [LOCATION]):
        rows.ledger.execute(
            "INSERT INTO directory_dayrule VALUES (%s, %s, 'Europe/London', '02:00')",
            (LOCATION, NEXT),
        )
    rows.add_sales([a_sale(1, OPENING)])
    rows.add_sales([a_sale(2, OPENING + timedelta(hours=21))], day=NEXT)
    rows.close_day()
    rows.close_day(NEXT)
    days = periods(gate, f"by=day&from={DAY}&to={NEXT}")
    assert [each["revenue"]["gross"] for each in days] == ["12.000000", "12.000000"]
    (month,) = periods(gate, f"from={DAY}")
    assert (month["revenue"]["gross"], month["closedDays"]) == ("24.000000", 2)


def test_without_dates_it_is_the_month_that_runs_now(gate: Gate) -> None:
    (month,) = periods(gate, "")
    assert (month["final"], month["revenue"]["gross"]) == (False, "0.000000")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("by=fortnight", "by"),
        ("yearStart=13", "yearStart"),
        ("yearStart=0", "yearStart"),
        ("from=2026-03-14&to=2026-03-13", "to"),
        ("by=day&from=2025-01-01&to=2026-01-02", "to"),
        ("cursor=1", "cursor"),
    ],
)
def test_what_cannot_be_asked_is_a_problem_that_names_it(
    gate: Gate, query: str, parameter: str
) -> None:
    answer = gate.get(f"{BASE}/periods?{query}")
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_366_days_can_be_asked_for(gate: Gate) -> None:
    assert len(periods(gate, "by=day&from=2025-01-01&to=2026-01-01")) == 366


@pytest.mark.usefixtures("two_days")
def test_documents_of_earlier_builds_have_their_figures_from_themselves(
    gate: Gate, rows: Rows
) -> None:
    url = f"{BASE}/summary?from={DAY}&to={NEXT}"
    before = gate.get(url).json()
    rows.owner.execute("DELETE FROM ledger_dayfigures")
    assert gate.get(url).json() == before


def test_a_day_too_large_for_64_bits_is_closed_and_added_up(gate: Gate, rows: Rows) -> None:
    most = "9999999999999.000000"
    amounts = {"total_net_amount_with_tax": most, "total_net_amount_without_tax": most}
    lines = [a_line(number, tax_amount="0.000000", **amounts) for number in (1, 2)]
    rows.add_sales([a_sale(1, OPENING, sales_lines=lines)])
    rows.close_day()
    found = rows.owner.execute("SELECT count(*) FROM ledger_dayfigures").fetchone()
    assert found == (0,)
    assert gate.get(f"{BASE}/summary?from={DAY}").json()["revenue"]["gross"] == "19999999999998.00"
