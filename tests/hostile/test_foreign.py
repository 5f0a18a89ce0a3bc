"""One business tries everything of another: nothing is seen, even without our checks."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import psycopg
import pytest
from msgspec import structs
from tests.api.rows import FOREIGN, LOCATION
from tests.contract.gate import Answer, Gate
from tests.contract.house import House
from tests.hostile.estate import THEIR_ITEM, THEIR_REFERENCE, UNKNOWN, Estate
from tests.hostile.promise import ITEM, Operation, operations

from tillgate.access.reads import Grant
from tillgate.api import auth
from tillgate.api.plane import Lifetimes
from tillgate.api.sales import token_after
from tillgate.catalogue import reads as catalogue
from tillgate.directory import reads as directory
from tillgate.foundation.postgres.pools import Pool, make_pool, read
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.sessions import query
from tillgate.journal.reads import Asked as AskedJournal
from tillgate.journal.reads import fetch_journal
from tillgate.ledger import reads as ledger
from tillgate.ledger.aggregate_reads import sum_up
from tillgate.ledger.aggregation import Aggregate, GroupKey
from tillgate.ledger.reference_reads import fetch_sale_by_reference
from tillgate.ledger.spans import Asked, Span
from tillgate.ledger.update_reads import fetch_first_closing, fetch_sales_by_change
from tillgate.site.privileges import BOOKS, BY_LOCATION, MAPPINGS

T = TypeVar("T")
EVERY_INCLUDE = "staff,table,consumer,payments,revenue_center,account_profile,payment_authorization"
OF_A_LOCATION = [one for one in operations() if "businessLocationId" in str(one.parameters)]
YEAR = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC))
DAYS = (date(2026, 3, 14), date(2026, 3, 14))


def targets(one: Operation, location: int) -> Iterator[str]:
    """Calls of an operation for a location, with what only its owner could know."""
    known: dict[str, str] = {"businessLocationId": str(location)}
    names = {parameter.name for parameter in one.parameters}
    if "id" in names:
        known["id"] = str(THEIR_ITEM)
    if "itemId" in names:
        known["itemId"] = str(THEIR_ITEM)
    if "externalReferenceId" in names:
        known["externalReferenceId"] = THEIR_REFERENCE
    yield one.target(**known)
    if "date" in names:
        yield one.target(**known, date="2026-03-14")
    if "include" in names:
        yield one.target(**known, include=EVERY_INCLUDE)
    if "nextPageToken" in names:
        token = token_after((1_773_466_200_000, "A510007.1")) if one.is_v2 else "A510007.1"
        yield one.target(**known, nextPageToken=token)
    if "itemIds" in names:
        yield one.target(**known, itemIds=f"{THEIR_ITEM},{ITEM}")
    if "from" in names and one.id == "getAggregatedSales":
        yield one.target(**known, **{"from": "2026-03-14T00:00Z", "to": "2026-03-16T00:00Z"})


def without_what_differs(answer: Answer, location: int) -> tuple[int, list[Any], str]:
    """An answer without its time, its request id, its share of the limit and the id asked for."""
    headers = [
        pair for pair in answer.headers if pair[0] not in {"x-request-id", "ratelimit", "date"}
    ]
    text = re.sub(r'"timestamp":"[^"]*"', '"timestamp":""', answer.body.decode())
    return (
        answer.status,
        [pair for pair in headers if pair[0] != "content-length"],
        text.replace(str(location), "ID"),
    )


@pytest.mark.parametrize("one", OF_A_LOCATION, ids=lambda one: one.id)
def test_a_foreign_location_answers_as_an_unknown_one(
    one: Operation, ours: Gate, estate: Estate
) -> None:
    for target in targets(one, FOREIGN):
        assert ours.get(target, token=estate.theirs).status == 200, target  # there is something
    pairs = zip(targets(one, FOREIGN), targets(one, UNKNOWN), strict=True)
    for foreign, unknown in pairs:
        answers = [ours.get(foreign), ours.get(unknown)]
        assert answers[0].status == 404
        assert without_what_differs(answers[0], FOREIGN) == without_what_differs(
            answers[1], UNKNOWN
        )


def test_what_a_token_sees_elsewhere_names_nothing_of_another(ours: Gate, estate: Estate) -> None:
    for one in operations():
        answer = ours.get(one.target())
        assert answer.status == 200
        assert str(FOREIGN) not in answer.body.decode()
        assert str(THEIR_ITEM) not in answer.body.decode()


def test_a_kept_answer_is_given_to_nobody_else(house: House, estate: Estate) -> None:
    """The bytes of one caller's answer serve again for a second: to callers of the same grant."""
    gate = Gate(house.urls, Lifetimes())
    try:
        for one in OF_A_LOCATION:
            for target in targets(one, FOREIGN):
                assert gate.get(target, token=estate.theirs).status == 200
                assert gate.get(target, token=estate.ours).status == 404
        seen = [gate.fetch("/f/data/businesses", token) for token in (estate.ours, estate.theirs)]
        assert str(FOREIGN) not in json.dumps(seen[0])
        assert str(LOCATION) not in json.dumps(seen[1])
    finally:
        gate.close()


class Lenient(frozenset[int]):
    """Locations of a grant that claim to hold every location; what they list stays the truth."""

    def __contains__(self, _: object) -> bool:
        return True


