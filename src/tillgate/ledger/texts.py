"""A sale of an open day as it is read: one of its two texts, and what is needed to place it."""

from typing import Literal

import msgspec

Text = Literal["lean", "body"]
# A part of a larger text is passed on without a copy of it.
Stretch = bytes | bytearray | memoryview


class SaleText(msgspec.Struct, frozen=True):
    """A sale's account id and one of its texts, in UTF-8.

    The offsets are those of `lean` in characters, else both 0. `closed` is the closing time in
    milliseconds since 1970.
    """

    account_id: str
    payments_start: int
    payments_end: int
    text: bytes
    closed: int = 0
