"""The account manager's page of a request: pricing, sending, reminding, and what became of it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.access.world import Shop
from tests.hub.cast import everyone
from tests.portal.office.pages import HOSTILE, UNSEEN, Desk, alike, queries_for
from tests.programme.way import (
    Cast,
    approved,
    drafted,
    mails_to,
    make_cast,
    make_staff,
    priced,
    proved,
    sent,
    sign,
    signed,
    signing_token,
    submitted,
)

from tillgate.directory.models import StaffRole
from tillgate.directory.permissions import Who
from tillgate.foundation import clock
from tillgate.programme.acts import review, sale, signature
from tillgate.programme.models import AccessRequest, Agreement
from tillgate.programme.states import AgreementState

ACTS = ("preview", "price", "send", "remind")


def path_of(found: AccessRequest) -> str:
    return f"/merchants/requests/{found.number}/"


def offer(**changed: str) -> dict[str, str]:
    """What the price form sends."""
    plain = {
        "currency": "EUR",
        "discount_percent": "",
        "discount_reason": "",
        "instead_of": "",
    }
    return plain | changed


# --- who may -------------------------------------------------------------------------------------


def test_only_the_merchant_s_own_account_manager_sees_and_sells(cast: Cast) -> None:
    agreement = priced(cast)
    path = path_of(agreement.request)
    for who, person in everyone(cast.shop):
        if who == Who.ANYONE:
            Desk().see(path, status=302)
            continue
        status = 404 if who == Who.ACCOUNT_MANAGER else 403
        Desk(person).see(path, status=status)
        Desk(person).see(f"{path}agreement.pdf", status=status)
        for act in ACTS:
            Desk(person).send(path, act, status=status, agreement=agreement.number, **offer())
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.PRICED
    assert Agreement.objects.count() == 1


def test_somebody_else_s_merchant_looks_like_none_at_all(cast: Cast) -> None:
    found = submitted(cast)
    other = Desk(make_staff("kim", StaffRole.ACCOUNT_MANAGER, StaffRole.PARTNER_SERVICES))
    theirs = other.see(path_of(found), status=404)
    assert alike(theirs, other.see("/merchants/requests/R-999999/", status=404))
    draft = drafted(cast)
    Desk(cast.manager).see(path_of(draft), status=404)


# --- pricing -------------------------------------------------------------------------------------


def test_a_request_is_previewed_priced_sent_and_reminded_of(cast: Cast) -> None:
    found = submitted(cast)
    desk, path = Desk(cast.manager), path_of(found)
    page = desk.see(path)
    assert "This request is to be priced" in page
    assert "Old Mill Quay 0" in page
    assert "€58.00" in page
    assert '<option value="EUR" selected>' in page
    reduced = offer(discount_percent="10", discount_reason="First year")
    page = desk.send(path, "preview", status=200, **reduced)
    assert "€52.20" in page
    assert not Agreement.objects.exists()
    page = desk.send(path, "price", **reduced)
    assert "Priced, and ready to be sent for signature" in page
    assert "First year" in page
    agreement = Agreement.objects.get()
    assert not mails_to("maya@lindqvist.example")
    page = desk.send(path, "send", agreement=agreement.number)
    assert "Waiting for Maya Lindqvist to sign" in page
    assert len(mails_to("maya@lindqvist.example")) == 1
    page = desk.send(path, "remind", agreement=agreement.number)
    assert "The signatory is reminded." in page
    assert len(mails_to("maya@lindqvist.example")) == 2


def test_a_double_click_has_one_outcome(cast: Cast) -> None:
    found = submitted(cast)
    desk, path = Desk(cast.manager), path_of(found)
    desk.send(path, "price", **offer())
    page = desk.send(path, "price", status=409, **offer())
    assert "so this cannot be done any more" in page
    agreement = Agreement.objects.get()
    for _ in range(2):
        page = desk.send(path, "send", agreement=agreement.number)
    assert "It was sent for signature already." in page
    desk.send(path, "remind", agreement=agreement.number)
    page = desk.send(path, "remind", status=409, agreement=agreement.number)
    assert "reminded less than an hour ago" in page
    assert len(mails_to("maya@lindqvist.example")) == 2


def test_an_old_tab_does_not_void_what_was_sent_meanwhile(cast: Cast) -> None:
    agreement = sent(cast)
    desk, path = Desk(cast.manager), path_of(agreement.request)
    stale = offer(discount_percent="5", discount_reason="Typed long ago")
    page = desk.send(path, "price", status=409, **stale)
    assert "Typed long ago" in page
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.SENT
    desk.send(path, "price", **(stale | {"instead_of": agreement.number}))
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.VOID
    page = desk.send(path, "remind", status=409, agreement=agreement.number)
    assert "“void” by now" in page
    desk.send(path, "send", status=404, agreement="A-1")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("currency", "", "Choose an answer."),
        ("currency", "XXX", "Select a valid choice."),
        ("discount_percent", "-1", "greater than or equal to 0"),
        ("discount_percent", "101", "less than or equal to 100"),
        ("discount_percent", "ten", "Enter a number."),
        ("discount_percent", "NaN", "Enter a number."),
        ("discount_percent", "1e400", "no more than"),
        ("discount_percent", "1.005", "no more than 2 decimal places"),
        ("discount_percent", "5", "Say why there is a discount."),
        ("discount_reason", "x" * 301, "Shorten this to 300 characters"),
        *[("discount_reason", typed, "invisible characters") for typed in UNSEEN],
        ("discount_reason", "two\nlines", "one line"),
    ],
)
def test_a_wrong_field_says_what_is_wrong_and_nothing_is_lost(
    cast: Cast, field: str, typed: str, said: str
) -> None:
    path = path_of(submitted(cast))
    given = offer(discount_reason="", discount_percent="") | {field: typed}
    page = Desk(cast.manager).send(path, "price", status=422, **given)
    assert said in page
    assert 'role="alert"' in page
    assert not Agreement.objects.exists()


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_reasons_are_only_words(cast: Cast, typed: str) -> None:
    path = path_of(submitted(cast))
    desk = Desk(cast.manager)
    page = desk.send(path, "price", **offer(discount_percent="1", discount_reason=typed))
    assert "<script>alert" not in page
    agreement = Agreement.objects.get()
    assert agreement.discount_reason == typed
    desk.send(path, "send", agreement=agreement.number)
    assert desk.http.get(f"{path}agreement.pdf").content.startswith(b"%PDF-")


def test_an_offer_of_an_old_price_cannot_be_sent_and_says_so_before(cast: Cast) -> None:
    agreement = priced(cast)
    Agreement.objects.update(list_price=1)
    desk, path = Desk(cast.manager), path_of(agreement.request)
    page = desk.see(path)
    assert "The offer is out of date: price it again" in page
    assert 'value="send" disabled' in page
    page = desk.send(path, "send", status=409, agreement=agreement.number)
    assert "price the request again" in page


# --- what became of it ---------------------------------------------------------------------------


def test_the_page_says_where_each_agreement_stands(cast: Cast) -> None:
    agreement = sent(cast)
    desk, path = Desk(cast.manager), path_of(agreement.request)
    token = signing_token(agreement)
    signature.open_agreement(token=token, origin=signature.Origin())
    page = desk.see(path)
    assert "Agreement opened" in page
    signature.refuse_agreement(
        token=token,
        code_id=proved(agreement, token),
        because="Too dear for us.",
        origin=signature.Origin(),
    )
    page = desk.see(path)
    assert "Maya Lindqvist declined to sign" in page
    assert "Too dear for us." in page
    assert page.count('class="button"') == 1
    desk.send(path, "price", **offer(discount_percent="50", discount_reason="They asked"))
    again = Agreement.objects.latest("pk")
    sale.send_agreement(agreement=again, actor=cast.manager)
    Agreement.objects.filter(pk=again.pk).update(expires_at=clock.now() - timedelta(hours=1))
    sale.expire_agreements()
    assert "The agreement expired unsigned" in desk.see(path)


def test_the_page_says_how_it_was_decided(cast: Cast) -> None:
    desk = Desk(cast.manager)
    found = approved(cast)
    page = desk.see(path_of(found))
    assert "Approved: the agreement is in force" in page
    assert "sealed PDF" in page
    assert 'value="price"' not in page
    declined = submitted(cast)
    review.decline_request(
        request=declined, reason="authority", words="Ask the owner.", actor=cast.reviewer
    )
    page = desk.see(path_of(declined))
    assert "Partner Services declined this request" in page
    assert "Ask the owner." in page
    assert "may sign for the business" in page
    page = desk.send(path_of(declined), "price", status=409, **offer())
    assert "so this cannot be done any more" in page


def test_signed_agreements_are_left_alone(cast: Cast) -> None:
    agreement = signed(cast)
    desk, path = Desk(cast.manager), path_of(agreement.request)
    page = desk.see(path)
    assert "Signed, and with Partner Services" in page
    assert 'value="price"' not in page
    desk.send(path, "price", status=409, **offer(instead_of=agreement.number))
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.SIGNED


def test_the_question_of_partner_services_is_shown(cast: Cast) -> None:
    found = submitted(cast)
    review.ask_information(request=found, words="Who runs it?", actor=cast.reviewer)
    assert "Who runs it?" in Desk(cast.manager).see(path_of(found))


def test_the_page_costs_the_same_for_one_agreement_and_for_twenty(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found = submitted(cast)
    desk = Desk(cast.manager)
    first, *_ = [_priced_again(found, cast) for _ in range(2)]
    counted = queries_for(desk, path_of(found))
    for _ in range(18):
        _priced_again(found, cast)
    with django_assert_num_queries(counted):
        assert first.number in desk.see(path_of(found))


def _priced_again(found: AccessRequest, cast: Cast) -> Agreement:
    return sale.price_request(
        request=found,
        currency="EUR",
        discount_percent=Decimal(0),
        discount_reason="",
        actor=cast.manager,
    )


def test_signing_makes_the_sealed_paper_the_one_that_is_shown(
    cast: Cast, shops: tuple[Shop, Shop]
) -> None:
    agreement = sent(cast)
    desk = Desk(cast.manager)
    path = f"{path_of(agreement.request)}agreement.pdf"
    assert b"/ETSI.CAdES.detached" not in desk.http.get(path).content
    sign(agreement)
    assert b"/ETSI.CAdES.detached" in desk.http.get(path).content
    other = make_cast(shops[1])
    Desk(other.manager).see(path, status=404)
