"""The public keys that closed days are signed with, as a JSON Web Key Set (RFC 7517)."""

import msgspec

from tillgate.access.reads import Grant
from tillgate.api.call import Call
from tillgate.api.operation import Answer, Endpoint, Operation, options_or_refuse, payload_answer
from tillgate.api.params import Parameters
from tillgate.api.payload import Payload
from tillgate.api.plane import Plane
from tillgate.ledger.jwk import jwk
from tillgate.ledger.key_reads import fetch_public_keys

PATH = "/.well-known/tillgate-keys"


class Keys(Endpoint):
    """Answers everybody, without a token: a key is no secret, and old ones stay listed."""

    def __init__(self, plane: Plane) -> None:
        keys = Operation(
            path=PATH, operation_id="getKeys", scope="", parameters=Parameters, handler=_keys
        )
        super().__init__(plane, keys)

    async def _answer(self, call: Call, caller: object) -> Answer:
        if call.method not in {"GET", "HEAD"}:
            return options_or_refuse(call)
        keys = [jwk(public) for public in await fetch_public_keys(self._plane.pool)]
        body = msgspec.json.encode({"keys": keys})
        return payload_answer(call, Payload(body, b"application/jwk-set+json"), ())


async def _keys(_plane: Plane, _call: Call, _grant: Grant, _asked: Parameters) -> bytes:
    raise AssertionError("keys are given without a grant")
