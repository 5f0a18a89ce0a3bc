from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillgate.foundation.instants import BadInstant, format_instant, parse_instant

NOON = datetime(2024, 9, 6, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-09-06T01:00Z",
        "2024-09-06T01:00:00Z",
        "2024-09-06T01:00:00.000Z",
        "2024-09-06T01:00:00.000000Z",
        "2024-09-06t01:00:00z",
        "2024-09-06T03:00:00+02:00",
        "2024-09-06T03:00:00 02:00",
        "2024-09-05T21:00:00-0400",
    ],
)
def test_parse_understands_every_form_programs_send(text):
    assert parse_instant(text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-09-06",
        "2024-09-06T01:00:00",
        "2024-02-30T01:00:00Z",
        "2024-09-06T24:01:00Z",
        "2024-09-06T01:00:00+24:00",
        "2024-09-06T01:00:00+01:75",
        "0001-01-01T00:00:00+10:00",
        "9999-12-31T23:59:59-10:00",
        "٢٠٢٤-09-06T01:00:00Z",
        "2024-09-06T01:00:00Z\n",
        "2024-09-06T01:00:00Z\x00",
    ],
)
def test_parse_refuses_what_is_no_instant(text):
    with pytest.raises(BadInstant):
        parse_instant(text)


@pytest.mark.parametrize(
    ("micro", "text"),
    [(20_000, "26.02Z"), (400_000, "26.4Z"), (0, "26Z"), (734_000, "26.734Z")],
)
def test_format_trims_trailing_zeros_of_the_milliseconds(micro, text):
    assert format_instant(datetime(2024, 1, 1, 1, 1, 26, micro, UTC)).endswith(text)


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-14 * 60, 14 * 60))
def test_an_instant_survives_the_wire_to_the_millisecond(instant, minutes):
    instant = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    assert parse_instant(format_instant(instant)) == instant
    shifted = instant - timedelta(minutes=minutes) if 1 < instant.year < 9999 else instant
    assert parse_instant(format_instant(shifted)) == shifted
