"""hledger and bean-check take the journals of every simulated location, and come to the same.

By both policies, exact and in cents, by references and by a mapping of the business; with
corrections and an open day in the range.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import cycle, product
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from msgspec.structs import replace
from psycopg import Connection
from tests.books import empty_books
from tests.journal import programs

from tillgate.foundation import clock
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.sessions import scoped
from tillgate.journal.beancount import as_beancount
from tillgate.journal.hledger import as_hledger
from tillgate.journal.journal import Journal
from tillgate.journal.mapping import (
    ALLOWED,
    BY_REFERENCE,
    Account,
    Corrections,
    Kind,
    Mapping,
    Places,
    Rule,
    What,
)
from tillgate.journal.reads import Asked, read_journal
from tillgate.ledger.feed.batch import Written, import_file
from tillgate.simulator.feed import Plan, records
from tillgate.simulator.group import HERON
from tillgate.simulator.sandbox import SANDBOX

# Clocks change in Europe within these days; with this seed every location has a corrected day, and
# the last day is open: what was corrected is booked on it.
_FIRST, _LAST, _SEED = date(2026, 10, 24), date(2026, 10, 28), 283
_NOW = datetime(2026, 10, 28, 23, 30, tzinfo=UTC)
_DAYS = range((_LAST - _FIRST).days + 1)
_PLACES = [*HERON.locations, *SANDBOX.locations]
_SUSPENSE = Account(code="9999", name="To be cleared", kind=Kind.ASSET)

by_location = pytest.mark.parametrize("location", [place.id for place in _PLACES])


class Filed(NamedTuple):
    """A journal, and the files that it was written to."""

    journal: Journal
    hledger: Path
    beancount: Path


Files = dict[int, list[Filed]]


@pytest.fixture(scope="module")
def files(
    migrated: None, role_urls: dict[Role, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Files]:
    """Eight journals of each location: two mappings, by both policies, exact and in cents."""
    with pytest.MonkeyPatch.context() as then:
        then.setattr(clock, "now", lambda: _NOW)
        _feed(role_urls)
    folder = tmp_path_factory.mktemp("journals")
    with psycopg.connect(role_urls[Role.READER]) as reader:
        yield {place.id: list(_files(reader, place.id, folder)) for place in _PLACES}
    empty_books(role_urls[Role.OWNER])


def _feed(role_urls: dict[Role, str]) -> None:
    empty_books(role_urls[Role.OWNER])
    for group in (HERON, SANDBOX):
        plan = Plan(
            first=_FIRST,
            last=_LAST,
            seed=_SEED,
            sales_a_day=6,
            until=_NOW,
            opened=_FIRST,
            corrections=True,
            group=group,
        )
        text = b"".join(records(plan))
        import_file(role_urls[Role.LEDGER], Written(group.name, text), sandbox=group is SANDBOX)


def _files(reader: Connection[Any], location: int, folder: Path) -> Iterator[Filed]:
    own = _mapping(_read(reader, location, BY_REFERENCE))
    for mapping, policy, places in product((BY_REFERENCE, own), Corrections, Places):
        journal = _read(reader, location, replace(mapping, corrections=policy, places=places))
        stem = folder / f"{location}-{mapping.version}-{policy}-{places}"
        filed = Filed(journal, stem.with_suffix(".journal"), stem.with_suffix(".beancount"))
        filed.hledger.write_bytes(as_hledger(journal))
        filed.beancount.write_bytes(as_beancount(journal))
        yield filed


def _read(reader: Connection[Any], location: int, mapping: Mapping) -> Journal:
    with scoped(reader, [location]):
        return read_journal(reader, Asked(location, _FIRST, _LAST, _NOW), mapping)


def _mapping(by_reference: Journal) -> Mapping:
    """Every third thing on no account, the others on few: many to one, below one another."""
    accounts = [_SUSPENSE, *_accounts()]
    parts = (
        part.thing
        for entry in by_reference.entries
        for posting in entry.postings.all
        for part in posting.parts
    )
    things = sorted({(thing.what, thing.key) for thing in parts} - {(What.DIFFERENCE, "")})
    turns = cycle([True, True, False])
    rules = [
        Rule(what, key, _fitting(what, accounts).code)
        for (what, key), is_ruled in zip(things, turns, strict=False)
        if is_ruled
    ]
    # With a rule for discounts, what is sold is booked before them.
    rules.append(Rule(What.DISCOUNT, "", _fitting(What.DISCOUNT, accounts).code))
    return Mapping(version=1, accounts=accounts, rules=rules, suspense=_SUSPENSE.code)


def _accounts() -> Iterator[Account]:
    for number, kind in enumerate(Kind, 1):
        upper = f"{number}000"
        yield Account(code=upper, name=f"Über {kind}: “all”; etc.", kind=kind)
        yield Account(code=f"k. {number}", name="day's\tbooks", kind=kind, parent=upper)


def _fitting(what: What, accounts: Iterable[Account]) -> Account:
    return next(each for each in accounts if each.kind in ALLOWED[what] and each.parent)


def test_the_files_have_everything_that_may_be_in_one(files: Files) -> None:
    for journals in files.values():
        entries = [entry for filed in journals for entry in filed.journal.entries]
        assert any(entry.restated for entry in entries)
        assert any(entry.follows and not entry.restated for entry in entries)
        assert any(not entry.final for entry in entries)
        assert any(entry.postings.unmapped for entry in entries)
        assert len({entry.number for entry in entries}) > len(_DAYS)


@programs.needs_hledger
@by_location
def test_hledger_takes_the_journals_of_a_location(files: Files, location: int) -> None:
    for journal, path, _ in files[location]:
        assert programs.check_by_hledger(path) == "", path
        assert programs.balances_by_hledger(path) == programs.balances_of(journal), path


@programs.needs_beancount
@by_location
def test_beancount_takes_the_journals_of_a_location(files: Files, location: int) -> None:
    for _, _, path in files[location]:
        assert programs.check_by_beancount(path) == "", path


@programs.needs_beancount
def test_beancount_comes_to_the_same(files: Files) -> None:
    journals = [filed for each in files.values() for filed in each]
    found = programs.balances_by_beancount(*(filed.beancount for filed in journals))
    assert found == {
        filed.beancount.name: programs.balances_of(filed.journal) for filed in journals
    }
