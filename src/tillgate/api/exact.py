"""Files that never change: a strong ETag, which is their SHA-256, and ranges of bytes (RFC 9110).

A strong tag stands for bytes, and packed bytes may differ between versions of the packing library:
so the packed form has the same tag as a weak one. A range is always one of the file as it is.
"""

import re

from tillgate.api.errors import NoSuchRange
from tillgate.api.payload import Body, Payload

# One range; several would need a multipart answer, and whoever asks for them gets the whole file.
_RANGE = re.compile(rb"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.IGNORECASE)


class ExactPayload(Payload):
    """A file by its bytes and their SHA-256 in hex."""

    def __init__(self, text: bytes, sha256: str, content_type: str) -> None:
        super().__init__(Body((text,), (), final=True), content_type.encode())
        self.etag = b'"%b"' % sha256.encode()


def asked_range(wanted: bytes, if_range: bytes, etag: bytes, size: int) -> tuple[int, int] | None:
    """The first byte that is wanted and the one after the last; None: all of them.

    Raises `NoSuchRange`. A header that cannot be understood counts as none, as the RFC says; so
    does one whose `If-Range` names other bytes, or names them by a weak tag or a date.
    """
    match = _RANGE.fullmatch(wanted)
    if match is None or (if_range and if_range.strip() != etag):
        return None
    first, last = match[1], match[2]
    if not first:
        start, end = max(size - int(last or 0), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    if (not first and not last) or (first and last and int(last) < int(first)):
        return None
    if start >= size:
        raise NoSuchRange(size)
    return start, end
