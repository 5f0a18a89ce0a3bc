"""Every pair of states is tried at the door: what the table has is let through, nothing else."""

from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from tests.programme.way import Cast, approved, priced, sent, signed

from tillgate.foundation import clock
from tillgate.programme.errors import Overtaken
from tillgate.programme.models import AccessRequest, Agreement, Interest
from tillgate.programme.states import (
    MOVES,
    AgreementState,
    InterestState,
    RequestState,
    may_move,
    move,
)

# States that the database lets nobody reach by the door alone: they need what they stand for.
_FENCED = {RequestState.APPROVED, AgreementState.SIGNED, AgreementState.IN_FORCE}


def pairs(states: type[models.TextChoices]) -> list[Any]:
    return [pytest.param(a, b, id=f"{a}-{b}") for a, b in product(states, states)]


def at(row: Any, state: models.TextChoices) -> Any:
    row.state = state
    type(row).objects.filter(pk=row.pk).update(state=state)
    return row


def try_move(row: Any, target: models.TextChoices) -> bool:
    before = row.state
    expected = target in MOVES[type(target)][before]
    assert may_move(row, target) == expected
    try:
        move(row, target)
    except Overtaken:
        row.refresh_from_db()
        assert row.state == before
        return False
    row.refresh_from_db()
    assert row.state == target
    return True


@pytest.mark.parametrize(("before", "target"), pairs(InterestState))
def test_an_interest_moves_as_the_table_says(
    cast: Cast, before: InterestState, target: InterestState
) -> None:
    now = clock.now()
    row = Interest.objects.create(
        business_name="X", opened_by=cast.owner, created_at=now, state_since=now, state=before
    )
    assert try_move(row, target) == (target in MOVES[InterestState][before])


@pytest.mark.parametrize(
    ("before", "target"),
    [p for p in pairs(RequestState) if not _FENCED.intersection(p.values)],
)
def test_a_request_moves_as_the_table_says(
    cast: Cast, before: RequestState, target: RequestState
) -> None:
    now = clock.now()
    row = AccessRequest.objects.create(
        business_id=cast.shop.business_id,
        drafted_by=cast.owner,
        created_at=now,
        state_since=now,
        state=before,
    )
    assert try_move(row, target) == (target in MOVES[RequestState][before])


@pytest.mark.parametrize(
    ("before", "target"),
    [p for p in pairs(AgreementState) if not _FENCED.intersection(p.values)],
)
def test_an_agreement_moves_as_the_table_says(
    cast: Cast, before: AgreementState, target: AgreementState
) -> None:
    row = at(priced(cast), before)
    assert try_move(row, target) == (target in MOVES[AgreementState][before])


@pytest.mark.parametrize("target", AgreementState)
def test_a_signed_agreement_moves_as_the_table_says(cast: Cast, target: AgreementState) -> None:
    assert try_move(signed(cast), target) == (target in {"in_force", "void"})


@pytest.mark.parametrize("target", AgreementState)
def test_an_agreement_in_force_stays(cast: Cast, target: AgreementState) -> None:
    agreement = approved(cast).agreements.get()
    assert agreement.state == "in_force"
    assert not try_move(agreement, target)


@pytest.mark.parametrize("target", RequestState)
def test_an_approved_request_stays(cast: Cast, target: RequestState) -> None:
    assert not try_move(approved(cast), target)


def test_the_database_knows_no_signed_agreement_without_a_signature(cast: Cast) -> None:
    agreement = sent(cast)
    with pytest.raises(IntegrityError, match="not signed and sealed"), transaction.atomic():
        move(agreement, AgreementState.SIGNED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.update(state="in_force")


def test_the_database_approves_nothing_without_a_signature(cast: Cast) -> None:
    request = sent(cast).request
    with pytest.raises(IntegrityError, match="no signed agreement"), transaction.atomic():
        AccessRequest.objects.filter(pk=request.pk).update(state="approved")
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessRequest.objects.create(
            business_id=cast.shop.business_id,
            drafted_by=cast.owner,
            created_at=clock.now(),
            state_since=clock.now(),
            state="approved",
        )


def test_nothing_leaves_an_end() -> None:
    ends = {
        RequestState: {"approved", "declined", "withdrawn"},
        AgreementState: {"in_force", "refused", "expired", "void"},
        InterestState: {"closed"},
    }
    for states, final in ends.items():
        assert {state for state, targets in MOVES[states].items() if not targets} == final


def test_a_row_that_somebody_else_moved_stays_where_it_is(cast: Cast) -> None:
    agreement = priced(cast)
    stale = Agreement.objects.get(pk=agreement.pk)
    move(agreement, AgreementState.VOID)
    with pytest.raises(Overtaken, match="void"):
        move(stale, AgreementState.SENT)
    assert Agreement.objects.get().state == AgreementState.VOID
