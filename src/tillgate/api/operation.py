"""One operation of the plane from its path to its answer: the way every call goes.

method → token → limit → scope → kept bytes → parameters → location → handler → bytes
"""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from time import monotonic, perf_counter
from typing import Any, NoReturn

import msgspec
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from tillgate.access.reads import Grant
from tillgate.api.auth import check_permission
from tillgate.api.call import Call, Scope
from tillgate.api.errors import (
    ALLOWED,
    Header,
    LimitReached,
    LocationNotFound,
    MethodNotAllowed,
    NotThere,
    OurFault,
    Refusal,
    Unavailable,
    error_body,
    is_ours,
    problem_body,
    shape_of,
)
from tillgate.api.exact import ExactPayload, asked_range
from tillgate.api.metrics import OperationMetrics
from tillgate.api.params import Parameters, decode
from tillgate.api.payload import WORTH_PACKING, Body, Payload, accepts_gzip, make_payload, matches
from tillgate.api.plane import Plane
from tillgate.api.quota import quota_headers
from tillgate.api.request_log import AnsweredCall

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Handler = Callable[[Plane, Call, Grant, Any], Awaitable[bytes | Body | Payload]]

_JSON: Header = (b"content-type", b"application/json")
_PROBLEM: Header = (b"content-type", b"application/problem+json")
_FRESH: Header = (b"cache-control", b"private, no-cache")
_VARY: Header = (b"vary", b"Accept-Encoding, Authorization")
_NO_STORE: Header = (b"cache-control", b"no-store")
_NOSNIFF: Header = (b"x-content-type-options", b"nosniff")

# So many bytes times what the shelf holds is the most that kept answers take in memory.
_WORTH_KEEPING = 64 * 1024
_DAY_WORTH_KEEPING = 2 * 1024 * 1024

_log = logging.getLogger(__name__)


