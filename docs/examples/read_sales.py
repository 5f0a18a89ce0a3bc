"""Read the sales of a business location from Tillgate, with Python's standard library alone.

    export GATE_URL=https://gate.example.com
    export GATE_CLIENT_ID=... GATE_CLIENT_SECRET=...
    python read_sales.py LOCATION FROM TO > sales.ndjson

FROM and TO are date-times with a zone, such as 2026-03-01T05:30:00Z; FROM is included, TO is not.
Each sale is one line of JSON on standard output. Use `accountReference` as the key when you store
them: reading a range again gives the same keys. Exit status 0 means that all pages were read.
Needs `gate.py` beside it.
"""

# ruff: noqa: INP001  no package

import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from gate import Gate, location_of, run


def sales(gate: Gate, location: int, start: str, end: str) -> Iterator[dict[str, Any]]:
    """Every sale closed in [start, end), with its payments, in order of closing."""
    path = f"/f/finance/{location}/financials/{quote(start)}/{quote(end)}"
    query: dict[str, str | int] = {"include": "payments", "pageSize": 1000}
    while True:
        page = gate.get(path, **query)
        yield from page["sales"]
        if not page.get("nextPageToken"):
            break
        query["nextPageToken"] = page["nextPageToken"]
    if not page["dataComplete"]:
        print("Some days of this range are not closed yet: read them again later.", file=sys.stderr)


def main(arguments: list[str]) -> int:
    """Print the sales that the command line asks for."""
    location, start, end = arguments
    gate = Gate.from_environment("financial-api")
    revenue, count = Decimal(0), 0
    for sale in sales(gate, location_of(location), start, end):
        print(json.dumps(sale))
        count += 1
        if sale["type"] in {"SALE", "REFUND"} and not sale.get("cancelled"):
            # Amounts are text: as floats their sum would be off by cents.
            amounts = (line["totalNetAmountWithTax"] for line in sale["salesLines"])
            revenue += sum(map(Decimal, amounts))
    print(f"{count} records, revenue {revenue:.2f}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    run(main, __doc__, arguments=3)
