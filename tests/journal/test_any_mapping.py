"""Whatever mapping the checks accept, every day can be booked by it, in every format."""

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.journal import programs
from tests.journal.days import KEYS, REFERENCES, WHOLE, documents, figures, mappings
from tests.journal.drawn import charts

from tillgate.api.journal import as_json
from tillgate.journal.beancount import as_beancount
from tillgate.journal.booking import Booking, Document, Numbers, bookings, entry_of
from tillgate.journal.chart import Chart
from tillgate.journal.checking import Known, problems_of
from tillgate.journal.csv import as_csv
from tillgate.journal.entry import postings_of
from tillgate.journal.hledger import as_hledger
from tillgate.journal.journal import Journal
from tillgate.journal.mapping import (
    ALLOWED,
    SUSPENSE,
    SUSPENSE_KINDS,
    Account,
    Corrections,
    Mapping,
    Rule,
)
from tillgate.journal.reads import Asked
from tillgate.ledger.figures import Figures

BOTH = frozenset({"GBP", "EUR"})
THINGS = [(what, key) for what in ALLOWED for key in KEYS.get(what, [""])]
KNOWN = Known(BOTH, dict.fromkeys(THINGS, BOTH))


@st.composite
def accepted(draw: st.DrawFn) -> Mapping:
    """A mapping of any accounts, some for one currency only, which the checks take."""
    chart = [
        msgspec.structs.replace(each, currency=draw(st.sampled_from(["", "", "GBP", "EUR"])))
        for each in draw(charts())[1:]
    ]
    wrong = _wrong([SUSPENSE, *chart])
    while wrong:
        chart = [each for number, each in enumerate(chart, 1) if number not in wrong]
        wrong = _wrong([SUSPENSE, *chart])
    rules = []
    for what, key in THINGS:
        fitting = [each.code for each in chart if each.kind in ALLOWED[what] and not each.currency]
        if fitting and draw(st.booleans()):
            rules.append(Rule(what, key, draw(st.sampled_from(fitting))))
    return _mapping([SUSPENSE, *chart], rules, draw(st.sampled_from(Corrections)))


def _mapping(
    accounts: list[Account], rules: list[Rule], corrections: Corrections = Corrections.RESTATE
) -> Mapping:
    return Mapping(
        version=2, accounts=accounts, rules=rules, suspense="suspense", corrections=corrections
    )


def _wrong(accounts: list[Account]) -> set[int]:
    """The places of accounts that the checks have something against."""
    fields = [each.field for each in problems_of(_mapping(accounts, []), KNOWN)]
    return {int(field.partition("[")[2].partition("]")[0]) for field in fields}


@programs.needs_hledger
@programs.needs_beancount
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(accepted(), documents(), st.sampled_from(sorted(BOTH)))
def test_what_the_checks_accept_is_booked_in_every_format(
    tmp_path: Path, mapping: Mapping, found: list[Document], currency: str
) -> None:
    assert problems_of(mapping, KNOWN) == []
    chart, numbers = Chart(mapping, REFERENCES, currency), Numbers(7)
    entries = [
        entry_of(each, chart, numbers) for each in bookings(found, mapping.corrections, WHOLE)
    ]
    used = {posting.account for entry in entries for posting in entry.postings.all}
    accounts = chart.with_parents({*used, chart.suspense})
    journal = Journal(mapping, currency, 7, entries, accounts, final=True, without_figures=[])
    hledger, beancount = tmp_path / "a.journal", tmp_path / "a.beancount"
    hledger.write_bytes(as_hledger(journal))
    beancount.write_bytes(as_beancount(journal))
    assert programs.check_by_hledger(hledger) == ""
    assert programs.check_by_beancount(beancount) == ""
    assert as_csv(journal)
    day = date(2026, 3, 27)
    told = msgspec.json.decode(
        as_json(journal, Asked(7, day, day, datetime(2026, 4, 1, tzinfo=UTC)))
    )
    assert [each["number"] for each in told["entries"]] == [each.number for each in entries]


@settings(max_examples=60, deadline=None)
@given(figures(), mappings(), st.data())
def test_suspense_may_have_things_by_rule_as_well(
    day: Figures, mapping: Mapping, data: st.DataObject
) -> None:
    assume(mapping.version)
    fitting = [each.code for each in mapping.accounts if each.kind in SUSPENSE_KINDS]
    shared = msgspec.structs.replace(mapping, suspense=data.draw(st.sampled_from(fitting)))
    chart = Chart(shared, REFERENCES, "GBP")
    postings = postings_of(day, chart).all
    assert sum(posting.amount for posting in postings) == 0
    at = [(posting.account.code, posting.what) for posting in postings]
    assert len(at) == len(set(at)), "one for each account and kind of things"
    _told_apart(shared, day, chart)


def _told_apart(mapping: Mapping, day: Figures, chart: Chart) -> None:
    """In a file, what has no account is on suspense and nowhere else."""
    document = Document(date(2026, 3, 27), 1, datetime(2026, 3, 28, tzinfo=UTC), b"", day)
    entry = entry_of(Booking(document, document.business_date), chart, Numbers(7))
    accounts = chart.with_parents({chart.suspense})
    journal = Journal(mapping, "GBP", 7, [entry], accounts, final=True, without_figures=[])
    rows = csv.DictReader(io.StringIO(as_csv(journal).decode(), newline=""))
    bare = {row["account"] for row in rows if row["unmapped"] == "true"}
    assert bare <= {mapping.suspense}
