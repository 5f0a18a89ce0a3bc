"""The request form: saved as one goes, nothing typed is lost, sent once by an owner."""

from html import escape
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from tests.access.world import Shop
from tests.portal.browser import signed_in
from tests.portal.merchant.browsing import HOSTILE, get, post, shown, text_of
from tests.programme.way import Cast, answers_for, drafted, make_cast, prepare, submitted

from tillgate.directory.models import MerchantAccount
from tillgate.portal.merchant.step_forms import FORMS
from tillgate.programme.acts.request import start_request, submit_request
from tillgate.programme.acts.review import ask_information
from tillgate.programme.answers import STEPS, read_answers
from tillgate.programme.models import AccessRequest

TEXTS = [
    ("business", "name"),
    ("purpose", "purpose"),
    ("purpose", "systems"),
    ("volume", "calls_a_day"),
    ("personal", "personal_reason"),
    ("signatory", "signatory_name"),
    ("signatory", "signatory_title"),
    ("signatory", "signatory_email"),
    ("technical", "technical_name"),
    ("technical", "technical_email"),
    ("technical", "technical_company"),
    ("technical", "redirect_uris"),
]
CHOICES = [("business", "audience"), ("locations", "locations"), ("purpose", "apis")]


@pytest.fixture
def draft(cast: Cast) -> AccessRequest:
    return start_request(business_id=cast.shop.business_id, actor=cast.owner)


@pytest.fixture
def franchise(shop: Shop, owner_url: str) -> int:
    """The location of the business that a franchisee runs; before `cast`, which sees it."""
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "UPDATE directory_businesslocation SET franchisee = 'Arcade Foods'"
            " WHERE business_location_id = %s",
            (shop.locations[1],),
        )
    return shop.locations[1]


def good(shop: Shop, step: str) -> dict[str, Any]:
    """What a browser sends for a step that is filled in well."""
    answers = answers_for(shop)
    values = {name: getattr(answers, name) for name in STEPS[step] if name != "consents"}
    if step == "technical":
        values["redirect_uris"] = "\n".join(answers.redirect_uris)
    return {name: value for name, value in values.items() if value is not False}


def path_of(draft: AccessRequest, step: str) -> str:
    return f"/requests/{draft.number}/form/{step}/"


def said(draft: AccessRequest) -> Any:
    draft.refresh_from_db()
    return read_answers(draft.answers)


def test_the_whole_form_is_filled_in_page_by_page_and_sent(
    cast: Cast, draft: AccessRequest
) -> None:
    order = [*STEPS, "check"]
    for step, following in pairwise(order):
        to = post(cast.owner, path_of(draft, step), **good(cast.shop, step))
        assert to["Location"] == path_of(draft, following)
        assert get(cast.owner, path_of(draft, step)).count("checked") == sum(
            len(value) if isinstance(value, list) else 1
            for name, value in good(cast.shop, step).items()
            if value is True or isinstance(value, list) or name == "audience"
        )
    assert said(draft) == answers_for(cast.shop)
    prepare(cast.owner)
    assert "Nothing is missing" in shown(get(cast.owner, path_of(draft, "check")))
    assert post(cast.owner, path_of(draft, "check"))["Location"] == f"/requests/{draft.number}/"
    draft.refresh_from_db()
    assert draft.state == "submitted"


@pytest.mark.parametrize("step", list(STEPS))
def test_an_empty_step_names_what_is_missing(cast: Cast, draft: AccessRequest, step: str) -> None:
    if step == "personal":  # nothing is asked for: that is an answer
        post(cast.owner, path_of(draft, step))
        return
    page = text_of(post(cast.owner, path_of(draft, step), status=422))
    assert 'role="alert"' in page
    assert "Error:" in page.split("</title>")[0]
    assert said(draft) == read_answers({})


@pytest.mark.parametrize(("step", "name"), TEXTS)
@pytest.mark.parametrize("kind", list(HOSTILE))
def test_hostile_words_stay_typed_and_do_no_harm(
    cast: Cast, draft: AccessRequest, step: str, name: str, kind: str
) -> None:
    typed = HOSTILE[kind]
    form = good(cast.shop, step) | {name: typed}
    answer = signed_in(cast.owner).post(path_of(draft, step), form)
    if answer.status_code == 302:  # it is text like any other, and is shown as text
        assert kind in {"script", "formula", "path"}
        assert getattr(said(draft), name) == typed
        answer = signed_in(cast.owner).get(path_of(draft, step))
    else:
        assert answer.status_code == 422
        assert said(draft) == read_answers({})
    page = text_of(answer)
    assert "<script>alert" not in page
    assert escape(typed) in page
    for other, value in good(cast.shop, step).items():
        if other != name and isinstance(value, str) and other != "audience":
            assert value in page, other


