"""Two people, two tabs, two clicks: real transactions at the same moment have one outcome."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from tests.programme.way import (
    ORIGIN,
    SIGNING,
    Cast,
    approved,
    credentials_token,
    drafted,
    newest_code,
    prepare,
    priced,
    proved,
    sent,
    signed,
    signing_token,
)

from tillgate.access.models import Client, ClientSecret, Integration
from tillgate.content.queries import decline_reasons
from tillgate.programme.acts import handover, preparation, request, review, sale, signature
from tillgate.programme.acts import interest as interests
from tillgate.programme.errors import AlreadyDecided, CodeUsed, LinkUsed, Overtaken, ProgrammeError
from tillgate.programme.models import (
    AccessRequest,
    Agreement,
    CredentialLink,
    Decision,
    FeasibilityCheck,
    Interest,
    Signature,
)

Act = Callable[[], Any]


def at_once(*acts: Act) -> list[Any]:
    """Run the acts on connections of their own, all beginning together; results or errors."""
    start = Barrier(len(acts))

    def run(act: Act) -> Any:
        start.wait()
        try:
            return act()
        except ProgrammeError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def errors_in(results: list[Any]) -> list[type]:
    return [type(result) for result in results if isinstance(result, Exception)]


@pytest.mark.parametrize("round_", range(3))
def test_two_reviewers_cannot_both_approve(committed_cast: Cast, round_: int) -> None:
    waiting = signed(committed_cast).request
    results = at_once(
        lambda: review.approve_request(request=waiting, words="", actor=committed_cast.reviewer),
        lambda: review.approve_request(
            request=waiting, words="", actor=committed_cast.second_reviewer
        ),
    )
    assert errors_in(results) == [AlreadyDecided]
    assert Decision.objects.count() == Integration.objects.count() == 1
    assert CredentialLink.objects.count() == Client.objects.count() == 1


@pytest.mark.parametrize("round_", range(3))
def test_a_yes_and_a_no_at_once_are_one_of_them(committed_cast: Cast, round_: int) -> None:
    waiting = signed(committed_cast).request
    code = decline_reasons()[0].code
    results = at_once(
        lambda: review.approve_request(request=waiting, words="", actor=committed_cast.reviewer),
        lambda: review.decline_request(
            request=waiting, reason=code, words="No.", actor=committed_cast.second_reviewer
        ),
    )
    assert errors_in(results) == [AlreadyDecided]
    decision, agreement = Decision.objects.get(), Agreement.objects.get()
    is_yes = decision.outcome == "approved"
    assert Integration.objects.exists() == is_yes
    assert agreement.state == ("in_force" if is_yes else "void")


def test_a_feasibility_check_that_is_sent_twice_is_one(committed_cast: Cast) -> None:
    def ask(free_text: str = "Send a birthday present") -> FeasibilityCheck:
        return preparation.check_feasibility(
            wishes=["journal"], free_text=free_text, actor=committed_cast.owner
        )

    one, other = at_once(ask, ask)
    assert one.pk == other.pk == FeasibilityCheck.objects.get().pk
    assert ask("Something else").pk != one.pk


def test_approval_and_withdrawal_at_once_are_one_of_them(committed_cast: Cast) -> None:
    waiting = signed(committed_cast).request
    results = at_once(
        lambda: review.approve_request(request=waiting, words="", actor=committed_cast.reviewer),
        lambda: request.withdraw_request(request=waiting, actor=committed_cast.owner),
    )
    assert len(errors_in(results)) == 1
    state = AccessRequest.objects.get().state
    assert (Agreement.objects.get().state, Integration.objects.exists()) == {
        "approved": ("in_force", True),
        "withdrawn": ("void", False),
    }[state]


def test_signing_and_withdrawing_at_once_are_told_apart(committed_cast: Cast) -> None:
    agreement = sent(committed_cast)
    token = signing_token(agreement)
    code_id = proved(agreement, token)
    at_once(
        lambda: signature.sign_agreement(
            token=token, code_id=code_id, signing=SIGNING, origin=ORIGIN
        ),
        lambda: request.withdraw_request(request=agreement.request, actor=committed_cast.owner),
    )
    assert AccessRequest.objects.get().state == "withdrawn"
    assert Agreement.objects.get().state == "void"


def test_a_double_click_signs_once(committed_cast: Cast) -> None:
    agreement = sent(committed_cast)
    token = signing_token(agreement)
    code_id = proved(agreement, token)

    def sign() -> Agreement:
        return signature.sign_agreement(
            token=token, code_id=code_id, signing=SIGNING, origin=ORIGIN
        )

    results = at_once(sign, sign, sign)
    assert set(errors_in(results)) <= {Overtaken, CodeUsed}
    assert len(errors_in(results)) == 2
    assert Signature.objects.count() == 1


def test_a_double_click_opens_credentials_once(committed_cast: Cast) -> None:
    approved(committed_cast)
    link = CredentialLink.objects.get()
    token = credentials_token(link)
    handover.send_credentials_code(token=token)
    code = handover.prove_technical_contact(token=token, typed=newest_code(link.email))

    def reveal() -> handover.Credentials:
        return handover.open_credentials(token=token, code_id=code.pk, origin=ORIGIN)

    results = at_once(reveal, reveal, reveal)
    assert errors_in(results) == [LinkUsed, LinkUsed]
    assert ClientSecret.objects.count() == 1


def test_two_tabs_send_one_request(committed_cast: Cast) -> None:
    draft = drafted(committed_cast)
    prepare(committed_cast.owner)

    def send() -> AccessRequest:
        return request.submit_request(request=draft, actor=committed_cast.owner)

    assert errors_in(at_once(send, send)) == [Overtaken]


def test_two_people_begin_one_draft(committed_cast: Cast) -> None:
    business_id = committed_cast.shop.business_id
    results = at_once(
        lambda: request.start_request(business_id=business_id, actor=committed_cast.owner),
        lambda: request.start_request(business_id=business_id, actor=committed_cast.member),
    )
    assert results[0] == results[1]
    assert AccessRequest.objects.count() == 1


def test_a_double_click_sends_one_agreement(committed_cast: Cast) -> None:
    offer = priced(committed_cast)

    def send() -> Agreement:
        return sale.send_agreement(agreement=offer, actor=committed_cast.manager)

    assert len(errors_in(at_once(send, send))) == 1
    assert Agreement.objects.get().links.count() == 1


def test_a_double_click_registers_one_interest(committed_cast: Cast) -> None:
    def register() -> Interest:
        return interests.register_interest(
            business_name="Harbour Street",
            contact_name="Maya",
            country="IE",
            locations=1,
            wishes="",
            actor=committed_cast.owner,
        )

    at_once(register, register, register)
    assert Interest.objects.count() == 1
