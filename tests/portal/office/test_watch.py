"""The exclusivity watch: shared traits with their evidence, and nothing done about them."""

import pytest
from tests.access.world import Shop
from tests.portal.browser import signed_in
from tests.portal.pages_harness import Eye
from tests.programme.way import Cast, approved, make_cast, make_staff, submitted

from tillgate.directory.models import MerchantAccount, Person, StaffRole
from tillgate.foundation.models import Event, Message
from tillgate.programme.models import AccessRequest
from tillgate.programme.watch import findings, is_common_mail_host, is_common_redirect_host

PAGE = "/review/watch/"
OTHERS = {
    "technical_email": "other@elsewhere.example",
    "technical_company": "Elsewhere",
    "redirect_uris": ["https://elsewhere.example/callback"],
}


def shared() -> set[tuple[str, str, bool]]:
    return {(one.kind.value, one.value, one.is_allowed) for one in findings()}


def done() -> tuple[int, int]:
    """Acts and mails until now; that somebody signs in is none."""
    acts = Event.objects.filter(kind__regex="^(programme|access):")
    return acts.count(), Message.objects.count()


def text_of(person: Person) -> str:
    answer = signed_in(person).get(PAGE)
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_two_businesses_share_is_shown_with_its_evidence(
    cast: Cast, shops: tuple[Shop, Shop]
) -> None:
    first = approved(cast)
    assert findings() == []
    other = make_cast(shops[1])
    second = submitted(
        other,
        technical_company="  OKAFOR programs ",
        redirect_uris=["https://BOOKS.lindqvist.example:8443/x", "http://localhost:9/cb"],
    )
    before = done()
    assert shared() == {
        ("technical_contact", "ines@okafor.example", False),
        ("developer", "okafor programs", False),
        ("mail_host", "okafor.example", False),
        ("redirect_host", "books.lindqvist.example", False),
    }
    page = text_of(cast.reviewer)
    assert "4 traits are shared by several businesses" in page
    for evidence in (first.number, second.number, shops[0].name, shops[1].name):
        assert evidence in page
    assert f"/integrations/{first.integration_id}/" in page
    # It never acts by itself.
    assert done() == before
    assert AccessRequest.objects.get(pk=second.pk).state == "submitted"


def test_a_formal_partnership_may_share(cast: Cast, shops: tuple[Shop, Shop]) -> None:
    approved(cast)
    submitted(make_cast(shops[1]))
    account = MerchantAccount.objects.filter(business_id=shops[1].business_id)
    account.update(formal_partnership=True, partnership_note="Agreed in March")
    assert all(allowed for _, _, allowed in shared())
    page = text_of(cast.reviewer)
    assert "No businesses share a contact, developer or host" in page
    assert "Allowed by a formal partnership" in page


def test_those_who_share_nothing_are_not_shown(cast: Cast, shops: tuple[Shop, Shop]) -> None:
    approved(cast)
    submitted(make_cast(shops[1]), **OTHERS)
    assert findings() == []
    assert "No businesses share a contact, developer or host" in text_of(cast.reviewer)


def test_what_everybody_has_tells_nothing(cast: Cast, shops: tuple[Shop, Shop]) -> None:
    loopback = ["http://127.0.0.1:8000/cb", "http://localhost/cb", "https://oauth.pstmn.io/v1/cb"]
    said = {"technical_company": "", "technical_outside": False, "redirect_uris": loopback}
    approved(cast, technical_email="one@gmail.com", **said)
    submitted(make_cast(shops[1]), technical_email="two@gmail.com", **said)
    assert findings() == []


@pytest.mark.parametrize(
    ("host", "is_common"),
    [
        ("gmail.com", True),
        ("yahoo.co.uk", True),
        ("mail.okafor.example", False),
        ("okafor.example", False),
        ("gmailer.example", False),
    ],
)
def test_mail_providers_are_known(host: str, is_common: bool) -> None:
    assert is_common_mail_host(host) is is_common


@pytest.mark.parametrize(
    ("host", "is_common"),
    [
        ("localhost", True),
        ("app.localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("10.1.2.3", True),
        ("localhost.example", False),
        ("app.example", False),
    ],
)
def test_hosts_of_ones_own_are_known(host: str, is_common: bool) -> None:
    assert is_common_redirect_host(host) is is_common


def test_only_partner_services_see_it(cast: Cast) -> None:
    for person in (cast.owner, cast.manager, make_staff("om", StaffRole.OPERATOR)):
        assert signed_in(person).get(PAGE).status_code == 403


def test_the_page_is_fit_to_be_seen(
    committed_cast: Cast, shops: tuple[Shop, Shop], eye: Eye
) -> None:
    approved(committed_cast)
    submitted(make_cast(shops[1]), redirect_uris=["https://elsewhere.example/callback"])
    eye.look_at(PAGE, "watch", person=committed_cast.reviewer)
    MerchantAccount.objects.filter(business_id=shops[1].business_id).delete()
