"""A body ready to be sent: its weak ETag and, when asked for, its gzipped form."""

import asyncio
import re
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

from isal import igzip, isal_zlib

from tillgate.ledger.texts import Stretch

# Below this, gzip's header and our time cost more than the network does.
WORTH_PACKING = 1024
# Above this, packing and hashing would hold up everybody else's call for a millisecond or more.
LARGE = 256 * 1024
# So few stretches are packed one after the other for less than it takes to put them together.
_FEW = 64
# What zlib calls 31: a window of 32 KB, with gzip's header around it.
_GZIP_WINDOW = 31

_TAG = re.compile(rb'(?:W/)?("[^"]*")')
_GZIP = re.compile(rb"(?:^|,)\s*(gzip|x-gzip|\*)\s*(?:;\s*q=([\d.]*)\s*)?(?=,|$)", re.IGNORECASE)


class Body(NamedTuple):
    """A body in stretches and what it is made of: another text means another, shorter `made_of`.

    A final one comes of closed days alone, so only a correction can change it.
    """

    text: Sequence[Stretch]
    made_of: Sequence[bytes]
    final: bool = False

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(map(len, self.text))


class Payload:
    """The bytes of an answer. Put together and packed at most once, however often it is sent."""

    def __init__(
        self,
        body: bytes | Body,
        content_type: bytes = b"application/json",
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        self._text, told, self.is_final = body if isinstance(body, Body) else Body((body,), (body,))
        self.size = sum(map(len, self._text))
        self.content_type = content_type
        self.headers = headers
        digest = sha256()
        for part in told:
            digest.update(part)
        self.etag = b'W/"%b"' % digest.hexdigest()[:32].encode()

    @cached_property
    def body(self) -> bytes:
        """The text as it is."""
        return b"".join(self._text)

    @cached_property
    def packed(self) -> bytes:
        """The body gzipped, the same bytes each time."""
        if len(self._text) > _FEW:
            return igzip.compress(self.body, compresslevel=1, mtime=0)
        packer = isal_zlib.compressobj(level=1, wbits=_GZIP_WINDOW)
        return b"".join([*map(packer.compress, self._text), packer.flush()])


async def make_payload(body: bytes | Body, *, pack: bool) -> Payload:
    """A payload; a large one is hashed, and packed where wanted, in a thread."""
    size = body.size if isinstance(body, Body) else len(body)
    if size < LARGE:
        return Payload(body)
    return await asyncio.to_thread(_large, body, pack)


def _large(body: bytes | Body, pack: bool) -> Payload:
    payload = Payload(body)
    _ = payload.packed if pack else payload.body
    return payload


def accepts_gzip(header: bytes) -> bool:
    """Whether an Accept-Encoding lets us answer with gzip (RFC 9110 section 12.5.3)."""
    if not header:
        return False
    weights = dict[bytes, float]()
    for name, weight in _GZIP.findall(header):
        weights[name.lower()] = _quality(weight)
    for name in (b"gzip", b"x-gzip", b"*"):
        if name in weights:
            return weights[name] > 0
    return False


def _quality(weight: bytes) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0


def matches(if_none_match: bytes, etag: bytes) -> bool:
    """Whether an If-None-Match names this tag; weak comparison (RFC 9110 section 13.1.2)."""
    return if_none_match.strip() == b"*" or etag.removeprefix(b"W/") in _TAG.findall(if_none_match)
