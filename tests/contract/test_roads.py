"""Whichever road one takes to the figures of a range, they are the same to the cent."""

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from unittest.mock import ANY
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.contract import roads
from tests.contract.gate import Gate
from tests.contract.group import FIRST, LAST, Group
from tests.contract.house import House
from tests.contract.roads import Road, Thing, counted, two_places
from tests.contract.test_closing_changes_nothing import land
from tests.ledger.feed.making_sales import sales

from tillgate.foundation.instants import format_instant, parse_instant
from tillgate.ledger.sale import SaleType
from tillgate.simulator.group import LOCATIONS

BUSINESS = 7_800
_LOCATIONS = itertools.count(780_000_001)
PLACES = tuple(location.id for location in LOCATIONS)


@pytest.mark.parametrize("location", PLACES)
@pytest.mark.parametrize(("first", "last"), [(FIRST, LAST), (FIRST + timedelta(days=2), LAST)])
def test_every_road_leads_to_the_same_cent(
    gate: Gate, group: Group, location: int, first: date, last: date
) -> None:
    road = Road(gate, group.token, location, first, last)
    pages, daily = roads.check(road)
    assert roads.references(pages) == roads.references(daily)
    assert pages
    # Nothing was corrected here, so V2 is on the same road.
    assert roads.exact(road.v2(*road.bounds())) == roads.exact(pages)
    assert roads.exact(road.v2_daily()) == roads.exact(daily)
    assert road.journal("&corrections=openPeriod")["entries"] == road.journal()["entries"]
    assert road.index_faults() == []