@pytest.fixture
def careless(house: House, estate: Estate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A gate whose own check of the location always says yes."""
    fetch = auth.fetch_grant

    async def fetch_lenient(*args: Any) -> Grant | None:
        grant = await fetch(*args)
        return grant and structs.replace(grant, locations=Lenient(grant.locations))

    monkeypatch.setattr(auth, "fetch_grant", fetch_lenient)
    gate = Gate(house.urls)
    gate.token = estate.ours
    yield gate
    gate.close()


@pytest.mark.parametrize("one", OF_A_LOCATION, ids=lambda one: one.id)
def test_row_level_security_hides_what_our_own_check_lets_through(
    one: Operation, careless: Gate
) -> None:
    told = set()
    for target in targets(one, FOREIGN):
        answer = careless.get(target)
        assert answer.status in {200, 404}
        told.add(answer.body.decode())
        body = answer.json()
        if answer.status == 200:
            rows = body if isinstance(body, list) else next(iter(body["_embedded"].values()))
            assert rows == []
    text = " ".join(told)
    # The id of the location and what was asked for by name are the caller's own words.
    for secret in ("A510007", "VAT20", "Soup", "Food", "Example Kitchens", "pmId"):
        assert secret not in text, text
    assert careless.get(one.target()).status == 200


def as_reader(house: House, ask: Any) -> Any:
    """What `ask(pool)` gives over the reader's own connections, without any of our checks."""

    async def run() -> Any:
        pool: Pool = make_pool(house.urls[Role.READER], name="test reader", size=1)
        async with pool:
            return await ask(pool)

    return asyncio.run(run())


async def _aggregated(pool: Pool, locations: list[int]) -> list[Any]:
    aggregate = Aggregate((GroupKey.STAFF,), staff_names=True)
    asked = Asked(location=FOREIGN, span=YEAR, days=DAYS, names=True)
    await sum_up(pool, locations, asked, aggregate)
    return list(aggregate.paths(1))


async def _journal(pool: Pool, locations: list[int]) -> object:
    now = datetime(2026, 3, 25, tzinfo=UTC)
    try:
        return await fetch_journal(pool, locations, AskedJournal(FOREIGN, *DAYS, now))
    except LookupError:
        return None


READS = {
    "journal": _journal,
    "books": lambda pool, mine: ledger.fetch_books(pool, mine, FOREIGN),
    "sales": lambda pool, mine: ledger.fetch_sales(pool, mine, FOREIGN, YEAR, DAYS, text="body"),
    "sales of V2": lambda pool, mine: fetch_sales_by_change(
        pool,
        mine,
        Asked(location=FOREIGN, span=YEAR, days=DAYS, names=True, as_first_closed=True),
    ),
    "first closing": lambda pool, mine: fetch_first_closing(pool, mine, FOREIGN),
    "finality": lambda pool, mine: ledger.fetch_finality(
        pool, mine, Asked(location=FOREIGN, span=YEAR, days=DAYS)
    ),
    "reference": lambda pool, mine: fetch_sale_by_reference(pool, mine, FOREIGN, THEIR_REFERENCE),
    "totals": _aggregated,
    "tax rates": lambda pool, mine: catalogue.fetch_tax_rates(pool, mine, FOREIGN),
    "payment methods": lambda pool, mine: catalogue.fetch_payment_methods(pool, mine, FOREIGN),
    "accounting groups": lambda pool, mine: catalogue.fetch_accounting_groups(pool, mine, FOREIGN),
    "items": lambda pool, mine: catalogue.fetch_items(
        pool, mine, FOREIGN, catalogue.ItemFilter(ids=(THEIR_ITEM,))
    ),
}


@pytest.mark.parametrize("name", READS)
def test_a_read_gives_nothing_of_a_location_that_is_not_granted(
    name: str, house: House, estate: Estate
) -> None:
    ask = READS[name]
    theirs = as_reader(house, lambda pool: ask(pool, [FOREIGN]))
    for mine in ([LOCATION], []):
        seen = as_reader(house, lambda pool, mine=mine: ask(pool, mine))
        assert seen != theirs, "there must be something that could leak"
        assert seen in (None, [], ([], ledger.Finality(0, False)), ledger.Finality(0, False))


def test_the_directory_gives_only_what_is_granted(house: House, estate: Estate) -> None:
    for mine in ([LOCATION], [FOREIGN], []):
        found = as_reader(house, lambda pool, mine=mine: directory.fetch_businesses(pool, mine))
        assert [one.id for business in found for one in business.locations] == mine


@pytest.mark.parametrize("table", [*BOOKS, MAPPINGS])
def test_no_table_of_the_books_shows_a_row_of_another(
    table: str, house: House, estate: Estate
) -> None:
    column = "business_location_id" if table in BY_LOCATION else "business_id"
    everything = query(f"SELECT {column} FROM {table}")  # type: ignore[arg-type]

    def seen(mine: list[int]) -> set[int]:
        rows = as_reader(house, lambda pool: read(pool, mine, everything))
        return {row[0] for row in rows}

    assert seen([]) == set()
    both = seen([LOCATION]) & seen([FOREIGN])
    assert not both
    assert len(seen([LOCATION, FOREIGN])) == 2


def test_a_connection_forgets_whose_locations_it_saw(house: House, estate: Estate) -> None:
    """One connection serves many callers, one after the other."""

    async def ask(pool: Pool) -> list[Any]:
        wanted = query("SELECT DISTINCT business_location_id FROM ledger_opensale")
        return [await read(pool, mine, wanted) for mine in ([FOREIGN], [], [LOCATION])]

    assert as_reader(house, ask) == [[(FOREIGN,)], [], [(LOCATION,)]]
    with psycopg.connect(house.urls[Role.READER], autocommit=True) as plain:
        assert plain.execute("SELECT count(*) FROM ledger_opensale").fetchone() == (0,)
