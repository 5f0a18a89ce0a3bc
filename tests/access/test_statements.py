"""Access, price and dates agree: at every instant, and in every total."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.access.world import Shop, World, shop_date, shop_opens

from tillgate.access import acts, licences
from tillgate.access.errors import AccessError
from tillgate.access.licences import Price
from tillgate.access.models import Integration, LicencePeriod, LicensedLocation, Suspension
from tillgate.access.queries import licensed_today, statement_for
from tillgate.access.statements import Pause, amount_of, is_charged, statement_of
from tillgate.foundation import clock

BEGIN = datetime(2026, 3, 1, 9, 17, 3, tzinfo=UTC)
FIRST = BEGIN.date()
DAYS = 130
MONTHS = [date(2026, number, 1) for number in range(3, 8)]


class Span(NamedTuple):
    """A period without a database."""

    from_date: date
    last_date: date | None
    monthly_price: Decimal | None = Decimal("29.00")
    agreement: str = "A-1001"
    location_id: int = 1
    currency: str = "EUR"


def lines_of(month: date, *spans: Span, pauses: tuple[Pause, ...] = ()) -> list[tuple[Any, ...]]:
    """Days, days of the month, and amount of each line, long after the month."""
    drawn = statement_of(month, spans, {1: pauses}, {1: date(2030, 1, 1)})
    assert drawn.is_final
    assert drawn.total == sum((line.amount for line in drawn.lines), Decimal(0))
    return [(line.days, line.days_of_month, line.amount) for line in drawn.lines]


def test_a_whole_month_costs_its_price_and_a_part_its_share() -> None:
    april = date(2026, 4, 1)
    assert lines_of(april, Span(date(2026, 1, 1), None)) == [(30, 30, Decimal("29.00"))]
    assert lines_of(april, Span(date(2026, 4, 21), None)) == [(10, 30, Decimal("9.67"))]
    assert lines_of(april, Span(date(2026, 5, 1), None)) == []
    february = date(2028, 2, 1)
    assert lines_of(february, Span(date(2028, 2, 29), None)) == [(1, 29, Decimal("1.00"))]


def test_halves_of_a_cent_go_to_the_even_one() -> None:
    assert amount_of(Decimal("0.15"), 10, 30) == Decimal("0.05")
    assert amount_of(Decimal("0.03"), 15, 30) == Decimal("0.02")
    assert amount_of(Decimal("0.01"), 15, 30) == Decimal("0.00")
    assert amount_of(Decimal("0.05"), 15, 30) == Decimal("0.02")
    assert amount_of(Decimal("9999999999.99"), 31, 31) == Decimal("9999999999.99")


def test_a_price_that_changes_in_the_month_makes_two_lines() -> None:
    assert lines_of(
        date(2026, 4, 1),
        Span(date(2026, 1, 1), date(2026, 4, 10), Decimal("30.00"), "A-1001"),
        Span(date(2026, 4, 11), None, Decimal("60.00"), "A-1002"),
    ) == [(10, 30, Decimal("10.00")), (20, 30, Decimal("40.00"))]


def test_a_location_joins_leaves_and_joins_again_in_one_month() -> None:
    assert lines_of(
        date(2026, 4, 1),
        Span(date(2026, 4, 2), date(2026, 4, 4), Decimal("30.00"), "A-1001"),
        Span(date(2026, 4, 6), date(2026, 4, 6), Decimal("30.00"), "A-1002"),
        Span(date(2026, 4, 30), None, Decimal("30.00"), "A-1002"),
    ) == [(3, 30, Decimal("3.00")), (2, 30, Decimal("2.00"))]


def test_days_wholly_within_a_suspension_are_not_charged() -> None:
    pauses = (Pause(date(2026, 4, 10), date(2026, 4, 20)),)
    assert lines_of(date(2026, 4, 1), Span(date(2026, 1, 1), None), pauses=pauses) == [
        (21, 30, Decimal("20.30"))
    ]
    within_a_day = (Pause(date(2026, 4, 10), date(2026, 4, 10)),)
    assert lines_of(date(2026, 4, 1), Span(date(2026, 1, 1), None), pauses=within_a_day) == [
        (30, 30, Decimal("29.00"))
    ]


def test_a_month_that_runs_is_drawn_up_to_today_at_each_location() -> None:
    spans = [Span(date(2026, 1, 1), None), Span(date(2026, 1, 1), None, location_id=2)]
    today = {1: date(2026, 4, 10), 2: date(2026, 4, 11)}
    drawn = statement_of(date(2026, 4, 1), spans, {}, today)
    assert not drawn.is_final
    assert [line.days for line in drawn.lines] == [10, 11]


def test_what_has_no_price_is_not_charged() -> None:
    assert lines_of(date(2026, 4, 1), Span(date(2026, 1, 1), None, None)) == []


# --- whatever is done -----------------------------------------------------------------------------

Op = tuple[str, int, int, int, int]
OPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "remove", "reprice", "suspend", "resume"]),
        st.integers(0, 1),  # which location
        st.integers(-2, 25),  # how many days from today
        st.integers(1, 3_000_000),  # the price in cents
        st.integers(1, 300),  # how many hours later it is done
    ),
    min_size=3,
    max_size=12,
)


class Told:
    """What should hold, kept in the simplest way: a price for each day, suspensions as instants."""

    def __init__(self, locations: list[int]) -> None:
        self.locations = locations
        self.days: dict[int, dict[date, tuple[Decimal, str]]] = {key: {} for key in locations}
        self.pauses: list[list[datetime | None]] = []

    def apply(
        self, op: str, place: int, day: date, today: date, price: tuple[Decimal, str]
    ) -> bool:
        """Do it; false where it must be refused."""
        mine = self.days[place]
        ahead = [each for each in mine if each >= today]
        end = FIRST + timedelta(days=DAYS)
        if op == "join":
            if any(each >= day for each in mine):
                return False
            mine |= dict.fromkeys(_days(day, end), price)
        elif op == "remove":
            if not ahead or not max(today, min(ahead)) <= day <= max(ahead):
                return False
            self.days[place] = {each: said for each, said in mine.items() if each <= day}
        elif op == "reprice":
            if day < today:
                return False
            mine |= {each: price for each in mine if each >= day}
        return True


def _days(first: date, end: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((end - first).days))


@pytest.fixture
def bare(shop: Shop, db: None) -> Integration:
    return acts.open_integration(
        business_id=shop.business_id,
        name="Ledger Bridge",
        scopes=["items"],
        location_ids=shop.locations,
        staff=False,
        consumers=False,
        authorizations=False,
        from_date=date(2020, 1, 1),
        until_date=date(2020, 1, 1),
        actor="test",
    )


@given(ops=OPS)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
def test_what_may_be_read_is_what_is_licensed_is_what_is_charged(
    bare: Integration, shop: Shop, ops: list[Op]
) -> None:
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        _run(bare, shop, ops, patch)
        transaction.set_rollback(True)
    bare.refresh_from_db()


def _run(bare: Integration, shop: Shop, ops: list[Op], patch: pytest.MonkeyPatch) -> None:
    told, now = Told(shop.locations), BEGIN
    for number, (op, which, ahead, cents, hours) in enumerate(ops):
        now += timedelta(hours=hours)
        patch.setattr(clock, "now", lambda now=now: now)
        place, day = shop.locations[which], shop_date(now) + timedelta(days=ahead)
        price = Price(Decimal(cents) / 100, "EUR", f"A-{number}")
        _do(bare, told, op, place, day, price, now)
        expected = [key for key in shop.locations if shop_date(now) in told.days[key]]
        assert licensed_today(bare) == sorted(expected)
    _compare(bare, told, patch)


def _do(  # noqa: PLR0917
    bare: Integration, told: Told, op: str, place: int, day: date, price: Price, now: datetime
) -> None:
    if op in {"suspend", "resume"}:
        _pause(bare, told, op, now)
        return
    before = [dict(told.days[key]) for key in told.locations]
    fits = told.apply(op, place, day, shop_date(now), (price.monthly, price.agreement))
    given_ = {"integration": bare, "location_id": place, "actor": "test"}
    try:
        with transaction.atomic():
            if op == "join":
                licences.license_location(**given_, from_date=day, price=price)  # type: ignore[arg-type]
            elif op == "remove":
                licences.remove_location(**given_, last_date=day)  # type: ignore[arg-type]
            else:
                licences.reprice_location(**given_, from_date=day, price=price)  # type: ignore[arg-type]
    except AccessError:
        assert not fits, (op, day, before)
    else:
        assert fits, (op, day, before)


def _pause(bare: Integration, told: Told, op: str, now: datetime) -> None:
    is_open = bool(told.pauses) and told.pauses[-1][1] is None
    if op == "suspend":
        acts.suspend_integration(integration=bare, reason="x", actor="test")
        if not is_open:
            told.pauses.append([now, None])
    else:
        acts.resume_integration(integration=bare, actor="test")
        if is_open:
            told.pauses[-1][1] = now


def _compare(bare: Integration, told: Told, patch: pytest.MonkeyPatch) -> None:
    after = datetime(2026, 9, 1, tzinfo=UTC)
    patch.setattr(clock, "now", lambda: after)
    periods = list(LicencePeriod.objects.filter(integration=bare, from_date__gte=date(2021, 1, 1)))
    rows = Suspension.objects.filter(integration=bare).order_by("from_at")
    assert [[row.from_at, row.until_at] for row in rows] == told.pauses
    pauses = [
        Pause(shop_date(row.from_at), row.until_at and shop_date(row.until_at)) for row in rows
    ]
    counted: Counter[tuple[int, str, Decimal, date]] = Counter()
    for place in told.locations:
        for day in _days(FIRST, FIRST + timedelta(days=DAYS - 1)):
            licensed = [
                each for each in periods if each.location_id == place and each.holds_on(day)
            ]
            said = told.days[place].get(day)
            assert [(each.monthly_price, each.agreement) for each in licensed] == (
                [said] if said else []
            )
            may_read = bool(said) and _opens(day, told.pauses)
            assert may_read == any(is_charged(each, pauses, day) for each in licensed)
            if said and may_read:
                counted[place, said[1], said[0], day.replace(day=1)] += 1
    for month in MONTHS[:4]:
        _compare_month(bare, month, counted)


def _opens(day: date, pauses: list[list[datetime | None]]) -> bool:
    """Whether it could be called at some instant of a day."""
    start, end = shop_opens(day), shop_opens(day + timedelta(days=1))
    edges = [edge for pause in pauses for edge in pause if edge is not None]
    instants = [start, end - timedelta(microseconds=1)]
    instants += [edge + timedelta(microseconds=n) for edge in edges for n in (-1, 0)]
    return any(
        start <= instant < end
        and not any(a <= instant and (b is None or instant < b) for a, b in pauses if a is not None)
        for instant in instants
    )


def _compare_month(
    bare: Integration, month: date, counted: "Counter[tuple[int, str, Decimal, date]]"
) -> None:
    drawn = statement_for(bare, month)
    of_month = (date(month.year, month.month + 1, 1) - month).days
    expected = {key[:3]: days for key, days in counted.items() if key[3] == month}
    lines = {(line.location_id, line.agreement, line.monthly_price): line for line in drawn.lines}
    assert {key: line.days for key, line in lines.items()} == expected
    assert drawn.is_final
    assert drawn.total == sum((line.amount for line in drawn.lines), Decimal(0))
    for key, line in lines.items():
        days_added_up = sum(Fraction(key[2]) / of_month for _ in range(line.days))
        assert line.amount == Decimal(round(days_added_up * 100)) / 100


def test_the_end_of_an_integration_ends_access_and_charge_with_today(world: World) -> None:
    first, second = world.shop.locations
    today = shop_date()
    LicensedLocation.objects.filter(location_id=second).update(from_date=today + timedelta(days=5))
    acts.end_integration(integration=world.integration, reason="left", actor="test")
    [period] = LicencePeriod.objects.filter(integration=world.integration)
    assert (period.location_id, period.from_date, period.last_date) == (first, today, today)
