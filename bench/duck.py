"""`python -m bench.duck FILE QUERY`: DuckDB on one thread over a Parquet file, or a folder of them.

First it prints the sums as JSON. Then each line on standard input, a number of seconds, is answered
by how often a second the query could be run, again and again for so long.
"""

import json
import sys
from collections.abc import Callable
from time import perf_counter

import duckdb

_SUMS = "sum(gross), sum(service_charge), sum(discount), sum(tax), count(*)"
_SQL = {
    "staff": f"""
SELECT accounting_group, staff, {_SUMS} FROM read_parquet($file) GROUP BY ALL ORDER BY ALL
""",
    "months": f"""
SELECT strftime(business_date, '%Y-%m'), accounting_group, {_SUMS}
FROM read_parquet($file) GROUP BY ALL ORDER BY ALL
""",
    "takings": """
SELECT business_date, 'sales ' || coalesce(accounting_group::text, ''), sum(net), sum(tax), 0, 0
FROM read_parquet($file || '/lines.parquet') GROUP BY ALL
UNION ALL
SELECT business_date, 'serviceCharge ' || service_type, sum(service_charge), 0, 0, 0
FROM read_parquet($file || '/lines.parquet') WHERE service_charge <> 0 GROUP BY ALL
UNION ALL
SELECT business_date, 'tax ' || code || '@' || rate, sum(tax), 0, 0, 0
FROM read_parquet($file || '/taxes.parquet') GROUP BY ALL
UNION ALL
SELECT business_date, 'tender ' || method, sum(amount), sum(tip), sum(surcharge), sum(rounding)
FROM read_parquet($file || '/payments.parquet') GROUP BY ALL
ORDER BY ALL
""",
}


def main() -> None:
    """Answer until standard input ends."""
    with duckdb.connect(config={"threads": 1}) as connection:

        def ask() -> list[tuple[object, ...]]:
            rows: list[tuple[object, ...]] = connection.execute(
                _SQL[sys.argv[2]], {"file": sys.argv[1]}
            ).fetchall()
            return rows

        print(json.dumps(ask(), default=str), flush=True)
        for line in sys.stdin:
            print(_rate(ask, float(line)), flush=True)


def _rate(ask: Callable[[], object], seconds: float) -> float:
    count, started = 0, perf_counter()
    while (passed := perf_counter() - started) < seconds:
        ask()
        count += 1
    return count / passed


if __name__ == "__main__":
    main()
