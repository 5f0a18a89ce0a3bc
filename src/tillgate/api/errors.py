"""Everything the API plane refuses: one class a fact, and the published bodies they are told in.

    Refusal
    ├── BadParameters       400  names each parameter and the cure
    ├── NotOperationalYet   400  a V2 range from before the location existed
    ├── BadToken            401  missing, malformed, unknown, expired, revoked, integration ended
    ├── ScopeMissing        403
    ├── AccessSuspended     403
    ├── NotThere            404  unknown path, item or sale
    │   ├── LocationNotFound     unknown and foreign locations, alike
    │   └── NoSuchMapping        a version that the business has not kept
    ├── MethodNotAllowed    405
    ├── NoSuchRange         416  a range beyond the end of a file
    ├── LimitReached        429
    ├── OurFault            500
    └── Unavailable         503  the books cannot be reached

Source: `WIRE.md` "Errors", `V1BadRequest`, `V2BadRequest`, `financial-apiErrorResponse`,
`ItemsError400` and `ItemsError404` of the contract.
"""

from enum import StrEnum
from http import HTTPStatus

import msgspec

from tillgate.foundation import clock
from tillgate.foundation.instants import format_instant

Header = tuple[bytes, bytes]

ALLOWED = b"GET, HEAD, OPTIONS"
_encode = msgspec.json.encode


class Problem(msgspec.Struct, frozen=True):
    """A parameter that cannot be used: its name, what was sent, and what to send instead."""

    field: str
    rejected: str
    message: str


class Refusal(Exception):
    """An answer other than the one asked for. `code` is set where the body is a list of errors."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = ""

    def __init__(self, message: str, headers: tuple[Header, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers

    problems: tuple[Problem, ...] = ()


class BadParameters(Refusal):
    """One or more parameters cannot be used."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.message}" for one in problems))
        self.problems = tuple(problems)


class NotOperationalYet(Refusal):
    """A range begins before the location existed; programs look for `earliest` in these words.

    It is a date-time with a numeric offset, and a range may begin with it.
    """

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, earliest: str) -> None:
        super().__init__(
            "Invalid 'from' date query parameter. The requested business location was not"
            " operational on the provided date.\nPlease specify a date and time after:"
            f" {earliest}, which is the earliest available date for this location.\n"
        )


class BadToken(Refusal):
    """No token that may call; `sent` tells whether one came at all (RFC 6750 section 3)."""

    status = HTTPStatus.UNAUTHORIZED
    code = "unauthorized"

    def __init__(self, *, sent: bool) -> None:
        if sent:
            message = "The access token is unknown or no longer valid. Ask for a new one."
            challenge = b'Bearer realm="tillgate", error="invalid_token"'
        else:
            message = "Send your access token as Authorization: Bearer <token>."
            challenge = b'Bearer realm="tillgate"'
        super().__init__(message, ((b"www-authenticate", challenge),))