@pytest.mark.parametrize(("step", "name"), CHOICES)
@pytest.mark.parametrize("typed", ["x", "9" * 5000, "a\0b", "-1", "<script>"])
def test_a_choice_that_was_not_offered_is_refused(
    cast: Cast, draft: AccessRequest, step: str, name: str, typed: str
) -> None:
    post(cast.owner, path_of(draft, step), **(good(cast.shop, step) | {name: typed}), status=422)
    assert said(draft) == read_answers({})


def test_another_merchants_location_cannot_be_chosen(
    cast: Cast, draft: AccessRequest, shops: tuple[Shop, Shop]
) -> None:
    theirs = shops[1].locations[0]
    page = post(cast.owner, path_of(draft, "locations"), locations=[theirs], status=422)
    assert shops[1].name not in text_of(page)


@pytest.mark.parametrize("typed", ["0", "-5", "1.5", "many", "9" * 5000, "864001", "\uff11e9"])
def test_calls_are_a_number_within_reason(cast: Cast, draft: AccessRequest, typed: str) -> None:
    page = text_of(post(cast.owner, path_of(draft, "volume"), calls_a_day=typed, status=422))
    assert f'value="{typed}"' in page


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "http://example.com/cb",
        "https://a.example/#x",
        "\n".join(f"https://a.example/{n}" for n in range(6)),
    ],
)
def test_redirect_addresses_are_held_against_the_rules(
    cast: Cast, draft: AccessRequest, typed: str
) -> None:
    form = good(cast.shop, "technical") | {"redirect_uris": typed}
    page = text_of(post(cast.owner, path_of(draft, "technical"), **form, status=422))
    assert typed.replace("\n", "") in page.replace("\n", "")


def test_redirect_addresses_are_one_a_line(cast: Cast, draft: AccessRequest) -> None:
    typed = "https://a.example/1\r\n\r\n  https://a.example/2  \r\nhttps://a.example/1"
    form = good(cast.shop, "technical") | {"redirect_uris": typed}
    post(cast.owner, path_of(draft, "technical"), **form)
    assert said(draft).redirect_uris == ["https://a.example/1", "https://a.example/2"]


def test_who_serves_several_merchants_is_led_to_the_partner_program(
    cast: Cast, draft: AccessRequest
) -> None:
    for audience in ("several", "public"):
        form = {"name": "Board", "audience": audience}
        page = text_of(post(cast.owner, path_of(draft, "business"), **form, status=422))
        assert 'href="/partner-program/"' in page.split("<main")[1].split("</main>")[0]
        assert 'value="Board"' in page


def test_a_formal_partnership_may_serve_several(cast: Cast, draft: AccessRequest) -> None:
    MerchantAccount.objects.update(formal_partnership=True)
    post(cast.owner, path_of(draft, "business"), name="Board", audience="several")
    form = good(cast.shop, "confirmations")
    del form["own_business_only"]
    post(cast.owner, path_of(draft, "confirmations"), **form)


def test_a_franchisees_consent_is_asked_beside_its_location(
    franchise: int, cast: Cast, draft: AccessRequest
) -> None:
    path = path_of(draft, "locations")
    assert f'name="by_{franchise}"' in get(cast.owner, path)
    form: dict[str, Any] = {"locations": cast.shop.locations}
    page = text_of(post(cast.owner, path, **form, status=422))
    assert page.count("Fill this in.") == 4  # at the two fields, and on top
    form |= {f"by_{franchise}": "Ada Moreno", f"on_{franchise}": "2999-01-01"}
    page = text_of(post(cast.owner, path, **form, status=422))
    assert "not in the future" in page
    assert 'value="Ada Moreno"' in page
    form[f"on_{franchise}"] = "2026-11-02"
    post(cast.owner, path, **form)
    assert said(draft).consents[str(franchise)].by == "Ada Moreno"
    assert 'value="2026-11-02"' in get(cast.owner, path)
    assert "Ada Moreno" in shown(get(cast.owner, f"/requests/{draft.number}/"))


def test_a_location_that_is_not_chosen_needs_no_consent(
    franchise: int, cast: Cast, draft: AccessRequest
) -> None:
    own = [each for each in cast.shop.locations if each != franchise]
    post(cast.owner, path_of(draft, "locations"), locations=own)
    assert said(draft).locations == own


@pytest.mark.parametrize("kind", ["nul", "long", "right to left"])
def test_hostile_consent_is_refused(
    franchise: int, cast: Cast, draft: AccessRequest, kind: str
) -> None:
    form = {
        "locations": [franchise],
        f"by_{franchise}": HOSTILE[kind],
        f"on_{franchise}": "2026-11-02",
    }
    page = text_of(post(cast.owner, path_of(draft, "locations"), **form, status=422))
    assert HOSTILE[kind] in page


