"""A business that keeps mappings, and drafts for it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.ledger.feed.making import BUSINESS

from tillgate.directory.models import Business, Person
from tillgate.directory.queries import business_by_id
from tillgate.journal.mapping import Account, Kind, Mapping, Rule, What

ACCOUNTS = [
    Account(code="1000", name="Cash in hand", kind=Kind.ASSET),
    Account(code="1100", name="Cards on the way", kind=Kind.ASSET),
    Account(code="1999", name="Suspense", kind=Kind.ASSET),
    Account(code="2200", name="VAT owed", kind=Kind.LIABILITY),
    Account(code="2300", name="Tips owed", kind=Kind.LIABILITY),
    Account(code="2400", name="Gift cards owed", kind=Kind.LIABILITY),
    Account(code="4000", name="Food", kind=Kind.INCOME),
    Account(code="4900", name="Rounding", kind=Kind.INCOME, parent="4000"),
]
RULES = [
    Rule(What.TENDER, "", "1100"),
    Rule(What.SALES, "", "4000"),
    Rule(What.TAX, "VAT20@1.2", "2200"),
    Rule(What.TIPS, "", "2300"),
]


def draft(**changes: Any) -> Mapping:
    """A mapping that fits the books of `tests.portal.merchant.book_keeping`."""
    fields: dict[str, Any] = {"accounts": ACCOUNTS, "rules": RULES, "suspense": "1999"}
    return Mapping(**({"version": 0} | fields | changes))


def business() -> Business:
    found = business_by_id(BUSINESS)
    assert found is not None
    return found


@pytest.fixture
def keeper(reader: Person, owner_url: str) -> Iterator[Person]:
    """The owner of the business; what was kept for it goes at the end, as it is there for good."""
    yield reader
    with psycopg.connect(owner_url) as connection:
        connection.execute("TRUNCATE journal_mapping")
