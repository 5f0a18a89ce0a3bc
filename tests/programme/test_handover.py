"""Handing over credentials: once, to the right address, and never in a mail."""

from datetime import timedelta

import pytest
from tests.access.world import basic, post
from tests.programme.way import (
    ORIGIN,
    Cast,
    approved,
    credentials_token,
    mails_to,
    newest_code,
    opened,
)

from tillgate.access.acts import end_integration
from tillgate.access.models import ClientSecret, Integration
from tillgate.access.tokens import looks_genuine
from tillgate.foundation import clock
from tillgate.foundation.models import Event, Message
from tillgate.programme.acts import handover as acts
from tillgate.programme.errors import (
    CodeUsed,
    LinkExpired,
    LinkUnknown,
    LinkUsed,
    TooManyCodes,
    WrongCode,
)
from tillgate.programme.models import CredentialLink

INES = "ines@okafor.example"


@pytest.fixture
def link(cast: Cast) -> CredentialLink:
    approved(cast)
    return CredentialLink.objects.select_related("client__integration").get()


def can_call(credentials: acts.Credentials) -> bool:
    headers = basic(credentials.client_id, credentials.secret)
    return post("/oauth/token", headers, grant_type="client_credentials").status_code == 200


def test_the_secret_is_shown_once_and_works(link: CredentialLink, cast: Cast) -> None:
    credentials = opened(link)
    assert looks_genuine(credentials.secret)
    assert can_call(credentials)
    with pytest.raises(LinkUsed):
        acts.open_credentials(token=credentials_token(link), code_id=1, origin=ORIGIN)
    assert mails_to(cast.owner.email)[0].subject != mails_to(cast.owner.email)[1].subject


def test_no_secret_is_ever_in_a_mail(link: CredentialLink) -> None:
    secret = opened(link).secret
    for message in Message.objects.all():
        assert secret not in message.subject + message.text + message.html
    for event in Event.objects.all():
        assert secret not in str(event.data)


def test_looking_at_a_link_changes_nothing(link: CredentialLink) -> None:
    token = credentials_token(link)
    for _ in range(3):
        assert acts.find_credential_link(token).opened_at is None
    assert not ClientSecret.objects.exists()


def test_opening_needs_the_code(link: CredentialLink) -> None:
    token = credentials_token(link)
    acts.send_credentials_code(token=token)
    right = newest_code(INES)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    with pytest.raises(WrongCode):
        acts.prove_technical_contact(token=token, typed=wrong)
    for code_id in (None, 999_999):
        with pytest.raises(CodeUsed):
            acts.open_credentials(token=token, code_id=code_id, origin=ORIGIN)
    assert not ClientSecret.objects.exists()


def test_an_expired_link_opens_nothing(link: CredentialLink) -> None:
    token = credentials_token(link)
    CredentialLink.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(LinkExpired):
        acts.send_credentials_code(token=token)


def test_a_new_link_goes_to_the_same_address_and_ends_the_old(link: CredentialLink) -> None:
    old = credentials_token(link)
    acts.renew_credential_link(token=old)
    new = credentials_token(link)
    assert new != old
    with pytest.raises(LinkUnknown):
        acts.send_credentials_code(token=old)
    assert acts.send_credentials_code(token=new).email == INES


def test_a_new_link_after_the_first_was_opened_replaces_an_unused_secret(
    link: CredentialLink,
) -> None:
    lost = opened(link)
    acts.renew_credential_link(token=credentials_token(link))
    found = opened(CredentialLink.objects.latest("pk"))
    assert can_call(found)
    assert not can_call(lost)


def test_a_secret_in_use_stays_beside_the_new_one(link: CredentialLink) -> None:
    used = opened(link)
    assert can_call(used)
    acts.renew_credential_link(token=credentials_token(link))
    assert can_call(opened(CredentialLink.objects.latest("pk")))
    assert can_call(used)


def test_new_links_are_limited(link: CredentialLink) -> None:
    token = credentials_token(link)
    for _ in range(5):
        acts.renew_credential_link(token=token)
    with pytest.raises(TooManyCodes):
        acts.renew_credential_link(token=token)


def test_an_ended_integration_hands_over_nothing(link: CredentialLink) -> None:
    token = credentials_token(link)
    end_integration(integration=Integration.objects.get(), reason="left", actor="test")
    for act in (acts.send_credentials_code, acts.renew_credential_link):
        with pytest.raises(LinkUnknown):
            act(token=token)


@pytest.mark.parametrize("token", ["", "x", "é", "\0", "x" * 10_000])
def test_an_altered_link_is_unknown(link: CredentialLink, token: str) -> None:
    with pytest.raises(LinkUnknown):
        acts.find_credential_link(token)
