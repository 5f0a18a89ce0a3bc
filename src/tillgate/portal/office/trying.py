"""Trying an act from a form: done and told, or refused in words beside what was typed."""

from collections.abc import Callable
from typing import NamedTuple

from tillgate.access.errors import AccessError
from tillgate.content.errors import ContentError
from tillgate.portal.forms import Form
from tillgate.programme.errors import Incomplete, ProgrammeError

UNPROCESSABLE = 422


class Refusal(NamedTuple):
    """Why an act was refused: the status to answer with, and the words.

    The words are empty where they stand at the fields of the form.
    """

    status: int
    words: str


def refusal_of(act: Callable[[], object], form: Form | None = None) -> Refusal | None:
    """Do it; None when it is done. What is wrong by field is told by the form."""
    try:
        act()
    except Incomplete as error:
        if form is None:
            raise
        for name, why in error.problems.items():
            form.add_error(name if name in form.fields else None, why)
        return Refusal(error.status, "")
    except (ProgrammeError, AccessError, ContentError) as error:
        return Refusal(error.status, str(error))
    return None
