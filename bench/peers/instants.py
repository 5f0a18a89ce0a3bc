"""How the published contract writes an instant: UTC, no more digits of a second than it has."""

from datetime import UTC, datetime


def wire(instant: datetime) -> str:
    """As in `2021-06-15T12:02:41.69Z`."""
    text = instant.astimezone(UTC).isoformat()[:-6]
    return (text.rstrip("0") if "." in text else text) + "Z"
