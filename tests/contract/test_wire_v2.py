"""WIRE.md on V2: paging, the earliest date, what is refused, and that V1 says the same."""

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.api.test_sales import in_v1_words
from tests.contract.gate import Gate
from tests.contract.group import EVERY_INCLUDE, FIRST, LAST, Group
from tests.contract.test_paging import INSTANTS, quick

from tillgate.foundation.instants import parse_instant

Thing = dict[str, Any]


def v2(group: Group, location: int, query: str = "") -> str:
    """The path of all sales of a location."""
    period = f"from={group.start(location)}&to={group.end(location)}"
    return f"/f/v2/business-location/{location}/sales?{period}&{query}"


def pages(gate: Gate, token: str, target: str) -> list[Thing]:
    """Every page, by sending back the token of the one before."""
    found = [gate.fetch(target, token)]
    while "nextPageToken" in found[-1]:
        found.append(gate.fetch(f"{target}&nextPageToken={found[-1]['nextPageToken']}", token))
        assert len(found) < 2_000, "the pages never end"
    return found


def sales_of(gate: Gate, token: str, target: str) -> list[Thing]:
    return [sale for page in pages(gate, token, target) for sale in page["sales"]]


def test_v2_gives_a_token_in_the_body_and_nowhere_else(gate: Gate, group: Group) -> None:
    target = v2(group, group.locations[0], "pageSize=20")
    found = pages(gate, group.token, target)
    assert len(found) > 2
    assert {tuple(page) for page in found[:-1]} == {("sales", "nextPageToken")}
    assert tuple(found[-1]) == ("sales",)
    headers = dict(gate.get(target, token=group.token).headers)
    assert found[0]["nextPageToken"] not in str(headers)


@quick
@given(
    size=st.integers(20, 150), place=st.integers(0, 4), include=st.sampled_from(["", "payments"])
)
def test_no_token_of_v2_repeats_and_no_sale_does(
    size: int, place: int, include: str, gate: Gate, group: Group
) -> None:
    location = group.locations[place]
    found = pages(gate, group.token, v2(group, location, f"pageSize={size}&include={include}"))
    tokens = [page["nextPageToken"] for page in found[:-1]]
    assert len(set(tokens)) == len(tokens)
    assert all(len(page["sales"]) == min(size, 100) for page in found[:-1])
    whole = gate.fetch(group.range(location, f"include={include}"), group.token)["sales"]
    assert [in_v1_words(sale) for page in found for sale in page["sales"]] == whole


def test_ties_on_the_closing_time_neither_loop_nor_drop_in_v2(gate: Gate, group: Group) -> None:
    location = group.locations[3]
    found = pages(gate, group.token, v2(group, location, "pageSize=1"))
    whole = gate.fetch(group.range(location), group.token)["sales"]
    assert [in_v1_words(sale) for page in found for sale in page["sales"]] == whole
    times = [sale["timeOfCloseAndPaid"] for sale in whole]
    assert len(set(times)) < len(times)


@quick
@given(bounds=st.tuples(INSTANTS, INSTANTS), place=st.integers(0, 4))
def test_v1_and_v2_hold_the_same_sales_in_any_range_without_corrections(
    bounds: tuple[str, str], place: int, gate: Gate, group: Group
) -> None:
    location = group.locations[place]
    start, end = sorted(bounds)
    start = max(start, group.start(location), key=parse_instant)
    end = max(start, end, key=parse_instant)
    query = f"include={EVERY_INCLUDE}"
    target = f"/f/v2/business-location/{location}/sales?from={start}&to={end}&pageSize=100&{query}"
    first = gate.fetch(f"/f/finance/{location}/financials/{start}/{end}?{query}", group.token)
    assert [in_v1_words(one) for one in sales_of(gate, group.token, target)] == first["sales"]


@pytest.mark.parametrize("include", ["", EVERY_INCLUDE])
def test_v1_and_v2_hold_the_same_days(include: str, gate: Gate, group: Group) -> None:
    for location in group.locations:
        for number in range((LAST - FIRST).days + 1):
            asked = f"date={FIRST + timedelta(days=number)}&include={include}"
            daily = f"/f/finance/{location}/dailyFinancials?{asked}"
            first = gate.fetch(daily, group.token)
            second = gate.fetch(
                f"/f/v2/business-location/{location}/sales-daily?{asked}", group.token
            )
            assert [in_v1_words(one) for one in second["sales"]] == first["sales"]
            for name in ("nextStartOfDayAsIso8601", "dataComplete"):
                assert second[name] == first[name]


def test_a_page_of_v2_above_its_maximum_is_clamped(gate: Gate, group: Group) -> None:
    place = max(
        group.locations, key=lambda one: len(gate.fetch(group.range(one), group.token)["sales"])
    )
    assert len(gate.fetch(v2(group, place, "pageSize=200"), group.token)["sales"]) == 100


def test_a_range_from_before_the_location_names_a_date_that_works(gate: Gate, group: Group) -> None:
    """As a program does: scrape it, and ask again with exactly that."""
    for location in group.locations:
        base = f"/f/v2/business-location/{location}/sales"
        refused = gate.get(f"{base}?from=2025-01-01T00:00Z&to=2025-12-01T00:00Z", token=group.token)
        assert refused.status == 400
        match = re.search(r"after: (\S+[+-]\d\d:\d\d), ", refused.json()["error"])
        assert match is not None, refused.body
        assert parse_instant(match[1]) == parse_instant(group.start(location))
        again = sales_of(
            gate, group.token, f"{base}?from={match[1]}&to=2025-12-01T00:00Z&pageSize=100"
        )
        assert len(again) == len(gate.fetch(group.range(location), group.token)["sales"])


def test_a_wrong_parameter_of_v2_is_a_400_with_an_error_alone(gate: Gate, group: Group) -> None:
    location = group.locations[0]
    for name, target in (
        ("from", f"/f/v2/business-location/{location}/sales"),
        ("from", f"/f/v2/business-location/{location}/sales?from=12/12/2023"),
        ("date", f"/f/v2/business-location/{location}/sales-daily?date=yesterday"),
    ):
        answer = gate.get(target, token=group.token)
        assert answer.status == 400
        assert list(answer.json()) == ["error"]
        assert answer.json()["error"].startswith(f"{name}: ")


SPELLINGS = ["2025-10-31T06:00:00+01:00", "2025-10-31T06%3A00%2B01%3A00", "2025-10-31T05:00Z"]


@pytest.mark.parametrize("start", SPELLINGS)
def test_date_times_of_v2_are_understood_in_every_spelling(
    start: str, gate: Gate, group: Group
) -> None:
    base = f"/f/v2/business-location/{group.locations[0]}/sales"
    end = "to=2025-11-01T05:00:00.000000Z"
    known = gate.fetch(f"{base}?from=2025-10-31T05:00:00Z&{end}", group.token)["sales"]
    assert known
    odd = f"{base}/?from={start}&{end}&expand=all&include=payment,customer"
    assert gate.fetch(odd, group.token)["sales"] == known
