"""Accounts and journals as anybody might give them, for hypothesis."""

from datetime import date, timedelta

from hypothesis import strategies as st

from tillgate.journal.entry import Entry, Posting, Postings
from tillgate.journal.journal import Journal
from tillgate.journal.mapping import (
    SUSPENSE,
    Account,
    Corrections,
    Kind,
    Mapping,
    Places,
    What,
)
from tillgate.journal.sources import Source, Thing

# What is often near to each other, what means something in a text, and anything else.
_NEAR = "aAbB1- éÉx"
_MEANT = "\"'\\:;,|=*!^#()[]{}<>@+-%~`\t\n\r\0\x85\u2028 \u00a0現ß\u0301²Ⅷ\U0001f32e"
TEXTS = (
    st.text(st.sampled_from(_NEAR), max_size=6)
    | st.text(st.sampled_from(_NEAR + _MEANT), max_size=20)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.sampled_from(["date:2020-01-01", "[2020-01-01]", "x, number:1", "; end", "  two", "USD"])
)
CODES = TEXTS.filter(lambda text: text != SUSPENSE.code)
_AMOUNTS = st.integers(-(10**9), 10**9) | st.integers(-(10**18), 10**18)


@st.composite
def charts(draw: st.DrawFn) -> list[Account]:
    """Accounts with codes of their own, some below others of their kind; suspense is the first."""
    chart = [SUSPENSE]
    for code in draw(st.lists(CODES, unique=True, max_size=12)):
        kind = draw(st.sampled_from(Kind))
        above = [account.code for account in chart if account.kind is kind and account.code]
        parent = draw(st.sampled_from(["", *above]))
        chart.append(Account(code=code, name=draw(TEXTS), kind=kind, parent=parent))
    return chart


@st.composite
def journals(draw: st.DrawFn) -> Journal:
    """A journal of any accounts and texts, whose entries add up to nothing."""
    chart = draw(charts())
    mapping = Mapping(
        version=draw(st.integers(0, 9)),
        accounts=chart,
        rules=[],
        suspense=SUSPENSE.code,
        corrections=draw(st.sampled_from(Corrections)),
        places=draw(st.sampled_from(Places)),
    )
    entries = [draw(_entries(chart, number)) for number in range(draw(st.integers(0, 5)))]
    final = all(entry.final for entry in entries)
    without = [date(2025, 2, 1)] if draw(st.booleans()) else []
    return Journal(mapping, "GBP", 7, entries, chart, final, without)


@st.composite
def _entries(draw: st.DrawFn, chart: list[Account], number: int) -> Entry:
    day = date(2025, 1, 1) + number * timedelta(days=1)
    revision = draw(st.none() | st.integers(1, 3))
    digest = b"\0" * 32 if revision else b""
    follows = draw(st.sampled_from(["", f"7-{day:%Y%m%d}-r1"]))
    return Entry(
        number=f"7-{day:%Y%m%d}-r{revision}",
        business_date=day,
        booked_on=day,
        revision=revision,
        digest=digest,
        postings=draw(_postings(chart)),
        restated=bool(follows) and draw(st.booleans()),
        follows=follows,
        reasons=draw(st.lists(TEXTS, max_size=2)),
    )


@st.composite
def _postings(draw: st.DrawFn, chart: list[Account]) -> Postings:
    amounts = draw(st.lists(_AMOUNTS, max_size=6))
    rest = -sum(amounts)
    made = [_posting(draw, chart, amount) for amount in [*amounts, rest] if amount]
    unmapped = [part for each in made for part in each.parts if each.account is SUSPENSE]
    return Postings(made, unmapped)


def _posting(draw: st.DrawFn, chart: list[Account], amount: int) -> Posting:
    what = draw(st.sampled_from(What))
    part = Source(Thing(what, draw(TEXTS), draw(TEXTS)), amount)
    return Posting(draw(st.sampled_from(chart)), what, amount, [part])