class ScopeMissing(Refusal):
    """The token is good, but was not given for this."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"

    def __init__(self, scope: str) -> None:
        challenge = f'Bearer realm="tillgate", error="insufficient_scope", scope="{scope}"'
        super().__init__(
            f"This needs the scope {scope}.", ((b"www-authenticate", challenge.encode()),)
        )


class AccessSuspended(Refusal):
    """The integration is suspended; it may come back."""

    status = HTTPStatus.FORBIDDEN
    code = "access_suspended"

    def __init__(self) -> None:
        super().__init__("Access of this integration is suspended. Its owner can see why.")


class NotThere(Refusal):
    """What was asked for does not exist."""

    status = HTTPStatus.NOT_FOUND


class LocationNotFound(NotThere):
    """No such location, or one of somebody else: nothing tells which."""

    def __init__(self, location: int) -> None:
        super().__init__(f"Business Location Not found for {location}")


class NoSuchMapping(NotThere):
    """The business has kept no mapping of this version."""

    def __init__(self, version: int) -> None:
        cure = "leave it out for the newest version, or write the version of an earlier journal"
        super().__init__(f"The business has no mapping with version {version}: {cure}.")
        self.problems = (Problem("mappingVersion", str(version), cure),)


class MethodNotAllowed(Refusal):
    """This plane only reads."""

    status = HTTPStatus.METHOD_NOT_ALLOWED

    def __init__(self) -> None:
        super().__init__("This gate only reads: use GET, HEAD or OPTIONS.", ((b"allow", ALLOWED),))


class NoSuchRange(Refusal):
    """A range that begins after the last byte of a file of so many bytes."""

    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE

    def __init__(self, size: int) -> None:
        super().__init__(
            f"The file has {size} bytes: ask for a range that begins before its end.",
            ((b"content-range", b"bytes */%d" % size),),
        )


class LimitReached(Refusal):
    """The client's calls of this minute are used up; `wait` is in seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many_requests"

    def __init__(self, *, limit: int, wait: int) -> None:
        super().__init__(
            f"The limit of {limit} calls a minute is used up. Try again in {wait} seconds.",
            ((b"retry-after", b"%d" % wait),),
        )


class OurFault(Refusal):
    """Something failed that should not."""

    def __init__(self) -> None:
        super().__init__("Something failed on our side. Quote X-Request-Id when you ask us.")


class Unavailable(Refusal):
    """The books cannot be reached for the moment."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self) -> None:
        super().__init__(
            "The books cannot be reached for the moment. Try again soon.",
            ((b"retry-after", b"5"),),
        )


class Shape(StrEnum):
    """In whose published words a refusal is told, by the beginning of the path."""

    FINANCIAL = ""
    FINANCIAL_V2 = "/f/v2/"
    ITEMS = "/items/"


def shape_of(path: str) -> Shape:
    """The shape of an operation's refusals."""
    return next((one for one in Shape if one and path.startswith(one)), Shape.FINANCIAL)


def is_ours(path: str) -> bool:
    """Whether a path is one that the published contract does not have."""
    return path.startswith(_OURS)


_OURS = ("/accounting/", "/catalogue/")


def problem_body(refusal: Refusal, *, path: str) -> bytes:
    """The body of a refusal on a path of ours, whoever may call: problem details (RFC 9457)."""
    details: dict[str, object] = {
        "type": "about:blank",
        "title": refusal.status.phrase,
        "status": int(refusal.status),
        "detail": refusal.message,
        "instance": path.encode(errors="replace").decode(),
    }
    if refusal.problems:
        details["errors"] = [
            {"parameter": one.field, "detail": one.message} for one in refusal.problems
        ]
    return _encode(details)


def error_body(
    refusal: Refusal, *, path: str, shape: Shape = Shape.FINANCIAL, request_id: str = ""
) -> bytes:
    """The body a refusal is told in: a list of errors, or a published shape."""
    if refusal.code:
        return _encode({"errors": [{"code": refusal.code, "title": refusal.message}]})
    status, timestamp = refusal.status, format_instant(clock.now())
    if shape is Shape.ITEMS and status in {400, 404}:
        return _encode(_items_error(refusal, str(int(status)), timestamp))
    if shape is Shape.FINANCIAL_V2 and status == HTTPStatus.BAD_REQUEST:
        return _encode({"error": refusal.message})
    body: dict[str, object] = {
        "timestamp": timestamp,
        "status": int(status),
        "error": status.phrase,
        "message": refusal.message,
        "path": path.encode(errors="replace").decode(),
    }
    if shape is Shape.FINANCIAL_V2 and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        del body["message"]
        body["requestId"] = request_id
    return _encode(body)


def _items_error(refusal: Refusal, status: str, timestamp: str) -> dict[str, object]:
    return {
        "status": status,
        "timestamp": timestamp,
        "message": refusal.message,
        "apiSubExceptions": [
            {"field": one.field, "rejectedValue": one.rejected, "message": one.message}
            for one in refusal.problems
        ],
    }
