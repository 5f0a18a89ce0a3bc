"""The clock's part in the sale: what was not signed is reminded of, expires, or is void."""

from datetime import timedelta

import pytest
from tests.access.conftest import fresh_limits, shop, shops  # noqa: F401
from tests.access.world import Shop
from tests.programme.way import Cast, mails_to, make_cast, sent

from tillgate.foundation import clock
from tillgate.programme.models import Agreement
from tillgate.programme.states import AgreementState
from tillgate.site import tasks


@pytest.fixture
def cast(shop: Shop, db: None) -> Cast:  # noqa: F811
    return make_cast(shop)


def test_the_clock_reminds_once(cast: Cast) -> None:
    agreement = sent(cast)
    Agreement.objects.update(sent_at=clock.now() - timedelta(days=4))
    before = len(mails_to(agreement.basis["signatory_email"]))
    for _ in range(2):
        tasks.look_after_agreements(0)
    assert len(mails_to(agreement.basis["signatory_email"])) == before + 1


def test_what_expired_is_not_reminded_of(cast: Cast) -> None:
    agreement = sent(cast)
    now = clock.now()
    Agreement.objects.update(sent_at=now - timedelta(days=15), expires_at=now - timedelta(days=1))
    before = len(mails_to(agreement.basis["signatory_email"]))
    tasks.look_after_agreements(0)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.EXPIRED
    assert len(mails_to(agreement.basis["signatory_email"])) == before


def test_what_rests_on_an_old_price_is_void_and_not_reminded_of(cast: Cast) -> None:
    agreement = sent(cast)
    Agreement.objects.update(sent_at=clock.now() - timedelta(days=4), list_price=1)
    tasks.look_after_agreements(0)
    agreement.refresh_from_db()
    assert (agreement.state, agreement.reminded_at) == (AgreementState.VOID, None)
