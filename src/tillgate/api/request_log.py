"""The request log on its way to the database: what a call was, and never what it asked or by whom.

A flood cannot fill the disk: of a client at most so many calls a minute are logged, and at most so
many wait to be written. What is left out is counted by the caller, so that it can be said.
"""

from datetime import datetime
from typing import NamedTuple

import msgspec

# More than any limit that is agreed in practice; the job that prunes keeps the newest of a client.
MOST_A_MINUTE = 1_000
_MOST_WAITING = 20_000
_MOST_ID = 2**63 - 1
_TOKEN_MARK = "tg_"  # noqa: S105  what every token and secret begins with

# One statement and one text for all of them: a parameter each would cost ten times as much.
INSERT = """
INSERT INTO access_loggedcall (at, client_id, method, endpoint, business_location_id, status, ms,
    bytes, request_id)
SELECT least(greatest(at, now() - interval '7 days'), now()), client_id, method, endpoint, location,
    status, ms, bytes, request_id
FROM json_to_recordset(%s) AS call (at timestamptz, client_id text, method text, endpoint text,
    location bigint, status smallint, ms float, bytes bigint, request_id text)
"""


class AnsweredCall(NamedTuple):
    """A call of a client that is known; `place` is the location as it stands in the path."""

    client_id: str
    method: str
    endpoint: str
    place: str
    status: int
    size: int
    seconds: float
    request_id: bytes


class _Row(msgspec.Struct, gc=False):
    at: datetime
    client_id: str
    method: str
    endpoint: str
    location: int | None
    status: int
    ms: float
    bytes: int
    request_id: str


class RequestLog:
    """Calls that wait to be written, in their order."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, AnsweredCall]] = []
        self._minute: datetime | None = None
        self._in_minute: dict[str, int] = {}

    def add(self, at: datetime, minute: datetime, call: AnsweredCall) -> bool:
        """Whether the call was taken; False where there are too many of them."""
        if minute != self._minute:
            self._minute = minute
            self._in_minute = {}
        logged = self._in_minute.get(call.client_id, 0)
        if logged >= MOST_A_MINUTE or len(self._waiting) >= _MOST_WAITING:
            return False
        self._in_minute[call.client_id] = logged + 1
        self._waiting.append((at, call))
        return True

    def take(self) -> list[tuple[datetime, AnsweredCall]]:
        """What waits, which is the taker's now."""
        taken, self._waiting = self._waiting, []
        return taken

    def put_back(self, taken: list[tuple[datetime, AnsweredCall]]) -> list[AnsweredCall]:
        """What could not be written waits in front; what there is no room for is returned."""
        room = max(_MOST_WAITING - len(self._waiting), 0)
        self._waiting = taken[:room] + self._waiting
        return [call for _, call in taken[room:]]


def text_of(calls: list[tuple[datetime, AnsweredCall]]) -> str:
    """The calls as `INSERT` wants them."""
    return msgspec.json.encode([_row(at, call) for at, call in calls]).decode()


def _row(at: datetime, call: AnsweredCall) -> _Row:
    request_id = call.request_id.decode()
    return _Row(
        at,
        call.client_id,
        call.method,
        call.endpoint,
        _location(call.place),
        call.status,
        round(call.seconds * 1000, 2),
        call.size,
        # A caller may choose it, and a confused one sends a token.
        "" if _TOKEN_MARK in request_id else request_id,
    )


def _location(text: str) -> int | None:
    if text.isascii() and text.isdigit() and int(text[:20]) <= _MOST_ID:
        return int(text)
    return None