def test_a_step_with_gaps_is_kept_for_later(cast: Cast, draft: AccessRequest) -> None:
    for step in FORMS:
        form = {"later": "1", "name": "Half a name", "purpose": "Not sure yet"}
        to = post(cast.owner, path_of(draft, step), **form)
        assert to["Location"] == f"/requests/{draft.number}/"
    assert (said(draft).name, said(draft).purpose) == ("Half a name", "Not sure yet")
    page = text_of(
        post(cast.owner, path_of(draft, "business"), later="1", name=HOSTILE["nul"], status=422)
    )
    assert HOSTILE["nul"] in page


def test_the_last_page_leads_to_what_is_missing(cast: Cast, draft: AccessRequest) -> None:
    page = get(cast.owner, path_of(draft, "check"))
    assert "18 answers are missing" not in page  # the five confirmations are told once
    assert "14 answers are missing" in page
    assert f"{path_of(draft, 'signatory')}?from=check#id_signatory_name" in page
    assert "Send the request" not in page
    prepare(cast.owner)
    post(cast.owner, path_of(draft, "check"), status=422)
    form = good(cast.shop, "signatory")
    to = post(cast.owner, path_of(draft, "signatory") + "?from=check", **form)
    assert to["Location"] == path_of(draft, "check")


def test_what_must_be_done_before_is_linked(cast: Cast) -> None:
    draft = drafted(cast)
    page = get(cast.owner, path_of(draft, "check"))
    assert "Read the overview and say so" in page
    refused = text_of(post(cast.owner, path_of(draft, "check"), status=409))
    assert "acknowledge the current access overview" in refused
    assert "Your answers" in refused


def test_a_member_prepares_and_an_owner_sends(cast: Cast) -> None:
    prepare(cast.member)
    draft = drafted(cast)
    page = shown(get(cast.member, path_of(draft, "check")))
    assert "An owner sends it" in page
    assert cast.owner.email in page
    post(cast.member, path_of(draft, "check"), status=403)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_sending_twice_sends_once(cast: Cast) -> None:
    prepare(cast.owner)
    draft = drafted(cast)
    browser = signed_in(cast.owner)
    for _ in range(2):
        answer = browser.post(path_of(draft, "check"))
        assert (answer.status_code, answer["Location"]) == (302, f"/requests/{draft.number}/")
    page = shown(text_of(browser.get(f"/requests/{draft.number}/")))
    assert "Your request is with Partner Services" in page
    assert AccessRequest.objects.count() == 1


def test_an_old_tab_keeps_what_was_typed_and_says_what_happened(cast: Cast) -> None:
    request = submitted(cast)
    form = good(cast.shop, "purpose") | {"purpose": "Something new"}
    page = text_of(post(cast.owner, path_of(request, "purpose"), **form, status=409))
    assert "Something new" in page
    assert "“in review” by now" in page
    browser = signed_in(cast.owner)
    for step in ("purpose", "check"):
        assert browser.get(path_of(request, step))["Location"] == f"/requests/{request.number}/"
    assert "its answers stay as they are" in text_of(browser.get(f"/requests/{request.number}/"))


def test_answers_may_change_while_a_question_is_open(cast: Cast) -> None:
    request = ask_information(request=submitted(cast), words="How often?", actor=cast.reviewer)
    post(cast.owner, path_of(request, "volume"), calls_a_day="10")
    page = shown(get(cast.owner, path_of(request, "check")))
    assert "Send your answer" in page
    assert "Send the request" not in page


def test_a_draft_is_nobody_elses(
    cast: Cast, shops: tuple[Shop, Shop], draft: AccessRequest
) -> None:
    others = make_cast(shops[1])
    for person, status in (
        (others.owner, 404),
        (others.member, 404),
        (cast.manager, 403),
        (cast.reviewer, 403),
    ):
        get(person, path_of(draft, "business"), status=status)
        post(person, path_of(draft, "business"), name="Mine", status=status)
    assert said(draft).name == ""


@pytest.mark.parametrize("step", ["nothing", "business%00", "..%2f..", "x" * 300])
def test_there_is_no_such_step(cast: Cast, draft: AccessRequest, step: str) -> None:
    get(cast.owner, path_of(draft, step), status=404)


def test_one_draft_at_a_time(cast: Cast, draft: AccessRequest) -> None:
    page = get(cast.owner, "/requests/")
    assert f"Go on with {draft.number}" in page
    to = post(cast.owner, "/requests/start/", business=cast.shop.business_id)["Location"]
    assert to == path_of(draft, "business")


def test_the_list_asks_the_same_for_one_and_for_three(
    cast: Cast, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    browser = signed_in(cast.owner)
    submitted(cast)
    with django_assert_max_num_queries(25) as first:
        browser.get("/requests/")
    for _ in range(2):
        submit_request(request=drafted(cast), actor=cast.owner)
    with django_assert_num_queries(len(first)):
        page = browser.get("/requests/")
    assert text_of(page).count("in review") == 3
