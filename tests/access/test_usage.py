"""Usage summed up by the day: no call missing and none twice, and what goes in time."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.access.metered import Meter, metering
from tests.access.world import World

from tillgate.access import usage
from tillgate.access.models import CallCount, CallGap, DayUsage
from tillgate.access.usage import logged_calls, prune_usage, sum_up_counts, usage_of
from tillgate.foundation import clock

DAY = date(2026, 3, 14)
NOON = datetime.combine(DAY, time(12), UTC)


@pytest.fixture
def meter(meter_url: str, owner_url: str) -> Iterator[Meter]:
    """Named before `db`, whose transaction has let go of the tables then when they are emptied."""
    with metering(meter_url, owner_url) as made:
        yield made


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=3))


@pytest.mark.usefixtures("now")
def test_summing_up_changes_nothing_that_is_read(meter: Meter, db: None) -> None:
    meter.count("a", NOON, 3)
    meter.count("a", NOON + timedelta(hours=1), 2, status=404, bytes=7)
    meter.count("a", NOON + timedelta(days=1), 1, endpoint="/items/v1/items")
    meter.count("b", NOON, 9)
    meter.count("a", NOON + timedelta(days=3), 4)
    before = usage_of(["a"], DAY, DAY + timedelta(days=3))
    assert [(each.day, each.calls, each.errors, each.bytes) for each in before] == [
        (DAY, 5, 2, 107),
        (DAY + timedelta(days=1), 1, 0, 100),
        (DAY + timedelta(days=3), 4, 0, 100),
    ]
    assert before[0].last_at == NOON + timedelta(hours=1)
    assert sum_up_counts() == 3
    assert CallCount.objects.count() == 1
    assert usage_of(["a"], DAY, DAY + timedelta(days=3)) == before
    assert sum_up_counts() == 0
    # A count that comes late, from a process whose meter was away.
    meter.count("a", NOON, 1, status=503)
    assert sum_up_counts() == 1
    (first, *_) = usage_of(["a"], DAY, DAY)
    assert (first.calls, first.errors, first.last_at) == (6, 3, NOON + timedelta(hours=1))


counts = st.tuples(
    st.sampled_from(["a", "b"]),
    st.integers(0, 4 * 24 * 60),
    st.integers(1, 50),
    st.sampled_from([200, 304, 400, 429, 503]),
    st.sampled_from(["/f/data/businesses", "/items/v1/items"]),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(st.lists(counts, max_size=6), max_size=4))
@pytest.mark.usefixtures("now")
def test_whenever_it_is_summed_up_the_sums_are_those_of_what_was_counted(
    meter: Meter, db: None, batches: list[list[tuple[str, int, int, int, str]]]
) -> None:
    CallCount.objects.all().delete()
    DayUsage.objects.all().delete()
    expected: dict[tuple[str, date, str], list[int]] = defaultdict(lambda: [0, 0])
    for batch in batches:
        for client, minutes, calls, status, endpoint in batch:
            at = NOON + timedelta(minutes=minutes)
            meter.count(client, at, calls, status=status, endpoint=endpoint)
            sums = expected[client, at.date(), endpoint]
            sums[0] += calls
            sums[1] += calls if status >= 400 else 0
        sum_up_counts()
        found = usage_of(["a", "b"], DAY, DAY + timedelta(days=5))
        assert {
            (each.client_id, each.day, each.endpoint): [each.calls, each.errors] for each in found
        } == expected


@pytest.mark.usefixtures("now")
def test_calls_are_forgotten_after_28_days_and_beyond_the_bound_of_a_client(
    meter: Meter, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, now = world.client.client_id, clock.now()
    meter.log(client, now - timedelta(days=28, minutes=1), 2)
    meter.log(client, now - timedelta(days=27), 3)
    meter.log("nobody's", now - timedelta(days=29))
    assert logged_calls([client]).count() == 3
    assert prune_usage() == 3
    assert logged_calls([client]).count() == 3
    monkeypatch.setattr(usage, "MOST_LOGGED", 2)
    assert prune_usage() == 1
    kept = [each.request_id for each in logged_calls([client])]
    assert kept == ["request-2", "request-1"]
    assert prune_usage() == 0


@pytest.mark.usefixtures("now")
def test_sums_and_gaps_go_after_400_days(meter: Meter, db: None) -> None:
    now = clock.now()
    for days in (399, 401):
        meter.count("a", now - timedelta(days=days))
        meter.miss("a", "count", now - timedelta(days=days), 7)
    sum_up_counts()
    prune_usage()
    assert DayUsage.objects.count() == CallGap.objects.count() == 1
