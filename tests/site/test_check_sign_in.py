"""`tillgate check` looks at the identity provider by asking a real one."""

from collections.abc import Iterator

import pytest
from tests.portal.identity_provider import IdentityProvider, identity_provider

from tillgate.foundation.single_sign_on import SingleSignOn
from tillgate.site.check_sign_in import trouble_with


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as made:
        yield made


def told(issuer: str) -> str:
    named = SingleSignOn(issuer=issuer, client_id="us", client_secret="hush", name="Example")
    return trouble_with(named)


def test_a_provider_that_answers_is_fine(provider: IdentityProvider) -> None:
    assert told(provider.issuer) == ""


def test_a_provider_that_fails_or_is_another_is_named(provider: IdentityProvider) -> None:
    said = provider.issuer
    provider.broken = "/.well-known/openid-configuration"
    assert "does not answer" in told(said)
    provider.broken = ""
    provider.issuer = "https://login.example.com"
    assert "another issuer" in told(said)


def test_a_provider_that_is_away_is_named() -> None:
    with identity_provider() as gone:
        pass
    assert "does not answer" in told(gone.issuer)