class Answer:
    """What goes out: a status, its headers, and its bytes."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: list[Header], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """An operation of the contract: where it lies, who may call it, and what answers.

    `handler` gets the plane, the call, the caller's grant and the parameters, and returns the body;
    the location has been checked by then. The bytes of a `kept` one serve again for a second; those
    of a `kept_when_final` one too, when they come of closed days alone.
    """

    path: str
    operation_id: str
    scope: str
    parameters: type[Parameters]
    handler: Handler
    kept: bool = False
    kept_when_final: bool = False


class Endpoint:
    """An operation on a plane, as an ASGI application."""

    def __init__(self, plane: Plane, operation: Operation) -> None:
        self.operation = operation
        self._plane = plane
        self._shape = shape_of(operation.path)
        self._metrics = OperationMetrics(operation.operation_id)

    async def __call__(self, scope: Scope, _receive: object, send: Send) -> None:
        """Answer a request, whatever it is, and count it."""
        started = perf_counter()
        call, caller = Call(scope), _Caller()
        try:
            answer = await self._answer(call, caller)
        except Refusal as refusal:
            answer = self._refused(call, refusal, caller)
        except (OperationalError, PoolTimeout) as error:
            answer = self._refused(call, _failure(error, call), caller)
        except Exception as error:
            answer = self._refused(call, _fault(error, call), caller)
        answer.headers.append((b"x-request-id", call.request_id))
        try:
            await send_answer(call, answer, send)
        finally:
            self._account(call, caller, answer, perf_counter() - started)

    async def _answer(self, call: Call, caller: "_Caller") -> Answer:
        if call.method not in {"GET", "HEAD"}:
            return options_or_refuse(call)
        grant = await self._plane.gatekeeper.recognise(call.header(b"authorization"))
        standing = await self._plane.limiter.hit(grant.client_id, grant.calls_per_minute)
        caller.id, caller.headers = grant.client_id, quota_headers(standing)
        if not standing.allowed:
            raise LimitReached(limit=standing.limit, wait=standing.reset_seconds)
        check_permission(grant, self.operation.scope)
        call.base_url = self._plane.base_url(call)
        payload = await self._payload(call, grant)
        return payload_answer(call, payload, caller.headers)

    async def _payload(self, call: Call, grant: Grant) -> Payload:
        if self.operation.kept_when_final:
            return await self._final_payload(call, grant)
        if not self.operation.kept:
            return await self._fresh_payload(call, grant)
        key = (call.path, call.query, call.base_url, grant.locations)
        payload = self._plane.lookups.get(key)
        if payload is None:
            read_at = monotonic()
            payload = await self._fresh_payload(call, grant)
            if payload.size <= _WORTH_KEEPING:
                self._plane.lookups.put(key, payload, read_at=read_at)
        return payload

    async def _final_payload(self, call: Call, grant: Grant) -> Payload:
        agreed = (grant.staff, grant.consumers, grant.authorizations)
        key = (call.path, call.query, call.base_url, grant.locations, agreed)
        payload = self._plane.days.get(key)
        if payload is None:
            read_at = monotonic()
            payload = await self._fresh_payload(call, grant)
            if payload.is_final and payload.size <= _DAY_WORTH_KEEPING:
                self._plane.days.put(key, payload, read_at=read_at)
        return payload

    async def _fresh_payload(self, call: Call, grant: Grant) -> Payload:
        shape, strict = self.operation.parameters, is_ours(self.operation.path)
        params = decode(shape, call.scope["path_params"], call.query, strict=strict)
        location = getattr(params, "business_location_id", None)
        if location is not None and location not in grant.locations:
            raise LocationNotFound(location)
        body = await self.operation.handler(self._plane, call, grant, params)
        if isinstance(body, Payload):
            return body
        pack = accepts_gzip(call.header(b"accept-encoding"))
        return await make_payload(body, pack=pack)

    def _refused(self, call: Call, refusal: Refusal, caller: "_Caller") -> Answer:
        if is_ours(call.path) and not refusal.code:
            kind, body = _PROBLEM, problem_body(refusal, path=call.path)
        else:
            request = call.request_id.decode()
            body = error_body(refusal, path=call.path, shape=self._shape, request_id=request)
            kind = _JSON
        headers = [kind, _NO_STORE, _NOSNIFF, *refusal.headers, *caller.headers]
        return Answer(refusal.status, headers, body)

    def _account(self, call: Call, caller: "_Caller", answer: Answer, seconds: float) -> None:
        self._metrics.count(answer.status, seconds)
        size = 0 if call.method == "HEAD" else len(answer.body)
        if caller.id:
            self._plane.usage.record(
                AnsweredCall(
                    caller.id,
                    call.method,
                    self.operation.path,
                    call.scope["path_params"].get("businessLocationId", ""),
                    answer.status,
                    size,
                    seconds,
                    call.request_id,
                )
            )


class _Caller:
    """Who calls, as far as it is known when something is refused."""

    __slots__ = ("headers", "id")

    def __init__(self) -> None:
        self.id = ""
        self.headers: tuple[Header, ...] = ()


class Nowhere(Endpoint):
    """Answers for every path that no operation has."""

    def __init__(self, plane: Plane) -> None:
        nothing = Operation(
            path="*", operation_id="none", scope="", parameters=Parameters, handler=_nothing
        )
        super().__init__(plane, nothing)

    async def _answer(self, call: Call, caller: "_Caller") -> Answer:
        if call.method not in {"GET", "HEAD", "OPTIONS"}:
            raise MethodNotAllowed
        return await _nothing()


async def _nothing(*_: object) -> NoReturn:
    raise NotThere("There is nothing at this path. The operations are listed at /docs.")


def options_or_refuse(call: Call) -> Answer:
    """The answer to OPTIONS; raises `MethodNotAllowed` for what would write."""
    if call.method != "OPTIONS":
        raise MethodNotAllowed
    return Answer(204, [(b"allow", ALLOWED)], b"")


def payload_answer(call: Call, payload: Payload, headers: tuple[Header, ...]) -> Answer:
    """A 200 with the payload, or a 304 where the caller has it already."""
    if isinstance(payload, ExactPayload):
        return exact_answer(call, payload, headers)
    common = [(b"etag", payload.etag), _FRESH, _VARY, _NOSNIFF, *headers]
    known = call.header(b"if-none-match")
    if known and matches(known, payload.etag):
        return Answer(304, common, b"")
    common += [(b"content-type", payload.content_type), *payload.headers]
    if payload.size > WORTH_PACKING and accepts_gzip(call.header(b"accept-encoding")):
        common.append((b"content-encoding", b"gzip"))
        return Answer(200, common, payload.packed)
    return Answer(200, common, payload.body)


def exact_answer(call: Call, payload: ExactPayload, headers: tuple[Header, ...]) -> Answer:
    """The file or a range of it, or a 304; what is packed has the tag as a weak one."""
    known = call.header(b"if-none-match")
    wanted = call.header(b"range") if call.method == "GET" else b""
    accepted = accepts_gzip(call.header(b"accept-encoding")) and payload.size > WORTH_PACKING
    stretch = asked_range(wanted, call.header(b"if-range"), payload.etag, payload.size)
    packs = accepted and stretch is None
    tag = b"W/" + payload.etag if packs else payload.etag
    common = [(b"etag", tag), (b"accept-ranges", b"bytes"), _FRESH, _VARY, _NOSNIFF, *headers]
    if known and matches(known, payload.etag):
        return Answer(304, common, b"")
    common.append((b"content-type", payload.content_type))
    if packs:
        return Answer(200, [*common, (b"content-encoding", b"gzip")], payload.packed)
    if stretch is None:
        return Answer(200, common, payload.body)
    start, end = stretch
    common.append((b"content-range", b"bytes %d-%d/%d" % (start, end - 1, payload.size)))
    return Answer(206, common, payload.body[start:end])


async def send_answer(call: Call, answer: Answer, send: Send) -> None:
    """Send it; a HEAD gets the headers of the GET and no body."""
    headers = answer.headers
    if answer.status not in {204, 304}:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    start = {"type": "http.response.start", "status": int(answer.status), "headers": headers}
    await send(start)
    body = b"" if call.method == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})


def _failure(error: Exception, call: Call) -> Refusal:
    _log.error("the books cannot be reached: %s", error, extra=_named(call))
    return Unavailable()


def _fault(error: Exception, call: Call) -> Refusal:
    _log.error("a call failed", exc_info=error, extra=_named(call))
    return OurFault()


def _named(call: Call) -> dict[str, str]:
    return {"request_id": call.request_id.decode()}