instants = st.builds(
    lambda minute: datetime(2025, 10, 23, 12, tzinfo=UTC) + timedelta(minutes=minute),
    st.integers(0, 11 * 24 * 60),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(location=st.sampled_from(PLACES), bounds=st.tuples(instants, instants), data=st.data())
def test_ranges_may_cut_through_days_at_any_instant(
    gate: Gate, group: Group, location: int, bounds: Any, data: st.DataObject
) -> None:
    """Pages and totals; V2 answers from the location's first instant on."""
    road = Road(gate, group.token, location, FIRST, LAST)
    opened = parse_instant(road.bounds()[0])
    start, end = (format_instant(max(each, opened)) for each in sorted(bounds))
    pages = road.pages_between(start, end)
    key = data.draw(st.sampled_from(roads.KEYS))
    url = f"/f/finance/{location}/aggregatedSales?from={start}&to={end}&groupBy={key}"
    assert roads.root(gate.fetch(url, group.token)) == roads.figures(pages)
    assert roads.exact(road.v2(start, end)) == roads.exact(pages)


@pytest.mark.parametrize("location", PLACES)
def test_each_block_is_what_the_sales_say(gate: Gate, group: Group, location: int) -> None:
    road = Road(gate, group.token, location, FIRST, LAST)
    daily, told = road.daily(), road.summary()
    sold = [sale for sale in counted(daily) if sale["type"] == "SALE"]
    assert told["receipts"] == len(sold)
    assert told["covers"] == sum(sale.get("nbCovers", 0) for sale in sold)
    gross = sum(
        Decimal(line["totalNetAmountWithTax"]) for one in sold for line in one["salesLines"]
    )
    assert told["averageCheck"] == two_places(gross / len(sold))
    lines = [line for sale in counted(daily) for line in sale["salesLines"]]
    taxes = [tax for line in lines for tax in line["taxLines"]]
    assert sum(Decimal(each["tax"]) for each in told["taxes"]) == sum(
        Decimal(two_places(_sum(tax["taxAmount"] for tax in taxes if _key(tax) == _key_of(each))))
        for each in told["taxes"]
    )
    assert {_key(tax) for tax in taxes} == {_key_of(each) for each in told["taxes"]}


def _key(tax: Thing) -> tuple[Any, ...]:
    return tax["taxCode"], tax["taxRate"], tax["taxIncluded"]


def _key_of(told: Thing) -> tuple[Any, ...]:
    return told["code"], told["rate"], told["included"]


def _sum(texts: Any) -> Decimal:
    return sum((Decimal(text) for text in texts), Decimal(0))


@pytest.mark.parametrize("location", PLACES)
def test_the_proof_has_each_thing_on_its_own_line(gate: Gate, group: Group, location: int) -> None:
    """Line by line, from the published sales alone."""
    road = Road(gate, group.token, location, FIRST, LAST)
    daily, proof = road.daily(), road.summary()["proof"]
    here = [sale for sale in daily if not sale.get("cancelled")]

    def of_type(kind: str) -> list[Thing]:
        return [sale for sale in here if sale["type"] == kind]

    assert proof["refunds"] == _told(of_type("REFUND"), _gross)
    assert proof["carriedOver"] == _told(of_type("TRANSITORY"), _gross)
    assert proof["cashDrops"] == _told(of_type("FLOAT"), _paid)
    lines = [line for sale in counted(daily) for line in sale["salesLines"]]
    voided = [line for line in lines if "voidReason" in line]
    assert proof["voids"] == _told(voided, lambda one: Decimal(one["totalNetAmountWithTax"]))
    taken_off = _sum(line["totalDiscountAmount"] for line in lines)
    assert Decimal(proof["discounts"]["total"]) == taken_off
    sold = {name: Decimal(text) for name, text in proof["sold"].items()}
    assert sold["net"] + sold["giftCards"] == _sum(one["totalNetAmountWithoutTax"] for one in lines)
    assert sold["tax"] == _sum(line["taxAmount"] for line in lines)
    assert sold["serviceCharges"] == _sum(line["serviceCharge"] for line in lines)
    parts = ("net", "tax", "serviceCharges", "giftCards", "tips", "surcharges")
    assert sold["total"] == sum(sold[name] for name in parts)
    assert sold["total"] == Decimal(proof["paidTotal"]) + Decimal(proof["rest"])
    assert proof["balances"] is True
    assert sold["giftCards"] > 0


class Drawn(NamedTuple):
    """A place and what is fed of it: records of sales, days to close, corrections, and a range."""

    timezone: str
    day_start: str
    dates: list[date]
    sales: list[Thing]
    closed: set[date]
    corrected: list[Thing]
    first: date
    last: date


# The second of each place's days is one on which its clocks change, but for the last place.
CHANGES = {
    "Europe/London": date(2026, 3, 29),
    "America/New_York": date(2026, 3, 8),
    "Australia/Lord_Howe": date(2026, 4, 5),
    "Asia/Kathmandu": date(2026, 3, 14),
}


@st.composite
def books(draw: st.DrawFn) -> Drawn:
    zone = draw(st.sampled_from(sorted(CHANGES)))
    dates = [CHANGES[zone] + timedelta(days=number) for number in range(-1, 3)]
    booked = st.none() | st.sampled_from(dates)

    def record(number: int) -> Thing:
        thing = draw(sales(number))
        at = datetime(dates[0].year, dates[0].month, dates[0].day, tzinfo=UTC)
        at += timedelta(minutes=30 * draw(st.integers(26, 130)))
        thing |= {"timeOfCloseAndPaid": at.isoformat(), "type": draw(st.sampled_from(SaleType))}
        for place, line in enumerate(thing.get("salesLines", ())):
            line["id"] = f"S{number}.{place}"
        day = draw(booked)
        return {"sale": thing} | ({"businessDate": str(day)} if day else {})

    first, last = sorted((draw(st.sampled_from(dates)), draw(st.sampled_from(dates))))
    fed = draw(st.integers(1, 6))
    return Drawn(
        zone,
        draw(st.sampled_from(["05:30", "00:00", "02:30"])),
        dates,
        [record(number) for number in range(1, fed + 1)],
        draw(st.sets(st.sampled_from(dates), min_size=1)),
        # The last of these were not known before.
        [record(number) for number in draw(st.sets(st.integers(1, fed + 2), max_size=3))],
        first,
        last,
    )


@settings(
    max_examples=10,
    deadline=None,
    # Each example feeds and closes days: making a failing one small would take minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=books())
def test_every_road_leads_to_the_same_cent_whatever_is_fed(
    drawn: Drawn, house: House, gate: Gate
) -> None:
    location = next(_LOCATIONS)
    place = {"timezone": drawn.timezone, "day_start": drawn.day_start}
    house.rows.add_location(location, business=BUSINESS, **place)
    road = Road(gate, house.rows.add_token([location], business=BUSINESS), location, *drawn[-2:])
    head = {"recordedAt": "2026-05-01T10:00:00Z", "businessLocationId": location}
    land(house, [{"record": "sale"} | head | one for one in drawn.sales])
    roads.check(road)
    closed = [{"record": "day_closed", "businessDate": str(day)} for day in sorted(drawn.closed)]
    land(house, [head | one for one in closed])
    pages, daily = roads.check(road)
    before, booked = road.summary(), roads.booked(road.journal())
    whole = road._replace(first=drawn.dates[0], last=drawn.dates[-1])
    everything = whole.pages()
    known_on = _days_of_sales(road, drawn.dates)
    corrections = [
        head
        | {"record": "correction", "recordedAt": "2026-05-02T10:00:00Z", "reason": "drawn"}
        | one
        for one in drawn.corrected
        if _is_correctable(one, known_on, drawn.closed)
    ]
    then = datetime.now(UTC).isoformat()
    for one in corrections:
        one["businessDate"] = one.get("businessDate", str(min(drawn.closed)))
    land(house, corrections)
    roads.check(road)
    # V2 keeps what was closed, and has the difference, no more and no less, at the change.
    assert roads.exact(road.v2(*road.bounds())) == roads.exact(pages)
    assert roads.exact(road.v2_daily()) == roads.exact(daily)
    changes = road.v2(then, (datetime.now(UTC) + timedelta(hours=1)).isoformat())
    assert all(roads.is_update(sale) for sale in changes)
    difference = zip(roads.exact(whole.pages()), roads.exact(everything), strict=True)
    assert roads.exact(changes) == [now - was for now, was in difference]
    assert road.index_faults() == []
    # The journal of open periods too; both policies end with the same.
    policy = "&corrections=openPeriod"
    today = datetime.now(UTC).date()
    around = whole._replace(first=today - timedelta(days=2), last=today + timedelta(days=1))
    opened = whole.journal(policy)["entries"] + around.journal(policy)["entries"]
    assert roads.booked({"entries": opened}) == roads.booked(whole.journal())
    if set(road.dates) <= drawn.closed:
        assert road.summary(f"&asOf={quote(then)}") == before | {"asOf": ANY}
        assert roads.booked(road.journal(policy)) == booked


def _days_of_sales(road: Road, dates: list[date]) -> dict[str, date]:
    return {
        sale["accountReference"]: day
        for day in dates
        for sale in road._replace(first=day, last=day).daily()
    }


def _is_correctable(record: Thing, known_on: dict[str, date], closed: set[date]) -> bool:
    """Whether its sale is on a closed day or new, and goes to a closed day."""
    day = known_on.get(record["sale"]["accountReference"])
    wanted = record.get("businessDate")
    return (day is None or day in closed) and (
        wanted is None or date.fromisoformat(wanted) in closed
    )


def _told(things: list[Thing], amount: Any) -> Thing:
    total = sum((amount(one) for one in things), Decimal(0))
    return {"count": len(things), "total": f"{total:.6f}"}


def _gross(sale: Thing) -> Decimal:
    return _sum(line["totalNetAmountWithTax"] for line in sale["salesLines"])


def _paid(sale: Thing) -> Decimal:
    return _sum(payment["netAmountWithTax"] for payment in sale.get("payments", ()))
