"""Killed between any two statements of signing, approving or handing over: all of it, or nothing.

`TILLGATE_TORTURE=1` leaves no statement out; otherwise every seventh is tried.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import REPOSITORY
from tests.programme.way import (
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
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import setting_name
from tillgate.programme.acts import handover
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

STRIDE = 1 if os.environ.get("TILLGATE_TORTURE") else 7
Kill = Callable[..., int]


@pytest.fixture
def kill(role_urls: dict[Role, str], tmp_path: Path) -> Kill:
    """Try an act, killed at one statement after the other; returns how often it was killed."""
    environment = {name: value for name, value in os.environ.items() if "TILLGATE" not in name}
    environment |= {setting_name(role): role_urls[role] for role in (Role.PORTAL, Role.LEDGER)}
    environment["TILLGATE_DATA_DIR"] = str(tmp_path)

    def everywhere(act: str, check_nothing_happened: Callable[[], None], **said: Any) -> int:
        command = [sys.executable, "-m", "tests.programme.killing", act, json.dumps(said)]
        with subprocess.Popen(
            [*command, str(STRIDE)],
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            kills = 0
            while (told := process.stdout.readline().strip()) == "killed":
                kills += 1
                check_nothing_happened()
                process.stdin.write("\n")
                process.stdin.flush()
            assert told == "done"
        return kills

    return everywhere


def test_signing_is_whole_or_not_at_all(committed_cast: Cast, kill: Kill) -> None:
    agreement = sent(committed_cast)
    token = signing_token(agreement)
    code_id = proved(agreement, token)
    events, mails = Event.objects.count(), Message.objects.count()

    def nothing() -> None:
        assert Agreement.objects.get().state == "sent"
        assert not Signature.objects.exists()
        assert not AgreementFile.objects.filter(kind=FileKind.SEALED).exists()
        assert MailCode.objects.get(pk=code_id).used_at is None
        assert (Event.objects.count(), Message.objects.count()) == (events, mails)

    assert kill("sign", nothing, token=token, code_id=code_id) > 3
    assert Agreement.objects.get().state == "signed"
    assert Signature.objects.count() == 1


def test_approving_is_whole_or_not_at_all(committed_cast: Cast, kill: Kill) -> None:
    request = signed(committed_cast).request
    events, mails = Event.objects.count(), Message.objects.count()

    def nothing() -> None:
        assert AccessRequest.objects.get().state == "submitted"
        assert Agreement.objects.get().state == "signed"
        for model in (Decision, Integration, Client, CredentialLink):
            assert not model.objects.exists()
        assert (Event.objects.count(), Message.objects.count()) == (events, mails)

    reviewer = committed_cast.reviewer.pk
    assert kill("approve", nothing, request=request.pk, actor=reviewer) > 3
    assert AccessRequest.objects.get().state == "approved"
    assert Message.objects.count() > mails


def test_opening_credentials_is_whole_or_not_at_all(committed_cast: Cast, kill: Kill) -> None:
    approved(committed_cast)
    link = CredentialLink.objects.get()
    token = credentials_token(link)
    handover.send_credentials_code(token=token)
    code = handover.prove_technical_contact(token=token, typed=newest_code(link.email))

    def nothing() -> None:
        assert CredentialLink.objects.get().opened_at is None
        assert not ClientSecret.objects.exists()
        assert MailCode.objects.get(pk=code.pk).used_at is None

    assert kill("reveal", nothing, token=token, code_id=code.pk) > 2
    assert ClientSecret.objects.count() == 1
