"""Killed between any two statements of signing, approving or handing over: all of it, or nothing.

A child process does the act and kills itself (SIGKILL) before its n-th statement, for every n
until the act gets through.
"""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from tests.programme.way import (
    ORIGIN,
    SIGNING,
    Cast,
    approved,
    credentials_token,
    newest_code,
    proved,
    sent,
    signed,
    signing_token,
)

from tillgate.access.models import Client, ClientSecret, Integration
from tillgate.foundation.models import Event, Message
from tillgate.programme.acts import handover, review, signature
from tillgate.programme.models import (
    AccessRequest,
    Agreement,
    AgreementFile,
    CredentialLink,
    Decision,
    FileKind,
    MailCode,
    Signature,
)

MOST_STATEMENTS = 400
Act = Callable[[], Any]


class KilledAt:
    """Counts statements, and ends the process before the n-th as a power cut would."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.left -= 1
        if self.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


def killed_at(number: int, act: Act) -> bool:
    """Whether a child was killed before it got through the act."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with connection.execute_wrapper(KilledAt(number)):
                act()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the act itself failed"
    return os.WIFSIGNALED(status)


def kill_everywhere(act: Act, check_nothing_happened: Callable[[], None]) -> int:
    """Kill before every statement until none is left; returns how many there were."""
    for number in range(1, MOST_STATEMENTS):
        if not killed_at(number, act):
            return number - 1
        check_nothing_happened()
    raise AssertionError("the act never ended")


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_signing_is_whole_or_not_at_all(committed_cast: Cast) -> None:
    agreement = sent(committed_cast)
    token = signing_token(agreement)
    code_id = proved(agreement, token)
    events, mails = Event.objects.count(), Message.objects.count()

    def sign() -> None:
        signature.sign_agreement(token=token, code_id=code_id, signing=SIGNING, origin=ORIGIN)

    def nothing() -> None:
        assert Agreement.objects.get().state == "sent"
        assert not Signature.objects.exists()
        assert not AgreementFile.objects.filter(kind=FileKind.SEALED).exists()
        assert MailCode.objects.get(pk=code_id).used_at is None
        assert (Event.objects.count(), Message.objects.count()) == (events, mails)

    assert kill_everywhere(sign, nothing) > 10
    assert Agreement.objects.get().state == "signed"
    assert Signature.objects.count() == 1


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_approving_is_whole_or_not_at_all(committed_cast: Cast) -> None:
    request = signed(committed_cast).request
    events, mails = Event.objects.count(), Message.objects.count()

    def approve() -> None:
        review.approve_request(request=request, words="", actor=committed_cast.reviewer)

    def nothing() -> None:
        assert AccessRequest.objects.get().state == "submitted"
        assert Agreement.objects.get().state == "signed"
        assert not Decision.objects.exists()
        assert not Integration.objects.exists()
        assert not Client.objects.exists()
        assert not CredentialLink.objects.exists()
        assert (Event.objects.count(), Message.objects.count()) == (events, mails)

    assert kill_everywhere(approve, nothing) > 20
    assert AccessRequest.objects.get().state == "approved"
    assert Message.objects.count() > mails


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_opening_credentials_is_whole_or_not_at_all(committed_cast: Cast) -> None:
    approved(committed_cast)
    link = CredentialLink.objects.get()
    token = credentials_token(link)
    handover.send_credentials_code(token=token)
    code = handover.prove_technical_contact(token=token, typed=newest_code(link.email))

    def reveal() -> None:
        handover.open_credentials(token=token, code_id=code.pk, origin=ORIGIN)

    def nothing() -> None:
        assert CredentialLink.objects.get().opened_at is None
        assert not ClientSecret.objects.exists()
        assert MailCode.objects.get(pk=code.pk).used_at is None

    assert kill_everywhere(reveal, nothing) > 5
    assert ClientSecret.objects.count() == 1
