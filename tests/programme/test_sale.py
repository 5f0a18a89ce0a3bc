"""Pricing, sending, reminding, expiring, and all that voids an agreement."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programme.way import (
    Cast,
    drafted,
    mails_to,
    make_staff,
    priced,
    sent,
    sign,
    signed,
    signing_token,
    submitted,
)

from tillgate.content import acts as content
from tillgate.content.errors import NoPrice
from tillgate.content.pricing import price_on
from tillgate.content.queries import current
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import StaffRole
from tillgate.foundation import clock
from tillgate.foundation.models import Message
from tillgate.foundation.money import rounded
from tillgate.programme.acts import sale
from tillgate.programme.errors import Incomplete, NotPriced, Overtaken
from tillgate.programme.files import file_of, sha256_of
from tillgate.programme.models import AccessRequest, Agreement, FileKind, SigningLink


def price(request: AccessRequest, cast: Cast, **said: object) -> Agreement:
    given: dict[str, object] = {
        "currency": "EUR",
        "discount_percent": Decimal(0),
        "discount_reason": "",
    }
    return sale.price_request(request=request, actor=cast.manager, **(given | said))  # type: ignore[arg-type]


def raise_price(currency: str = "EUR") -> None:
    today = clock.now().date()
    content.publish_price(
        currency=currency,
        monthly_price=price_on(currency, today) + 1,
        valid_from=today,
        actor=make_staff("op", StaffRole.OPERATOR),
    )


def change_terms() -> None:
    content.publish_version(
        slot="terms",
        text=current("terms").text + "\n\nOne more rule.",
        fields={},
        note="one more",
        actor=make_staff("op", StaffRole.OPERATOR),
    )


def test_every_location_costs_the_list_price(cast: Cast) -> None:
    agreement = price(submitted(cast), cast)
    expected = price_on("EUR", clock.now().date())
    assert [line.monthly_price for line in agreement.lines.all()] == [expected] * 2
    assert agreement.monthly_total == expected * 2
    assert agreement.terms == current("terms")


@settings(max_examples=25)
@given(cents=st.integers(0, 10_000))
def test_the_total_is_the_sum_of_its_rounded_lines(cents: int) -> None:
    percent = Decimal(cents) / 100
    list_price = Decimal("29.95")
    line = rounded(list_price * (100 - percent) / 100, 2)
    assert 0 <= line <= list_price
    assert abs(line - list_price * (100 - percent) / 100) <= Decimal("0.005")


def test_a_discount_is_taken_off_each_line_and_has_a_reason(cast: Cast) -> None:
    request = submitted(cast)
    with pytest.raises(Incomplete) as refused:
        price(request, cast, discount_percent=Decimal(10))
    assert list(refused.value.problems) == ["discount_reason"]
    agreement = price(
        request, cast, discount_percent=Decimal("12.5"), discount_reason="Five years with us"
    )
    line = agreement.lines.first()
    assert line is not None
    assert line.monthly_price == rounded(agreement.list_price * Decimal("0.875"), 2)
    assert agreement.monthly_total == line.monthly_price * 2


@pytest.mark.parametrize("percent", ["-1", "100.01", "1.005"])
def test_a_discount_is_a_share(cast: Cast, percent: str) -> None:
    with pytest.raises(Incomplete):
        price(submitted(cast), cast, discount_percent=Decimal(percent), discount_reason="x")


def test_an_unknown_currency_has_no_price(cast: Cast) -> None:
    with pytest.raises(NoPrice):
        price(submitted(cast), cast, currency="XTS")


def test_a_draft_cannot_be_priced(cast: Cast) -> None:
    with pytest.raises(Overtaken):
        price(drafted(cast), cast)


def test_only_the_merchants_account_manager_prices(cast: Cast) -> None:
    request = submitted(cast)
    other = make_staff("ola", StaffRole.ACCOUNT_MANAGER)
    for actor in (other, cast.reviewer, cast.owner, make_staff("op", StaffRole.OPERATOR)):
        with pytest.raises(NotPermitted):
            sale.price_request(
                request=request,
                currency="EUR",
                discount_percent=Decimal(0),
                discount_reason="",
                actor=actor,
            )


def test_sending_mails_the_signatory_a_link_and_keeps_the_paper(cast: Cast) -> None:
    agreement = sent(cast)
    paper = file_of(agreement, FileKind.DOCUMENT)
    assert paper is not None
    assert bytes(paper.content).startswith(b"%PDF")
    assert paper.sha256 == sha256_of(bytes(paper.content))
    mail = mails_to("maya@lindqvist.example")[0]
    assert f"/sign/{signing_token(agreement)}/" in mail.text
    assert SigningLink.objects.get().token_hash not in mail.text


def test_sending_twice_sends_once(cast: Cast) -> None:
    agreement = priced(cast)
    stale = Agreement.objects.get(pk=agreement.pk)
    sale.send_agreement(agreement=agreement, actor=cast.manager)
    with pytest.raises(NotPriced):
        sale.send_agreement(agreement=stale, actor=cast.manager)
    assert SigningLink.objects.count() == 1


def test_a_new_offer_replaces_an_unsigned_one_and_not_a_signed_one(cast: Cast) -> None:
    first = sent(cast)
    second = price(first.request, cast)
    first.refresh_from_db()
    assert (first.state, second.state) == ("void", "priced")
    sign(sale.send_agreement(agreement=second, actor=cast.manager))
    with pytest.raises(Overtaken):
        price(second.request, cast)


@pytest.mark.parametrize("change", [raise_price, change_terms])
@pytest.mark.parametrize("step", [priced, sent])
def test_a_changed_price_or_terms_voids_what_is_not_signed(cast: Cast, change, step) -> None:  # type: ignore[no-untyped-def]
    agreement = step(cast)
    change()
    agreement.refresh_from_db()
    assert agreement.state == "void"
    assert "price" in mails_to(cast.manager.email)[0].subject.lower()


@pytest.mark.parametrize("change", [raise_price, change_terms])
def test_what_is_signed_stays_signed(cast: Cast, change) -> None:  # type: ignore[no-untyped-def]
    agreement = signed(cast)
    change()
    agreement.refresh_from_db()
    assert agreement.state == "signed"


def test_another_currencys_price_voids_nothing(cast: Cast) -> None:
    agreement = sent(cast)
    raise_price("GBP")
    agreement.refresh_from_db()
    assert agreement.state == "sent"


def test_reminders_come_after_three_and_ten_days(cast: Cast) -> None:
    agreement = sent(cast)
    to, now = agreement.basis["signatory_email"], clock.now()
    assert sale.remind_signatories() == 0
    for age, expected in ((2, 0), (3, 1), (4, 0), (10, 1), (13, 0)):
        Agreement.objects.update(sent_at=now - timedelta(days=age, minutes=1))
        if age in {4, 13}:
            Agreement.objects.update(reminded_at=now)
        elif age == 10:
            Agreement.objects.update(reminded_at=now - timedelta(days=6))
        assert sale.remind_signatories() == expected, age
    assert Message.objects.filter(to=to).count() == 3
    assert SigningLink.objects.count() == 3


def test_an_unsigned_agreement_expires(cast: Cast) -> None:
    agreement = sent(cast)
    assert sale.expire_agreements() == 0
    Agreement.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert sale.expire_agreements() == 1
    assert sale.expire_agreements() == 0
    agreement.refresh_from_db()
    assert agreement.state == "expired"
    assert agreement.request.number in mails_to(cast.manager.email)[0].text
    assert price(agreement.request, cast).state == "priced", "a new offer can follow"
