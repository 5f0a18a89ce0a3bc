"""Runs of sales put together into the body of an answer."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial

from tillgate.api.payload import Body
from tillgate.ledger.render import View, stretches
from tillgate.ledger.runs import Run, count
from tillgate.ledger.texts import Stretch

# Putting more than this together would hold up everybody else's call for milliseconds.
_IN_A_THREAD = 100

# A quote within a string is escaped, so this is a key wherever it stands.
_CLOSED = b',"timeOfCloseAndPaid":'
_CLOSED_IN_V2 = b',"timeClosed":'


async def put_together(
    runs: Sequence[Run], view: View, opening: bytes, closing: bytes, *, final: bool
) -> Body:
    """The sales as JSON objects between an opening and a closing."""
    rendered = partial(_render, runs, view, opening, closing, final=final)
    is_light = view.text == "lean" or count(runs) < _IN_A_THREAD
    return rendered() if is_light else await asyncio.to_thread(rendered)


def _render(
    runs: Sequence[Run], view: View, opening: bytes, closing: bytes, *, final: bool
) -> Body:
    texts: Iterable[Stretch] = (text for run in runs for text in run.texts(view))
    if view.v2:
        texts = (bytes(text).replace(_CLOSED, _CLOSED_IN_V2) for text in texts)
    made_of = [part for run in runs for part in run.made_of(view)]
    text = stretches(texts, opening=opening, closing=closing)
    return Body(text, [opening, closing, *made_of], final)
