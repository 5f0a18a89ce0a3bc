"""The Partner Program's pages: asking, following one's own enquiry, and the queue."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client as Http
from pytest_django import DjangoAssertNumQueries
from tests.access.world import Shop, World, make_person
from tests.hub.cast import enquiry_facts, everyone, growth_manager
from tests.portal.browser import signed_in

from tillgate.directory.models import Person
from tillgate.directory.permissions import TABLE, Who
from tillgate.foundation.models import Message
from tillgate.hub.acts.enquiries import answer_enquiry, close_enquiry, file_enquiry, take_enquiry
from tillgate.hub.models import EnquiryState, PartnerEnquiry
from tillgate.site.demo_hub import ask_about_partner_program

ASK, SENT, QUEUE = (
    "/partner-program/enquiry/",
    "/partner-program/sent/",
    "/partner-program/enquiries/",
)


def form_of(**changed: Any) -> dict[str, Any]:
    """What the enquiry form sends."""
    return {
        "name": "Noa Berg",
        "company": "Berg Software",
        "website": "https://berg.example/",
        "builds": "Booking for many restaurants.",
        "serves_several_merchants": "on",
        "merchants_expected": "40",
        "locations_expected": "90",
    } | changed


@pytest.fixture
def noa(db: None) -> Person:
    return make_person("noa")


@pytest.fixture
def enquiry(noa: Person, gil: Person) -> PartnerEnquiry:
    return file_enquiry(facts=enquiry_facts(), actor=noa)


# --- who may -------------------------------------------------------------------------------------


def test_every_page_is_open_to_whom_the_table_names(shop: Shop, enquiry: PartnerEnquiry) -> None:
    pages = {
        "/partner-program/": "partner_program:read",
        ASK: "enquiry:file",
        SENT: "enquiry:file",
        QUEUE: "enquiry:handle",
        f"{QUEUE}{enquiry.number}/": "enquiry:handle",
    }
    for who, person in everyone(shop):
        browser = Http() if isinstance(person, AnonymousUser) else signed_in(person)
        for path, permission in pages.items():
            allowed = TABLE[permission]
            is_allowed = who in allowed or Who.ANYONE in allowed
            is_allowed = is_allowed or (Who.SIGNED_IN in allowed and who != Who.ANYONE)
            refused = 302 if who == Who.ANYONE else 403
            expected = 200 if is_allowed else refused
            assert browser.get(path).status_code == expected, (who, path)


def test_only_partner_growth_managers_move_an_enquiry(
    shop: Shop, enquiry: PartnerEnquiry, noa: Person
) -> None:
    everybody_else = [(who, each) for who, each in everyone(shop) if who != Who.PARTNER_GROWTH]
    for _who, person in [*everybody_else, (Who.SIGNED_IN, noa)]:
        browser = Http() if isinstance(person, AnonymousUser) else signed_in(person)
        for act in ("take", "answer", "close"):
            browser.post(f"{QUEUE}{enquiry.number}/", {"act": act, "answer": "x"})
    enquiry.refresh_from_db()
    assert enquiry.state == EnquiryState.NEW


def test_the_queue_shows_nothing_of_the_merchant_somebody_acts_for(
    world: World, gil: Person
) -> None:
    enquiry = file_enquiry(facts=enquiry_facts(), actor=world.owner)
    browser = signed_in(gil)
    for path in (QUEUE, f"{QUEUE}{enquiry.number}/"):
        page = browser.get(path).content.decode()
        assert "Berg Software" in page
        for secret in (world.shop.name, str(world.shop.business_id), "Old Mill Quay"):
            assert secret not in page


def test_nobody_sees_another_s_enquiry(enquiry: PartnerEnquiry, noa: Person) -> None:
    assert "Berg Software" in signed_in(noa).get(SENT).content.decode()
    theirs = signed_in(make_person("pia")).get(SENT).content.decode()
    assert "You have not asked yet" in theirs
    assert "Berg Software" not in theirs


# --- asking --------------------------------------------------------------------------------------


def test_a_person_asks_and_is_told_where_it_stands(noa: Person, gil: Person) -> None:
    browser = signed_in(noa)
    assert noa.email in browser.get(ASK).content.decode()
    answer = browser.post(ASK, form_of())
    assert (answer.status_code, answer["Location"]) == (302, SENT)
    enquiry = PartnerEnquiry.objects.get()
    assert (enquiry.serves_several_merchants, enquiry.wants_listing) == (True, False)
    assert (enquiry.merchants_expected, enquiry.locations_expected) == (40, 90)
    assert "Your enquiry waits to be read" in browser.get(SENT).content.decode()
    assert "Your enquiry is with us" in browser.get("/partner-program/").content.decode()
    assert browser.get(ASK)["Location"] == SENT
    take_enquiry(enquiry=enquiry, actor=gil)
    assert "looks after your enquiry" in browser.get(SENT).content.decode()
    answer_enquiry(enquiry=enquiry, answer="Welcome\n<b>aboard</b>.", actor=gil)
    page = browser.get(SENT).content.decode()
    assert "Your enquiry is answered" in page
    assert "Welcome<br>&lt;b&gt;aboard&lt;/b&gt;." in page
    assert browser.get(ASK).status_code == 200


def test_a_closed_enquiry_does_not_show_the_note(
    enquiry: PartnerEnquiry, noa: Person, gil: Person
) -> None:
    take_enquiry(enquiry=enquiry, actor=gil)
    close_enquiry(enquiry=enquiry, note="Only an advertisement.", actor=gil)
    page = signed_in(noa).get(SENT).content.decode()
    assert "Your enquiry is closed" in page
    assert "advertisement" not in page


def test_a_double_click_sends_one_enquiry(noa: Person, gil: Person) -> None:
    browser = signed_in(noa)
    for _ in range(2):
        assert browser.post(ASK, form_of())["Location"] == SENT
    assert PartnerEnquiry.objects.count() == 1
    assert Message.objects.filter(to=noa.email).count() == 1


def test_another_tab_keeps_what_was_typed_and_is_told_of_the_first(noa: Person) -> None:
    browser = signed_in(noa)
    browser.post(ASK, form_of())
    other = browser.post(ASK, form_of(builds="Something else."))
    page = other.content.decode()
    assert other.status_code == 409
    assert "this one was not sent" in page
    assert "Something else." in page
    assert PartnerEnquiry.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Fill this in."),
        ("name", "x" * 101, "Shorten this to 100 characters: it has 101."),
        ("name", "Noa\0", "invisible characters"),
        ("name", "\u202eaoN", "invisible characters"),
        ("company", "Berg\r\nBcc: all@example.com", "one line"),
        ("company", "\u200bBerg", "invisible characters"),
        ("builds", "", "Fill this in."),
        ("builds", "x" * 3001, "Shorten this to 3000 characters"),
        ("builds", "abc\u2066def", "invisible characters"),
        ("builds", "nul\0", "invisible characters"),
        ("website", "javascript:alert(1)", "Enter a valid URL."),
        ("website", "../../etc/passwd", "Enter a valid URL."),
        ("website", "http://berg.example", "Begin the address with https://."),
        ("website", "https://" + "x" * 300 + ".example/", "Enter a valid URL."),
        ("merchants_expected", "-1", "greater than or equal to 1"),
        ("merchants_expected", "many", "Enter a whole number."),
        ("locations_expected", "9" * 30, "less than or equal to 1000000"),
        ("locations_expected", "1e3", "Enter a whole number."),
    ],
)
def test_a_wrong_field_says_what_is_wrong_and_nothing_is_lost(
    noa: Person, field: str, typed: str, said: str
) -> None:
    answer = signed_in(noa).post(ASK, form_of(**{field: typed}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'role="alert"' in page
    kept = {"name": "Noa Berg", "company": "Berg Software", "builds": "Booking for many"}
    assert all(words in page for name, words in kept.items() if name != field)
    assert not PartnerEnquiry.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "=HYPERLINK('https://evil.example')",
        "../../etc/passwd",
        "{{ settings.SECRET_KEY }} ${link} %(x)s",
        "'; DROP TABLE hub_partnerenquiry; --",
        "ليلى 👩‍🍳",
    ],
)
def test_hostile_words_are_only_words(noa: Person, gil: Person, typed: str) -> None:
    answer = signed_in(noa).post(ASK, form_of(name=typed, company=typed, builds=typed))
    assert answer.status_code == 302
    enquiry = PartnerEnquiry.objects.get()
    assert (enquiry.name, enquiry.company, enquiry.builds) == (typed, typed, typed)
    for browser, path in (
        (signed_in(noa), SENT),
        (signed_in(gil), QUEUE),
        (signed_in(gil), f"{QUEUE}{enquiry.number}/"),
    ):
        assert "<script>alert" not in browser.get(path).content.decode()
    for message in Message.objects.all():
        assert "<script>alert" not in message.html
        assert typed in message.text


def test_the_demo_asks_once(noa: Person, gil: Person) -> None:
    assert ask_about_partner_program(noa) == ask_about_partner_program(noa)
    assert "Saltmeadow Software" in signed_in(gil).get(QUEUE).content.decode()


# --- the queue -----------------------------------------------------------------------------------


def test_a_manager_takes_and_answers(enquiry: PartnerEnquiry, noa: Person, gil: Person) -> None:
    browser, path = signed_in(gil), f"{QUEUE}{enquiry.number}/"
    assert "1 enquiry is open" in browser.get(QUEUE).content.decode()
    page = browser.get(path).content.decode()
    assert "Berg Software waits for somebody to take this" in page
    assert page.count('class="button"') == 1
    assert browser.post(path, {"act": "take"})["Location"] == path
    page = browser.get(path).content.decode()
    assert "Berg Software waits for an answer" in page
    assert f"with {gil.name}" in page
    assert page.count('class="button"') == 1
    assert browser.post(path, {"act": "answer", "answer": "Let us talk."})["Location"] == path
    page = browser.get(path).content.decode()
    assert "Berg Software was answered" in page
    assert "Let us talk." in page
    assert "No enquiry is open" in browser.get(QUEUE).content.decode()
    assert enquiry.number in browser.get(f"{QUEUE}?show=done").content.decode()
    assert Message.objects.filter(to=noa.email).count() == 2


def test_a_manager_closes_with_a_note_that_colleagues_read(
    enquiry: PartnerEnquiry, gil: Person
) -> None:
    take_enquiry(enquiry=enquiry, actor=gil)
    path = f"{QUEUE}{enquiry.number}/"
    signed_in(gil).post(path, {"act": "close", "note": "Wrote twice, no reply."})
    page = signed_in(growth_manager("ida")).get(path).content.decode()
    assert "closed without an answer" in page
    assert "Wrote twice, no reply." in page


def test_two_managers_have_one_outcome_and_no_words_are_lost(
    enquiry: PartnerEnquiry, gil: Person
) -> None:
    path, first, second = f"{QUEUE}{enquiry.number}/", signed_in(gil), signed_in(growth_manager())
    first.post(path, {"act": "take"})
    late = second.post(path, {"act": "take"})
    assert late.status_code == 409
    assert f"{enquiry.number} is in talk meanwhile" in late.content.decode()
    first.post(path, {"act": "answer", "answer": "The first."})
    late = second.post(path, {"act": "answer", "answer": "The second."})
    page = late.content.decode()
    assert late.status_code == 409
    assert "What you wrote, which was not sent" in page
    assert "The second." in page
    assert "The first." in page
    enquiry.refresh_from_db()
    assert enquiry.answer == "The first."


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"act": "answer", "answer": " "}, "Fill this in."),
        ({"act": "answer", "answer": "x" * 5001}, "Shorten this to 5000 characters"),
        ({"act": "answer", "answer": "a\0b"}, "invisible characters"),
        ({"act": "close", "note": "x" * 1001}, "Shorten this to 1000 characters"),
    ],
)
def test_an_answer_that_cannot_be_sent_says_why(
    enquiry: PartnerEnquiry, gil: Person, sent: dict[str, str], said: str
) -> None:
    take_enquiry(enquiry=enquiry, actor=gil)
    answer = signed_in(gil).post(f"{QUEUE}{enquiry.number}/", sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    enquiry.refresh_from_db()
    assert enquiry.state == EnquiryState.IN_TALK


@pytest.mark.parametrize("act", ["", "approve", "TAKE"])
def test_an_act_that_is_none_changes_nothing(
    enquiry: PartnerEnquiry, gil: Person, act: str
) -> None:
    assert signed_in(gil).post(f"{QUEUE}{enquiry.number}/", {"act": act}).status_code == 200
    enquiry.refresh_from_db()
    assert enquiry.state == EnquiryState.NEW


@pytest.mark.parametrize("number", ["E-999", "E-1", "1001", "E-%00", "x", "E-" + "9" * 40])
def test_an_enquiry_that_is_none_is_not_found(gil: Person, number: str) -> None:
    assert signed_in(gil).get(f"{QUEUE}{number}/").status_code == 404


def test_the_queue_begins_with_the_oldest_and_comes_in_pages(gil: Person) -> None:
    for number in range(31):
        facts = enquiry_facts(company=f"Company {number:02}")
        file_enquiry(facts=facts, actor=make_person())
    browser = signed_in(gil)
    first, second = browser.get(QUEUE).content.decode(), browser.get(f"{QUEUE}?page=2")
    assert re.findall(r"Company (\d\d)", first) == [f"{number:02}" for number in range(30)]
    assert re.findall(r"Company (\d\d)", second.content.decode()) == ["30"]
    assert "31 enquiries are open" in first


def test_a_page_costs_the_same_with_one_row_and_with_thirty(
    gil: Person, noa: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    signed_in(gil).get(QUEUE)  # the platform's own words are stored with the first page
    counts: dict[str, set[int]] = {}
    for rows in (1, 30):
        while PartnerEnquiry.objects.count() < rows:
            each = file_enquiry(facts=enquiry_facts(), actor=make_person())
            take_enquiry(enquiry=each, actor=growth_manager())
        newest = PartnerEnquiry.objects.latest("pk").number
        for name, path in (("queue", QUEUE), ("one", f"{QUEUE}{newest}/")):
            with django_assert_max_num_queries(30) as captured:
                assert signed_in(gil).get(path).status_code == 200
            counts.setdefault(name, set()).add(len(captured))
    assert {name: len(each) for name, each in counts.items()} == {"queue": 1, "one": 1}
