"""The states of the programme, the moves between them, and the one door through which they go.

`MOVES` is all there is: buttons, acts and tests read it alike.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models

from tillgate.foundation import clock
from tillgate.programme.errors import Overtaken


class InterestState(models.TextChoices):
    """Where an interest stands: `linked` once the business it is about is known."""

    OPEN = "open", "open"
    LINKED = "linked", "linked"
    CLOSED = "closed", "closed"


class RequestState(models.TextChoices):
    """Where a request stands; `submitted` is with Partner Services."""

    DRAFT = "draft", "draft"
    SUBMITTED = "submitted", "in review"
    INFORMATION_ASKED = "information_asked", "information asked"
    APPROVED = "approved", "approved"
    DECLINED = "declined", "declined"
    WITHDRAWN = "withdrawn", "withdrawn"


class AgreementState(models.TextChoices):
    """Where the add-on agreement of a request stands; it takes effect on approval."""

    PRICED = "priced", "priced"
    SENT = "sent", "sent for signature"
    SIGNED = "signed", "signed"
    IN_FORCE = "in_force", "in force"
    REFUSED = "refused", "not signed"
    EXPIRED = "expired", "expired"
    VOID = "void", "void"


IN_REVIEW = (RequestState.SUBMITTED, RequestState.INFORMATION_ASKED)
LIVING = (AgreementState.PRICED, AgreementState.SENT, AgreementState.SIGNED)
UNSIGNED = (AgreementState.PRICED, AgreementState.SENT)

_INTEREST, _REQUEST, _AGREEMENT = InterestState, RequestState, AgreementState
MOVES: Mapping[type[models.TextChoices], Mapping[str, frozenset[str]]] = {
    InterestState: {
        _INTEREST.OPEN: frozenset({_INTEREST.LINKED, _INTEREST.CLOSED}),
        _INTEREST.LINKED: frozenset({_INTEREST.CLOSED}),
        _INTEREST.CLOSED: frozenset(),
    },
    RequestState: {
        _REQUEST.DRAFT: frozenset({_REQUEST.SUBMITTED, _REQUEST.WITHDRAWN}),
        _REQUEST.SUBMITTED: frozenset(
            {
                _REQUEST.INFORMATION_ASKED,
                _REQUEST.APPROVED,
                _REQUEST.DECLINED,
                _REQUEST.WITHDRAWN,
            }
        ),
        _REQUEST.INFORMATION_ASKED: frozenset(
            {_REQUEST.SUBMITTED, _REQUEST.DECLINED, _REQUEST.WITHDRAWN}
        ),
        _REQUEST.APPROVED: frozenset(),
        _REQUEST.DECLINED: frozenset(),
        _REQUEST.WITHDRAWN: frozenset(),
    },
    AgreementState: {
        _AGREEMENT.PRICED: frozenset({_AGREEMENT.SENT, _AGREEMENT.VOID}),
        _AGREEMENT.SENT: frozenset(
            {_AGREEMENT.SIGNED, _AGREEMENT.REFUSED, _AGREEMENT.EXPIRED, _AGREEMENT.VOID}
        ),
        _AGREEMENT.SIGNED: frozenset({_AGREEMENT.IN_FORCE, _AGREEMENT.VOID}),
        _AGREEMENT.IN_FORCE: frozenset(),
        _AGREEMENT.REFUSED: frozenset(),
        _AGREEMENT.EXPIRED: frozenset(),
        _AGREEMENT.VOID: frozenset(),
    },
}

Row = TypeVar("Row", bound=models.Model)


def may_move(row: models.Model, target: models.TextChoices) -> bool:
    """Whether the row, as it was read, may go to this state."""
    return target in MOVES[type(target)][row.state]  # type: ignore[attr-defined]


def move(row: Row, target: models.TextChoices, **changes: Any) -> Row:
    """Take a row to a state, with further columns; returns it as it is now.

    Raises `Overtaken` when the move does not exist from where it stands, or when somebody else
    moved it since it was read.
    """
    if not may_move(row, target):
        raise Overtaken(row, target)
    changes |= {"state": target, "state_since": clock.now()}
    rows = type(row).objects.filter(pk=row.pk, state=row.state)  # type: ignore[attr-defined]
    if not rows.update(**changes):
        row.refresh_from_db()
        raise Overtaken(row, target)
    for name, value in changes.items():
        setattr(row, name, value)
    return row
