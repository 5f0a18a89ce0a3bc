"""Instants on the wire: RFC 3339 in, UTC with `Z` and trimmed milliseconds out."""

import re
from datetime import UTC, datetime, timedelta, timezone

# Outside of these, time zones are guesswork.
YEARS = range(1970, 2200)

# Seconds are optional and a space may stand for `+`: a form decoder makes one of it in a query.
_INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?"
    r"(?:([Zz])|([+\- ])(\d\d):?(\d\d))",
    re.ASCII,
)


class BadInstant(ValueError):
    """Not a date-time with a zone that exists."""


def parse_instant(text: str) -> datetime:
    """The instant a date-time with `Z` or a numeric offset names, in UTC.

    Fractions finer than a microsecond are cut off. Raises `BadInstant`.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise BadInstant(text)
    year, month, day, hour, minute = (int(match[i]) for i in range(1, 6))
    micro = int((match[7] or "0").ljust(6, "0")[:6])
    try:
        local = datetime(year, month, day, hour, minute, int(match[6] or 0), micro, _zone(match))
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInstant(text) from error


def _zone(match: re.Match[str]) -> timezone:
    if match[8]:
        return UTC
    hours, minutes = int(match[10]), int(match[11])
    if minutes > 59:
        raise BadInstant(match[0])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if match[9] == "-" else offset)


def format_instant(instant: datetime) -> str:
    """The instant as `2023-02-14T20:04:08.7Z`: UTC, milliseconds, trailing zeros trimmed."""
    utc = instant.astimezone(UTC)
    text = f"{utc:%Y-%m-%dT%H:%M:%S}"
    if utc.year < 1000:
        text = text.rjust(19, "0")
    millis = f"{utc.microsecond // 1000:03}".rstrip("0")
    return f"{text}.{millis}Z" if millis else f"{text}Z"
