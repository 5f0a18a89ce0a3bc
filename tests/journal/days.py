"""Days, corrections and mappings as there might be any, for hypothesis."""

from datetime import UTC, date, datetime, time, timedelta

import msgspec
from hypothesis import strategies as st

from tillgate.journal.booking import Bounds, Document
from tillgate.journal.chart import References
from tillgate.journal.mapping import (
    ALLOWED,
    BY_REFERENCE,
    SUSPENSE,
    Account,
    Corrections,
    Kind,
    Mapping,
    Places,
    Rule,
    What,
)
from tillgate.ledger.calendar import Calendar, DayRule
from tillgate.ledger.figures import BLOCKS, ONCE, Figures, Keys

FIRST = date(2026, 3, 27)
DATES = [FIRST + timedelta(days=number) for number in range(6)]
CALENDAR = Calendar((DayRule(date(2026, 1, 1), "Europe/London", time(5, 30)),))
WHOLE = Bounds(date(2026, 1, 1), date(2026, 12, 31), CALENDAR.day_of)

_NAMES = {
    "accounting_groups": st.tuples(
        st.sampled_from([None, 1, 2, 9]),
        st.sampled_from("ab"),
        st.sampled_from(["4000", "2100", ""]),
    ),
    "taxes": st.tuples(
        st.sampled_from(["VAT", "GST"]), st.sampled_from(["1.2", "1.05"]), st.booleans()
    ),
    "discounts": st.tuples(
        *(st.just("line"), st.just(""), st.sampled_from(["HH", ""]), st.sampled_from(["", "b"]))
    ),
    "payments": st.tuples(
        *(st.sampled_from([None, 7, 8]), st.just("CARD"), st.sampled_from(["", "Card"])),
        st.just("NORMAL"),
    ),
    "service_charges": st.tuples(st.sampled_from(["UNTAXED", "APPORTIONED"]), st.just("10.00")),
    "types": st.tuples(st.just("SALE"), st.booleans()),
}
# Near half a cent, where rounding can go either way.
_AMOUNTS = st.integers(-4, 4).map(lambda half: half * 5_000) | st.integers(-(10**13), 10**13)

REFERENCES = References(
    {
        (What.TENDER, "7"): "1000",
        (What.TENDER, "8"): "2100",
        (What.TAX, "VAT"): "2200",
        (What.SALES, "1"): "4000",
        (What.GIFT_CARDS, "9"): "2100",
    },
    {"1000": "Cash", "2100": "Gift cards", "2200": "VAT", "4000": "Food"},
    frozenset({"4000", "2100"}),
)
KEYS = {
    What.TENDER: ["", "7", "8"],
    What.SALES: ["", "1", "2", "9"],
    What.GIFT_CARDS: ["", "1", "9"],
    What.TAX: ["", "VAT@1.2", "GST@1.05"],
    What.SERVICE_CHARGE: ["UNTAXED", "APPORTIONED"],
    What.DISCOUNT: ["", "HH", "b"],
}


@st.composite
def figures(draw: st.DrawFn) -> Figures:
    """What a day comes to; nothing says that it adds up."""
    names = [sorted(draw(st.sets(_NAMES[block.name], max_size=3)), key=repr) for block in BLOCKS]
    size = sum(len(found) * block.sums for found, block in zip(names, BLOCKS, strict=True))
    size += len(ONCE)
    sums = draw(st.lists(_AMOUNTS, min_size=size, max_size=size))
    if not any(code == "2100" for _, _, code in names[0]):
        sums[ONCE.index("gift_cards") - len(ONCE)] = 0
    return Figures(msgspec.msgpack.encode(Keys([list(each) for each in names], ["2100"])), sums, [])


@st.composite
def mappings(draw: st.DrawFn) -> Mapping:
    """A mapping, also with accounts of another currency and rules for the suspense account."""
    if draw(st.integers(0, 4)) == 0:
        mapping = BY_REFERENCE
    else:
        accounts = [SUSPENSE]
        for kind in Kind:
            for number in range(draw(st.integers(1, 3))):
                code, parent = f"{kind[:2]}{number}", f"{kind[:2]}{number - 1}" if number else ""
                currency = draw(st.sampled_from(["", "", "GBP", "USD"]))
                accounts.append(
                    Account(code=code, name=code, kind=kind, parent=parent, currency=currency)
                )
        mapping = Mapping(
            version=draw(st.integers(1, 3)),
            accounts=accounts,
            rules=draw(_rules(accounts)),
            suspense=SUSPENSE.code,
        )
    return msgspec.structs.replace(
        mapping,
        corrections=draw(st.sampled_from(Corrections)),
        places=draw(st.sampled_from(Places)),
    )


@st.composite
def _rules(draw: st.DrawFn, accounts: list[Account]) -> list[Rule]:
    rules = []
    for what, kinds in ALLOWED.items():
        fitting = [one.code for one in accounts if one.kind in kinds]
        keys = KEYS.get(what, [""])
        rules += [
            Rule(what, key, draw(st.sampled_from(fitting)))
            for key in draw(st.sets(st.sampled_from(keys)))
        ]
    return rules


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    """Closed days, each with all its revisions; corrections come whenever they come."""
    found, at = [], datetime(2026, 3, 28, 7, tzinfo=UTC)
    days = draw(st.sets(st.sampled_from(DATES), min_size=1))
    for day in sorted(days):
        for revision in range(1, draw(st.integers(1, 3)) + 1):
            at += timedelta(hours=draw(st.integers(1, 30)))
            found.append(Document(day, revision, at, bytes([revision]) * 32, draw(figures())))
    return found
