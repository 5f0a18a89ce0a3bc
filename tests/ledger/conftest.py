"""Landing files in tests, and looking at the books afterwards."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.ledger.feed.making import Thing, known, write

from tillgate.ledger.feed.batch import import_file
from tillgate.ledger.feed.landed import Landed

Feed = Callable[..., Landed]

_TABLES = {
    "business": "SELECT business_id, name, currency, recorded_at FROM directory_business",
    "location": """SELECT business_location_id, business_id, name, country, currency, since,
        franchisee, close_after_hours, recorded_at FROM directory_businesslocation""",
    "rule": "SELECT * FROM directory_dayrule",
    "tax_rate": "SELECT business_location_id, code, recorded_at, body FROM catalogue_taxrate",
    "method": "SELECT payment_method_id, recorded_at, body FROM catalogue_paymentmethod",
    "group": "SELECT accounting_group_id, recorded_at, body FROM catalogue_accountinggroup",
    "item": """SELECT item_id, recorded_at, body, name, sku, accounting_group_id
        FROM catalogue_item""",
    "item version": "SELECT * FROM catalogue_itemversion",
    "sale": """SELECT business_location_id, account_reference, account_id, business_date,
        closed_at, type, recorded_at, digest, payments_start, payments_end, lean, body
        FROM ledger_opensale""",
    "reference": "SELECT reference, account_reference FROM ledger_externalreference",
    "day": """SELECT business_location_id, business_date, starts_at, ends_at,
        closed_at IS NOT NULL, closed_by FROM ledger_businessday""",
    "closed day": """SELECT business_location_id, business_date, revision, position, starts_at,
        ends_at, closed_at, closed_by, digest, signature, data, reference_keys
        FROM ledger_closedday""",
    "closed reference": "SELECT * FROM ledger_closedreference",
    "person": "SELECT * FROM ledger_personalpart",
    "aborted order": "SELECT * FROM ledger_abortedorder",
    "card payment": "SELECT * FROM ledger_cardpayment",
}


class Books:
    """The books as their owner sees them."""

    def __init__(self, url: str) -> None:
        self.url = url

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[arg-type]

    def sale(self, number: int = 1) -> Thing:
        query = "SELECT body FROM ledger_opensale WHERE account_reference = %s"
        return json.loads(self.rows(query, f"reference-{number}")[0][0])

    def count(self, table: str = "") -> int:
        """The rows of a table; without one the sales, whether their days are open or closed."""
        if not table:
            return (
                self.count("ledger_opensale")
                + self.rows(
                    "SELECT coalesce(sum(cardinality(reference_keys)), 0) FROM ledger_closedday"
                )[0][0]
            )
        return self.rows(f"SELECT count(*) FROM {table}")[0][0]

    def everything(self) -> dict[str, list[Any]]:
        """All that a feed can bring, but not when it was fed."""
        return {name: sorted(self.rows(query), key=repr) for name, query in _TABLES.items()}

    def change(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]


@pytest.fixture
def books(clean_books: None, owner_url: str) -> Books:
    return Books(owner_url)


@pytest.fixture
def feed(books: Books, ledger_url: str, tmp_path: Path) -> Feed:
    """Lands records as one file; `known=True` puts business and location before them."""

    def land(records: Iterable[Thing], *, with_known: bool = False, **options: Any) -> Landed:
        path = tmp_path / "feed.ndjson"
        write(path, [*(known() if with_known else []), *records])
        return import_file(ledger_url, path, **options)

    return land
