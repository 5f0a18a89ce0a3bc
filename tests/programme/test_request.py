"""The request: drafted step by step, sent when it is whole, answered, withdrawn."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.access.world import Shop
from tests.programme.way import (
    Cast,
    answers_for,
    approved,
    drafted,
    fill,
    mails_to,
    make_staff,
    prepare,
    sent,
    signed,
    submitted,
)

from tillgate.content import acts as content
from tillgate.content.queries import current, decline_reasons
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import BusinessLocation, MerchantAccount, StaffRole
from tillgate.foundation.models import Event
from tillgate.programme.acts import preparation, request, review
from tillgate.programme.answers import (
    CONFIRMATIONS,
    STEPS,
    Answers,
    Consent,
    Context,
    problems,
    read_answers,
    stored,
)
from tillgate.programme.errors import Incomplete, NotChecked, Overtaken, OverviewUnread
from tillgate.programme.models import AccessRequest, Agreement, Question


def test_there_is_one_draft_a_business(cast: Cast) -> None:
    first = request.start_request(business_id=cast.shop.business_id, actor=cast.owner)
    again = request.start_request(business_id=cast.shop.business_id, actor=cast.member)
    assert first == again
    assert first.number == f"R-{1000 + first.pk}"


def test_each_step_is_kept_and_leaves_the_others(cast: Cast) -> None:
    draft = request.start_request(business_id=cast.shop.business_id, actor=cast.member)
    request.save_step(
        request=draft, step="business", values={"name": "One", "audience": "own"}, actor=cast.member
    )
    request.save_step(
        request=draft, step="volume", values={"calls_a_day": 9, "name": "no"}, actor=cast.owner
    )
    answers = read_answers(AccessRequest.objects.get().answers)
    assert (answers.name, answers.calls_a_day) == ("One", 9)


def test_a_member_drafts_and_an_owner_sends(cast: Cast) -> None:
    draft = drafted(cast)
    prepare(cast.member)
    with pytest.raises(NotPermitted):
        request.submit_request(request=draft, actor=cast.member)
    prepare(cast.owner)
    assert request.submit_request(request=draft, actor=cast.owner).state == "submitted"


def test_nobody_drafts_for_another_business(cast: Cast, shops: tuple[Shop, Shop]) -> None:
    for actor in (cast.manager, cast.reviewer):
        with pytest.raises(NotPermitted):
            request.start_request(business_id=cast.shop.business_id, actor=actor)
    with pytest.raises(NotPermitted):
        request.start_request(business_id=shops[1].business_id, actor=cast.owner)


def test_sending_needs_the_current_overview(cast: Cast) -> None:
    draft = drafted(cast)
    with pytest.raises(OverviewUnread):
        request.submit_request(request=draft, actor=cast.owner)
    prepare(cast.owner)
    operator = make_staff("op", StaffRole.OPERATOR)
    old = current("overview")
    content.publish_version(
        slot="overview", text=old.text + "\n\nMore.", fields={}, note="more", actor=operator
    )
    with pytest.raises(OverviewUnread):
        request.submit_request(request=draft, actor=cast.owner)
    with pytest.raises(OverviewUnread):
        preparation.acknowledge_overview(label=old.label, actor=cast.owner)


def test_acknowledging_needs_opening(cast: Cast) -> None:
    with pytest.raises(OverviewUnread):
        preparation.acknowledge_overview(label=current("overview").label, actor=cast.owner)


def test_sending_needs_a_feasibility_check_and_keeps_it(cast: Cast) -> None:
    draft = drafted(cast)
    version = preparation.open_overview(actor=cast.owner)
    preparation.acknowledge_overview(label=version.label, actor=cast.owner)
    with pytest.raises(NotChecked):
        request.submit_request(request=draft, actor=cast.owner)
    check = preparation.check_feasibility(
        wishes=[], free_text="Change our prices.", actor=cast.member,
        business_id=cast.shop.business_id,
    )  # fmt: skip
    filed = request.submit_request(request=draft, actor=cast.owner)
    assert (filed.feasibility, filed.overview) == (check, version)
    assert check.answers[0]["verdict"] == "not_possible"


def test_sending_tells_merchant_account_manager_and_reviewers(cast: Cast) -> None:
    filed = submitted(cast)
    told = [cast.owner, cast.manager, cast.reviewer, cast.second_reviewer]
    assert all(filed.number in mails_to(person.email)[0].text for person in told)
    kinds = Event.objects.filter(subject=f"request:{filed.number}").values_list("kind", flat=True)
    assert list(kinds) == ["programme:request:drafted", "programme:request:submitted"]


def test_sending_twice_is_sending_once(cast: Cast) -> None:
    filed = submitted(cast)
    with pytest.raises(Overtaken):
        request.submit_request(request=filed, actor=cast.owner)
    with pytest.raises(Overtaken):
        request.save_step(request=filed, step="business", values={"name": "X"}, actor=cast.owner)


# --- what answers must say -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"audience": "several"}, "audience"),
        ({"audience": "public"}, "audience"),
        ({"audience": ""}, "audience"),
        ({"locations": []}, "locations"),
        ({"locations": [17]}, "locations"),
        ({"apis": []}, "apis"),
        ({"apis": ["orders-api"]}, "apis"),
        ({"purpose": ""}, "purpose"),
        ({"systems": ""}, "systems"),
        ({"calls_a_day": None}, "calls_a_day"),
        ({"calls_a_day": 0}, "calls_a_day"),
        ({"calls_a_day": 10**9}, "calls_a_day"),
        ({"staff": True}, "personal_reason"),
        ({"consumers": True}, "personal_reason"),
        ({"signatory_name": ""}, "signatory_name"),
        ({"signatory_email": "maya"}, "signatory_email"),
        ({"signatory_authority": False}, "signatory_authority"),
        ({"technical_email": "a@b"}, "technical_email"),
        ({"technical_company": ""}, "technical_company"),
        ({"redirect_uris": ["http://evil.example/"]}, "redirect_uris"),
        ({"redirect_uris": ["https://a.example/"] * 6}, "redirect_uris"),
        *[({name: False}, name) for name in CONFIRMATIONS],
    ],
)
def test_what_is_missing_is_named_by_its_field(
    cast: Cast, changed: dict[str, Any], field: str
) -> None:
    prepare(cast.owner)
    with pytest.raises(Incomplete) as refused:
        request.submit_request(request=drafted(cast, **changed), actor=cast.owner)
    assert list(refused.value.problems) == [field]
    assert AccessRequest.objects.get().state == "draft"


def test_a_franchisee_must_have_agreed(cast: Cast, owner_url: str) -> None:
    place = cast.shop.locations[0]
    context = Context(locations=cast.shop.locations, run_by={place: "Arcade Foods"})
    answers = answers_for(cast.shop)
    assert list(problems(answers, context)) == [f"consent_{place}"]
    answers.consents = {str(place): Consent(by="Ada Arcade", on="2026-11-05")}
    assert problems(answers, context) == {}


def test_a_formal_partnership_waives_the_one_business(cast: Cast) -> None:
    MerchantAccount.objects.update(formal_partnership=True)
    filed = submitted(cast, audience="several", own_business_only=False)
    assert filed.state == "submitted"


@given(st.builds(Answers))
def test_answers_survive_being_stored(answers: Answers) -> None:
    assert read_answers(stored(answers)) == answers


def test_the_steps_ask_everything_once() -> None:
    asked = [name for fields in STEPS.values() for name in fields]
    assert sorted(asked) == sorted(Answers.__struct_fields__)


# --- more information ----------------------------------------------------------------------------


def asked(cast: Cast, agreement: Agreement) -> AccessRequest:
    return review.ask_information(
        request=agreement.request, words="Which bookkeeping?", actor=cast.reviewer
    )


def test_the_merchant_answers_and_the_request_is_back(cast: Cast) -> None:
    waiting = asked(cast, signed(cast))
    assert "Which bookkeeping?" in mails_to(cast.owner.email)[0].text
    back = request.give_information(request=waiting, words="Our own.", actor=cast.member)
    assert back.state == "submitted"
    assert Question.objects.get().answer == "Our own."
    assert "Our own." in mails_to(cast.reviewer.email)[0].text
    with pytest.raises(Overtaken):
        request.give_information(request=waiting, words="Again.", actor=cast.owner)


def test_an_answer_needs_words(cast: Cast) -> None:
    waiting = asked(cast, signed(cast))
    with pytest.raises(Incomplete):
        request.give_information(request=waiting, words=" ", actor=cast.owner)


@pytest.mark.parametrize(
    ("values", "stays"),
    [({"purpose": "More words."}, True), ({"apis": ["items"]}, False)],
)
def test_an_agreement_that_no_longer_fits_is_void(
    cast: Cast, values: dict[str, Any], stays: bool
) -> None:
    agreement = signed(cast)
    waiting = asked(cast, agreement)
    request.save_step(request=waiting, step="purpose", values=values, actor=cast.owner)
    request.give_information(request=waiting, words="Changed.", actor=cast.owner)
    assert Agreement.objects.get().state == ("signed" if stays else "void")
    told = [mail.subject for mail in mails_to(cast.manager.email)]
    assert (len([s for s in told if "price" in s.lower()]) == 2) is not stays


# --- withdrawing, and asking again ---------------------------------------------------------------


def test_withdrawing_voids_the_agreement(cast: Cast) -> None:
    agreement = sent(cast)
    request.withdraw_request(request=agreement.request, actor=cast.owner)
    agreement.refresh_from_db()
    assert agreement.state == "void"
    assert "withdrew" in agreement.ended_because
    assert agreement.request.number in mails_to("maya@lindqvist.example")[0].text


def test_an_approved_request_cannot_be_withdrawn(cast: Cast) -> None:
    with pytest.raises(Overtaken):
        request.withdraw_request(request=approved(cast), actor=cast.owner)


def test_asking_again_after_a_denial_starts_from_the_old_answers(cast: Cast) -> None:
    filed = submitted(cast)
    review.decline_request(
        request=filed,
        reason=decline_reasons()[0].code,
        words="Say more.",
        actor=cast.reviewer,
    )
    again = request.start_request(
        business_id=cast.shop.business_id, actor=cast.owner, previous=filed
    )
    answers = read_answers(again.answers)
    assert again.previous == filed
    assert answers.purpose == "Post each closed day to our ledger."
    assert not any(getattr(answers, name) for name in CONFIRMATIONS)
    fill(again, answers_for(cast.shop), cast.owner)
    assert request.submit_request(request=again, actor=cast.owner).state == "submitted"


def test_a_location_of_another_business_is_told(cast: Cast, shops: tuple[Shop, Shop]) -> None:
    prepare(cast.owner)
    strange = shops[1].locations[0]
    with pytest.raises(Incomplete, match="answers") as refused:
        request.submit_request(request=drafted(cast, locations=[strange]), actor=cast.owner)
    assert str(strange) in refused.value.problems["locations"]
    assert not BusinessLocation.objects.exists(), "none is visible outside the query"
