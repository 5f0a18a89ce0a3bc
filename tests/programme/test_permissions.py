"""Every act of the programme is tried as every role: the table decides before all else."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from tests.access.world import make_person
from tests.programme.way import Cast, make_staff, signed

from tillgate.access import acts as access
from tillgate.access.models import Integration
from tillgate.content.queries import current, decline_reasons
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import MerchantAccount, Person, Role, StaffRole
from tillgate.directory.permissions import TABLE, Who
from tillgate.foundation import clock
from tillgate.programme.acts import (
    amendment,
    handover,
    interest,
    invitation,
    life,
    preparation,
    request,
    review,
    sale,
    signature,
)
from tillgate.programme.models import Agreement, Amends, Interest

MODULES = (
    *(amendment, handover, interest, invitation, life, preparation),
    *(request, review, sale, signature),
)


class World(NamedTuple):
    """What the acts are about, and somebody of every role."""

    business_id: int
    interest: Interest
    agreement: Agreement
    people: dict[Who, Person]
    integration: Integration


Given = Callable[[World], dict[str, Any]]
ACTS: dict[Callable[..., Any], tuple[str, Given]] = {
    amendment.price_amendment: (
        "agreement:price",
        lambda w: {
            "integration": w.integration,
            "amendment": amendment.Amendment(Amends.LOCATIONS, (1,), clock.now().date()),
            "discount_percent": Decimal(0),
            "discount_reason": "",
        },
    ),
    amendment.ask_for_locations: (
        "location:ask",
        lambda w: {"integration": w.integration, "location_ids": (1,), "words": ""},
    ),
    life.suspend_integration: (
        "integration:suspend",
        lambda w: {"integration": w.integration, "reason": "x"},
    ),
    life.resume_integration: ("integration:suspend", lambda w: {"integration": w.integration}),
    life.end_integration: (
        "integration:end",
        lambda w: {"integration": w.integration, "reason": "x"},
    ),
    life.transfer_integration: (
        "integration:transfer",
        lambda w: {
            "integration": w.integration,
            "to": life.Contact("X", "x@y.example"),
            "reason": "x",
            "stops": False,
        },
    ),
    interest.register_interest: (
        "interest:register",
        lambda w: {
            "business_name": "X",
            "contact_name": "X",
            "country": "IE",
            "locations": 1,
            "wishes": "",
        },
    ),
    interest.open_interest: (
        "interest:open",
        lambda w: {
            "business_id": w.business_id,
            "contact_name": "X",
            "email": "x@y.example",
            "wishes": "",
        },
    ),
    interest.take_interest: ("interest:handle", lambda w: {"interest": w.interest}),
    interest.hand_over_interest: (
        "interest:handle",
        lambda w: {"interest": w.interest, "to": w.people[Who.ACCOUNT_MANAGER]},
    ),
    interest.link_interest: (
        "interest:handle",
        lambda w: {"interest": w.interest, "business_id": w.business_id},
    ),
    interest.send_form_link: ("interest:handle", lambda w: {"interest": w.interest}),
    interest.close_interest: (
        "interest:handle",
        lambda w: {"interest": w.interest, "because": "no"},
    ),
    interest.mark_partnership: (
        "merchant:mark_partnership",
        lambda w: {"business_id": w.business_id, "formal": True, "note": "x"},
    ),
    invitation.invite_person: (
        "person:invite",
        lambda w: {"business_id": w.business_id, "email": "x@y.example", "role": Role.MEMBER},
    ),
    invitation.accept_invitation: ("invitation:accept", lambda w: {"token": "x"}),
    preparation.open_overview: ("overview:read", lambda w: {}),
    preparation.acknowledge_overview: (
        "overview:acknowledge",
        lambda w: {"label": current("overview").label},
    ),
    preparation.check_feasibility: (
        "feasibility:check",
        lambda w: {"wishes": [], "free_text": "sales"},
    ),
    request.start_request: ("request:draft", lambda w: {"business_id": w.business_id}),
    request.save_step: (
        "request:draft",
        lambda w: {"request": w.agreement.request, "step": "volume", "values": {}},
    ),
    request.submit_request: ("request:submit", lambda w: {"request": w.agreement.request}),
    request.give_information: (
        "request:inform",
        lambda w: {"request": w.agreement.request, "words": "x"},
    ),
    request.withdraw_request: ("request:withdraw", lambda w: {"request": w.agreement.request}),
    sale.price_request: (
        "agreement:price",
        lambda w: {
            "request": w.agreement.request,
            "currency": "EUR",
            "discount_percent": Decimal(0),
            "discount_reason": "",
        },
    ),
    sale.send_agreement: ("agreement:send", lambda w: {"agreement": w.agreement}),
    sale.remind_signatory: ("agreement:send", lambda w: {"agreement": w.agreement}),
    review.ask_information: (
        "request:review",
        lambda w: {"request": w.agreement.request, "words": "x"},
    ),
    review.approve_request: (
        "request:review",
        lambda w: {"request": w.agreement.request, "words": ""},
    ),
    review.decline_request: (
        "request:review",
        lambda w: {
            "request": w.agreement.request,
            "reason": decline_reasons()[0].code,
            "words": "x",
        },
    ),
}
# These act for others and are called by acts, or are about a row that only their act can have.
INNER = {
    amendment.void_amendment,
    sale.void_agreement,
    invitation.make_invitation,
    invitation.end_invitation,
    handover.make_credential_link,
    sale.void_living_agreement,
    sale.void_unless_it_fits,
}


@pytest.fixture
def world(cast: Cast) -> World:
    contact = make_person("tess")
    access.add_membership(
        person=contact,
        business_id=cast.shop.business_id,
        role=Role.TECHNICAL_CONTACT,
        actor="test",
    )
    now = clock.now()
    opened = Interest.objects.create(
        business_name="X",
        opened_by=cast.owner,
        manager=cast.manager,
        email="x@y.example",
        created_at=now,
        state_since=now,
    )
    people = {
        Who.SIGNED_IN: make_person("nia"),
        Who.OWNER: cast.owner,
        Who.MEMBER: cast.member,
        Who.TECHNICAL_CONTACT: contact,
        Who.ACCOUNT_MANAGER: cast.manager,
        Who.PARTNER_SERVICES: cast.reviewer,
        Who.PARTNER_GROWTH: make_staff("gus", StaffRole.PARTNER_GROWTH),
        Who.OPERATOR: make_staff("otto", StaffRole.OPERATOR),
    }
    integration = access.open_integration(
        business_id=cast.shop.business_id,
        name="X",
        scopes=["items"],
        location_ids=cast.shop.locations,
        staff=False,
        consumers=False,
        authorizations=False,
        actor="test",
    )
    return World(cast.shop.business_id, opened, signed(cast), people, integration)


@contextmanager
def _undone() -> Iterator[None]:
    """What an act does is taken back, so that the next role finds what the first one found."""

    class Undo(Exception):
        pass

    try:
        with transaction.atomic():
            yield
            raise Undo  # noqa: TRY301
    except Undo:
        pass


def public_acts(module: ModuleType) -> Iterator[Callable[..., Any]]:
    for name, thing in inspect.getmembers(module, inspect.isfunction):
        is_own = thing.__module__ == module.__name__ and not name.startswith("_")
        if is_own and "actor" in inspect.signature(thing).parameters:
            yield thing


def test_no_act_is_forgotten() -> None:
    found = {act for module in MODULES for act in public_acts(module)}
    assert found == {*ACTS, *INNER}


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_the_table_decides_who_may_act(world: World, act: Callable[..., Any]) -> None:
    permission, given = ACTS[act]
    refused = set()
    for who, person in world.people.items():
        said = given(world)
        try:
            with _undone():
                act(**said, actor=person)
        except NotPermitted:
            refused.add(who)
        except Exception:
            pass
    allowed = TABLE[permission]
    if allowed & {Who.ANYONE, Who.SIGNED_IN}:
        assert refused == set()
    else:
        assert refused == set(world.people) - allowed


def test_an_account_manager_of_others_may_not_act_for_this_merchant(world: World) -> None:
    stranger = make_staff("ola", StaffRole.ACCOUNT_MANAGER)
    assert not MerchantAccount.objects.filter(manager=stranger).exists()
    for act in (sale.price_request, sale.send_agreement, sale.remind_signatory):
        with pytest.raises(NotPermitted), _undone():
            act(**ACTS[act][1](world), actor=stranger)
